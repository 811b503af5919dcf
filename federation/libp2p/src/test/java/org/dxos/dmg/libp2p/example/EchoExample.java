package org.dxos.dmg.libp2p.example;

import java.security.SecureRandom;
import java.time.Instant;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.HostConfig;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;

/** Two peers in thirty lines: the one echoes, the other asks it to. */
final class EchoExample {

  private EchoExample() {}

  static String run(String words) throws Exception {
    SecureRandom random = new SecureRandom();
    long now = Instant.now().getEpochSecond();
    HostConfig server =
        HostConfig.of(Identity.generate(random), System::nanoTime, random, now)
            .listening(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"));
    HostConfig client = HostConfig.of(Identity.generate(random), System::nanoTime, random, now);
    try (Host there = Host.start(server);
        Host here = Host.start(client)) {
      there.handle("/echo/1.0.0", stream -> stream.in().transferTo(stream.out()));
      here.connect(there.peerId(), there.addresses().getFirst());
      try (Stream stream = here.open(there.peerId(), "/echo/1.0.0")) {
        stream.out().write(words.getBytes());
        stream.closeWrite();
        return new String(stream.in().readAllBytes());
      }
    }
  }
}
