package org.dxos.dmg.explain;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.dxn.Kind;

/** Finds two facts that alone exclude each other: the shortest reason after a hopeless one. */
final class Conflicts {

  /** What there can be only one of. */
  enum Why {
    VERSIONS,
    PROVIDERS
  }

  record Pair(Fact one, Fact other, Why why) {}

  private Conflicts() {}

  static Optional<Pair> pair(Explanation why) {
    List<Fact> facts = why.facts();
    for (int i = 0; i < facts.size(); i++) {
      for (int j = i + 1; j < facts.size(); j++) {
        Optional<Pair> pair = pair(facts.get(i), facts.get(j), why.oneALine());
        if (pair.isPresent()) {
          return pair;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Pair> pair(Fact one, Fact other, boolean oneALine) {
    if (one.wanted().parts().size() != 1 || other.wanted().parts().size() != 1) {
      return Optional.empty();
    }
    Wanted.Part a = one.wanted().parts().getFirst();
    Wanted.Part b = other.wanted().parts().getFirst();
    if (!a.genesis().equals(b.genesis()) || a.fits().isEmpty() || b.fits().isEmpty()) {
      return Optional.empty();
    }
    if (a.name().kind() == Kind.API) {
      // Which line a provider is for is not told by its own version; so the whole API is looked at.
      return a.name().equals(b.name()) && disjoint(a, b) && oneLine(a, b)
          ? Optional.of(new Pair(one, other, Why.PROVIDERS))
          : Optional.empty();
    }
    Set<String> rooms = new HashSet<>();
    a.fits().forEach(fit -> rooms.add(room(fit, oneALine)));
    b.fits().forEach(fit -> rooms.add(room(fit, oneALine)));
    return rooms.size() == 1 && disjoint(a, b)
        ? Optional.of(new Pair(one, other, Why.VERSIONS))
        : Optional.empty();
  }

  private static boolean oneLine(Wanted.Part a, Wanted.Part b) {
    return a.lines().size() == 1 && a.lines().equals(b.lines());
  }

  private static boolean disjoint(Wanted.Part a, Wanted.Part b) {
    return a.fits().stream().noneMatch(b.fits()::contains);
  }

  private static String room(Wanted.Candidate fit, boolean oneALine) {
    return fit.name() + (oneALine ? " " + fit.version().line() : "");
  }
}
