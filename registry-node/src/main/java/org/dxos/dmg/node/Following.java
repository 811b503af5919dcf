package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.graph.GraphException;
import org.dxos.dmg.graph.GraphIndex;
import org.dxos.dmg.verdict.AuthorityView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does behind its answers: the graph follows the journal, is mended and compacted;
 * heads are renewed before they end; spaces take what has become public of keys, by a thread of
 * their own. Both are woken by commits and once a second; {@code woken} guards what others tell
 * them, and all other fields belong to one of the two.
 */
final class Following {

  private static final Logger LOG = LoggerFactory.getLogger(Following.class);

  /** Between two looks, if nothing is committed. */
  private static final long LOOK_MILLIS = 1000;

  /** How long before its end a head is renewed by the node that is home: 30 days. */
  private static final long RENEW_AHEAD = 30L * 86_400;

  /** How often that is looked at: each hour. */
  private static final long RENEW_EVERY = 3600;

  /** How long it is waited between attempts to mend the graph: twice as long each time. */
  private static final long MEND_SECONDS = 600;

  private final LocalRegistry registry;
  private final World world;
  private final Object woken = new Object();
  private boolean closed;

  private long renewed = Long.MIN_VALUE;
  private long mendAfter = Long.MIN_VALUE;
  private long mendPause = 1;

  private String toldOfSpaces = "";

  /** Once it has failed it is not tried again: on a full disk it would be each second. */
  private boolean compacts = true;

  Following(LocalRegistry registry, World world) {
    this.registry = registry;
    this.world = world;
  }

  void start() {
    registry.registrar().onCommit(_ -> wake());
    world.threads().newThread(this::run).start();
    // Beside it: how long the graph takes to follow is no time for a revocation to wait.
    world.threads().newThread(this::followKeys).start();
  }

  private void wake() {
    synchronized (woken) {
      woken.notifyAll();
    }
  }

  /** Ends it; what it is at is finished. */
  void stop() {
    synchronized (woken) {
      closed = true;
      woken.notifyAll();
    }
  }

  private boolean isClosed() {
    synchronized (woken) {
      return closed;
    }
  }

  private long now() {
    return world.clock().instant().getEpochSecond();
  }

  private void run() {
    try {
      String told = "";
      while (true) {
        try {
          mend();
          registry.catchUp();
          compact();
          renewHeads();
          told = "";
        } catch (RuntimeException e) {
          // Whatever it is, it is told once and tried again: who only looks does not see that
          // nobody follows any more.
          if (!told.equals(e.toString()) && !isClosed()) {
            LOG.warn("follow the journal: {}", e.toString());
          }
          told = e.toString();
        }
        if (!awaitNews()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void followKeys() {
    try {
      do {
        bringKeys();
      } while (awaitNews());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a commit, or a second; false once this is closed. */
  private boolean awaitNews() throws InterruptedException {
    synchronized (woken) {
      if (!closed) {
        woken.wait(LOOK_MILLIS);
      }
      return !closed;
    }
  }

  /** A revocation that is public reaches each space, whatever else fails. */
  private void bringKeys() {
    String failure = "";
    for (LocalRegistry space : registry.spaces().opened()) {
      try {
        space.bringKeys();
      } catch (RuntimeException e) {
        failure = e.toString();
      }
    }
    if (!failure.isEmpty() && !failure.equals(toldOfSpaces) && !isClosed()) {
      LOG.warn("take what is public of keys into a space: {}", failure);
    }
    toldOfSpaces = failure;
  }

  /** Renews the heads that end soon; one that cannot be is told, and tried again in an hour. */
  private void renewHeads() {
    if (now() < renewed + RENEW_EVERY && renewed != Long.MIN_VALUE) {
      return;
    }
    renewed = now();
    if (Restored.of(registry.store()).isPresent()) {
      return; // it may have renewed them since the backup, with other heads
    }
    List<LocalRegistry> all = new ArrayList<>(registry.spaces().registries());
    all.add(registry);
    for (LocalRegistry one : all) {
      for (AuthorityView view : one.registrar().expiring(now() + RENEW_AHEAD)) {
        try {
          one.registrar().renew(view.id());
        } catch (RuntimeException e) {
          // Nothing that names it: it may be known in a space alone.
          LOG.warn("renew a head: {}", one == registry ? view.name() + ": " + e : "in a space");
        }
      }
    }
  }

  private void mend() {
    Optional<GraphIndex> index = registry.opened();
    if (index.isPresent() && now() >= mendAfter) {
      mendPause = Math.min(MEND_SECONDS, 2 * mendPause);
      mendAfter = now() + mendPause;
      index.get().mend();
      mendPause = 1;
      mendAfter = Long.MIN_VALUE;
    }
  }

  private void compact() {
    Optional<GraphIndex> index = registry.opened();
    if (!compacts || index.isEmpty()) {
      return;
    }
    try {
      index.get().compactIfItPays();
    } catch (GraphException e) {
      compacts = e.code() == ErrorCode.CONFLICT; // somebody else does it just now
      if (!compacts) {
        LOG.warn("{}; not tried again before the next start", e.message());
      }
    }
  }
}
