package org.dxos.dmg.carry;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.verdict.Signed;

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
      Manifest manifest =
          Manifest.decode(Signed.need(blocks, root(file, blocks), "list of what it has"));
      List<AuthorityInfo> learned = new ArrayList<>();
      for (Manifest.Log log : manifest.logs()) {
        learned.add(registry.learn(log.genesis(), log.items(), blocks));
      }
      return learned;
    }
  }

  private static Cid root(Path file, CarFile blocks) {
    if (blocks.roots().size() != 1) {
      throw new FormatException(
          ErrorCode.CAR_SYNTAX,
          "read `"
              + file
              + "`: it has "
              + blocks.roots().size()
              + " roots, expected the one of an export");
    }
    return blocks.roots().getFirst();
  }
}
