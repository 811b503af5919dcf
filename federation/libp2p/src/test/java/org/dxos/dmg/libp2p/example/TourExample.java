package org.dxos.dmg.libp2p.example;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.bitswap.Bitswap;
import org.dxos.dmg.libp2p.bitswap.BitswapLimits;
import org.dxos.dmg.libp2p.bitswap.BlockSource;
import org.dxos.dmg.libp2p.bitswap.Cid;
import org.dxos.dmg.libp2p.bitswap.Session;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.ConnectionGater;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.HostConfig;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.resource.Scope;

/** What the README shows, piece by piece. */
final class TourExample {

  private TourExample() {}

  private static HostConfig config(String address) throws Libp2pException {
    SecureRandom random = new SecureRandom();
    long now = Instant.now().getEpochSecond();
    return HostConfig.of(Identity.generate(random), System::nanoTime, random, now)
        .listening(Multiaddr.parse(address));
  }

  /** Echo: what came back. */
  static String echo(String words) throws Exception {
    try (Host host = Host.start(config("/ip4/127.0.0.1/tcp/0"))) {
      host.handle(
          "/echo/1.0.0",
          stream -> {
            stream.deadline(Duration.ofSeconds(30));
            stream.in().transferTo(stream.out());
          });
      Multiaddr address = host.addresses().getFirst().withPeer(host.peerId().toString());
      try (Host other = Host.start(config("/ip4/127.0.0.1/tcp/0"))) {
        Connection connection = other.connect(address);
        try (Stream stream = connection.open("/echo/1.0.0")) {
          stream.out().write(words.getBytes());
          stream.closeWrite();
          Duration roundTrip = other.ping(connection.remote());
          return new String(stream.in().readAllBytes()) + (roundTrip.isPositive() ? "" : "?");
        }
      }
    }
  }

  /** One block, then all of them: how many came. */
  static int blocks(int count) throws Exception {
    Map<Cid, byte[]> store = new ConcurrentHashMap<>();
    for (int i = 0; i < count; i++) {
      byte[] data = ("block " + i).getBytes();
      store.put(Cid.of(Cid.RAW, data), data);
    }
    List<Cid> cids = List.copyOf(store.keySet());
    Cid cid = Cid.parse(cids.getFirst().toString());
    try (Host there = Host.start(config("/ip4/127.0.0.1/tcp/0"));
        Host here = Host.start(config("/ip4/127.0.0.1/tcp/0"))) {
      BlockSource source = (wanted, peer) -> Optional.ofNullable(store.get(wanted));
      try (Bitswap server = new Bitswap(there, source, BitswapLimits.standard());
          Bitswap client = new Bitswap(here, BlockSource.EMPTY, BitswapLimits.standard())) {
        PeerId peer = here.connect(there.peerId(), there.addresses().getFirst()).remote();
        try (Session session = client.session(List.of(peer))) {
          byte[] block = session.fetch(cid, Duration.ofSeconds(10));
          Map<Cid, byte[]> all = session.fetchAll(cids, Duration.ofSeconds(30));
          return all.size() + (block.length > 0 ? 0 : 1);
        }
      }
    }
  }

  /** What is spent while one stream is open. */
  static List<Scope> spent() throws Exception {
    try (Host host = Host.start(config("/ip4/127.0.0.1/tcp/0"));
        Host other = Host.start(config("/ip4/127.0.0.1/tcp/0"))) {
      host.handle("/echo/1.0.0", stream -> stream.in().transferTo(stream.out()));
      other.connect(host.peerId(), host.addresses().getFirst());
      try (Stream stream = other.open(host.peerId(), "/echo/1.0.0")) {
        stream.out().write(1);
        stream.in().readNBytes(1);
        for (Scope scope : host.resources().snapshot()) {
          System.Logger log = System.getLogger("metrics");
          log.log(
              System.Logger.Level.DEBUG,
              "{0}: {1} connections, {2} streams, {3} bytes",
              scope.name(),
              scope.connections(),
              scope.streams(),
              scope.memory());
        }
        return host.resources().snapshot();
      }
    }
  }

  /** Refuses a peer by its id. */
  static ConnectionGater refusing(PeerId unwanted) {
    return new ConnectionGater() {
      @Override
      public boolean maySecure(PeerId peer, boolean inbound) {
        return !peer.equals(unwanted);
      }
    };
  }

  /** Why dialling a peer by an address failed, or nothing. */
  static Optional<Reason> failure(Host host, PeerId peer, Multiaddr address) throws Exception {
    try {
      host.connect(peer, address);
      return Optional.empty();
    } catch (Libp2pException e) {
      return switch (e.reason()) {
        case PEER_IDENTITY, GATED -> Optional.of(e.reason()); // no use to try again
        case UNREACHABLE, DIAL_BACKOFF, TIMEOUT -> Optional.of(e.reason()); // later, perhaps
        default -> throw e;
      };
    }
  }
}
