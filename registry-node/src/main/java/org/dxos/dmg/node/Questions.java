package org.dxos.dmg.node;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Dependents;
import org.dxos.dmg.api.ModuleInfo;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.api.SolvedClosure;
import org.dxos.dmg.api.Why;
import org.dxos.dmg.api.Withdrawal;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.modules.ModuleIndex;
import org.dxos.dmg.policy.PolicyException;
import org.dxos.dmg.policy.PolicyFile;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Selection;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Signed;

/**
 * What is asked of a registry and answered from what is held: releases, modules, closures, and who
 * depends on whom. In a space, over the space and what is public.
 */
final class Questions {

  private final Registrar registrar;
  private final BlockSource blocks;

  /** What is public, around a space. */
  private final Optional<Questions> outer;

  private final PolicyFile policy;
  private final InstantSource clock;
  private final Supplier<Elsewhere> elsewhere;
  private final ReleaseReader reader;
  private final History history;
  private final ModuleIndex modules;

  /** Of a space and what is public; it is made when it is asked for, and saved nowhere. */
  private final ModuleIndex joined;

  /**
   * @param store of this registry alone
   * @param blocks what can be read: in a space, what is public as well
   * @param index where the module graph is kept
   * @param elsewhere where else is looked for what is not held
   */
  Questions(
      Registrar registrar,
      BlockStore store,
      BlockSource blocks,
      Optional<Questions> outer,
      PolicyFile policy,
      InstantSource clock,
      Path index,
      Supplier<Elsewhere> elsewhere) {
    this.registrar = registrar;
    this.blocks = blocks;
    this.outer = outer;
    this.policy = policy;
    this.clock = clock;
    this.elsewhere = elsewhere;
    this.reader = new ReleaseReader(blocks);
    this.history = new History(blocks);
    this.modules = new ModuleIndex(store, index);
    this.joined = new ModuleIndex(blocks, index);
  }

  ReleaseInfo resolve(String text, Optional<Cid> at) {
    Dxn dxn = Dxn.parse(text);
    Optional<String> away = at.isEmpty() ? elsewhere.get().bring(dxn) : Optional.empty();
    Optional<History.Moment> moment = at.map(this::moment);
    Held catalog = states(moment);
    OptionalLong newest =
        policy
            .current()
            .minAge()
            .map(age -> moment.map(History.Moment::time).orElseGet(this::now) - age.toSeconds())
            .map(OptionalLong::of)
            .orElseGet(OptionalLong::empty);
    return switch (Selection.of(catalog, dxn, newest)) {
      case Selection.Found found ->
          info(
              found.release(),
              catalog.head(found.release().genesis(), found.release().envelope()).orElseThrow(),
              at);
      case Selection other -> {
        catalog.newer(dxn).ifPresent(newer -> Misses.refuseNewer("resolve", text, newer));
        throw Misses.away(Misses.missing(text, dxn, other, catalog), other, away);
      }
    };
  }

  ModuleInfo module(String text, Optional<Cid> at) {
    Name name = Name.parse(text);
    Optional<String> away =
        at.isEmpty() ? elsewhere.get().bring(name.authority()) : Optional.empty();
    Held catalog = states(at.map(this::moment));
    Cid genesis =
        catalog
            .authority(name.authority().text())
            .orElseThrow(
                () -> {
                  Selection none =
                      new Selection.NoAuthority(name.authority().text(), catalog.near(name));
                  return Misses.away(Misses.missing(text, none), none, away);
                });
    List<Release> releases = catalog.releases(name, genesis);
    if (releases.isEmpty()) {
      throw Misses.missing(text, new Selection.NoName(name, catalog.near(name)));
    }
    Map<String, String> tags = new TreeMap<>(catalog.tags(name, genesis));
    releases.stream()
        .filter(one -> !one.yanked() && !one.version().isPrerelease())
        .findFirst()
        .ifPresent(one -> tags.put("latest", one.version().toString()));
    return new ModuleInfo(
        text,
        genesis,
        releases.stream()
            .map(
                one ->
                    new ModuleInfo.VersionInfo(
                        one.version().toString(),
                        one.name().toString(),
                        one.record(),
                        one.envelope(),
                        one.notices(),
                        one.created()))
            .toList(),
        tags);
  }

  Lock closure(ClosureRequest request) {
    return closures(request, ClosureAnswers::lock);
  }

