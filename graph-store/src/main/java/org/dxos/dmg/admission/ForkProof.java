package org.dxos.dmg.admission;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

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

  /** Decodes the block of a public log's fork. */
  public static ForkProof decode(byte[] block) {
    Fields fields = Fields.of("fork", ErrorCode.BODY_INVALID, DagCbor.decode(block));
    String type = fields.text("type");
    if (!type.equals("dmg/fork/1")) {
      throw fields.error("has type `" + type + "`, expected `dmg/fork/1`");
    }
    String kind = fields.text("kind");
    ForkProof fork =
        new ForkProof(
            switch (kind) {
              case "key" -> Kind.KEY;
              case "head" -> Kind.HEAD;
              default -> throw fields.error("is of the kind `" + kind + "`, expected key or head");
            },
            fields.link("genesis"),
            fields.link("a"),
            fields.link("b"));
    fields.end();
    return fork;
  }

  /** The CID of the block. */
  public Cid cid() {
    return DagCbor.cid(encode());
  }
}
