package org.dxos.dmg.trust;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;

/** Something that is signed: a strict dag-cbor block that names its signers. */
public sealed interface Body permits AuthorityEntry, Statement, Head, SpaceEntry {

  /** Largest encoded body that is not a head: a key log entry with every list full stays below. */
  int MAX_BYTES = 64 * 1024;

  /** The {@code type} of the body, which is part of what is signed. */
  String type();

  /** The dag-cbor value. */
  Node node();

  /**
   * The keys whose signatures the envelope has to hold, exactly, sorted. A head names its signer
   * only through the key log entry under which it stands, so it is empty there.
   */
  List<PublicKey> signers();

  /** The block. */
  default byte[] encode() {
    return DagCbor.encode(node());
  }

  /**
   * Decodes the body in {@code block}.
   *
   * @throws FormatException if it is not exactly one of the bodies of this version; a newer version
   *     of a body is refused with {@link ErrorCode#UNSUPPORTED}
   */
  static Body decode(byte[] block) {
    if (block.length > Head.MAX_BYTES) {
      throw tooLarge(block.length, Head.MAX_BYTES);
    }
    Node node = DagCbor.decode(block);
    Fields fields = Fields.of("body", ErrorCode.BODY_INVALID, node);
    String type = fields.text("type");
    if (!type.equals(Head.TYPE) && block.length > MAX_BYTES) {
      throw tooLarge(block.length, MAX_BYTES);
    }
    return switch (type) {
      case AuthorityEntry.TYPE -> AuthorityEntry.decode(node);
      case Statement.TYPE -> Statement.decode(node);
      case Head.TYPE -> Head.decode(node);
      case SpaceEntry.TYPE -> SpaceEntry.decode(node);
      default ->
          throw new FormatException(
              type.startsWith("dmg/") ? ErrorCode.UNSUPPORTED : ErrorCode.BODY_INVALID,
              "read body: type `"
                  + Quoted.of(type)
                  + "`, this version reads authority, statement, head and space, each /1");
    };
  }

  /**
   * The bytes over which a body of {@code type} is signed.
   *
   * @param body the CID of the body's block
   */
  static byte[] signedBytes(String type, Cid body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(80);
    out.writeBytes("dmg-sig-v1".getBytes(StandardCharsets.US_ASCII));
    out.write(0);
    out.writeBytes(type.getBytes(StandardCharsets.US_ASCII));
    out.write(0);
    out.writeBytes(body.bytes());
    return out.toByteArray();
  }

  private static FormatException tooLarge(int size, int limit) {
    return new FormatException(
        ErrorCode.TOO_LARGE, "read body: " + size + " bytes, at most " + limit);
  }
}
