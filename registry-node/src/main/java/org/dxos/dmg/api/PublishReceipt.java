package org.dxos.dmg.api;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * What a registry answers to a statement that it took.
 *
 * @param status what became of it
 * @param statement the envelope that stands
 * @param head envelope of the head whose state has it; empty while it is pending
 * @param proof blocks of the state tree from its root to the statement's slot
 * @param position of the journal
 */
public record PublishReceipt(
    Status status, Cid statement, Optional<Cid> head, List<byte[]> proof, long position) {

  /** What became of a statement. */
  public enum Status {
    /** A head has added it. */
    ADDED,
    /** The same was said before. */
    HELD,
    /** It is valid here, and on its way to the home of its authority, which has the last word. */
    PENDING
  }

  public PublishReceipt {
    proof = List.copyOf(proof);
  }

  /** True if a head has added it just now. */
  public boolean added() {
    return status == Status.ADDED;
  }

  public Node.Map toNode() {
    return new MapBuilder()
        .put("status", status.name().toLowerCase(Locale.ROOT))
        .put("statement", statement.toString())
        .put("head", head, one -> Node.of(one.toString()))
        .put("proof", proof, block -> Node.of(Base64.getEncoder().encodeToString(block)))
        .put("position", position)
        .build();
  }

  public static PublishReceipt fromNode(Node node) {
    Fields fields = Fields.of("receipt", ErrorCode.JSON_SYNTAX, node);
    return new PublishReceipt(
        status(fields.text("status")),
        Cid.parse(fields.text("statement")),
        fields.optionalText("head").map(Cid::parse),
        fields.list("proof", PublishReceipt::block),
        fields.uint("position"));
  }

  private static Status status(String text) {
    return switch (text) {
      case "added" -> Status.ADDED;
      case "held" -> Status.HELD;
      case "pending" -> Status.PENDING;
      default ->
          throw new FormatException(
              ErrorCode.JSON_SYNTAX, "read receipt: the status `" + text + "` is not known");
    };
  }

  private static byte[] block(Node node) {
    if (node instanceof Node.Text text) {
      try {
        return Base64.getDecoder().decode(text.value());
      } catch (IllegalArgumentException e) {
        throw new FormatException(
            ErrorCode.JSON_SYNTAX, "read receipt: a proof block is not base64");
      }
    }
    throw new FormatException(ErrorCode.JSON_SYNTAX, "read receipt: a proof block is not text");
  }
}
