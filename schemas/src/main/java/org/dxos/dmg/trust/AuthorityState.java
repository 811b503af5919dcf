package org.dxos.dmg.trust;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Quoted;

/**
 * Where an authority stands, as the node tree records it: the tip of its key log, of its heads, and
 * the proofs of its forks. Derived from envelopes; not signed.
 *
 * @param keyHead envelope of the newest key log entry
 * @param publicHead envelope of the newest public head
 * @param spaceHead envelope of the newest head of a space's chain, in that space's tree
 * @param forks blocks that prove a fork, sorted
 */
public record AuthorityState(
    Cid keyHead, Optional<Cid> publicHead, Optional<Cid> spaceHead, List<Cid> forks) {

  public static final String TYPE = "dmg/state/1";

  public AuthorityState {
    forks = List.copyOf(forks);
    Rules.link("keyHead", keyHead);
    Rules.link("public", publicHead);
    Rules.link("space", spaceHead);
    Rules.links("forks", forks);
    for (int i = 1; i < forks.size(); i++) {
      if (forks.get(i - 1).compareTo(forks.get(i)) >= 0) {
        throw Rules.invalid("forks", "links that are not sorted and distinct at item " + i);
      }
    }
  }

  /** The tip of the one chain that this is about: the public one, or that of the tree's space. */
  public Optional<Cid> head() {
    return publicHead.or(() -> spaceHead);
  }

  /** The block. */
  public byte[] encode() {
    return DagCbor.encode(
        new MapBuilder()
            .put("type", TYPE)
            .put("keyHead", Node.of(keyHead))
            .put(
                "heads",
                new MapBuilder()
                    .put("public", publicHead, Node::of)
                    .put("space", spaceHead, Node::of)
                    .build())
            .put("forks", forks, Node::of)
            .build());
  }

  /** Decodes the block of a state. */
  public static AuthorityState decode(byte[] block) {
    Fields fields = Fields.of("state", ErrorCode.BODY_INVALID, DagCbor.decode(block));
    String type = fields.text("type");
    if (!type.equals(TYPE)) {
      throw fields.error("has type `" + Quoted.of(type) + "`, expected `" + TYPE + "`");
    }
    Cid keyHead = fields.link("keyHead");
    Optional<Cid> publicHead = Optional.empty();
    Optional<Cid> spaceHead = Optional.empty();
    Optional<Node> heads = fields.optionalNode("heads");
    if (heads.isPresent()) {
      Fields inner = Fields.of("state /heads", ErrorCode.BODY_INVALID, heads.get());
      publicHead = inner.optionalLink("public");
      spaceHead = inner.optionalLink("space");
      inner.end();
      if (publicHead.isEmpty() && spaceHead.isEmpty()) {
        throw fields.error("has an empty map in field `heads`, which is not written");
      }
    }
    List<Cid> forks = fields.links("forks");
    fields.end();
    return new AuthorityState(keyHead, publicHead, spaceHead, forks);
  }
}
