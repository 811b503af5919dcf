package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.dxn.NearNames;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.select.Notices;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.sync.pull.PullThrough;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Statuses;
import org.dxos.dmg.version.Version;

/**
 * The state trees of all authorities as a catalog, as of the heads that stood when it was made.
 * Reads lazily, by name: a resolve touches a few blocks, whatever the size of the registry. Used by
 * one thread.
 */
final class StateCatalog implements Held {

  private static final int NEAR = 3;

  /**
   * Keys looked at for suggestions, so that a name that is not there costs no more than one that
   * is.
   */
  private static final int MAX_NAMES_LOOKED_AT = 500;

  private final ReleaseReader reader;
  private final Map<String, Cid> names = new HashMap<>();
  private final Map<Cid, AuthorityView> views = new HashMap<>();
  private final Map<String, List<Release>> known = new HashMap<>();
  private final Map<Cid, Statuses> statuses = new HashMap<>();

  private final History history;

  /** Authorities that were asked for and are not held. */
  private final Set<PullThrough.Wanted> lacking = new LinkedHashSet<>();

  StateCatalog(
      List<AuthorityView> views,
      ReleaseReader reader,
      History history,
      java.util.function.Function<String, Optional<AuthorityView>> bound) {
    this.reader = reader;
    this.history = history;
    for (AuthorityView view : views) {
      this.views.put(view.id(), view);
      bound.apply(view.name()).ifPresent(one -> names.put(view.name(), one.id()));
    }
  }

  @Override
  public Optional<Cid> authority(String name) {
    int tilde = name.indexOf('~');
    if (tilde < 0) {
      Optional<Cid> bound = Optional.ofNullable(names.get(name));
      if (bound.isEmpty()) {
        lacking.add(new PullThrough.Wanted(name, Optional.empty()));
      }
      return bound;
    }
    Cid id = Cid.parse(name.substring(tilde + 1));
    lack(name.substring(0, tilde), id);
    return Optional.ofNullable(views.get(id))
        .filter(view -> view.name().equals(name.substring(0, tilde)))
        .map(AuthorityView::id);
  }

  @Override
  public Optional<Signed<Head>> head(Cid genesis, Cid release) {
    return Optional.ofNullable(views.get(genesis))
        .filter(view -> has(view, reader.statement(release).body(), release))
        .flatMap(AuthorityView::head);
  }

  private static boolean has(AuthorityView view, Statement statement, Cid release) {
    return view.state().get(Slots.of(statement)).equals(Optional.of(release));
  }

  @Override
  public List<PullThrough.Wanted> lacking() {
    return List.copyOf(lacking);
  }

  private void lack(String name, Cid genesis) {
    if (!views.containsKey(genesis)) {
      lacking.add(new PullThrough.Wanted(name, Optional.of(genesis)));
    }
  }

  /** When its authority's home ordered it; as its publisher says, where that cannot be found. */
  @Override
  public long since(Release release) {
    return Optional.ofNullable(views.get(release.genesis())).stream()
        .mapToLong(view -> history.added(view, release.envelope()).orElse(release.created()))
        .findFirst()
        .orElse(release.created());
  }

  @Override
  public String authorityName(Cid genesis) {
    AuthorityView view = views.get(genesis);
    if (view == null) {
      return "~" + genesis;
    }
    return Optional.of(genesis).equals(Optional.ofNullable(names.get(view.name())))
        ? view.name()
        : view.name() + "~" + genesis;
  }

  @Override
  public List<Release> releases(Name name, Cid genesis) {
    return known.computeIfAbsent(genesis + " " + name.path(), _ -> read(name, genesis));
  }

  private List<Release> read(Name name, Cid genesis) {
    lack(name.authority().base(), genesis);
    AuthorityView view = views.get(genesis);
    if (view == null) {
      return List.of();
    }
    List<Release> own = read(view, name.path());
    if (!own.isEmpty() || name.kind() != Kind.FUNCTION) {
      return own;
    }
    Optional<Cid> first = view.state().get(Slots.name(name.path()));
    if (first.isEmpty()) {
      return List.of();
    }
    String carrier = reader.statement(first.get()).body().path();
    return read(view, carrier).stream()
        .filter(release -> release.module().carriedPaths().contains(name.path()))
        .toList();
  }

  private List<Release> read(AuthorityView view, String path) {
    List<Release> releases = new ArrayList<>();
    view.state()
        .walkPrefix(
            Slots.releases(path),
            (_, envelope) ->
                reader
                    .release(view, envelope)
                    .map(one -> noticed(view, one))
                    .ifPresent(releases::add));
    releases.sort(Comparator.comparing(Release::version).reversed());
    return List.copyOf(releases);
  }

  private Statuses statuses(AuthorityView view) {
    return statuses.computeIfAbsent(view.id(), _ -> reader.statuses(view));
  }

