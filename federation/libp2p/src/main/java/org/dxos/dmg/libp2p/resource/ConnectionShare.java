package org.dxos.dmg.libp2p.resource;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.dxos.dmg.libp2p.Libp2pException;

/** What one connection holds of the host's resources; {@link #close} gives all of it back, once. */
public final class ConnectionShare implements AutoCloseable {

  private static final AtomicLong COUNT = new AtomicLong();

  private enum State {
    PENDING,
    OPEN,
    CLOSED
  }

  private final ResourceManager resources;
  private final String pending;
  private final String name = "connection " + COUNT.incrementAndGet();
  private String peer = "";
  private boolean reserved;
  private long memory;
  private State state = State.PENDING;

  ConnectionShare(ResourceManager resources, String pending) {
    this.resources = resources;
    this.pending = pending;
  }

  /** The peer is known now. @throws Libp2pException RESOURCE_LIMIT */
  public synchronized void authenticated(String peerId, boolean isReserved) throws Libp2pException {
    String scope = "peer " + peerId;
    resources.authenticate(pending, scope, name, isReserved);
    peer = scope;
    reserved = isReserved;
    state = State.OPEN;
  }

  /** Counts a stream in every scope. @throws Libp2pException RESOURCE_LIMIT */
  public void openStream() throws Libp2pException {
    resources.stream(name, ResourceManager.path(peer, name), 1);
  }

  /** Gives back what {@link #openStream} took. */
  public void endStream() {
    try {
      resources.stream(name, ResourceManager.path(peer, name), -1);
    } catch (Libp2pException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Counts a stream under its protocol. @throws Libp2pException RESOURCE_LIMIT */
  public void protocol(String protocol, int count) throws Libp2pException {
    resources.stream(name, List.of(ResourceManager.PROTOCOL + protocol), count);
  }

  /**
   * Whether that much memory may be spent; negative gives back. Once this is closed nothing may be,
   * and all was given back.
   */
  public synchronized boolean memory(long bytes) {
    return memory(bytes, false);
  }

  /** Whether that much may be spent on what only makes things faster: up to half of each scope. */
  public synchronized boolean growth(long bytes) {
    return memory(bytes, true);
  }

  private boolean memory(long bytes, boolean spare) {
    boolean may =
        state != State.CLOSED && resources.memory(ResourceManager.path(peer, name), bytes, spare);
    memory += may ? bytes : 0;
    return may;
  }

  @Override
  public synchronized void close() {
    switch (state) {
      case PENDING -> resources.endPending(pending);
      case OPEN -> {
        // Of streams too that their owner neither read nor closed.
        boolean unused = memory(-memory, false);
        resources.endConnection(peer, name, reserved);
      }
      case CLOSED -> {
        return;
      }
    }
    state = State.CLOSED;
  }
}
