package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dxos.dmg.api.Dependents;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.Part;
import org.dxos.dmg.api.Why;
import org.dxos.dmg.api.Withdrawal;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.impact.DependencyGraph;
import org.dxos.dmg.impact.Impact;
import org.dxos.dmg.impact.Paths;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.modules.ModuleRelease;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Selection;
import org.dxos.dmg.version.Range;

/** Questions about who depends on whom, answered from the module graph, in names. */
final class GraphAnswers {

  private final ModuleGraph graph;
  private final DependencyGraph numbers;
  private final Held catalog;

  /** Of each id the name of an authority, with the id if the name is not bound to it. */
  private final Map<Cid, String> authorities = new HashMap<>();

  GraphAnswers(ModuleGraph graph, Held catalog) {
    this.graph = graph;
    this.numbers = new ModuleDependencies(graph);
    this.catalog = catalog;
  }

  Why why(String from, String to, int limit) {
    Dxn what = Dxn.parse(to);
    int start = one(from);
    int[] targets = meant(what, to);
    List<int[]> paths = Paths.between(numbers, start, targets, limit + 1);
    if (paths.isEmpty()) {
      throw new NotFoundException(
          ErrorCode.NOT_FOUND,
          "say why `%s` needs `%s`: it does not lead there".formatted(name(start), to),
          List.of(),
          "`dmg dependents "
              + to
              + "` tells who does; dependencies that are optional are not followed");
    }
    return new Why(
        name(start),
        to,
        paths.stream().limit(limit).map(this::steps).toList(),
        paths.size() > limit);
  }

  private List<Why.Step> steps(int[] path) {
    List<Why.Step> steps = new ArrayList<>();
    for (int i = 1; i < path.length; i++) {
      int next = path[i];
      int[] choices = graph.choices(path[i - 1], new BitSet());
      int clause =
          IntStream.range(0, choices.length)
              .filter(at -> choices[at] == next)
              .findFirst()
              .orElse(0);
      steps.add(new Why.Step(clause(path[i - 1], clause), name(next)));
    }
    return steps;
  }

  Dependents dependents(String of, boolean direct, int limit) {
    Dxn what = Dxn.parse(of);
    int[] targets = meant(what, of);
    int[] found;
    if (what instanceof Dxn.Named named && named.selector().equals(Selector.LATEST)) {
      String authority = named.name().authority().text();
      String path = named.name().path();
      found = direct ? graph.directDependents(authority, path) : graph.dependents(authority, path);
    } else {
      found =
          direct
              ? Arrays.stream(targets)
                  .flatMap(one -> Arrays.stream(graph.directDependents(one)))
                  .distinct()
                  .toArray()
              : graph.dependents(targets);
    }
    return new Dependents(of, direct, named(found, limit));
  }

  Withdrawal withdrawal(String of, int limit) {
    int[] withdrawn = meant(Dxn.parse(of), of);
    Impact impact = Impact.of(numbers, withdrawn);
    return new Withdrawal(
        of,
        named(withdrawn, limit),
        clauses(impact.lost(), limit),
        clauses(impact.moved(), limit),
        named(impact.indirect(), limit),
        named(impact.roots(), limit));
  }

  private Part<Withdrawal.Clause> clauses(List<Impact.Change> changes, int limit) {
    return part(
        changes.stream()
            .sorted(
                Comparator.comparing((Impact.Change one) -> graph.release(one.release()), ORDER)
                    .thenComparing(Impact.Change::clause))
            .toList(),
        limit,
        one ->
            new Withdrawal.Clause(
                name(one.release()),
                clause(one.release(), one.clause()),
                name(one.from()),
                one.to() == DependencyGraph.NOTHING
                    ? Optional.empty()
                    : Optional.of(name(one.to()))));
  }

  /** By name, the newer first: the same on every node, in whatever order things came. */
  private static final Comparator<ModuleRelease> ORDER =
      Comparator.comparing(ModuleRelease::authority)
          .thenComparing(ModuleRelease::path)
          .thenComparing(ModuleRelease::version, Comparator.reverseOrder())
          .thenComparing(ModuleRelease::envelope);

  private Part<String> named(int[] releases, int limit) {
    List<Integer> sorted =
        Arrays.stream(releases)
            .boxed()
            .sorted(Comparator.comparing(graph::release, ORDER))
            .toList();
    return part(sorted, limit, this::name);
  }

  private static <A, B> Part<B> part(List<A> all, int limit, Function<A, B> shown) {
    return new Part<>(all.size(), all.stream().limit(limit).map(shown).toList());
  }

  /** The one release that a name selects. */
  private int one(String text) {
    Dxn dxn = Dxn.parse(text);
    return switch (Selection.of(catalog, dxn)) {
      case Selection.Found found -> number(found.release());
      case Selection other -> throw Misses.missing(text, dxn, other, catalog);
    };
  }

  /** All releases that a name can mean, or those of them that its selector selects. */
  private int[] meant(Dxn dxn, String text) {
    if (dxn instanceof Dxn.Named named) {
      Optional<Range> range = range(named.selector());
      if (range.isPresent()) {
        int[] all = releases(named.name(), range.get());
        if (all.length > 0) {
          return all;
        }
        // The same words as for a name that resolves to nothing.
        Dxn asked =
            named.selector().equals(Selector.LATEST)
                ? new Dxn.Named(named.name(), new Selector.InRange(Range.ANY))
                : dxn;
        Selection found = Selection.of(catalog, asked);
        if (!(found instanceof Selection.Found)) {
          throw Misses.missing(text, asked, found, catalog);
        }
      }
    }
    return new int[] {one(text)};
  }

  private int[] releases(Name name, Range range) {
    String authority = name.authority().text();
    int[] answering = graph.answering(authority, name.path(), range);
    if (!range.equals(Range.ANY)) {
      return answering;
    }
    // Without a selector pre-releases are meant too, which no range means unasked.
    return IntStream.concat(
            Arrays.stream(graph.releases(authority, name.path())), Arrays.stream(answering))
        .distinct()
        .toArray();
  }

  private static Optional<Range> range(Selector selector) {
    return switch (selector) {
      case Selector.Exact exact -> Optional.of(Range.exactly(exact.version()));
      case Selector.InRange in -> Optional.of(in.range());
      case Selector.Tag tag when tag.equals(Selector.LATEST) -> Optional.of(Range.ANY);
      case Selector.Tag _, Selector.ByCid _ -> Optional.empty();
    };
  }

  private int number(Release release) {
    return graph
        .find(
            release.name().authority().base() + "~" + release.genesis(),
            release.name().path(),
            release.version())
        .orElseThrow(() -> new IllegalStateException(release.name() + " is not in the graph"));
  }

  private String name(int release) {
    ModuleRelease one = graph.release(release);
    return authority(one.genesis()) + "/" + one.path() + "@" + one.version();
  }

  private String clause(int release, int clause) {
    return graph.clauses(release).get(clause).stream()
        .map(one -> authority(one.genesis()) + "/" + one.path() + "@" + one.range())
        .collect(Collectors.joining(" or "));
  }

  private String authority(Cid genesis) {
    return authorities.computeIfAbsent(genesis, catalog::authorityName);
  }
}
