package org.dxos.dmg.api;

import java.util.Base64;
import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * What a registry answers to a statement that it took.
 *
 * @param added false if the same was said before
 * @param statement the envelope that stands
 * @param head envelope of the head whose state has it
 * @param proof blocks of the state tree from its root to the statement's slot
 * @param position of the journal
 */
public record PublishReceipt(
    boolean added, Cid statement, Cid head, List<byte[]> proof, long position) {

  public PublishReceipt {
    proof = List.copyOf(proof);
  }

  public Node.Map toNode() {
    return new MapBuilder()
        .put("status", added ? "added" : "held")
        .put("statement", statement.toString())
        .put("head", head.toString())
        .put("proof", proof, block -> Node.of(Base64.getEncoder().encodeToString(block)))
        .put("position", position)
        .build();
  }

  public static PublishReceipt fromNode(Node node) {
    Fields fields = Fields.of("receipt", ErrorCode.JSON_SYNTAX, node);
    return new PublishReceipt(
        fields.text("status").equals("added"),
        Cid.parse(fields.text("statement")),
        Cid.parse(fields.text("head")),
        fields.list("proof", PublishReceipt::block),
        fields.uint("position"));
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