  SolvedClosure explain(ClosureRequest request) {
    return closures(request, ClosureAnswers::explained);
  }

  private <T> T closures(ClosureRequest request, Function<ClosureAnswers, T> answer) {
    Optional<History.Moment> moment = request.at().map(this::moment);
    return moment.isPresent()
        ? answer.apply(closures(states(moment), request, moment))
        : elsewhere
            .get()
            .solve(this::states, states -> answer.apply(closures(states, request, moment)));
  }

  private ClosureAnswers closures(
      Held states, ClosureRequest request, Optional<History.Moment> moment) {
    return new ClosureAnswers(
        states,
        request,
        policy.current(),
        moment.map(History.Moment::time).orElseGet(this::now),
        moment.flatMap(History.Moment::root).orElseGet(registrar::root),
        moment.isPresent() ? (_, _) -> {} : this::requireFresh);
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  Why why(String from, String to, int limit) {
    bring(from, to);
    return answers().why(from, to, limit);
  }

  Dependents dependents(String of, boolean direct, int limit) {
    bring(of);
    return answers().dependents(of, direct, limit);
  }

  Withdrawal withdrawal(String of, int limit) {
    bring(of);
    return answers().withdrawal(of, limit);
  }

  private void bring(String... names) {
    for (String name : names) {
      Optional<String> unused = elsewhere.get().bring(Dxn.parse(name));
    }
  }

  private GraphAnswers answers() {
    return new GraphAnswers(outer.isPresent() ? joinedModules(outer.get()) : modules(), states());
  }

  /** Who depends on whom in a space and what is public, as both are resolved over. */
  private ModuleGraph joinedModules(Questions open) {
    Map<String, Cid> names = new TreeMap<>(open.registrar.names());
    names.putAll(registrar.names());
    return joined.graph(registrar.authorities(), open.registrar.authorities(), names);
  }

  /** Who depends on whom, as of now. The first call reads every record. */
  ModuleGraph modules() {
    return modules.graph(registrar.authorities(), registrar.names());
  }

  /** What is released, as of now. */
  Held states() {
    return states(Optional.empty());
  }

  private Held states(Optional<History.Moment> moment) {
    Held own =
        new StateCatalog(
            moment.map(History.Moment::views).orElseGet(registrar::authorities),
            reader,
            history,
            registrar::authority);
    return outer.isPresent() ? new JoinedCatalog(own, outer.get().states()) : own;
  }

  private History.Moment moment(Cid at) {
    if (outer.isPresent()) {
      throw new FormatException(
          ErrorCode.USAGE,
          "look back to `" + at + "`: a space is read as it is now",
          "leave out --at");
    }
    return history.at(at, registrar.authorities());
  }

  /** A policy may ask for heads that are not older than some time; without one they are served. */
  private void requireFresh(String authority, Head head) {
    long age = clock.instant().getEpochSecond() - head.issued();
    policy
        .current()
        .maxHeadAge()
        .filter(most -> age > most.toSeconds())
        .ifPresent(
            most -> {
              throw new PolicyException(
                  ErrorCode.STALE_HEAD,
                  "resolve under `%s`: its newest head is %d s old, the policy asks for %d at most"
                      .formatted(authority, age, most.toSeconds()),
                  "fetch newer ones from its home, or widen `maxHeadAge` in policy.json");
            });
  }

  private ReleaseInfo info(Release release, Signed<Head> head, Optional<Cid> at) {
    if (at.isEmpty()) {
      requireFresh(release.name().authority().base(), head.body());
    }
    List<String> warnings =
        new ArrayList<>(release.notices().warnings(release.name() + "@" + release.version()));
    if (at.isEmpty() && head.body().expires() <= clock.instant().getEpochSecond()) {
      warnings.add(
          "the newest head of `"
              + release.name().authority().base()
              + "` that is held here has expired");
    }
    Node record = LinkText.of(DagCbor.decode(blocks.get(release.record()).orElseThrow()));
    return new ReleaseInfo(
        release.name().toString(),
        release.version().toString(),
        release.record(),
        release.envelope(),
        release.genesis(),
        head.cid(),
        release.created(),
        record instanceof Node.Map map ? map : Node.Map.EMPTY,
        release.notices(),
        warnings);
  }

  /**
   * Keeps the module graph for the next start.
   *
   * @throws java.io.UncheckedIOException if the disk refuses
   */
  void save() {
    modules.save();
  }
}
