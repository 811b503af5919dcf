package org.dxos.dmg.modules;

import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.version.Version;

/**
 * One release, as far as the graph needs it.
 *
 * @param genesis the authority id
 * @param authority the authority's name, without {@code ~id}
 * @param path of the module: kind and local
 * @param version its version
 * @param envelope of the release statement
 * @param record CID of the record
 */
public record ModuleRelease(
    Cid genesis, String authority, String path, Version version, Cid envelope, Cid record) {

  /** The module's name, as it is written. */
  public String name() {
    return authority + "/" + path;
  }

  @Override
  public String toString() {
    return name() + "@" + version;
  }
}
