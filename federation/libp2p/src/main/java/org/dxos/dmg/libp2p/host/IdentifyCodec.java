package org.dxos.dmg.libp2p.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.peer.PeerRecord;
import org.dxos.dmg.libp2p.peer.PublicKey;
import org.dxos.dmg.libp2p.wire.ProtoReader;
import org.dxos.dmg.libp2p.wire.ProtoWriter;

/** The identify message, bytes in and bytes out. */
final class IdentifyCodec {

  static final int LIMIT = 8_192;
  private static final int MAX_ENTRIES = 128;
  private static final int SENT = 4_096;

  private IdentifyCodec() {}

  static byte[] encode(Identity identity, Identified self) {
    byte[] record = self.record().map(signed -> signed.seal(identity)).orElse(new byte[0]);
    ProtoWriter message = new ProtoWriter().bytes(1, identity.publicKey().encode());
    self.addresses().forEach(address -> message.bytes(2, address.toBytes()));
    self.protocols().forEach(protocol -> message.string(3, protocol));
    self.observed().ifPresent(observed -> message.bytes(4, observed.toBytes()));
    message.string(5, self.protocolVersion()).string(6, self.agent());
    // The record repeats the addresses and goes last, so it is what is left out of a long message.
    if (record.length > 0 && message.toBytes().length + record.length < SENT) {
      message.bytes(8, record);
    }
    return message.toBytes();
  }

  static Identified decode(byte[] bytes, PeerId remote) throws Libp2pException {
    if (bytes.length > LIMIT) {
      throw new Libp2pException(
          Reason.MALFORMED, "identify: " + bytes.length + " bytes, at most " + LIMIT);
    }
    ProtoReader fields = ProtoReader.read(bytes);
    if (fields.bytes(1).isPresent()) {
      PeerId said = PublicKey.decode(fields.bytes(1).get()).peerId();
      if (!said.equals(remote)) {
        throw new Libp2pException(
            Reason.PEER_IDENTITY, "identify: " + remote + " says it is " + said);
      }
    }
    Optional<PeerRecord> record = Optional.empty();
    if (fields.bytes(8).isPresent()) {
      PeerRecord opened = PeerRecord.open(fields.bytes(8).get());
      if (!opened.peerId().equals(remote)) {
        throw new Libp2pException(
            Reason.PEER_IDENTITY, "identify: " + remote + " sent the record of " + opened.peerId());
      }
      record = Optional.of(opened);
    }
    List<Multiaddr> addresses = new ArrayList<>();
    fields.all(2).stream().limit(MAX_ENTRIES).forEach(a -> PeerRecord.readable(a, addresses));
    List<Multiaddr> observed = new ArrayList<>();
    fields.bytes(4).ifPresent(a -> PeerRecord.readable(a, observed));
    List<String> protocols = fields.strings(3);
    return new Identified(
        fields.string(6).orElse(""),
        fields.string(5).orElse(""),
        protocols.subList(0, Math.min(MAX_ENTRIES, protocols.size())),
        addresses,
        observed.stream().findFirst(),
        record);
  }
}
