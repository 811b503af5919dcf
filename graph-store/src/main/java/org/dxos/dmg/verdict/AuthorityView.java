package org.dxos.dmg.verdict;

import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;

/**
 * An authority as it stands at one moment. Immutable: a later head or key log entry gives another
 * view.
 *
 * @param id the authority id
 * @param standing the verdict on what is held of it
 * @param state the state tree that the head signs
 */
public record AuthorityView(Cid id, Standing standing, MerkleSearchTree state) {

  /** The authority's name, without {@code ~id}. */
  public String name() {
    return keyHead().body().authority();
  }

  /** The key log, to the newest entry that counts. */
  public KeyLog log() {
    return standing.log();
  }

  /** The newest key log entry that counts. */
  public Signed<AuthorityEntry> keyHead() {
    return standing.log().last();
  }

  /** The newest head that stands; empty before the first publish. */
  public Optional<Signed<Head>> head() {
    return standing.tip();
  }

  /** Statements in the state tree that are void. */
  public Set<Cid> voided() {
    return standing.voided();
  }
}
