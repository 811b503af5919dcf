package org.dxos.dmg.carry;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.error.FormatException;

/** Learns authorities from a file. */
public final class Import {

  private Import() {}

  /**
   * Hands everything in a file to a registry. What is held already does no harm, and what was
   * learned before a failure stays.
   *
   * @return the authorities as they stand now
   * @throws FormatException if it is no such file; every block is hashed before any is used
   */
  public static List<AuthorityInfo> read(Path file, Registry registry) throws IOException {
    try (CarFile blocks = CarFile.open(file)) {
      Manifest manifest = Manifest.in(file, blocks);
      List<AuthorityInfo> learned = new ArrayList<>();
      for (Manifest.Log log : manifest.logs()) {
        learned.add(registry.learn(log.genesis(), log.items(), blocks));
      }
      return learned;
    }
  }
}
