package org.dxos.dmg.sync.pull;

import java.io.IOException;
import java.util.Optional;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Remote;

/** A node that may hold what is looked for. */
public interface Source {

  /** Who it is, for people. */
  String name();

  /**
   * It, to be asked now. May dial.
   *
   * @throws IOException if it cannot be reached
   */
  Remote remote() throws IOException;

  /** How many bytes it may still bring; the same for all its remotes. */
  Quota quota();

  /** Where it is found again, if it is no linked node. */
  Optional<String> address();
}
