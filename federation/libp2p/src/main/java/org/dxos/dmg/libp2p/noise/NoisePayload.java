package org.dxos.dmg.libp2p.noise;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PublicKey;
import org.dxos.dmg.libp2p.wire.ProtoReader;
import org.dxos.dmg.libp2p.wire.ProtoWriter;

/** What messages 2 and 3 carry: who owns the static key, and the muxers on offer. */
record NoisePayload(PublicKey key, List<String> muxers) {

  private static final byte[] PREFIX =
      "noise-libp2p-static-key:".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_MUXERS = 32;

  NoisePayload {
    muxers = List.copyOf(muxers);
  }

  static byte[] seal(Identity identity, byte[] staticKey, List<String> muxers) {
    ProtoWriter extensions = new ProtoWriter();
    muxers.forEach(muxer -> extensions.string(2, muxer));
    return new ProtoWriter()
        .bytes(1, identity.publicKey().encode())
        .bytes(2, identity.sign(signed(staticKey)))
        .message(4, extensions)
        .toBytes();
  }

  /** Reads a payload and checks that its key vouches for {@code staticKey}. */
  static NoisePayload open(byte[] bytes, byte[] staticKey) throws Libp2pException {
    ProtoReader fields = ProtoReader.read(bytes);
    if (fields.bytes(1).isEmpty() || fields.bytes(2).isEmpty()) {
      throw new Libp2pException(
          Reason.PEER_IDENTITY, "noise: the payload has no key or no signature");
    }
    PublicKey key = PublicKey.decode(fields.bytes(1).get());
    if (!key.verifies(signed(staticKey), fields.bytes(2).get())) {
      throw new Libp2pException(
          Reason.PEER_IDENTITY,
          "noise: the identity's signature over the static key does not hold");
    }
    List<String> muxers = List.of();
    if (fields.bytes(4).isPresent()) {
      muxers = ProtoReader.read(fields.bytes(4).get()).strings(2);
      muxers = muxers.subList(0, Math.min(MAX_MUXERS, muxers.size()));
    }
    return new NoisePayload(key, muxers);
  }

  private static byte[] signed(byte[] staticKey) {
    byte[] message = new byte[PREFIX.length + staticKey.length];
    System.arraycopy(PREFIX, 0, message, 0, PREFIX.length);
    System.arraycopy(staticKey, 0, message, PREFIX.length, staticKey.length);
    return message;
  }
}
