package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.multistream.Multistream;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.peer.PublicKey;
import org.dxos.dmg.libp2p.resource.ConnectionShare;
import org.dxos.dmg.libp2p.yamux.Rate;
import org.dxos.dmg.libp2p.yamux.YamuxConnection;
import org.dxos.dmg.libp2p.yamux.YamuxEvents;
import org.dxos.dmg.libp2p.yamux.YamuxStream;

/** An authenticated connection to a peer. */
public final class Connection {

  private static final Duration NEGOTIATION = Duration.ofSeconds(10);
  private static final int IDENTIFIES_PER_SECOND = 5;
  private static final int IDENTIFIES_AT_ONCE = 100;
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private final Host host;
  private final PublicKey remoteKey;
  private final PeerId remote;
  private final Multiaddr remoteAddress;
  private final boolean inbound;
  private final ConnectionShare share;
  private final YamuxConnection yamux;
  private final CompletableFuture<Identified> identified = new CompletableFuture<>();
  private final Rate identifies;

  /** That streams of this connection agreed on, and that they did not although they should have. */
  private final Set<String> agreed = ConcurrentHashMap.newKeySet();

  private final Set<String> doubted = ConcurrentHashMap.newKeySet();
  private volatile long lastUse;

  Connection(
      Host host,
      PublicKey remoteKey,
      Multiaddr remoteAddress,
      boolean inbound,
      ConnectionShare share,
      org.dxos.dmg.libp2p.wire.Duplex channel) {
    this.host = host;
    this.remoteKey = remoteKey;
    this.remote = remoteKey.peerId();
    this.remoteAddress = remoteAddress;
    this.inbound = inbound;
    this.share = share;
    this.lastUse = host.config().nanos().getAsLong();
    this.identifies = new Rate(IDENTIFIES_PER_SECOND, IDENTIFIES_AT_ONCE, lastUse);
    this.yamux =
        new YamuxConnection(
            channel, !inbound, host.config().yamux(), host.config().nanos(), new Events());
  }

  /** Who is at the other end, as its key proved. */
  public PeerId remote() {
    return remote;
  }

  public PublicKey remoteKey() {
    return remoteKey;
  }

  /** Where the other end was dialled, or dialled from; without its peer id. */
  public Multiaddr remoteAddress() {
    return remoteAddress;
  }

  /** Whether the other end dialled. */
  public boolean inbound() {
    return inbound;
  }

  /** The last round trip measured; zero before the first. */
  public Duration roundTrip() {
    return yamux.roundTrip();
  }

  /** For how long nothing has come from the other end. */
  public Duration silence() {
    return yamux.silence();
  }

  /** Streams open now, of either end. */
  public int openStreams() {
    return yamux.openStreams();
  }

  /** Why it is over, once it is. */
  public Optional<Libp2pException> ended() {
    return yamux.ended();
  }

  /** Completes when it is over. */
  public CompletableFuture<Libp2pException> end() {
    return yamux.end();
  }

  /** What the other end says of itself, once identify has run; renewed by its pushes. */
  public CompletableFuture<Identified> identified() {
    return identified.copy();
  }

  void identified(Identified what) {
    identified.complete(what);
    identified.obtrudeValue(what);
    agreed.retainAll(what.protocols());
    doubted.removeAll(what.protocols());
  }

  /** Each costs a signature or its verification, and the other end nothing. */
  void countIdentify() throws Libp2pException {
    synchronized (identifies) {
      if (!identifies.take(host.nanos())) {
        throw new Libp2pException(
            Reason.FLOOD,
            "identify: more than " + IDENTIFIES_PER_SECOND + " a second from " + remote);
      }
    }
  }

  void notIdentified(Throwable why) {
    identified.completeExceptionally(why);
  }

  /**
   * Opens a stream on this connection, for the first of the protocols that the other end speaks.
   *
   * @throws Libp2pException NOT_SUPPORTED, RESOURCE_LIMIT, TIMEOUT, or why the connection ended
   */
  public Stream open(String... protocols) throws IOException {
    YamuxStream stream = begin();
    try {
      stream.deadline(NEGOTIATION);
      String protocol = Multistream.propose(stream, List.of(protocols));
      stream.noDeadline();
      learnt(protocol, true);
      return new Stream(stream, this, protocol);
    } catch (IOException | RuntimeException e) {
      stream.reset();
      throw e;
    }
  }

