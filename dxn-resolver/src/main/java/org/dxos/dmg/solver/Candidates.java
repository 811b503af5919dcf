package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.explain.LeftOut;
import org.dxos.dmg.explain.Wanted;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Providers;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.solver.Requirement.Alternative;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * Which releases can be chosen for an alternative of a requirement, best first, and why others
 * cannot. It depends on the alternative, the question and the catalog alone, never on what was
 * chosen so far.
 */
final class Candidates {

  private final Catalog catalog;
  private final Question question;

  /** By path: a question may have a thousand, and every candidate is looked up here. */
  private final Map<String, List<Root>> roots;

  /** What there is for one alternative. */
  record Found(List<Release> releases, Wanted.Part part) {}

  Candidates(Catalog catalog, Question question) {
    this.catalog = catalog;
    this.question = question;
    this.roots =
        question.roots().stream().collect(Collectors.groupingBy(root -> root.name().path()));
  }

  Found of(Alternative wanted) {
    if (wanted.genesis().isEmpty()) {
      return new Found(
          List.of(),
          part(wanted, List.of(), List.of(), List.of(), List.of(), catalog.near(wanted.name())));
    }
    return wanted.name().kind() == Kind.API
        ? providers(wanted, wanted.genesis().get())
        : releases(wanted, wanted.genesis().get());
  }

  private Found releases(Alternative wanted, Cid genesis) {
    List<Release> fits = new ArrayList<>();
    List<LeftOut> leftOut = new ArrayList<>();
    List<Version> others = new ArrayList<>();
    List<Version> wider = new ArrayList<>();
    List<Release> known = catalog.releases(wanted.name(), genesis);
    for (Release release : known) {
      if (!wanted.range().contains(release.version())) {
        if (isHiddenPrerelease(release.version(), wanted.range())) {
          leftOut.add(
              new LeftOut.Prerelease(release.name(), release.version(), wanted.range().toString()));
        } else {
          others.add(release.version());
          if (!release.version().isPrerelease() && reason(release, false).isEmpty()) {
            wider.add(release.version());
          }
        }
        continue;
      }
      boolean exact = wanted.range().exact().isPresent();
      reason(release, exact).ifPresentOrElse(leftOut::add, () -> fits.add(release));
    }
    fits.sort(Comparator.comparing(this::isNotHeld).thenComparing(NEWEST_FIRST));
    return new Found(
        fits,
        part(
            wanted,
            fits,
            leftOut,
            others,
            wider,
            known.isEmpty() ? catalog.near(wanted.name()) : List.of()));
  }

  private static final Comparator<Release> NEWEST_FIRST =
      Comparator.comparing(Release::version)
          .reversed()
          .thenComparing(Release::name)
          .thenComparing(Release::envelope);

  /** What the API's owner has first, after what the dependency names; a stranger never. */
  private Found providers(Alternative wanted, Cid genesis) {
    List<Release> fits = new ArrayList<>();
    List<LeftOut> leftOut = new ArrayList<>();
    List<Version> others = new ArrayList<>();
    List<Version> wider = new ArrayList<>();
    // Asked for so that a catalog that looks for what it lacks sees it.
    wanted.provider().ifPresent(named -> catalog.releases(named.name(), named.genesis()));
    List<Release> known = catalog.providers(wanted.name(), genesis);
    for (Release release : known) {
      Version provided = provided(release, wanted.name(), genesis);
      boolean stranger =
          !isRoot(release)
              && !Providers.count(catalog, release, wanted.name(), genesis, wanted.provider());
      if (!wanted.range().contains(provided)) {
        others.add(provided);
        if (!stranger && reason(release, false).isEmpty()) {
          wider.add(provided);
        }
      } else if (stranger) {
        leftOut.add(new LeftOut.Stranger(release.name(), release.version(), wanted.name()));
      } else {
        reason(release, false).ifPresentOrElse(leftOut::add, () -> fits.add(release));
      }
    }
    fits.sort(
        Comparator.comparing(this::isNotHeld)
            .thenComparing(one -> wanted.provider().filter(named -> named.is(one)).isEmpty())
            .thenComparing(one -> !one.genesis().equals(genesis))
            .thenComparing(one -> provided(one, wanted.name(), genesis), Comparator.reverseOrder())
            .thenComparing(Release::name)
            .thenComparing(Release::version, Comparator.reverseOrder())
            .thenComparing(Release::envelope));
    return new Found(
        fits,
        part(
            wanted,
            fits,
            leftOut,
            newestFirst(others),
            newestFirst(wider),
            known.isEmpty() ? catalog.near(wanted.name()) : List.of()));
  }

