package org.dxos.dmg.admission;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;

/**
 * Two signed bodies for one slot. It needs no signature of its own: whoever can read both sees it.
 *
 * @param kind of what log
 * @param genesis the authority id
 * @param a envelope of the side whose body has the lower CID
 * @param b envelope of the other side
 */
public record ForkProof(Kind kind, Cid genesis, Cid a, Cid b) {

  /** The log that forked. */
  public enum Kind {
    KEY,
    HEAD
  }

  /** The proof of two items, in whichever order they come. */
  static ForkProof of(Kind kind, Cid genesis, Signed<?> one, Signed<?> other) {
    boolean ordered = one.envelope().body().compareTo(other.envelope().body()) < 0;
    return new ForkProof(
        kind, genesis, ordered ? one.cid() : other.cid(), ordered ? other.cid() : one.cid());
  }

  /** The block. */
  public byte[] encode() {
    return DagCbor.encode(
        new MapBuilder()
            .put("type", "dmg/fork/1")
            .put("kind", kind.name().toLowerCase(java.util.Locale.ROOT))
            .put("genesis", Node.of(genesis))
            .put("space", Optional.<Cid>empty(), Node::of)
            .put("a", Node.of(a))
            .put("b", Node.of(b))
            .build());
  }

  /** The CID of the block. */
  public Cid cid() {
    return DagCbor.cid(encode());
  }
}
