package org.dxos.dmg.select;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Version;

/**
 * What is released, as of one moment. Answers do not change while one instance is used; an
 * implementation may read lazily.
 *
 * <p>Authorities are told apart by their id (the CID of their genesis body), never by name alone.
 */
public interface Catalog {

  /**
   * The id to which an authority's name is bound here; for a name with {@code ~id}, that id if it
   * is held.
   */
  Optional<Cid> authority(String name);

  /**
   * The releases to which a name resolves under an authority: those of the module with that name,
   * or of the module that carries the function with that name. Newest first; withdrawn and
   * unresolvable ones are left out.
   *
   * @param name authority, kind and local; the authority's text is not looked at
   * @param genesis the authority id
   */
  List<Release> releases(Name name, Cid genesis);

  /** The version that a tag names; never asked for {@code latest}. */
  Optional<Version> tag(Name name, Cid genesis, String tag);

  /**
   * Every release whose record provides the API and whose release binds the API's authority to
   * {@code genesis}, newest first within a module, modules by name.
   */
  List<Release> providers(Name api, Cid genesis);

  /**
   * When a release was first there: seconds, UTC. Its publisher may say what it likes; a catalog
   * that knows who ordered it says when that was.
   */
  default long since(Release release) {
    return release.created();
  }

  /** The release with this envelope or this record. */
  Optional<Release> byCid(Cid cid);

  /** Names near to one that was not found, best first, for suggestions only. */
  List<String> near(Name name);
}
