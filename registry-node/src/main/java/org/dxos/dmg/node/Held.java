package org.dxos.dmg.node;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.sync.pull.PullThrough;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Signed;

/** A catalog that also knows where its releases come from, and what to say when one is missed. */
interface Held extends Catalog {

  /** The head whose state has a release, as of the moment of this catalog. */
  Optional<Signed<Head>> head(Cid genesis, Cid release);

  /** What was asked of this catalog and could not be answered, as it is not held. */
  default List<PullThrough.Wanted> lacking() {
    return List.of();
  }

  /** How the names of an authority are written: with its id, unless its name is bound to it. */
  String authorityName(Cid genesis);

  /** The record of the release that a DXN names exactly, if it is one of a later version. */
  Optional<ReleaseReader.Later> newer(Dxn dxn);

  /** The tags of a name, without {@code latest}. */
  Map<String, String> tags(Name name, Cid genesis);

  /** Names like one that is not there, best first. */
  @Override
  List<String> near(Name name);
}
