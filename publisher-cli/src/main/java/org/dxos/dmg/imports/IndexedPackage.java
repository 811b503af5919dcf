package org.dxos.dmg.imports;

import java.util.List;
import java.util.Optional;

/**
 * One version of one package of a registry whose versions are semantic ones.
 *
 * @param version as written there, with build metadata if it has some
 * @param yanked true if new closures shall not choose it
 * @param links the native library that it says it links, of which only one may be in a program
 */
record IndexedPackage(
    String name,
    String version,
    List<Needed> needs,
    boolean yanked,
    Optional<String> license,
    Optional<String> links) {

  /**
   * @param range npm's spelling
   * @param kind as written there, for example {@code build}; empty for the usual one
   * @param target of machines on which alone it is needed
   * @param as what the package calls it
   */
  record Needed(
      String name,
      String range,
      boolean optional,
      Optional<String> kind,
      Optional<String> target,
      Optional<String> as) {}

  IndexedPackage {
    needs = List.copyOf(needs);
  }

  /** The version without build metadata: the rest has no part in precedence. */
  String bareVersion() {
    int plus = version.indexOf('+');
    return plus < 0 ? version : version.substring(0, plus);
  }
}
