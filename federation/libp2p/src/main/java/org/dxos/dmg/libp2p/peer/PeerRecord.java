package org.dxos.dmg.libp2p.peer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.wire.ProtoReader;
import org.dxos.dmg.libp2p.wire.ProtoWriter;
import org.dxos.dmg.libp2p.wire.Uvarint;

/**
 * A peer's own word on where it listens, sealed in a signed envelope. Addresses of kinds unknown
 * here are left out when read.
 *
 * @param sequence rises with every new record of that peer; an older one never replaces a newer one
 */
public record PeerRecord(PeerId peerId, long sequence, List<Multiaddr> addresses) {

  // What go and js sign and send; RFC 0003 itself names a longer domain.
  private static final byte[] DOMAIN = "libp2p-peer-record".getBytes(StandardCharsets.UTF_8);
  private static final byte[] PAYLOAD_TYPE = {0x03, 0x01};
  private static final int MAX_ADDRESSES = 64;

  public PeerRecord {
    addresses = List.copyOf(addresses);
  }

  /** The signed envelope of this record. */
  public byte[] seal(Identity identity) {
    if (!identity.peerId().equals(peerId)) {
      throw new IllegalArgumentException("peer record: signed by another than its peer");
    }
    ProtoWriter record = new ProtoWriter().bytes(1, peerId.toBytes()).varint(2, sequence);
    for (Multiaddr address : addresses) {
      record.message(3, new ProtoWriter().bytes(1, address.toBytes()));
    }
    byte[] payload = record.toBytes();
    return new ProtoWriter()
        .bytes(1, identity.publicKey().encode())
        .bytes(2, PAYLOAD_TYPE)
        .bytes(3, payload)
        .bytes(5, identity.sign(signed(payload)))
        .toBytes();
  }

  /** Opens an envelope. @throws Libp2pException MALFORMED; PEER_IDENTITY if its proof fails */
  public static PeerRecord open(byte[] envelope) throws Libp2pException {
    ProtoReader fields = ProtoReader.read(envelope);
    PublicKey key = PublicKey.decode(need(fields, 1));
    byte[] payload = need(fields, 3);
    if (!Arrays.equals(need(fields, 2), PAYLOAD_TYPE)) {
      throw new Libp2pException(Reason.MALFORMED, "peer record: another payload type");
    }
    if (!key.verifies(signed(payload), need(fields, 5))) {
      throw new Libp2pException(Reason.PEER_IDENTITY, "peer record: the signature does not hold");
    }
    ProtoReader record = ProtoReader.read(payload);
    PeerId subject = PeerId.decode(need(record, 1));
    if (!subject.equals(key.peerId())) {
      throw new Libp2pException(
          Reason.PEER_IDENTITY, "peer record: of " + subject + ", signed by " + key.peerId());
    }
    List<Multiaddr> addresses = new ArrayList<>();
    for (byte[] info : record.all(3)) {
      if (addresses.size() < MAX_ADDRESSES) {
        readable(need(ProtoReader.read(info), 1), addresses);
      }
    }
    return new PeerRecord(subject, record.number(2).orElse(0), addresses);
  }

  /** Adds the address if its kind is known: peers speak of transports that are not ours. */
  public static void readable(byte[] address, List<Multiaddr> into) {
    try {
      into.add(Multiaddr.decode(address));
    } catch (Libp2pException unknown) {
      // Left out.
    }
  }

  private static byte[] need(ProtoReader fields, int number) throws Libp2pException {
    return fields
        .bytes(number)
        .orElseThrow(
            () ->
                new Libp2pException(
                    Reason.MALFORMED, "peer record: field " + number + " is missing"));
  }

  private static byte[] signed(byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : new byte[][] {DOMAIN, PAYLOAD_TYPE, payload}) {
      Uvarint.write(part.length, out);
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