  /** A release with what was said of it since. */
  private Release noticed(AuthorityView view, Release release) {
    Statuses.Status status =
        statuses(view).of(release.envelope(), release.name().path(), release.version());
    return release.with(
        new Notices(
            status.yank().map(StateCatalog::notice),
            status.withdrawal().map(StateCatalog::notice),
            status.voided(),
            status.deprecations().stream().map(StateCatalog::deprecation).toList()));
  }

  private static Notices.Notice notice(Statement statement) {
    return new Notices.Notice(
        switch (statement.op()) {
          case Statement.Yank yank -> yank.reason();
          case Statement.Withdraw withdraw -> withdraw.reason();
          default -> throw new IllegalStateException(statement.op().text() + " gives no reason");
        },
        statement.created());
  }

  private static Notices.Deprecation deprecation(Statement statement) {
    if (!(statement.op() instanceof Statement.Deprecate deprecate)) {
      throw new IllegalStateException(statement.op().text() + " is no deprecation");
    }
    return new Notices.Deprecation(deprecate.reason(), deprecate.successor(), statement.created());
  }

  @Override
  public Optional<Version> tag(Name name, Cid genesis, String tag) {
    return Optional.ofNullable(views.get(genesis))
        .flatMap(view -> statuses(view).tagged(name.path(), tag))
        .map(Version::parse);
  }

  @Override
  public List<Release> providers(Name api, Cid genesis) {
    List<Release> providers = new ArrayList<>();
    // Whoever the API's owner lists may provide it, and is not found among those that are held.
    releases(api, genesis).stream()
        .findFirst()
        .ifPresent(
            newest ->
                newest
                    .module()
                    .providers()
                    .forEach(one -> newest.idOf(one).ifPresent(id -> lack(one, id))));
    for (AuthorityView view : views.values()) {
      for (Cid envelope : reader.providers(view, api)) {
        reader
            .release(view, envelope)
            .map(one -> noticed(view, one))
            .filter(release -> release.idOf(api.authority().base()).equals(Optional.of(genesis)))
            .ifPresent(providers::add);
      }
    }
    providers.sort(
        Comparator.comparing((Release one) -> one.name().toString())
            .thenComparing(Release::version, Comparator.reverseOrder()));
    return providers;
  }

  @Override
  public Optional<Release> byCid(Cid cid) {
    return reader
        .byCid(
            cid, id -> Optional.ofNullable(views.get(id)), name -> authority(name).map(views::get))
        .flatMap(
            release ->
                Optional.ofNullable(views.get(release.genesis()))
                    .map(view -> noticed(view, release)));
  }

  @Override
  public Optional<ReleaseReader.Later> newer(Dxn dxn) {
    if (!(dxn instanceof Dxn.Named named) || !(named.selector() instanceof Selector.Exact exact)) {
      return Optional.empty();
    }
    return authority(named.name().authority().text())
        .flatMap(id -> Optional.ofNullable(views.get(id)))
        .flatMap(
            view ->
                view.state().get(Slots.release(named.name().path(), exact.version().toString())))
        .flatMap(reader::newer);
  }

  @Override
  public List<String> near(Name name) {
    Set<String> names = new LinkedHashSet<>();
    Optional.ofNullable(this.names.get(name.authority().base()))
        .map(views::get)
        .ifPresent(
            view -> {
              String begin = name.kind().text() + "/" + name.local().charAt(0);
              addNames(view, "r/" + begin, names);
              addNames(view, "n/" + begin, names);
            });
    for (AuthorityView view : views.values()) {
      addNames(view, "r/", names);
      addNames(view, "n/", names);
    }
    return NearNames.of(name.toString(), names, NEAR);
  }

  /**
   * Adds names of an authority, from a key on, up to a bound: a suggestion is not worth a walk of
   * everything.
   */
  private static void addNames(AuthorityView view, String from, Set<String> names) {
    int[] left = {MAX_NAMES_LOOKED_AT};
    view.state()
        .walk(
            from,
            (key, _) -> {
              if (!key.startsWith(from.substring(0, 2)) || left[0]-- == 0) {
                return false;
              }
              int at = key.startsWith("r/") ? key.lastIndexOf('@') : key.length();
              names.add(view.name() + "/" + key.substring(2, at));
              return names.size() < MAX_NAMES_LOOKED_AT;
            });
  }

  @Override
  public Map<String, String> tags(Name name, Cid genesis) {
    Map<String, String> tags = new HashMap<>();
    Optional.ofNullable(views.get(genesis))
        .ifPresent(
            view ->
                view.state()
                    .walkPrefix(
                        Slots.tags(name.path()),
                        (key, _) -> {
                          String tag = key.substring(key.lastIndexOf(':') + 1);
                          statuses(view)
                              .tagged(name.path(), tag)
                              .ifPresent(version -> tags.put(tag, version));
                        }));
    return tags;
  }
}
