package org.dxos.dmg.explain;

import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Version;

/** Something that stands in the registry or in the question, and that can be looked up there. */
public sealed interface Fact {

  Wanted wanted();

  /** It was asked for. */
  record Asked(Wanted wanted) implements Fact {}

  /**
   * Releases of one module require it, each of them by itself.
   *
   * @param versions newest first
   */
  record Requires(Name name, Cid genesis, List<Version> versions, Wanted wanted) implements Fact {
    public Requires {
      versions = List.copyOf(versions);
    }
  }
}
