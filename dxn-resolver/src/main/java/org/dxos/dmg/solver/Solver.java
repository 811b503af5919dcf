package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.solver.Requirement.Alternative;

/**
 * Solves one request over one catalog. Use once, by one thread.
 *
 * <p>Requirements are met in the order in which they came up. One that a chosen release already
 * meets costs nothing. Otherwise each candidate is tried, newest first, and everything that follows
 * from it; where all fail, the set of earlier decisions that had a part in it is handed back, and
 * the search goes on at the latest of those. A decision that had no part cannot mend it.
 */
public final class Solver {

  /**
   * Candidates tried before the search gives up: a problem that needs more is a puzzle, not a
   * registry.
   */
  static final int MAX_STEPS = 2_000_000;

  /** Facts told to a person. */
  private static final int MAX_FACTS = 40;

  private final Catalog catalog;
  private final Optional<Target> target;
  private final List<Root> roots;
  private final List<Requirement> requirements = new ArrayList<>();
  private final List<Decision> decisions = new ArrayList<>();
  private final Map<Line, Integer> lines = new HashMap<>();
  private final Map<ApiLine, Integer> providers = new HashMap<>();

  /** Levels of the decisions to which a name resolves, by path and authority. */
  private final Map<Answered, List<Integer>> answered = new HashMap<>();

  private int steps;

  private record Line(Name name, Cid genesis, String line) {}

  private record Answered(String path, Cid genesis) {}

  private record ApiLine(Name api, Cid genesis, String line) {}

  /** A chosen release, and the lines of APIs that it was chosen to provide. */
  private record Decision(Release release, OptionalInt variant, int requirement) {}

  /** Why nothing below a point works: the decisions that had a part in it, and the facts. */
  private record Conflict(Set<Integer> levels, Set<String> facts) {}

  private sealed interface Outcome {
    record Done() implements Outcome {}

    record Failed(Conflict conflict) implements Outcome {}
  }

  private static final Outcome DONE = new Outcome.Done();

  private Solver(Catalog catalog, List<Root> roots, Optional<Target> target) {
    this.catalog = catalog;
    this.roots = List.copyOf(roots);
    this.target = target;
  }

  /**
   * Finds releases for {@code roots}.
   *
   * @throws SolverException if the search was given up
   */
  public static Resolution solve(Catalog catalog, List<Root> roots, Optional<Target> target) {
    return new Solver(catalog, roots, target).solve();
  }

  private Resolution solve() {
    for (Root root : roots) {
      requirements.add(
          new Requirement(
              -1,
              Optional.empty(),
              List.of(
                  new Alternative(root.name(), root.genesis(), root.range(), Optional.empty()))));
    }
    return switch (meet(0)) {
      case Outcome.Done _ -> new Resolution.Solved(chosen());
      case Outcome.Failed failed -> unsolvable(failed.conflict());
    };
  }

  private Resolution unsolvable(Conflict conflict) {
    List<String> facts = conflict.facts().stream().limit(MAX_FACTS).toList();
    String hint =
        facts.stream().anyMatch(fact -> fact.contains("no variant for target"))
            ? "ask for another target, or publish a variant that runs on it"
            : "widen one of the ranges named, or publish a version that fits";
    return new Resolution.Unsolvable(facts, hint);
  }

  /** Meets the requirement at {@code from} and all after it. */
  private Outcome meet(int from) {
    int index = from;
    while (index < requirements.size() && isMet(requirements.get(index))) {
      index++;
    }
    if (index == requirements.size()) {
      return DONE;
    }
    Requirement requirement = requirements.get(index);
    Set<Integer> levels = new TreeSet<>();
    Set<String> facts = new LinkedHashSet<>();
    levels.add(requirement.level());
    facts.add(requirement.toString());
    for (Alternative alternative : requirement.alternatives()) {
      List<Release> candidates = candidates(alternative, facts);
      for (Release candidate : candidates) {
        Optional<Conflict> blocked = blocked(alternative, candidate);
        if (blocked.isPresent()) {
          levels.addAll(blocked.get().levels());
          facts.addAll(blocked.get().facts());
          continue;
        }
        int level = decisions.size();
        Outcome outcome = tryOut(index, alternative, candidate);
        if (!(outcome instanceof Outcome.Failed failed)) {
          return outcome;
        }
        if (!failed.conflict().levels().contains(level)) {
          return outcome; // this decision had no part in it: another candidate would fail alike
        }
        levels.addAll(failed.conflict().levels());
        levels.remove(level);
        facts.addAll(failed.conflict().facts());
      }
    }
    levels.remove(-1);
    return new Outcome.Failed(new Conflict(levels, facts));
  }

  private boolean isMet(Requirement requirement) {
    return requirement.alternatives().stream().anyMatch(one -> metBy(one).isPresent());
  }

