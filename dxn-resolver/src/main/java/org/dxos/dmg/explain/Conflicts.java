package org.dxos.dmg.explain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;

/**
 * Finds facts that alone exclude each other, since they want one thing in ways that nothing fits:
 * the shortest reason after one that is hopeless by itself. Two are shorter than more.
 */
final class Conflicts {

  /** What there can be only one of. */
  enum Why {
    VERSIONS,
    PROVIDERS
  }

  /**
   * Facts that exclude each other, two at least.
   *
   * @param others true if there are others that do so as well
   */
  record Found(List<Fact> facts, Why why, boolean others) {
    private Found withOthers() {
      return new Found(facts, why, true);
    }
  }

  private record Thing(Name name, Optional<Cid> genesis) {}

  private Conflicts() {}

  static Optional<Found> of(Explanation why) {
    Map<Thing, List<Fact>> byThing = new LinkedHashMap<>();
    for (Fact fact : why.facts()) {
      if (fact.wanted().parts().size() == 1) {
        Wanted.Part part = fact.wanted().parts().getFirst();
        byThing
            .computeIfAbsent(new Thing(part.name(), part.genesis()), _ -> new ArrayList<>())
            .add(fact);
      }
    }
    List<Found> pairs = new ArrayList<>();
    for (List<Fact> facts : byThing.values()) {
      for (int i = 0; i < facts.size(); i++) {
        for (int j = i + 1; j < facts.size(); j++) {
          exclude(List.of(facts.get(i), facts.get(j)), why.oneALine()).ifPresent(pairs::add);
        }
      }
    }
    if (!pairs.isEmpty()) {
      return Optional.of(pairs.size() == 1 ? pairs.getFirst() : pairs.getFirst().withOthers());
    }
    return byThing.values().stream()
        .filter(facts -> facts.size() > 2)
        .flatMap(facts -> exclude(facts, why.oneALine()).stream())
        .findFirst();
  }

  private static Optional<Found> exclude(List<Fact> facts, boolean oneALine) {
    Set<Name> by = new HashSet<>();
    for (Fact fact : facts) {
      if (fact instanceof Fact.Requires requires && !by.add(requires.name())) {
        return Optional.empty(); // versions of one module need not agree: one of them is there
      }
    }
    List<Wanted.Part> parts = facts.stream().map(fact -> fact.wanted().parts().getFirst()).toList();
    boolean api = parts.getFirst().name().kind() == Kind.API;
    Set<String> rooms = new HashSet<>();
    Set<Wanted.Candidate> common = new HashSet<>(parts.getFirst().fits());
    for (Wanted.Part part : parts) {
      common.retainAll(part.fits());
      if (api) {
        // Which line a provider is for is not told by its own version.
        rooms.addAll(part.lines());
      } else {
        part.fits().forEach(fit -> rooms.add(room(fit, oneALine)));
      }
    }
    return rooms.size() == 1 && common.isEmpty()
        ? Optional.of(new Found(facts, api ? Why.PROVIDERS : Why.VERSIONS, false))
        : Optional.empty();
  }

  private static String room(Wanted.Candidate fit, boolean oneALine) {
    return fit.name() + (oneALine ? " " + fit.version().line() : "");
  }
}
