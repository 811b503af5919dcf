package org.dxos.dmg.sync.link;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.sync.replica.Pull;

/** How a link does, as far as its work has told. Safe for all threads. */
final class Progress {

  private final AtomicLong received = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final Set<Cid> forks = new ConcurrentSkipListSet<>();
  private volatile Optional<Cid> root = Optional.empty();
  private volatile Optional<PeerStatus.Equal> equal = Optional.empty();
  private volatile Optional<Long> inStep = Optional.empty();
  private volatile Optional<String> error = Optional.empty();

  void received(long bytes) {
    received.addAndGet(bytes);
  }

  void sent(long bytes) {
    sent.addAndGet(bytes);
  }

  /**
   * Something was taken of the peer.
   *
   * @param all whether it was asked for everything
   * @param now seconds, UTC
   */
  void took(Pull.Outcome outcome, boolean all, long now) {
    received(outcome.bytes());
    forks.addAll(outcome.forks());
    if (all) {
      root = Optional.of(outcome.root());
      if (outcome.same()) {
        equal = Optional.of(new PeerStatus.Equal(outcome.root(), now));
      }
    }
    if (outcome.faults().isEmpty() && (all || inStep.isPresent())) {
      inStep = Optional.of(now);
    }
  }

  /** All that was to be done is done. */
  void well() {
    error = Optional.empty();
  }

  void failed(String why) {
    error = Optional.of(why);
  }

  /**
   * What there is to be told of it.
   *
   * @param lacking whether the peer has said that it has more
   * @param now seconds, UTC
   */
  PeerStatus of(Link link, boolean connected, boolean lacking, long now) {
    boolean here = connected && !lacking && error.isEmpty();
    Optional<Long> lag = inStep.map(at -> here ? 0 : Math.max(0, now - at));
    return new PeerStatus(
        link,
        connected,
        root,
        equal,
        lag.filter(_ -> link.policy().follow()),
        received.get(),
        sent.get(),
        forks.size(),
        error);
  }
}
