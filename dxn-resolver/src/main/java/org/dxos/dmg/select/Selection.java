package org.dxos.dmg.select;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/** What a DXN selects in a catalog. */
public sealed interface Selection {

  /** One release. */
  record Found(Release release) implements Selection {}

  /** The authority is not known. */
  record NoAuthority(String authority, List<String> near) implements Selection {}

  /** The authority is known, the name is not. */
  record NoName(Name name, List<String> near) implements Selection {}

  /**
   * The name is known, and nothing fits the selector.
   *
   * @param seen all versions, newest first
   * @param selector as it was written
   * @param passedOver what it means all the same
   */
  record NoVersion(Name name, List<Version> seen, Selector selector, List<PassedOver> passedOver)
      implements Selection {
    public NoVersion {
      seen = List.copyOf(seen);
      passedOver = List.copyOf(passedOver);
    }
  }

  /**
   * A release that a selector means and does not select.
   *
   * @param why in words: {@code `name@1.2.0` is yanked: leaks}
   * @param isHadExactly true if its exact version selects it
   */
  record PassedOver(String why, boolean isHadExactly) {}

  /** No release or record has this CID. */
  record NoCid(Cid cid) implements Selection {}

  /** What was asked for is there, and nothing may resolve to it. */
  record Unavailable(Release release, String why) implements Selection {}

  /** Selects: an exact version, else the newest in a range, else what a tag names. */
  static Selection of(Catalog catalog, Dxn dxn) {
    return of(catalog, dxn, OptionalLong.empty());
  }

  /**
   * As {@link #of(Catalog, Dxn)}, and a range or no selector selects nothing that was first there
   * after a moment.
   *
   * @param newest seconds, UTC
   */
  static Selection of(Catalog catalog, Dxn dxn, OptionalLong newest) {
    return switch (dxn) {
      case Dxn.ByCid byCid ->
          catalog.byCid(byCid.cid()).map(Selection::found).orElse(new NoCid(byCid.cid()));
      case Dxn.Named named -> select(catalog, named.name(), named.selector(), newest);
    };
  }

  private static Selection found(Release release) {
    return release
        .notices()
        .unavailable()
        .<Selection>map(why -> new Unavailable(release, why))
        .orElseGet(() -> new Found(release));
  }

  private static Selection select(
      Catalog catalog, Name name, Selector selector, OptionalLong newest) {
    Optional<Cid> genesis = catalog.authority(name.authority().text());
    if (genesis.isEmpty()) {
      return new NoAuthority(name.authority().text(), catalog.near(name));
    }
    List<Release> releases = catalog.releases(name, genesis.get());
    if (releases.isEmpty()) {
      return new NoName(name, catalog.near(name));
    }
    boolean aged =
        newest.isPresent()
            && (selector.equals(Selector.LATEST)
                || (selector instanceof Selector.InRange in && in.range().exact().isEmpty()));
    List<Release> oldEnough =
        aged
            ? releases.stream().filter(one -> catalog.since(one) <= newest.getAsLong()).toList()
            : releases;
    return choose(catalog, name, genesis.get(), selector, oldEnough)
        .map(Selection::found)
        .orElseGet(
            () ->
                new NoVersion(
                    name,
                    releases.stream().map(Release::version).toList(),
                    selector,
                    meant(catalog, name, genesis.get(), selector, releases).stream()
                        .flatMap(one -> passedOver(catalog, one, newest).stream())
                        .toList()));
  }

  /** What a selector means, whatever keeps it from being selected; newest first. */
  private static List<Release> meant(
      Catalog catalog, Name name, Cid genesis, Selector selector, List<Release> releases) {
    return switch (selector) {
      case Selector.InRange in ->
          releases.stream().filter(one -> between(in.range(), one.version())).toList();
      case Selector.Tag tag when tag.equals(Selector.LATEST) -> releases;
      case Selector.Tag tag ->
          catalog.tag(name, genesis, tag.name()).stream()
              .flatMap(version -> exactly(releases, version).stream())
              .toList();
      case Selector.Exact _, Selector.ByCid _ -> List.of();
    };
  }

  /** A pre-release is between the bounds of a range if the stable version of its numbers is. */
  private static boolean between(Range range, Version version) {
    return range.contains(version)
        || (version.isPrerelease()
            && range.contains(
                new Version(version.major(), version.minor(), version.patch(), List.of())));
  }

  private static Optional<PassedOver> passedOver(
      Catalog catalog, Release one, OptionalLong newest) {
    String reference = one.name() + "@" + one.version();
    if (one.yanked()) {
      return one.notices().warnings(reference).stream()
          .findFirst()
          .map(why -> new PassedOver(why, !one.unavailable()));
    }
    if (one.version().isPrerelease()) {
      return Optional.of(new PassedOver("`" + reference + "` is a pre-release", true));
    }
    return newest.isPresent() && catalog.since(one) > newest.getAsLong()
        ? Optional.of(new PassedOver("`" + reference + "` is too young", true))
        : Optional.empty();
  }

  private static Optional<Release> choose(
      Catalog catalog, Name name, Cid genesis, Selector selector, List<Release> releases) {
    return switch (selector) {
      case Selector.Exact exact -> exactly(releases, exact.version());
      case Selector.InRange range -> newest(releases, range.range());
      case Selector.ByCid cid ->
          releases.stream()
              .filter(one -> one.envelope().equals(cid.cid()) || one.record().equals(cid.cid()))
              .findFirst();
      case Selector.Tag tag when tag.equals(Selector.LATEST) -> latest(releases);
      case Selector.Tag tag ->
          catalog
              .tag(name, genesis, tag.name())
              .flatMap(version -> exactly(releases, version))
              .filter(release -> !release.yanked());
    };
  }

  private static Optional<Release> exactly(List<Release> releases, Version version) {
    return releases.stream().filter(one -> one.version().equals(version)).findFirst();
  }

  /**
   * The newest that satisfies and is not yanked; a range that is one exact version takes a yanked
   * one too.
   */
  static Optional<Release> newest(List<Release> releases, Range range) {
    return releases.stream()
        .filter(one -> range.contains(one.version()))
        .filter(one -> !one.yanked() || range.exact().isPresent())
        .max(Comparator.comparing(Release::version));
  }

  /** The highest stable version that is not yanked. */
  static Optional<Release> latest(List<Release> releases) {
    return releases.stream()
        .filter(one -> !one.yanked() && !one.version().isPrerelease())
        .max(Comparator.comparing(Release::version));
  }
}
