package org.dxos.dmg.sync.wire;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * What became of a statement that was handed in.
 *
 * @param code why it was refused
 * @param have what stands in its place
 * @param receipt that it was added
 */
public record Submitted(
    Status status, Optional<String> code, Optional<Cid> have, Optional<Receipt> receipt) {

  /** What became of it. */
  public enum Status {
    ADDED,
    PENDING,
    REFUSED
  }

  /**
   * That a head has added a statement.
   *
   * @param statement its envelope
   * @param head envelope of the head
   * @param proof blocks of the state tree from its root to the statement's slot
   */
  public record Receipt(Cid statement, Cid head, List<byte[]> proof) {
    public Receipt {
      proof = List.copyOf(proof);
    }
  }

  /** A tree of 31 layers is none that anybody has. */
  private static final int MAX_PROOF = 32;

  /** It is on its way. */
  public static final Submitted PENDING =
      new Submitted(Status.PENDING, Optional.empty(), Optional.empty(), Optional.empty());

  /** It was refused. */
  public static Submitted refused(ErrorCode code, Optional<Cid> have) {
    return new Submitted(Status.REFUSED, Optional.of(code.name()), have, Optional.empty());
  }

  /** A head has it. */
  public static Submitted added(Receipt receipt) {
    return new Submitted(Status.ADDED, Optional.empty(), Optional.empty(), Optional.of(receipt));
  }

  /** As it is told. */
  public Node.Map toNode() {
    return new MapBuilder()
        .put("status", status.name().toLowerCase(java.util.Locale.ROOT))
        .put("code", code, Node::of)
        .put("have", have, Node::of)
        .put(
            "receipt",
            receipt,
            one ->
                new MapBuilder()
                    .put("statement", Node.of(one.statement()))
                    .put("head", Node.of(one.head()))
                    .put("proof", one.proof(), Node::of)
                    .build())
        .build();
  }

  /** As it was told. */
  public static Submitted of(Node node) {
    Fields fields = Fields.of("answer to `submit`", ErrorCode.SYNC_PROTOCOL, node);
    String status = fields.text("status");
    Submitted answer =
        new Submitted(
            switch (status) {
              case "added" -> Status.ADDED;
              case "pending" -> Status.PENDING;
              case "refused" -> Status.REFUSED;
              default -> throw fields.error("has the unknown status `" + status + "`");
            },
            fields.optionalText("code"),
            fields.optionalLink("have"),
            fields.optionalMap("receipt", Submitted::receipt));
    fields.end();
    return answer;
  }

  private static Receipt receipt(Fields fields) {
    Receipt receipt =
        new Receipt(
            fields.link("statement"),
            fields.link("head"),
            fields.list(
                "proof",
                node -> {
                  if (node instanceof Node.Bytes bytes
                      && bytes.value().length <= BlockStore.MAX_BLOCK_BYTES) {
                    return bytes.value();
                  }
                  throw fields.error("has something other than a block in field `proof`");
                }));
    if (receipt.proof().size() > MAX_PROOF) {
      throw fields.error("has a proof of " + receipt.proof().size() + " nodes");
    }
    return receipt;
  }
}
