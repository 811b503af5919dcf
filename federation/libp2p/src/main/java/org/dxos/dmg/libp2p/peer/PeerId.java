package org.dxos.dmg.libp2p.peer;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.Base32;
import org.dxos.dmg.libp2p.wire.Base58;

/**
 * The multihash of a peer's public key: the key itself (identity, at most 42 bytes) or its SHA-256.
 * Ordered by its bytes, unsigned.
 */
public final class PeerId implements Comparable<PeerId> {

  private static final int INLINE = 42;

  private final byte[] multihash;

  private PeerId(byte[] multihash) {
    this.multihash = multihash;
  }

  static PeerId of(PublicKey key) {
    byte[] encoded = key.encode();
    boolean inline = encoded.length <= INLINE;
    byte[] digest = inline ? encoded : Signatures.sha256(encoded);
    byte[] multihash = new byte[digest.length + 2];
    multihash[0] = (byte) (inline ? 0x00 : 0x12);
    multihash[1] = (byte) digest.length;
    System.arraycopy(digest, 0, multihash, 2, digest.length);
    return new PeerId(multihash);
  }

  /** Reads the multihash. @throws Libp2pException MALFORMED */
  public static PeerId decode(byte[] bytes) throws Libp2pException {
    boolean identity = bytes.length > 2 && bytes[0] == 0x00 && bytes.length <= INLINE + 2;
    boolean sha256 = bytes.length == 34 && bytes[0] == 0x12;
    if (!(identity || sha256) || bytes[1] != bytes.length - 2) {
      throw new Libp2pException(
          Reason.MALFORMED,
          "peer id: `"
              + HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(4, bytes.length)))
              + "…` is neither an inline key nor a sha2-256");
    }
    return new PeerId(bytes.clone());
  }

  /** Reads base58btc (`12D3Koo…`, `Qm…`) or a CIDv1 in base32 (`bafz…`). */
  public static PeerId parse(String text) throws Libp2pException {
    if (text.startsWith("12D3")
        || text.startsWith("16Uiu2")
        || text.startsWith("Qm")
        || text.startsWith("1")) {
      return decode(Base58.decode(text));
    }
    if (text.startsWith("b")) {
      byte[] cid = Base32.decode(text.substring(1).toLowerCase(Locale.ROOT));
      if (cid.length > 2 && cid[0] == 1 && cid[1] == 0x72) {
        return decode(Arrays.copyOfRange(cid, 2, cid.length));
      }
    }
    throw new Libp2pException(
        Reason.MALFORMED, "peer id: `" + text + "` is neither base58 nor a libp2p-key CID");
  }

  /** The multihash. */
  public byte[] toBytes() {
    return multihash.clone();
  }

  /** The id as a CIDv1 with codec libp2p-key, base32. */
  public String toCid() {
    byte[] cid = new byte[multihash.length + 2];
    cid[0] = 1;
    cid[1] = 0x72;
    System.arraycopy(multihash, 0, cid, 2, multihash.length);
    return "b" + Base32.encode(cid);
  }

  @Override
  public int compareTo(PeerId other) {
    return Arrays.compareUnsigned(multihash, other.multihash);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PeerId id && Arrays.equals(id.multihash, multihash);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(multihash);
  }

  /** base58btc. */
  @Override
  public String toString() {
    return Base58.encode(multihash);
  }
}
