package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.sync.pull.Source;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks of bundles that were left where they came from, fetched when somebody asks for them. Many
 * who ask for one at a time share one question, and nobody asks again at once for what nobody had.
 */
final class OnDemand {

  private static final Logger LOG = LoggerFactory.getLogger(OnDemand.class);

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration NOBODY_HAD_IT = Duration.ofSeconds(10);
  private static final int MAX_REMEMBERED = 10_000;
  private static final int MAX_PEERS = 3;

  private final Holder holder;
  private final Supplier<List<Remote>> connected;
  private final Supplier<List<Source>> far;
  private final Function<Cid, Optional<byte[]>> ipfs;
  private final InstantSource clock;
  private final Map<Cid, CompletableFuture<Optional<byte[]>>> asked = new ConcurrentHashMap<>();

  /** Guarded by itself. */
  private final Map<Cid, Instant> missed =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Cid, Instant> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /**
   * @param connected linked nodes
   * @param far other nodes, asked where no linked one has it
   * @param ipfs asks those who speak bitswap alone, in the end
   */
  OnDemand(
      Holder holder,
      Supplier<List<Remote>> connected,
      Supplier<List<Source>> far,
      Function<Cid, Optional<byte[]>> ipfs,
      InstantSource clock) {
    this.holder = holder;
    this.connected = connected;
    this.far = far;
    this.ipfs = ipfs;
    this.clock = clock;
  }

  static Duration patience() {
    return PATIENCE;
  }

  /** A block that is not held, from a peer that has it; it is kept. */
  Optional<byte[]> fetch(Cid cid) {
    boolean ofBundle = cid.codec() == Cid.RAW || cid.codec() == Cid.DAG_PB;
    if (!ofBundle || !cid.storable() || missedLately(cid)) {
      return Optional.empty();
    }
    CompletableFuture<Optional<byte[]>> mine = new CompletableFuture<>();
    CompletableFuture<Optional<byte[]>> other = asked.putIfAbsent(cid, mine);
    if (other != null) {
      try {
        return other.join();
      } catch (CompletionException e) {
        return Optional.empty();
      }
    }
    Optional<byte[]> found = Optional.empty();
    try {
      found = ask(cid);
      return found;
    } finally {
      asked.remove(cid);
      mine.complete(found);
    }
  }

  private boolean missedLately(Cid cid) {
    synchronized (missed) {
      Instant at = missed.get(cid);
      return at != null && clock.instant().isBefore(at.plus(NOBODY_HAD_IT));
    }
  }

  private Optional<byte[]> ask(Cid cid) {
    for (Remote remote : connected.get().stream().limit(MAX_PEERS).toList()) {
      Optional<byte[]> block = ask(cid, remote.name(), () -> remote);
      if (block.isPresent()) {
        return block;
      }
    }
    for (Source source : far.get()) {
      Optional<byte[]> block = ask(cid, source.name(), source::remote);
      if (block.isPresent()) {
        return block;
      }
    }
    Optional<byte[]> exchanged = ipfs.apply(cid);
    if (exchanged.isPresent()) {
      holder.keep(Map.of(cid, exchanged.get()));
      return exchanged;
    }
    synchronized (missed) {
      missed.put(cid, clock.instant());
    }
    return Optional.empty();
  }

  private interface Dial {
    Remote remote() throws IOException;
  }

  private Optional<byte[]> ask(Cid cid, String name, Dial dial) {
    try (Remote.Answer answer = dial.remote().ask(new Request.Blocks(List.of(cid)))) {
      if (answer.next().orElse(null) instanceof Item.Block block && cid.matches(block.bytes())) {
        holder.keep(Map.of(cid, block.bytes()));
        return Optional.of(block.bytes());
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("ask {} for {}: {}", name, cid, e.getMessage());
    }
    return Optional.empty();
  }
}
