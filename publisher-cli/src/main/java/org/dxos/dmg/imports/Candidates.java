package org.dxos.dmg.imports;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.dxos.dmg.dagcbor.Fields;

/**
 * Which package answers a clause, by Debian's own rules, among the packages of one list.
 *
 * <p>A package that can never be installed is no candidate. It is one for which some clause has no
 * candidate left but such as exclude it themselves ({@code Conflicts}, {@code Breaks}), or none at
 * all; and so on, until nothing changes. This is sound: what is left out cannot be installed from
 * this list. It is not complete, as a package may also need two others that exclude each other; to
 * find those takes a solver, and the caller may name them.
 */
final class Candidates {

  /** Real before virtual is by the two maps; of versions the higher, of providers by name. */
  private static final Comparator<DebianPackage> ORDER =
      Comparator.comparing(DebianPackage::name, Fields::compareUtf8)
          .thenComparing(DebianPackage::version, Comparator.reverseOrder());

  private final Map<String, List<DebianPackage>> byName = new HashMap<>();
  private final Map<String, List<DebianPackage>> byProvided = new HashMap<>();
  private final Set<DebianPackage> impossible;

  private Candidates(List<DebianPackage> packages, Set<DebianPackage> impossible) {
    this.impossible = impossible;
    for (DebianPackage one : packages) {
      byName.computeIfAbsent(one.name(), _ -> new ArrayList<>()).add(one);
      Set<String> names = new HashSet<>();
      for (DebianTerm provided : one.provides()) {
        if (names.add(provided.name())) {
          byProvided.computeIfAbsent(provided.name(), _ -> new ArrayList<>()).add(one);
        }
      }
    }
    byName.values().forEach(list -> list.sort(ORDER));
    byProvided.values().forEach(list -> list.sort(ORDER));
  }

  /**
   * Looks at a whole list.
   *
   * @param leftOut names of packages that are no candidates, whatever is found
   */
  static Candidates among(List<DebianPackage> packages, Set<String> leftOut) {
    Set<DebianPackage> impossible =
        java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    packages.stream().filter(one -> leftOut.contains(one.name())).forEach(impossible::add);
    Candidates candidates = new Candidates(packages, impossible);
    List<DebianPackage> fallen;
    do {
      fallen =
          packages.stream()
              .filter(one -> !impossible.contains(one) && candidates.falls(one))
              .toList();
      impossible.addAll(fallen);
    } while (!fallen.isEmpty());
    return candidates;
  }

  private boolean falls(DebianPackage one) {
    for (DebianPackage.Clause clause : one.depends()) {
      if (first(clause, other -> other == one || !one.excludes(other)).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Those that are no candidates for anything, by name. */
  List<DebianPackage> impossible() {
    return impossible.stream().sorted(ORDER).toList();
  }

  /** Each name once, with its highest version; by name. */
  List<DebianPackage> newest() {
    return byName.values().stream().map(List::getFirst).sorted(ORDER).toList();
  }

  /** Every name that is provided, in no order. */
  Set<String> provided() {
    return byProvided.keySet();
  }

  /**
   * The package that answers a clause: of the first alternative that has a candidate, the real
   * package before virtual ones, of two versions the higher, of several providers the first by
   * name.
   */
  Optional<DebianPackage> of(DebianPackage.Clause clause) {
    return first(clause, _ -> true);
  }

  private Optional<DebianPackage> first(
      DebianPackage.Clause clause, Predicate<DebianPackage> fits) {
    for (DebianTerm term : clause.alternatives()) {
      Optional<DebianPackage> found =
          first(byName, term, fits).or(() -> first(byProvided, term, fits));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<DebianPackage> first(
      Map<String, List<DebianPackage>> by, DebianTerm term, Predicate<DebianPackage> fits) {
    for (DebianPackage one : by.getOrDefault(term.name(), List.of())) {
      if (!impossible.contains(one) && one.is(term) && fits.test(one)) {
        return Optional.of(one);
      }
    }
    return Optional.empty();
  }
}
