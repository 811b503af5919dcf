package org.dxos.dmg.care;

import java.util.Set;
import java.util.function.Predicate;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.PublicKey;

/**
 * Whose store it is, as far as that decides what has to be in it.
 *
 * @param ours true for the keys with which this node signs heads: it is the home of their
 *     authorities, and had all of what they say
 * @param withheld blocks that the policy denies; they need not be held
 */
public record Whose(Predicate<PublicKey> ours, Set<Cid> withheld) {

  public Whose {
    withheld = Set.copyOf(withheld);
  }
}
