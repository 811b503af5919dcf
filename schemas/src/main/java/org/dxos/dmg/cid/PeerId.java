package org.dxos.dmg.cid;

import java.util.Arrays;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * The libp2p peer id of an Ed25519 key: the identity multihash of its protobuf public key, 38
 * bytes.
 *
 * <p>Text: base58btc of the multihash ({@code 12D3KooW…}), or a CID of codec libp2p-key in base36
 * ({@code k51…}), which is also how a key authority is spelled.
 *
 * @param key the raw Ed25519 public key, 32 bytes
 * @see <a href="https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md">peer ids</a>
 */
public record PeerId(byte[] key) {

  /** Of a peer id as text; decoding base58 takes the square of it. */
  private static final int MAX_TEXT = 128;

  /** Identity hash, 36 bytes, protobuf field 1 = Ed25519 (1), field 2 = 32 bytes. */
  private static final byte[] HEADER = {0x00, 0x24, 0x08, 0x01, 0x12, 0x20};

  public PeerId {
    if (key.length != 32) {
      throw new FormatException(
          ErrorCode.BODY_INVALID, "make peer id: key of " + key.length + " bytes, expected 32");
    }
    key = key.clone();
  }

  @Override
  public byte[] key() {
    return key.clone();
  }

  /** The binary form: a multihash of 38 bytes. */
  public byte[] multihash() {
    byte[] out = Arrays.copyOf(HEADER, HEADER.length + key.length);
    System.arraycopy(key, 0, out, HEADER.length, key.length);
    return out;
  }

  /**
   * Reads the multihash of an Ed25519 peer id.
   *
   * @throws FormatException if it is anything else
   */
  public static PeerId ofMultihash(byte[] multihash) {
    if (multihash.length != HEADER.length + 32
        || !Arrays.equals(multihash, 0, HEADER.length, HEADER, 0, HEADER.length)) {
      throw new FormatException(
          ErrorCode.BODY_INVALID,
          "read peer id: not the identity multihash of an Ed25519 public key (38 bytes)");
    }
    return new PeerId(Arrays.copyOfRange(multihash, HEADER.length, multihash.length));
  }

  /**
   * Reads {@code 12D3KooW…}.
   *
   * @throws FormatException if it is no peer id of an Ed25519 key
   */
  public static PeerId parse(String text) {
    if (text.length() > MAX_TEXT) {
      throw new FormatException(
          ErrorCode.CID_SYNTAX, "read peer id: " + text.length() + " characters, expected 52");
    }
    return ofMultihash(Multibase.BASE58BTC.decode(text));
  }

  /** {@code k51…}: the CID of codec libp2p-key in base36, the spelling of a key authority. */
  public String keyAuthority() {
    return Multibase.BASE36.prefix()
        + Multibase.BASE36.encode(Cid.ofMultihash(Cid.LIBP2P_KEY, multihash()).bytes());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PeerId peer && Arrays.equals(key, peer.key);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(key);
  }

  /** {@code 12D3KooW…}: base58btc of the multihash, as libp2p prints it. */
  @Override
  public String toString() {
    return Multibase.BASE58BTC.encode(multihash());
  }
}
