package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.explain.Derivation;
import org.dxos.dmg.explain.Derivation.Claim;
import org.dxos.dmg.explain.Explanation;
import org.dxos.dmg.explain.Fact;
import org.dxos.dmg.explain.Wanted;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.solver.Incompatibility.Leaf;
import org.dxos.dmg.solver.Incompatibility.Learned;
import org.dxos.dmg.solver.Incompatibility.Meaning;

/** Turns a refutation into an explanation, which knows nothing of slots. */
final class Report {

  private final Map<Incompatibility, Derivation> told = new IdentityHashMap<>();

  private Report() {}

  static Explanation of(Incompatibility failed, Rule rule) {
    Incompatibility core = Core.of(failed);
    Set<Fact> facts = new LinkedHashSet<>();
    for (Incompatibility one : Core.used(core)) {
      if (one.origin instanceof Leaf leaf) {
        facts.add(leaf.fact());
      }
    }
    return new Explanation(inOrder(facts), new Report().derivation(core), rule == Rule.LINE);
  }

  /** What was asked for first; then what that leads to, breadth-first. */
  private static List<Fact> inOrder(Set<Fact> facts) {
    List<Fact> order = new ArrayList<>();
    Set<Name> reached = new HashSet<>();
    List<Fact> left = new ArrayList<>(facts);
    left.sort(java.util.Comparator.comparing(Report::key));
    while (!left.isEmpty()) {
      List<Fact> next =
          left.stream()
              .filter(
                  fact ->
                      switch (fact) {
                        case Fact.Asked _ -> true;
                        case Fact.Requires requires -> reached.contains(requires.name());
                      })
              .toList();
      if (next.isEmpty()) {
        next = List.copyOf(left);
      }
      order.addAll(next);
      left.removeAll(next);
      for (Fact fact : next) {
        for (Wanted.Part part : fact.wanted().parts()) {
          part.fits().forEach(fit -> reached.add(fit.name()));
        }
      }
    }
    return order;
  }

  private static String key(Fact fact) {
    return switch (fact) {
      case Fact.Asked asked -> asked.wanted().reference();
      case Fact.Requires requires -> requires.name() + " " + requires.wanted().reference();
    };
  }

  /** Bottom up, each node once; without recursion, since a refutation may be deep. */
  private Derivation derivation(Incompatibility end) {
    java.util.ArrayDeque<Incompatibility> stack = new java.util.ArrayDeque<>(List.of(end));
    while (!stack.isEmpty()) {
      Incompatibility top = stack.peek();
      if (told.containsKey(top)) {
        stack.pop();
        continue;
      }
      switch (top.origin) {
        case Leaf leaf -> told.put(top, new Derivation.Given(leaf.fact()));
        case Meaning _ -> told.put(top, new Derivation.Rule());
        case Learned learned -> {
          List<Incompatibility> open =
              learned.from().stream().filter(one -> !told.containsKey(one)).toList();
          if (open.isEmpty()) {
            told.put(
                top,
                new Derivation.Follows(
                    claims(top), learned.from().stream().map(this::told).distinct().toList()));
          } else {
            open.forEach(stack::push);
          }
        }
      }
    }
    return told(end);
  }

  private Derivation told(Incompatibility one) {
    Derivation known = told.get(one);
    if (known == null) {
      throw new IllegalStateException("an incompatibility follows from one that is not told yet");
    }
    return known;
  }

  private static List<Claim> claims(Incompatibility one) {
    List<Claim> claims = new ArrayList<>();
    for (int i = 0; i < one.size(); i++) {
      claims.add(claim(one.slots[i], one.sets[i]));
    }
    return claims;
  }

  /** A term that has "none" in it is said by what it excludes. */
  private static Claim claim(Slot slot, Bits set) {
    boolean orNot = set.has(Slot.NONE);
    Bits said = orNot ? slot.not(set) : set;
    List<Integer> values = new ArrayList<>();
    for (int value = said.next(1);
        value >= 0;
        value = value + 1 < slot.size ? said.next(value + 1) : -1) {
      values.add(value);
    }
    return switch (slot.subject) {
      case Slot.Module module ->
          new Derivation.Holds(
              module.name(),
              module.genesis(),
              values.stream().map(value -> slot.release(value).version()).toList(),
              orNot);
      case Slot.Api api ->
          new Derivation.ProvidedBy(
              api.name(),
              api.line(),
              values.stream().map(slot::release).map(Report::candidate).toList(),
              orNot);
      case Slot.Choice choice ->
          new Derivation.MetBy(
              choice.wanted(),
              values.stream()
                  .map(value -> choice.options().get(value - 1))
                  .map(option -> claim(option.slot(), option.values()))
                  .toList(),
              orNot);
    };
  }

  private static Wanted.Candidate candidate(Release release) {
    return new Wanted.Candidate(release.name(), release.genesis(), release.version());
  }
}
