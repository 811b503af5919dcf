package org.dxos.dmg.policy;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;

/**
 * Asks the world which authority a name is: DNS and the domain's web site. It is evidence for the
 * first meeting, and authority never after it.
 */
public interface NameProof {

  /** Nobody is asked. */
  NameProof NONE = _ -> new Answer.Silent("nobody was asked");

  /**
   * Asks for one name.
   *
   * @param authority such as {@code org.dxos}, which is proved at {@code dxos.org}
   */
  Answer ask(String authority);

  /** What was found. */
  sealed interface Answer {

    /**
     * The domain names an authority.
     *
     * @param node where it can be fetched, if the domain says
     */
    record Names(Cid id, Optional<String> node) implements Answer {}

    /** It names none, or could not be asked. */
    record Silent(String why) implements Answer {}
  }
}
