package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Selection;
import org.dxos.dmg.version.Range;

/** From the DXNs that somebody asks for to the roots of a problem. */
public sealed interface Roots {

  record Found(List<Root> roots) implements Roots {}

  /** A DXN that selects nothing, and why. */
  record Missing(Dxn dxn, Selection why) implements Roots {}

  /**
   * The roots of {@code asked}, in that order. A version or a tag is one release; a range stays
   * open, so that the solver may take an older one where the newest does not fit.
   */
  static Roots of(Catalog catalog, List<Dxn> asked) {
    return of(catalog, asked, Set.of(), OptionalLong.empty());
  }

  /**
   * As {@link #of(Catalog, List)}, with the releases that are to be held where they are: a tag is
   * the one of them that it was, wherever it has gone since.
   *
   * @param held envelopes
   * @param newest what came after is too young to be what no selector means: seconds, UTC
   */
  static Roots of(Catalog catalog, List<Dxn> asked, Set<Cid> held, OptionalLong newest) {
    List<Root> roots = new ArrayList<>();
    for (Dxn dxn : asked) {
      if (dxn instanceof Dxn.Named named
          && named.name().kind() == Kind.API
          && !(named.selector() instanceof Selector.ByCid)) {
        Optional<Cid> genesis = catalog.authority(named.name().authority().text());
        if (genesis.isEmpty()) {
          return new Missing(
              dxn,
              new Selection.NoAuthority(
                  named.name().authority().text(), catalog.near(named.name())));
        }
        Optional<Root> api = api(catalog, named, genesis.get());
        if (api.isEmpty()) {
          return new Missing(
              dxn, new Selection.NoVersion(named.name(), List.of(), named.selector(), List.of()));
        }
        if (!roots.contains(api.get())) {
          roots.add(api.get());
        }
        continue;
      }
      Optional<Release> kept = kept(catalog, dxn, held);
      Selection selection =
          kept.<Selection>map(Selection.Found::new).orElseGet(() -> selected(catalog, dxn, newest));
      if (!(selection instanceof Selection.Found found)) {
        return new Missing(dxn, selection);
      }
      Root root = root(dxn, found.release());
      if (!roots.contains(root)) {
        roots.add(root);
      }
    }
    return new Found(roots);
  }

  /** A range stays open: that what it has is too young is for the solver to say. */
  private static Selection selected(Catalog catalog, Dxn dxn, OptionalLong newest) {
    return dxn instanceof Dxn.Named named && named.selector().equals(Selector.LATEST)
        ? Selection.of(catalog, dxn, newest)
        : Selection.of(catalog, dxn);
  }

  /** What is held of a name that is asked for by a tag or a range. */
  private static Optional<Release> kept(Catalog catalog, Dxn dxn, Set<Cid> held) {
    if (held.isEmpty() || !(dxn instanceof Dxn.Named named)) {
      return Optional.empty();
    }
    return catalog.authority(named.name().authority().text()).stream()
        .flatMap(id -> catalog.releases(named.name(), id).stream())
        .filter(one -> held.contains(one.envelope()) && !one.unavailable())
        .filter(
            one ->
                switch (named.selector()) {
                  case Selector.Tag _ -> true;
                  case Selector.InRange in -> in.range().contains(one.version());
                  case Selector.Exact _, Selector.ByCid _ -> false;
                })
        .findFirst();
  }

  /** An API as a root asks for a provider of it. */
  private static Optional<Root> api(Catalog catalog, Dxn.Named named, Cid genesis) {
    Optional<Range> range =
        switch (named.selector()) {
          case Selector.InRange in -> Optional.of(in.range());
          case Selector.Exact exact -> Optional.of(Range.exactly(exact.version()));
          case Selector.Tag tag when !tag.equals(Selector.LATEST) ->
              catalog.tag(named.name(), genesis, tag.name()).map(Range::exactly);
          case Selector.Tag _, Selector.ByCid _ -> Optional.of(Range.ANY);
        };
    String written = named.selector().text();
    return range.map(one -> new Root(bare(named.name()), genesis, one, written));
  }

  private static Root root(Dxn dxn, Release found) {
    Range exact = Range.exactly(found.version());
    return switch (dxn) {
      case Dxn.ByCid byCid ->
          new Root(found.name(), found.genesis(), exact, byCid.cid().toString());
      case Dxn.Named named -> {
        Name name = named.name();
        yield switch (named.selector()) {
          case Selector.InRange range ->
              new Root(bare(name), found.genesis(), range.range(), range.range().toString());
          case Selector.Exact version ->
              new Root(bare(name), found.genesis(), exact, version.version().toString());
          case Selector.Tag tag -> new Root(bare(name), found.genesis(), exact, tag.name());
          case Selector.ByCid cid ->
              new Root(bare(name), found.genesis(), exact, cid.cid().toString());
        };
      }
    };
  }

  /** The name without {@code ~id}: a closure says the id beside it. */
  private static Name bare(Name name) {
    return Name.parse(name.authority().base() + "/" + name.path());
  }
}
