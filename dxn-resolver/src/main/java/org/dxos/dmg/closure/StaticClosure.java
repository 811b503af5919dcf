package org.dxos.dmg.closure;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Providers;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.version.Range;

/**
 * The closure that looks at each clause alone: its first alternative that has a candidate, a module
 * before providers, providers by name. A walk of a graph, without any search; two versions of one
 * line may be in it.
 */
public final class StaticClosure {

  private StaticClosure() {}

  /** The release and all that it reaches, in the order reached, breadth-first. */
  public static List<Release> of(Catalog catalog, Release root) {
    Map<Cid, Release> reached = new LinkedHashMap<>();
    ArrayDeque<Release> queue = new ArrayDeque<>();
    reached.put(root.envelope(), root);
    queue.add(root);
    while (!queue.isEmpty()) {
      for (Release next : dependencies(catalog, queue.remove())) {
        if (reached.putIfAbsent(next.envelope(), next) == null) {
          queue.add(next);
        }
      }
    }
    return new ArrayList<>(reached.values());
  }

  /** What each clause of a release that is not optional leads to. */
  public static List<Release> dependencies(Catalog catalog, Release release) {
    List<Release> next = new ArrayList<>();
    for (Dependency dependency : release.module().dependencies()) {
      if (!dependency.optional()) {
        candidate(catalog, release, dependency).ifPresent(next::add);
      }
    }
    return next;
  }

  private static Optional<Release> candidate(
      Catalog catalog, Release release, Dependency dependency) {
    return switch (dependency) {
      case Dependency.One one ->
          candidate(catalog, release, one.name(), one.range(), one.provider());
      case Dependency.AnyOf anyOf ->
          anyOf.alternatives().stream()
              .flatMap(
                  one ->
                      candidate(catalog, release, one.name(), one.range(), one.provider()).stream())
              .findFirst();
    };
  }

  private static Optional<Release> candidate(
      Catalog catalog, Release release, Name name, Range range, Optional<Name> provider) {
    Optional<Cid> genesis = release.idOf(name);
    if (genesis.isEmpty()) {
      return Optional.empty();
    }
    Optional<Release> module =
        catalog.releases(name, genesis.get()).stream()
            .filter(
                one ->
                    range.contains(one.version())
                        && !one.unavailable()
                        && (!one.yanked() || range.exact().isPresent()))
            .findFirst();
    if (module.isPresent() || name.kind() != Kind.API) {
      return module;
    }
    Optional<Providers.Named> named =
        provider.flatMap(one -> release.idOf(one).map(id -> new Providers.Named(one, id)));
    return catalog.providers(name, genesis.get()).stream()
        .filter(one -> !one.yanked())
        .filter(one -> Providers.count(catalog, one, name, genesis.get(), named))
        .filter(
            one ->
                one.provided(name, genesis.get())
                    .map(provided -> range.contains(provided.version()))
                    .orElse(false))
        .min(
            Comparator.comparing((Release one) -> one.name().toString())
                .thenComparing(Release::version, Comparator.reverseOrder()));
  }
}