  /**
   * Opens a stream without waiting until the other end agrees, where it has shown that it speaks
   * the protocol: by identify, or on an earlier stream of this connection. The proposal goes out
   * with the first bytes that are written, in one frame, so that what is asked is answered within
   * one round trip. Where nothing is known, this is {@link #open}.
   *
   * <p>If it does not speak it after all, the first read fails with NOT_SUPPORTED (or RESET, if
   * that is how it declines) and {@link Stream#agreed} stays false; the next stream for it is one
   * that waits. Read at least once: else nobody learns of a refusal. js-libp2p 3 loses an end of
   * our direction that comes before it has agreed; with it, end after the first read.
   *
   * @throws Libp2pException as {@link #open}
   */
  public Stream presume(String protocol) throws IOException {
    if (!isKnown(protocol)) {
      return open(protocol);
    }
    YamuxStream stream = begin();
    Presumption presumption =
        new Presumption(stream, protocol, NEGOTIATION, taken -> learnt(protocol, taken));
    return new Stream(stream, this, protocol, Optional.of(presumption));
  }

  private YamuxStream begin() throws Libp2pException {
    share.openStream();
    try {
      return yamux.open(NEGOTIATION);
    } catch (Libp2pException e) {
      share.endStream();
      throw e;
    }
  }

  private boolean isKnown(String protocol) {
    return !doubted.contains(protocol)
        && (agreed.contains(protocol)
            || (identified.isDone()
                && !identified.isCompletedExceptionally()
                && identified.join().protocols().contains(protocol)));
  }

  private void learnt(String protocol, boolean taken) {
    (taken ? agreed : doubted).add(protocol);
    (taken ? doubted : agreed).remove(protocol);
  }

  /**
   * Takes no new streams, lets open ones end for so long, then closes; returns once the socket is
   * closed.
   */
  public void close(Duration patience) {
    yamux.goAway();
    boolean idle = yamux.awaitIdle(patience);
    yamux.abort(
        new Libp2pException(Reason.CLOSED, idle ? "closed here" : "closed here with streams open"));
    yamux.awaitShut(FAREWELL);
  }

  ConnectionShare share() {
    return share;
  }

  boolean reap() {
    return yamux.reap();
  }

  void awaitShut(Duration patience) {
    yamux.awaitShut(patience);
  }

  void abort(Libp2pException why) {
    yamux.abort(why);
  }

  void start() {
    yamux.start(host.threads());
  }

  /** Once a second. */
  void tick() {
    yamux.tick();
    long now = host.config().nanos().getAsLong();
    if (yamux.openStreams() > 0) {
      lastUse = now;
    } else if (now - lastUse > host.config().idle().toNanos() && !host.isReserved(remote)) {
      host.threads().execute(() -> close(Duration.ofSeconds(1)));
    }
  }

  private void serve(YamuxStream stream) {
    String protocol;
    try {
      stream.deadline(NEGOTIATION);
      protocol = Multistream.answer(stream, host::speaks);
      share.protocol(protocol, 1);
    } catch (IOException | RuntimeException e) {
      if (e instanceof Libp2pException why && why.reason() == Reason.NOT_SUPPORTED) {
        stream.close(); // who did not wait for that it was declined shall read it
      } else {
        stream.reset();
      }
      return;
    }
    boolean inGoodOrder = false;
    try {
      stream.noDeadline();
      host.handler(protocol).handle(new Stream(stream, this, protocol));
      inGoodOrder = true;
    } catch (IOException | RuntimeException e) {
      host.log().debug("{} of {} ended: {}", protocol, remote, e.toString());
    } finally {
      // An error too, which ends this thread, must not leave the other end waiting.
      if (inGoodOrder) {
        stream.close();
      } else {
        stream.reset();
      }
      try {
        share.protocol(protocol, -1);
      } catch (Libp2pException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private final class Events implements YamuxEvents {
    @Override
    public boolean admit() {
      try {
        share.openStream();
        return true;
      } catch (Libp2pException e) {
        return false;
      }
    }

    @Override
    public void opened(YamuxStream stream) {
      host.threads().execute(() -> serve(stream));
    }

    @Override
    public void ended(YamuxStream stream) {
      share.endStream();
    }

    @Override
    public boolean grow(int bytes) {
      return share.growth(bytes);
    }

    @Override
    public boolean hold(int bytes) {
      return share.memory(bytes);
    }

    @Override
    public void release(int bytes) {
      share.memory(-bytes);
    }

    @Override
    public void closed(Libp2pException why) {
      host.forget(Connection.this, why);
      share.close();
      identified.completeExceptionally(why);
    }
  }

  @Override
  public String toString() {
    return (inbound ? "from " : "to ") + remote + " at " + remoteAddress;
  }
}
