package org.dxos.dmg.explain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;

/**
 * An explanation as JSON: {@code facts}, and {@code steps}, each of which follows from facts and
 * from steps before it, all by their numbers from 0. The last step is the end: nothing is left.
 */
final class ExplanationData {

  /** Releases of one kind that are listed of a part; how many there are stands beside. */
  private static final int LISTED = 25;

  /** Steps of a derivation that are told; of one with more, how many there are. */
  private static final int MOST_STEPS = 300;

  private final Explanation why;
  private final Map<Fact, Integer> facts = new HashMap<>();
  private final Map<Derivation, Integer> numbers = new IdentityHashMap<>();
  private final List<Node> steps = new ArrayList<>();
  private int stepCount;

  private ExplanationData(Explanation why) {
    this.why = why;
    why.facts().forEach(fact -> facts.putIfAbsent(fact, facts.size()));
  }

  static Node.Map of(Explanation why) {
    ExplanationData data = new ExplanationData(why);
    data.number(why.derivation());
    return new MapBuilder()
        .put("reason", why.reason())
        .put("facts", why.facts(), ExplanationData::fact)
        .putAlways("steps", new Node.Array(data.told()))
        .put(
            "stepsCount",
            data.stepCount > MOST_STEPS ? OptionalLong.of(data.stepCount) : OptionalLong.empty())
        .put("mends", why.mends(), Node::of)
        .build();
  }

  /** All steps or none: a part of them would lead nowhere. */
  private List<Node> told() {
    return stepCount > MOST_STEPS ? List.of() : steps;
  }

  /** Each after those it follows from. No recursion: a derivation may be deep, and shares parts. */
  private void number(Derivation end) {
    Set<Derivation> opened = Collections.newSetFromMap(new IdentityHashMap<>());
    ArrayDeque<Derivation> stack = new ArrayDeque<>(List.of(end));
    while (!stack.isEmpty()) {
      Derivation top = stack.peek();
      if (top instanceof Derivation.Follows follows && opened.add(top)) {
        follows.from().reversed().forEach(stack::push);
      } else {
        stack.pop();
        if (!numbers.containsKey(top) && (top instanceof Derivation.Follows || top == end)) {
          numbers.put(top, stepCount++);
          if (stepCount <= MOST_STEPS) {
            steps.add(step(top));
          }
        }
      }
    }
  }

  private Node step(Derivation one) {
    List<Derivation> from =
        one instanceof Derivation.Follows follows ? follows.from() : List.of(one);
    List<Integer> given = new ArrayList<>();
    List<Integer> before = new ArrayList<>();
    boolean rule = false;
    for (Derivation part : from) {
      switch (part) {
        case Derivation.Given fact ->
            given.add(facts.getOrDefault(fact.fact(), why.facts().size()));
        case Derivation.Rule _ -> rule = true;
        case Derivation.Follows _ -> before.add(numbers.getOrDefault(part, -1));
      }
    }
    return new MapBuilder()
        .putAlways(
            "never",
            new Node.Array(
                one instanceof Derivation.Follows follows
                    ? follows.never().stream().map(ExplanationData::claim).toList()
                    : List.of()))
        .put("facts", given, Node::of)
        .put("steps", before, Node::of)
        .flag("rule", rule)
        .build();
  }

  private static Node claim(Derivation.Claim claim) {
    return switch (claim) {
      case Derivation.Holds holds ->
          some(
                  new MapBuilder()
                      .put("module", holds.name().toString())
                      .put("authority", holds.genesis().toString()),
                  "versions",
                  holds.versions(),
                  one -> Node.of(one.toString()))
              .flag("not", holds.negated())
              .build();
      case Derivation.ProvidedBy provided ->
          some(
                  new MapBuilder()
                      .put("api", provided.api().toString())
                      .put("line", provided.line()),
                  "providers",
                  provided.providers(),
                  ExplanationData::candidate)
              .flag("not", provided.negated())
              .build();
      case Derivation.MetBy met ->
          new MapBuilder()
              .put("wanted", met.wanted().reference())
              .put("ways", met.ways(), ExplanationData::claim)
              .flag("not", met.negated())
              .build();
    };
  }

  private static Node fact(Fact fact) {
    MapBuilder map = new MapBuilder();
    switch (fact) {
      case Fact.Asked _ -> map.put("kind", "asked");
      case Fact.Requires requires ->
          some(
              map.put("kind", "requires")
                  .put("module", requires.name().toString())
                  .put("authority", requires.genesis().toString()),
              "versions",
              requires.versions(),
              one -> Node.of(one.toString()));
    }
    return map.put("wanted", fact.wanted().parts(), ExplanationData::part).build();
  }

  private static Node part(Wanted.Part part) {
    MapBuilder map =
        new MapBuilder()
            .put("name", part.name().toString())
            .put("range", part.range().toString())
            .put("authority", part.genesis(), one -> Node.of(one.toString()))
            .put("provider", part.provider(), one -> Node.of(one.toString()));
    some(map, "fits", part.fits(), ExplanationData::candidate);
    some(map, "leftOut", part.leftOut(), ExplanationData::leftOut);
    some(map, "others", part.others(), one -> Node.of(one.toString()));
    return map.put("near", part.near(), Node::of).build();
  }

  private static Node candidate(Wanted.Candidate one) {
    return Node.of(one.name() + "@" + one.version());
  }

  private static Node leftOut(LeftOut one) {
    MapBuilder map = new MapBuilder().put("release", one.reference());
    switch (one) {
      case LeftOut.Yanked yanked ->
          map.put("why", "yanked").put("reason", yanked.reason()).put("since", yanked.since());
      case LeftOut.Unavailable gone -> map.put("why", "unavailable").put("reason", gone.reason());
      case LeftOut.NoVariant none ->
          map.put("why", "variant")
              .put("target", none.target())
              .put("has", none.has(), Node::of)
              .put("asks", none.asks(), Node::of);
      case LeftOut.TooYoung young ->
          map.put("why", "age").put("since", young.made()).put("newest", young.newest());
      case LeftOut.Stranger stranger ->
          map.put("why", "stranger").put("api", stranger.api().toString());
      case LeftOut.Prerelease before -> map.put("why", "prerelease").put("range", before.range());
    }
    return map.build();
  }

  /** A list that may be long: its beginning, and how many there are if that is not all. */
  private static <T> MapBuilder some(
      MapBuilder map, String field, List<T> all, Function<T, Node> item) {
    map.put(field, all.stream().limit(LISTED).toList(), item);
    if (all.size() > LISTED) {
      map.put(field + "Count", all.size());
    }
    return map;
  }
}
