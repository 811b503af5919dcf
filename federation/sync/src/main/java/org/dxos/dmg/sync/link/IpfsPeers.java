package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.libp2p.bitswap.Bitswap;
import org.dxos.dmg.libp2p.bitswap.Session;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.multiaddr.Protocol;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.sync.replica.PublicBlocks;
import org.dxos.dmg.sync.wire.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * IPFS nodes that an operator names, asked by bitswap for public blocks that no linked node gave.
 * What is not public is never asked for: a question tells what somebody looks for. Safe for many
 * threads.
 */
final class IpfsPeers {

  private static final Logger LOG = LoggerFactory.getLogger(IpfsPeers.class);

  /** For one block. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** For connections, where none is open. */
  private static final Duration DIAL = Duration.ofSeconds(3);

  private final Host host;
  private final Bitswap bitswap;
  private final PublicBlocks blocks;
  private final Executor threads;
  private final List<Multiaddr> addresses;

  /**
   * @param addresses that end in {@code /p2p/…}
   * @throws SyncException if one does not
   */
  IpfsPeers(
      Host host, Bitswap bitswap, PublicBlocks blocks, Executor threads, List<String> addresses) {
    this.host = host;
    this.bitswap = bitswap;
    this.blocks = blocks;
    this.threads = threads;
    this.addresses = addresses.stream().map(IpfsPeers::parse).toList();
  }

  /**
   * Reads an address.
   *
   * @throws SyncException if it names no peer
   */
  static Multiaddr parse(String text) {
    String why = "expected an address of TCP that ends in /p2p/…";
    try {
      Multiaddr address = Multiaddr.parse(text);
      if (address.tcpPort().isPresent() && address.value(Protocol.P2P).isPresent()) {
        return address;
      }
    } catch (IOException e) {
      why = String.valueOf(e.getMessage());
    }
    throw new SyncException(
        ErrorCode.USAGE,
        "read IPFS node `" + text + "`: " + why,
        "`ipfs id` prints such addresses");
  }

  /** A public block, checked, from whichever of them has it. */
  Optional<byte[]> fetch(Cid cid) {
    if (!blocks.isPublic(cid)) {
      return Optional.empty();
    }
    List<PeerId> peers = peers();
    if (peers.isEmpty()) {
      return Optional.empty();
    }
    try (Session session = bitswap.session(peers)) {
      return Optional.of(
              session.fetch(org.dxos.dmg.libp2p.bitswap.Cid.decode(cid.bytes()), PATIENCE))
          .filter(cid::matches);
    } catch (IOException e) {
      LOG.debug("ask {} IPFS nodes for {}: {}", peers.size(), cid, e.getMessage());
      return Optional.empty();
    }
  }

  /** Those that are connected; the others are dialled, and waited for if there is none. */
  private List<PeerId> peers() {
    List<PeerId> open = new ArrayList<>();
    List<CompletableFuture<Connection>> dialled = new ArrayList<>();
    for (Multiaddr address : addresses) {
      Optional<Connection> connection = connection(address);
      if (connection.isPresent()) {
        open.add(connection.get().remote());
      } else {
        dialled.add(dial(address));
      }
    }
    if (!open.isEmpty()) {
      return open;
    }
    try {
      CompletableFuture.allOf(dialled.toArray(CompletableFuture<?>[]::new))
          .completeOnTimeout(null, DIAL.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    } catch (java.util.concurrent.CompletionException e) {
      LOG.debug("not every IPFS node was reached: {}", e.toString());
    }
    for (Multiaddr address : addresses) {
      connection(address).ifPresent(one -> open.add(one.remote()));
    }
    return open;
  }

  private Optional<Connection> connection(Multiaddr address) {
    try {
      return host.connection(PeerId.parse(address.value(Protocol.P2P).orElseThrow()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private CompletableFuture<Connection> dial(Multiaddr address) {
    CompletableFuture<Connection> dialled = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            dialled.complete(host.connect(address));
          } catch (IOException | RuntimeException e) {
            LOG.debug("dial {}: {}", address, e.getMessage());
            dialled.completeExceptionally(e);
          }
        });
    return dialled;
  }
}