  private static List<Version> newestFirst(List<Version> versions) {
    return versions.stream().distinct().sorted(Comparator.reverseOrder()).toList();
  }

  static Version provided(Release release, Name api, Cid genesis) {
    return release.provided(api, genesis).orElseThrow().version();
  }

  /**
   * Why a release that a range has cannot be chosen for it.
   *
   * @param exact the range is this one version
   */
  private Optional<LeftOut> reason(Release release, boolean exact) {
    Optional<String> unavailable = release.notices().unavailable();
    if (unavailable.isPresent()) {
      return Optional.of(
          new LeftOut.Unavailable(release.name(), release.version(), unavailable.get()));
    }
    boolean asked = isExactRoot(release) || !isNotHeld(release);
    if (release.notices().yanked().isPresent() && !exact && !asked) {
      return release
          .notices()
          .yanked()
          .map(
              one ->
                  new LeftOut.Yanked(release.name(), release.version(), one.reason(), one.since()));
    }
    if (question.newest().isPresent()
        && catalog.since(release) > question.newest().getAsLong()
        && !asked) {
      return Optional.of(
          new LeftOut.TooYoung(
              release.name(),
              release.version(),
              catalog.since(release),
              question.newest().getAsLong()));
    }
    return question
        .target()
        .filter(target -> !release.module().runtimes().isEmpty())
        .filter(target -> target.variant(release.module()).isEmpty())
        .map(
            target ->
                new LeftOut.NoVariant(
                    release.name(),
                    release.version(),
                    target.toString(),
                    target.variants(release.module()),
                    target.notGranted(release.module())));
  }

  /** The range has the stable release of the same numbers, and names no pre-release of them. */
  private static boolean isHiddenPrerelease(Version version, Range range) {
    return version.isPrerelease()
        && range.contains(
            new Version(version.major(), version.minor(), version.patch(), List.of()));
  }

  private boolean isRoot(Release release) {
    return roots(release).anyMatch(root -> root.range().contains(release.version()));
  }

  /** False for what is held, which therefore comes first. */
  private boolean isNotHeld(Release release) {
    return !question.held().contains(release.envelope());
  }

  private boolean isExactRoot(Release release) {
    return roots(release)
        .anyMatch(root -> root.range().exact().filter(release.version()::equals).isPresent());
  }

  /** The roots that a release is of, by its own name or by that of a function in it. */
  private Stream<Root> roots(Release release) {
    if (roots.isEmpty()) {
      return Stream.of();
    }
    return Stream.concat(Stream.of(release.name().path()), release.module().carriedPaths().stream())
        .distinct()
        .flatMap(path -> roots.getOrDefault(path, List.of()).stream())
        .filter(root -> root.genesis().equals(release.genesis()));
  }

  private static Wanted.Part part(
      Alternative wanted,
      List<Release> fits,
      List<LeftOut> leftOut,
      List<Version> others,
      List<Version> wider,
      List<String> near) {
    return new Wanted.Part(
        wanted.name(),
        wanted.genesis(),
        wanted.range(),
        wanted.provider().map(Providers.Named::name),
        fits.stream()
            .map(one -> new Wanted.Candidate(one.name(), one.genesis(), one.version()))
            .toList(),
        leftOut,
        others,
        wider,
        near,
        wanted.name().kind() == Kind.API
            ? fits.stream()
                .map(one -> provided(one, wanted.name(), wanted.genesis().orElseThrow()).line())
                .distinct()
                .sorted()
                .toList()
            : List.of());
  }
}
