package org.dxos.dmg.admission;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;

/**
 * An authority as it stands at one moment. Immutable: a later head gives another view.
 *
 * @param id the authority id
 * @param keyHead the newest key log entry
 * @param head the newest head; empty before the first publish
 * @param state the state tree that the head signs
 */
public record AuthorityView(
    Cid id, Signed<AuthorityEntry> keyHead, Optional<Signed<Head>> head, MerkleSearchTree state) {

  /** The authority's name, without {@code ~id}. */
  public String name() {
    return keyHead.body().authority();
  }
}
