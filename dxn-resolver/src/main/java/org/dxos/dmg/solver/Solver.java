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
import org.dxos.dmg.select.Providers;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.solver.Requirement.Alternative;

/**
 * Solves one request over one catalog. Use once, by one thread.
 *
 * <p>Requirements are met in the order in which they came up. One that a chosen release already
 * meets costs nothing, but for a root, which gets the newest that can be had; a requirement of an
 * API is met by who was decided to provide that line of it, which is a decision like any other.
 * Otherwise each candidate is tried, newest first, and everything that follows from it; where all
 * fail, the set of earlier decisions that had a part in it is handed back, and the search goes on
 * at the latest of those. A decision that had no part cannot mend it.
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

  private final List<Frame> frames = new ArrayList<>();
  private final Map<Alternative, Candidates> known = new HashMap<>();
  private int steps;

  private record Line(Name name, Cid genesis, String line) {}

  private record Answered(String path, Cid genesis) {}

  private record ApiLine(String path, Cid genesis, String line) {
    boolean isOf(Alternative wanted) {
      return path.equals(wanted.name().path()) && genesis.equals(wanted.genesis());
    }
  }

  /**
   * What was decided for one requirement.
   *
   * @param again the release had been chosen before; here it is a root as well, or provides an API
   * @param api the line of an API that it provides from here on
   */
  private record Decision(
      Release release,
      OptionalInt variant,
      int requirement,
      int requirementsBefore,
      boolean again,
      Optional<ApiLine> api) {}

  private record Option(Alternative alternative, Release release) {}

  private record Candidates(List<Release> releases, Set<String> facts) {}

  /** A requirement being decided: its options, and what is to blame for those that failed. */
  private static final class Frame {
    private final int index;
    private final List<Option> options = new ArrayList<>();
    private final Set<Integer> levels = new TreeSet<>();
    private final Set<String> facts = new LinkedHashSet<>();
    private int next;

    private Frame(int index) {
      this.index = index;
    }

    private void blame(Conflict conflict) {
      levels.addAll(conflict.levels());
      tell(conflict.facts());
    }

    private void tell(Set<String> more) {
      for (String fact : more) {
        if (facts.size() >= MAX_FACTS) {
          return;
        }
        facts.add(fact);
      }
    }
  }

  /** Why nothing below a point works: the decisions that had a part in it, and the facts. */
  private record Conflict(Set<Integer> levels, Set<String> facts) {}

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
    return search();
  }

  private Resolution unsolvable(Conflict conflict) {
    List<String> facts = conflict.facts().stream().limit(MAX_FACTS).toList();
    String hint =
        facts.stream().anyMatch(fact -> fact.contains("no variant for target"))
            ? "ask for another target, or publish a variant that runs on it"
            : "widen one of the ranges named, or publish a version that fits";
    return new Resolution.Unsolvable(facts, hint);
  }

  /** Decides requirement after requirement; one frame a decision, so depth costs no stack. */
  private Resolution search() {
    int index = firstUnmet(0);
    while (index < requirements.size()) {
      frames.add(frame(index));
      Optional<Conflict> conflict = advance();
      while (conflict.isPresent()) {
        Conflict because = conflict.get();
        while (!frames.isEmpty() && !because.levels().contains(frames.size() - 1)) {
          frames.removeLast(); // it had no part in it: another candidate would fail alike
          undo();
        }
        if (frames.isEmpty()) {
          return unsolvable(because);
        }
        undo();
        because.levels().remove(frames.size() - 1);
        frames.getLast().blame(because);
        conflict = advance();
      }
      index = firstUnmet(frames.getLast().index + 1);
    }
    return new Resolution.Solved(chosen());
  }

  /**
   * Takes the next option of the last frame that nothing rules out.
   *
   * @return why there is none; the frame is gone then
   */
  private Optional<Conflict> advance() {
    Frame frame = frames.getLast();
    while (frame.next < frame.options.size()) {
      Option option = frame.options.get(frame.next++);
      Optional<Conflict> blocked = blocked(option);
      if (blocked.isEmpty()) {
        apply(frame.index, option);
        return Optional.empty();
      }
      frame.blame(blocked.get());
    }
    frames.removeLast();
    frame.levels.remove(-1);
    return Optional.of(new Conflict(frame.levels, frame.facts));
  }

  private int firstUnmet(int from) {
    int index = from;
    while (index < requirements.size() && isMet(requirements.get(index))) {
      index++;
    }
    return index;
  }

  private Frame frame(int index) {
    Requirement requirement = requirements.get(index);
    Frame frame = new Frame(index);
    frame.levels.add(requirement.level());
    frame.facts.add(requirement.toString());
    for (Alternative alternative : requirement.alternatives()) {
      Candidates candidates = known.computeIfAbsent(alternative, this::candidates);
      frame.tell(candidates.facts());
      // Who is here already comes first among the providers of an API.
      candidates.releases().stream()
          .sorted(Comparator.comparing(one -> !isApi(alternative) || !isChosen(one)))
          .forEach(one -> frame.options.add(new Option(alternative, one)));
    }
    return frame;
  }

  /** A root is always decided, so that it gets the newest there is for it. */
  private boolean isMet(Requirement requirement) {
    return requirement.level() >= 0
        && requirement.alternatives().stream().anyMatch(one -> metBy(one).isPresent());
  }

  private void apply(int index, Option option) {
    if (++steps > MAX_STEPS) {
      throw new SolverException(
          ErrorCode.QUERY_LIMIT,
          "solve " + requirements.getFirst() + ": gave up after " + MAX_STEPS + " candidates");
    }
    Release candidate = option.release();
    int level = decisions.size();
    boolean again = isChosen(candidate);
    Optional<ApiLine> api =
        apiLine(option.alternative(), candidate).filter(one -> !providers.containsKey(one));
    decisions.add(
        new Decision(candidate, variant(candidate), index, requirements.size(), again, api));
    api.ifPresent(one -> providers.put(one, level));
    if (!again) {
      lines.put(line(candidate), level);
      names(candidate)
          .forEach(name -> answered.computeIfAbsent(name, _ -> new ArrayList<>()).add(level));
      addRequirements(candidate, level);
    }
  }

  private void undo() {
    Decision decision = decisions.removeLast();
    decision.api().ifPresent(providers::remove);
    if (!decision.again()) {
      requirements.subList(decision.requirementsBefore(), requirements.size()).clear();
      lines.remove(line(decision.release()));
      names(decision.release())
          .forEach(name -> answered.getOrDefault(name, new ArrayList<>()).removeLast());
    }
  }

  private boolean isChosen(Release release) {
    Integer level = lines.get(line(release));
    return level != null && decisions.get(level).release().envelope().equals(release.envelope());
  }

  private static boolean isApi(Alternative wanted) {
    return wanted.name().kind() == Kind.API;
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
    Optional<Providers.Named> named =
        provider.flatMap(one -> release.idOf(one).map(id -> new Providers.Named(one, id)));
    return release.idOf(name).map(id -> new Alternative(name, id, range, named));
  }

  /** The chosen release that meets an alternative. */
  private Optional<Integer> metBy(Alternative wanted) {
    if (isApi(wanted)) {
      return providers.entrySet().stream()
          .filter(one -> one.getKey().isOf(wanted))
          .map(Map.Entry::getValue)
          .filter(level -> counts(decisions.get(level).release(), wanted))
          .min(Comparator.naturalOrder());
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

  private Candidates candidates(Alternative wanted) {
    Set<String> facts = new LinkedHashSet<>();
    List<Release> released =
        isApi(wanted)
            ? providersOf(wanted, facts)
            : catalog.releases(wanted.name(), wanted.genesis());
    List<Release> candidates = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (Release release : released) {
      boolean inRange = isApi(wanted) || wanted.range().contains(release.version());
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
    return new Candidates(candidates, facts);
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
      if (counts(release, wanted)) {
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

  /** True if the release provides what is wanted, and its authority may. */
  private boolean counts(Release release, Alternative wanted) {
    return provides(release, wanted)
        && (isRoot(release)
            || Providers.count(
                catalog, release, wanted.name(), wanted.genesis(), wanted.provider()));
  }

  private static boolean isNamed(Release release, Alternative wanted) {
    return wanted.provider().map(one -> one.is(release)).orElse(false);
  }

  private boolean isRoot(Release release) {
    return roots.stream()
        .anyMatch(
            root ->
                names(release).contains(new Answered(root.name().path(), root.genesis()))
                    && root.range().contains(release.version()));
  }

  private static boolean provides(Release release, Alternative wanted) {
    return release
        .provided(wanted.name(), wanted.genesis())
        .filter(provided -> wanted.range().contains(provided.version()))
        .isPresent();
  }

  private static Provided provided(Release release, Alternative wanted) {
    return release.provided(wanted.name(), wanted.genesis()).orElseThrow();
  }

  private static Optional<ApiLine> apiLine(Alternative wanted, Release release) {
    return isApi(wanted)
        ? Optional.of(
            new ApiLine(
                wanted.name().path(), wanted.genesis(), provided(release, wanted).version().line()))
        : Optional.empty();
  }

  /**
   * Whether a choice made before rules a candidate out: another version of its line, another
   * provider of the API's.
   */
  private Optional<Conflict> blocked(Option option) {
    Release candidate = option.release();
    Integer level = lines.get(line(candidate));
    if (level != null && !isChosen(candidate)) {
      return Optional.of(
          because(
              level, "for line " + candidate.version().line() + " of `" + candidate.name() + "`"));
    }
    Optional<ApiLine> api = apiLine(option.alternative(), candidate);
    Integer provider = api.isPresent() ? providers.get(api.get()) : null;
    if (provider != null
        && !decisions.get(provider).release().envelope().equals(candidate.envelope())) {
      return Optional.of(because(provider, "to provide `" + option.alternative().name() + "`"));
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

  /** What is here for a dependency; for an optional one on an API, whoever could provide it. */
  private Optional<Release> need(Alternative wanted) {
    Optional<Release> met = metBy(wanted).map(level -> decisions.get(level).release());
    if (met.isPresent() || !isApi(wanted)) {
      return met;
    }
    return decisions.stream()
        .map(Decision::release)
        .filter(one -> counts(one, wanted))
        .filter(one -> !providers.containsKey(apiLine(wanted, one).orElseThrow()))
        .findFirst();
  }

  private List<Chosen> chosen() {
    List<Chosen> chosen = new ArrayList<>();
    for (Decision decision : decisions) {
      if (decision.again()) {
        continue;
      }
      Set<Release> needs = new LinkedHashSet<>();
      for (Dependency dependency : decision.release().module().dependencies()) {
        for (Alternative alternative : alternatives(decision.release(), dependency)) {
          Optional<Release> met = need(alternative);
          if (met.isPresent()) {
            needs.add(met.get());
            break;
          }
        }
      }
      chosen.add(new Chosen(decision.release(), decision.variant(), List.copyOf(needs)));
    }
    return chosen;
  }
}
