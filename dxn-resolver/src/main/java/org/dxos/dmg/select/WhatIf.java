package org.dxos.dmg.select;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * A catalog as it would be without some releases, or with some of them yanked.
 *
 * @param without releases that are taken not to be there
 * @param yanked releases that are taken to be yanked
 * @param assumed when they are said to have been yanked: seconds, UTC
 */
public record WhatIf(Catalog catalog, List<Some> without, List<Some> yanked, long assumed)
    implements Catalog {

  /**
   * Releases of a name: of the module, of the module that carries the function, or those that
   * provide the API.
   *
   * @param range those of them; empty for all
   */
  public record Some(Name name, Cid genesis, Optional<Range> range) {

    boolean has(Release release) {
      return range.map(one -> one.contains(release.version())).orElse(true) && isOf(release);
    }

    private boolean isOf(Release release) {
      boolean own =
          release.genesis().equals(genesis)
              && (release.name().path().equals(name.path())
                  || release.module().carriedPaths().contains(name.path()));
      return own || (name.kind() == Kind.API && release.provided(name, genesis).isPresent());
    }
  }

  public WhatIf {
    without = List.copyOf(without);
    yanked = List.copyOf(yanked);
  }

  private List<Release> seen(List<Release> releases) {
    return releases.stream()
        .filter(one -> without.stream().noneMatch(some -> some.has(one)))
        .map(this::noticed)
        .toList();
  }

  private Release noticed(Release release) {
    if (yanked.stream().noneMatch(some -> some.has(release))) {
      return release;
    }
    Notices notices = release.notices();
    return release.with(
        new Notices(
            Optional.of(new Notices.Notice("assumed", assumed)),
            notices.withdrawn(),
            notices.voided(),
            notices.deprecated()));
  }

  @Override
  public Optional<Cid> authority(String name) {
    return catalog.authority(name);
  }

  @Override
  public List<Release> releases(Name name, Cid genesis) {
    return seen(catalog.releases(name, genesis));
  }

  @Override
  public Optional<Version> tag(Name name, Cid genesis, String tag) {
    return catalog.tag(name, genesis, tag);
  }

  @Override
  public List<Release> providers(Name api, Cid genesis) {
    return seen(catalog.providers(api, genesis));
  }

  @Override
  public long since(Release release) {
    return catalog.since(release);
  }

  @Override
  public Optional<Release> byCid(Cid cid) {
    return catalog.byCid(cid).map(one -> seen(List.of(one))).stream()
        .flatMap(List::stream)
        .findFirst();
  }

  @Override
  public List<String> near(Name name) {
    return catalog.near(name);
  }
}