  private Outcome tryOut(int index, Alternative alternative, Release candidate) {
    if (++steps > MAX_STEPS) {
      throw new SolverException(
          ErrorCode.QUERY_LIMIT,
          "solve " + requirements.getFirst() + ": gave up after " + MAX_STEPS + " candidates");
    }
    int level = decisions.size();
    int before = requirements.size();
    decisions.add(new Decision(candidate, variant(candidate), index));
    Line line = line(candidate);
    lines.put(line, level);
    List<Answered> names = names(candidate);
    names.forEach(name -> answered.computeIfAbsent(name, _ -> new ArrayList<>()).add(level));
    Optional<ApiLine> api = apiLine(alternative, candidate);
    api.ifPresent(one -> providers.put(one, level));
    addRequirements(candidate, level);
    Outcome outcome = meet(index + 1);
    if (outcome instanceof Outcome.Failed) {
      requirements.subList(before, requirements.size()).clear();
      decisions.removeLast();
      lines.remove(line);
      names.forEach(name -> answered.getOrDefault(name, new ArrayList<>()).remove((Integer) level));
      api.ifPresent(providers::remove);
    }
    return outcome;
  }

  private void addRequirements(Release release, int level) {
    for (Dependency dependency : release.module().dependencies()) {
      if (!dependency.optional()) {
        requirements.add(
            new Requirement(level, Optional.of(release), alternatives(release, dependency)));
      }
    }
  }

  private static List<Alternative> alternatives(Release release, Dependency dependency) {
    return switch (dependency) {
      case Dependency.One one ->
          alternative(release, one.name(), one.range(), one.provider()).stream().toList();
      case Dependency.AnyOf anyOf ->
          anyOf.alternatives().stream()
              .flatMap(
                  one -> alternative(release, one.name(), one.range(), one.provider()).stream())
              .toList();
    };
  }

  private static Optional<Alternative> alternative(
      Release release, Name name, org.dxos.dmg.version.Range range, Optional<Name> provider) {
    return release
        .idOf(name.authority().base())
        .map(id -> new Alternative(name, id, range, provider));
  }

  /** The chosen release that meets an alternative. */
  private Optional<Integer> metBy(Alternative wanted) {
    if (wanted.name().kind() == Kind.API) {
      for (int level = 0; level < decisions.size(); level++) {
        Release release = decisions.get(level).release();
        if (provides(release, wanted) && eligible(release, wanted)) {
          Integer other = providers.get(apiLine(wanted, release).orElseThrow());
          if (other == null || other == level) {
            return Optional.of(level);
          }
        }
      }
      return Optional.empty();
    }
    Answered name = new Answered(wanted.name().path(), wanted.genesis());
    return answered.getOrDefault(name, List.of()).stream()
        .filter(level -> wanted.range().contains(decisions.get(level).release().version()))
        .findFirst();
  }

  /**
   * The names that resolve to a release: the module's own, and those of the functions it carries.
   */
  private static List<Answered> names(Release release) {
    List<Answered> names = new ArrayList<>();
    names.add(new Answered(release.name().path(), release.genesis()));
    release
        .module()
        .carriedPaths()
        .forEach(path -> names.add(new Answered(path, release.genesis())));
    return names;
  }

  private List<Release> candidates(Alternative wanted, Set<String> facts) {
    List<Release> released =
        wanted.name().kind() == Kind.API
            ? providersOf(wanted, facts)
            : catalog.releases(wanted.name(), wanted.genesis());
    List<Release> candidates = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (Release release : released) {
      boolean inRange =
          wanted.name().kind() == Kind.API || wanted.range().contains(release.version());
      if (!inRange) {
        others.add(release.version().toString());
      } else if (release.yanked() && wanted.range().exact().isEmpty()) {
        facts.add("`" + release.name() + "@" + release.version() + "` is yanked");
      } else if (variant(release).isEmpty() && !release.module().runtimes().isEmpty()) {
        facts.add(noVariant(release));
      } else {
        candidates.add(release);
      }
    }
    if (candidates.isEmpty()) {
      facts.add(
          released.isEmpty()
              ? "no release of `" + wanted.name() + "` is known"
              : others.isEmpty()
                  ? "no release of " + wanted + " can be chosen"
                  : "no release of "
                      + wanted
                      + " (there are "
                      + String.join(", ", others.stream().limit(8).toList())
                      + ")");
    }
    return candidates;
  }

  private String noVariant(Release release) {
    List<String> has =
        release.module().runtimes().stream()
            .map(one -> one.runtime() + " " + one.version())
            .toList();
    return "`%s@%s` has no variant for target `%s`: it has %s"
        .formatted(
            release.name(),
            release.version(),
            target.map(Target::toString).orElse(""),
            String.join(", ", has));
  }

