package org.dxos.dmg.libp2p.host;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerRecord;

/** The identify message, for the fuzzer. */
public final class IdentifyTargets {

  private static final Identity SELF = Identity.ofSeed(new byte[32]);

  private IdentifyTargets() {}

  public static byte[] good() throws Libp2pException {
    List<Multiaddr> addresses =
        List.of(
            Multiaddr.parse("/ip4/1.2.3.4/tcp/4001"), Multiaddr.parse("/dns4/example.org/tcp/443"));
    return IdentifyCodec.encode(
        SELF,
        new Identified(
            "agent/1",
            "ipfs/0.1.0",
            List.of("/ipfs/ping/1.0.0", "/ipfs/id/1.0.0"),
            addresses,
            Optional.of(Multiaddr.parse("/ip6/2001:db8::1/tcp/9")),
            Optional.of(new PeerRecord(SELF.peerId(), 7, addresses))));
  }

  public static void decode(byte[] in) throws Libp2pException {
    Identified said = IdentifyCodec.decode(in, SELF.peerId());
    // Only what the peer itself signed counts as its record.
    if (said.record().map(record -> !record.peerId().equals(SELF.peerId())).orElse(false)) {
      throw new AssertionError("another's record was taken");
    }
    if (said.protocols().size() > 128 || said.addresses().size() > 128) {
      throw new AssertionError("more was taken than is allowed");
    }
  }
}
