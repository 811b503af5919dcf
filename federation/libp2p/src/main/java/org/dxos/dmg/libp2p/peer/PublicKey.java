package org.dxos.dmg.libp2p.peer;

import java.util.Arrays;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.ProtoReader;
import org.dxos.dmg.libp2p.wire.ProtoWriter;

/** An identity's public key as it goes over the wire: a type and its bytes. */
public final class PublicKey {

  private static final int MAX_DATA = 2_048;

  private final KeyType type;
  private final byte[] data;

  PublicKey(KeyType type, byte[] data) {
    this.type = type;
    this.data = data.clone();
  }

  /** Reads the protobuf form. @throws Libp2pException MALFORMED, PEER_IDENTITY */
  public static PublicKey decode(byte[] bytes) throws Libp2pException {
    ProtoReader fields = ProtoReader.read(bytes);
    if (fields.number(1).isEmpty() || fields.bytes(2).isEmpty()) {
      throw new Libp2pException(Reason.PEER_IDENTITY, "public key: type or data is missing");
    }
    byte[] data = fields.bytes(2).get();
    if (data.length > MAX_DATA) {
      throw new Libp2pException(
          Reason.PEER_IDENTITY, "public key: " + data.length + " bytes, at most " + MAX_DATA);
    }
    return new PublicKey(KeyType.of(fields.number(1).getAsLong()), data);
  }

  /** The deterministic protobuf form, out of which the peer id is made. */
  public byte[] encode() {
    return new ProtoWriter().varint(1, type.ordinal()).bytes(2, data).toBytes();
  }

  public KeyType type() {
    return type;
  }

  /** The id that is made from this key. */
  public PeerId peerId() {
    return PeerId.of(this);
  }

  /** Whether {@code signature} over {@code message} is this key's; a void key verifies nothing. */
  public boolean verifies(byte[] message, byte[] signature) {
    return switch (type) {
      case ED25519 -> Signatures.ed25519(data, message, signature);
      case SECP256K1 -> Signatures.secp256k1(data, message, signature);
      case RSA -> Signatures.x509("RSA", "SHA256withRSA", data, message, signature);
      case ECDSA -> Signatures.x509("EC", "SHA256withECDSA", data, message, signature);
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey key && key.type == type && Arrays.equals(key.data, data);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return type + " key of " + peerId();
  }
}