  /**
   * Who may provide an API, best first: what the dependency names, then the API's owner, then
   * newest, then by name. A stranger is never among them.
   */
  private List<Release> providersOf(Alternative wanted, Set<String> facts) {
    List<Release> eligible = new ArrayList<>();
    for (Release release : catalog.providers(wanted.name(), wanted.genesis())) {
      if (!provides(release, wanted)) {
        continue;
      }
      if (eligible(release, wanted)) {
        eligible.add(release);
      } else {
        facts.add(
            "`%s@%s` provides `%s`, but its authority is neither the API's owner nor listed by it"
                .formatted(release.name(), release.version(), wanted.name()));
      }
    }
    eligible.sort(
        Comparator.comparing((Release one) -> !isNamed(one, wanted))
            .thenComparing(one -> !one.genesis().equals(wanted.genesis()))
            .thenComparing(one -> provided(one, wanted).version(), Comparator.reverseOrder())
            .thenComparing(one -> one.name().toString())
            .thenComparing(Release::version, Comparator.reverseOrder()));
    return eligible;
  }

  private boolean eligible(Release release, Alternative wanted) {
    return release.genesis().equals(wanted.genesis())
        || isNamed(release, wanted)
        || isRoot(release)
        || isListed(release, wanted);
  }

  private static boolean isNamed(Release release, Alternative wanted) {
    return wanted.provider().isPresent()
        && wanted.provider().get().toString().equals(release.name().toString());
  }

  private boolean isRoot(Release release) {
    return roots.stream()
        .anyMatch(
            root ->
                root.genesis().equals(release.genesis())
                    && root.name().path().equals(release.name().path()));
  }

  /**
   * The API's own newest release says which authorities may provide it; that release binds their
   * ids.
   */
  private boolean isListed(Release release, Alternative wanted) {
    List<Release> own = catalog.releases(wanted.name(), wanted.genesis());
    if (own.isEmpty()) {
      return false;
    }
    Release newest = own.getFirst();
    String authority = release.name().authority().base();
    return newest.module().providers().stream().anyMatch(authority::equals)
        && newest.idOf(authority).equals(Optional.of(release.genesis()));
  }

  private static boolean provides(Release release, Alternative wanted) {
    Provided provided = release.module().provides().get(wanted.name());
    return provided != null
        && release.idOf(wanted.name().authority().base()).equals(Optional.of(wanted.genesis()))
        && wanted.range().contains(provided.version());
  }

  private static Provided provided(Release release, Alternative wanted) {
    return Optional.ofNullable(release.module().provides().get(wanted.name())).orElseThrow();
  }

  private static Optional<ApiLine> apiLine(Alternative wanted, Release release) {
    return wanted.name().kind() == Kind.API
        ? Optional.of(
            new ApiLine(
                wanted.name(), wanted.genesis(), provided(release, wanted).version().line()))
        : Optional.empty();
  }

  /**
   * Whether a choice made before rules a candidate out: another version of its line, another
   * provider of the API's.
   */
  private Optional<Conflict> blocked(Alternative wanted, Release candidate) {
    Integer level = lines.get(line(candidate));
    if (level != null && !decisions.get(level).release().envelope().equals(candidate.envelope())) {
      return Optional.of(
          because(
              level, "for line " + candidate.version().line() + " of `" + candidate.name() + "`"));
    }
    if (level != null) {
      return Optional.of(because(level, "already"));
    }
    Optional<ApiLine> api = apiLine(wanted, candidate);
    if (api.isPresent()) {
      Integer provider = providers.get(api.get());
      if (provider != null) {
        return Optional.of(because(provider, "to provide `" + wanted.name() + "`"));
      }
    }
    return Optional.empty();
  }

  private Conflict because(int level, String what) {
    Decision decision = decisions.get(level);
    Requirement cause = requirements.get(decision.requirement());
    Set<Integer> levels = new TreeSet<>(Set.of(level));
    Set<String> facts = new LinkedHashSet<>();
    facts.add(cause.toString());
    facts.add(
        "`"
            + decision.release().name()
            + "@"
            + decision.release().version()
            + "` is chosen "
            + what);
    return new Conflict(levels, facts);
  }

  private static Line line(Release release) {
    return new Line(release.name(), release.genesis(), release.version().line());
  }

  private OptionalInt variant(Release release) {
    if (release.module().runtimes().isEmpty()) {
      return OptionalInt.empty();
    }
    return target.isPresent() ? target.get().variant(release.module()) : OptionalInt.of(0);
  }

  private List<Chosen> chosen() {
    List<Chosen> chosen = new ArrayList<>();
    for (Decision decision : decisions) {
      Set<Release> needs = new LinkedHashSet<>();
      for (Dependency dependency : decision.release().module().dependencies()) {
        for (Alternative alternative : alternatives(decision.release(), dependency)) {
          Optional<Integer> level = metBy(alternative);
          if (level.isPresent()) {
            needs.add(decisions.get(level.get()).release());
            break;
          }
        }
      }
      chosen.add(new Chosen(decision.release(), decision.variant(), List.copyOf(needs)));
    }
    return chosen;
  }
}
