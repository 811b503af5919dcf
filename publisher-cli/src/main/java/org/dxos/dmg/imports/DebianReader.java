package org.dxos.dmg.imports;

import java.io.IOException;
import java.util.Optional;

/** Packages out of a list, one after the other. */
interface DebianReader {

  /**
   * The next package; empty at the end.
   *
   * @throws org.dxos.dmg.error.FormatException with the number of the line at fault
   */
  Optional<DebianPackage> next() throws IOException;
}
