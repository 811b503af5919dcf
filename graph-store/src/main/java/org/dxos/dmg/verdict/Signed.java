package org.dxos.dmg.verdict;

import java.util.List;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.PublicKey;

/**
 * An envelope with its body, read and found to belong together. Whether the signatures are those of
 * the right keys is asked by {@link #requireSigned}.
 *
 * @param cid the envelope's own CID, by which signed things link to each other
 */
public record Signed<B extends Body>(Cid cid, Envelope envelope, B body) {

  /** Reads the envelope named {@code cid} and its body, which must be of the class {@code type}. */
  public static <B extends Body> Signed<B> read(BlockSource blocks, Cid cid, Class<B> type) {
    if (cid.codec() != Cid.DAG_CBOR) {
      throw new AdmissionException.Refused(
          ErrorCode.BODY_INVALID,
          "read envelope `" + cid + "`: its CID is not of dag-cbor, under which it has one name");
    }
    Envelope envelope = Envelope.decode(need(blocks, cid, "envelope"));
    Body body = Body.decode(need(blocks, envelope.body(), "body"));
    if (!type.isInstance(body)) {
      throw new AdmissionException.Refused(
          ErrorCode.BODY_INVALID,
          "read envelope `"
              + cid
              + "`: its body is a `"
              + body.type()
              + "`, expected "
              + type.getSimpleName());
    }
    return new Signed<>(cid, envelope, type.cast(body));
  }

  /** Checks that the signers the body names have signed, exactly these. */
  public Signed<B> requireSigned() {
    envelope.requireSignedBy(body.type(), body.signers());
    return this;
  }

  /** Checks that {@code key} alone has signed: heads do not name their signer themselves. */
  public Signed<B> requireSignedBy(PublicKey key) {
    envelope.requireSignedBy(body.type(), List.of(key));
    return this;
  }

  /**
   * A block that has to be there.
   *
   * @throws AdmissionException.Refused with {@link ErrorCode#BLOCK_MISSING} if it is not
   */
  public static byte[] need(BlockSource blocks, Cid cid, String what) {
    return blocks
        .get(cid)
        .orElseThrow(
            () ->
                new AdmissionException.Refused(
                    ErrorCode.BLOCK_MISSING,
                    "read "
                        + what
                        + " `"
                        + cid
                        + "`: the block is not held and did not come with the request",
                    "send it along"));
  }
}
