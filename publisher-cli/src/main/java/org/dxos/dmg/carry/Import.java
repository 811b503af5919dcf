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
    try (CarFile blocks = open(file)) {
      Manifest manifest = manifest(file, blocks);
      List<AuthorityInfo> learned = new ArrayList<>();
      for (Manifest.Log log : manifest.logs()) {
        learned.add(registry.learn(log.genesis(), log.items(), blocks));
      }
      return learned;
    }
  }

  private static CarFile open(Path file) throws IOException {
    try {
      return CarFile.open(file);
    } catch (FormatException e) {
      throw wrong(file, e);
    }
  }

  private static Manifest manifest(Path file, CarFile blocks) {
    try {
      return Manifest.in(file, blocks);
    } catch (FormatException e) {
      throw wrong(file, e);
    }
  }

  private static FormatException wrong(Path file, FormatException e) {
    return new FormatException(
        e.code(),
        "import `" + file + "`: it is damaged, or no export: " + e.message(),
        e.hint()
            .orElse(
                "give a file that `dmg export` wrote, or have it written again; what `dmg backup` wrote"
                    + " is for `dmg restore`"));
  }
}
