package org.dxos.dmg.solver;

import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Range;

/**
 * Something asked for.
 *
 * @param name the name as it was asked for, without {@code ~id}
 * @param genesis the authority id it was found under
 * @param range what fits; an exact version for a tag or a CID
 * @param written the selector as a closure records it
 */
public record Root(Name name, Cid genesis, Range range, String written) {}
