package org.dxos.dmg.trust;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * A body's CID and the signatures of exactly its signers.
 *
 * @param body the CID of the body's block, dag-cbor
 * @param signatures 1 to 16, sorted by key, one a key
 */
public record Envelope(Cid body, List<Signature> signatures) {

  public static final int MAX_SIGNATURES = 16;

  /** Sixteen signatures of some 110 bytes each, and the link. */
  public static final int MAX_BYTES = 4096;

  /**
   * @param key who signed
   * @param bytes 64 bytes, RFC 8032
   */
  @SuppressWarnings("ArrayRecordComponent") // equality is by content, below
  public record Signature(PublicKey key, byte[] bytes) {
    public static final int BYTES = 64;

    public Signature {
      if (bytes.length != BYTES) {
        throw new FormatException(
            ErrorCode.BODY_INVALID,
            "read signature: " + bytes.length + " bytes, expected " + BYTES);
      }
      bytes = bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Signature signature
          && key.equals(signature.key)
          && Arrays.equals(bytes, signature.bytes);
    }

    @Override
    public int hashCode() {
      return 31 * key.hashCode() + Arrays.hashCode(bytes);
    }
  }

  public Envelope {
    signatures = List.copyOf(signatures);
    if (body.codec() != Cid.DAG_CBOR || !body.storable()) {
      throw invalid("its body `" + body + "` is no dag-cbor block");
    }
    if (signatures.isEmpty() || signatures.size() > MAX_SIGNATURES) {
      throw invalid("it has " + signatures.size() + " signatures, expected 1 to " + MAX_SIGNATURES);
    }
    KeySet.requireSorted("envelope", signatures.stream().map(Signature::key).toList());
  }

  /** Signs {@code body}, whose block is {@code block}, with each of {@code keys}. */
  public static Envelope sign(String type, byte[] block, List<SigningKey> keys) {
    Cid cid = DagCbor.cid(block);
    byte[] message = Body.signedBytes(type, cid);
    List<Signature> signatures = new ArrayList<>();
    keys.stream()
        .sorted(Comparator.comparing(SigningKey::publicKey))
        .forEach(key -> signatures.add(new Signature(key.publicKey(), key.sign(message))));
    return new Envelope(cid, signatures);
  }

  /**
   * Decodes an envelope.
   *
   * @throws FormatException if the block is anything else
   */
  public static Envelope decode(byte[] block) {
    if (block.length > MAX_BYTES) {
      throw new FormatException(
          ErrorCode.TOO_LARGE, "read envelope: " + block.length + " bytes, at most " + MAX_BYTES);
    }
    Fields fields = Fields.of("envelope", ErrorCode.BODY_INVALID, DagCbor.decode(block));
    long version = fields.uint("v");
    if (version != 1) {
      throw fields.error("has version " + version + ", expected 1");
    }
    Cid body = fields.link("body");
    List<Signature> signatures =
        fields.list(
            "sigs",
            node -> {
              Fields one = Fields.of("envelope /sigs", ErrorCode.BODY_INVALID, node);
              Signature signature =
                  new Signature(
                      PublicKey.of(one.bytes("key", PublicKey.BYTES)),
                      one.bytes("sig", Signature.BYTES));
              one.end();
              return signature;
            });
    fields.end();
    return new Envelope(body, signatures);
  }

  /** The block. */
  public byte[] encode() {
    return DagCbor.encode(
        new MapBuilder()
            .put("v", 1)
            .put("body", Node.of(body))
            .put(
                "sigs",
                signatures,
                one ->
                    new MapBuilder()
                        .put("key", one.key().node())
                        .put("sig", Node.of(one.bytes()))
                        .build())
            .build());
  }

  /**
   * Checks that the signatures are those of {@code signers}, exactly, and each of them valid.
   *
   * @param type the type of the body
   * @throws FormatException with {@link ErrorCode#SIGNATURE_INVALID}
   */
  public void requireSignedBy(String type, List<PublicKey> signers) {
    List<PublicKey> found = signatures.stream().map(Signature::key).toList();
    if (!found.equals(signers)) {
      throw new FormatException(
          ErrorCode.SIGNATURE_INVALID,
          "verify " + type + " `" + body + "`: signed by " + found + ", expected " + signers);
    }
    byte[] message = Body.signedBytes(type, body);
    for (Signature signature : signatures) {
      if (!signature.key().verifies(message, signature.bytes())) {
        throw new FormatException(
            ErrorCode.SIGNATURE_INVALID,
            "verify "
                + type
                + " `"
                + body
                + "`: the signature of key `"
                + signature.key()
                + "` does not fit");
      }
    }
  }

  private static FormatException invalid(String what) {
    return new FormatException(ErrorCode.BODY_INVALID, "read envelope: " + what);
  }
}
