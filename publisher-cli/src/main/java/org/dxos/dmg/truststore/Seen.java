package org.dxos.dmg.truststore;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.Signed;

/**
 * What was last accepted of an authority.
 *
 * @param log the key log, as long as it was seen
 * @param head the newest head; empty before the first
 */
public record Seen(KeyLog log, Optional<Signed<Head>> head) {

  /** The authority id. */
  public Cid genesis() {
    return log.id();
  }

  /** The name that its genesis claims. */
  public String name() {
    return log.last().body().authority();
  }

  /** True if these are the envelopes that were seen. */
  boolean is(Cid keyHead, Optional<Cid> offered) {
    return log.last().cid().equals(keyHead) && head.map(Signed::cid).equals(offered);
  }
}
