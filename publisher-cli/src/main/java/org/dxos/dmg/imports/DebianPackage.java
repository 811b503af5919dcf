package org.dxos.dmg.imports;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a package list says of one binary package, as far as it is imported.
 *
 * @param description synopsis, and the long text below it if the list has it
 * @param size of the package file in bytes
 * @param sha256 of the package file, hex
 * @param source the source package, if it is named
 * @param provides virtual packages; with a bound, which is {@code =}, at a version
 * @param depends what has to be there: those needed to unpack first, then the others
 * @param preDepends how many of {@code depends} are needed to unpack, where the list tells them
 *     apart
 * @param recommends what is there in all but unusual installations
 * @param conflicts what may not be installed beside it
 * @param breaks what may not be configured beside it
 */
record DebianPackage(
    String name,
    DebianVersion version,
    String architecture,
    Optional<String> section,
    Optional<String> description,
    OptionalLong size,
    Optional<String> sha256,
    Optional<String> source,
    Optional<String> multiArch,
    List<DebianTerm> provides,
    List<Clause> depends,
    int preDepends,
    List<Clause> recommends,
    List<DebianTerm> conflicts,
    List<DebianTerm> breaks) {

  /** Alternatives of a clause; the most in use is below fifty. */
  static final int MAX_ALTERNATIVES = 1_000;

  /** Terms that will do, the first the best. */
  record Clause(List<DebianTerm> alternatives) {
    Clause {
      alternatives = List.copyOf(alternatives);
      if (alternatives.isEmpty() || alternatives.size() > MAX_ALTERNATIVES) {
        throw DebianPackages.refused(
            "has a clause of "
                + alternatives.size()
                + " alternatives, expected 1 to "
                + MAX_ALTERNATIVES);
      }
    }

    /** As Debian writes it. */
    @Override
    public String toString() {
      return String.join(" | ", alternatives.stream().map(DebianTerm::toString).toList());
    }
  }

  DebianPackage {
    DebianTerm.requireName(name);
    provides = List.copyOf(provides);
    depends = List.copyOf(depends);
    recommends = List.copyOf(recommends);
    conflicts = List.copyOf(conflicts);
    breaks = List.copyOf(breaks);
    for (DebianTerm provided : provides) {
      if (provided.bound().isPresent()
          && provided.bound().get().comparison() != DebianTerm.Comparison.EQUAL) {
        throw DebianPackages.refused(
            "provides `" + provided + "`, expected a name, or a name with `=`");
      }
    }
  }

  /** True if this package, by its own name or one it provides, is what {@code term} asks for. */
  boolean is(DebianTerm term) {
    return isReally(term) || isVirtually(term);
  }

  private boolean isReally(DebianTerm term) {
    return name.equals(term.name())
        && term.admits(version)
        && (architecture.equals("all") || term.admitsArchitecture(architecture));
  }

  /** A term with a bound is met only by what is provided at a version. */
  private boolean isVirtually(DebianTerm term) {
    for (DebianTerm provided : provides) {
      if (provided.name().equals(term.name()) && provides(provided, term)) {
        return term.admitsArchitecture(architecture);
      }
    }
    return false;
  }

  private static boolean provides(DebianTerm provided, DebianTerm term) {
    return term.bound().isEmpty()
        || provided.bound().map(at -> term.admits(at.version())).orElse(false);
  }

  /** True if the two cannot be installed together by what either says of the other alone. */
  boolean excludes(DebianPackage other) {
    return refuses(other) || other.refuses(this);
  }

  private boolean refuses(DebianPackage other) {
    for (DebianTerm term : conflicts) {
      if (other.is(term)) {
        return true;
      }
    }
    for (DebianTerm term : breaks) {
      if (other.is(term)) {
        return true;
      }
    }
    return false;
  }

  /** Name and version, for people. */
  @Override
  public String toString() {
    return name + " " + version;
  }

  static List<String> texts(List<?> relations) {
    List<String> texts = new ArrayList<>(relations.size());
    relations.forEach(one -> texts.add(one.toString()));
    return texts;
  }
}
