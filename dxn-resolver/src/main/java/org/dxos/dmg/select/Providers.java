package org.dxos.dmg.select;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;

/** Whose releases count as providers of an API. A stranger's never does. */
public final class Providers {

  /**
   * A module that a dependency names, told apart by its authority's id: another claim to the same
   * name is another module.
   */
  public record Named(Name name, Cid genesis) {

    /** True for a release of that module. */
    public boolean is(Release release) {
      return genesis.equals(release.genesis()) && name.path().equals(release.name().path());
    }
  }

  private Providers() {}

  /**
   * True if {@code release} may provide the API: its authority owns the API, or the API's own
   * newest release lists that authority, or the dependency names the module.
   */
  public static boolean count(
      Catalog catalog, Release release, Name api, Cid genesis, Optional<Named> named) {
    return release.genesis().equals(genesis)
        || named.map(one -> one.is(release)).orElse(false)
        || isListed(catalog, release, api, genesis);
  }

  /** The listing release binds the ids of the authorities that it lists. */
  private static boolean isListed(Catalog catalog, Release release, Name api, Cid genesis) {
    return catalog.releases(api, genesis).stream()
        .findFirst()
        .filter(
            newest ->
                newest.module().providers().stream()
                    .anyMatch(listed -> newest.idOf(listed).equals(Optional.of(release.genesis()))))
        .isPresent();
  }
}
