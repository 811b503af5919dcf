package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.replica.Follow;
import org.dxos.dmg.sync.replica.Pull;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.replica.Shares;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.ItemReader;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A catch-up of many authorities from several peers at once: each brings a part, and one that hangs
 * or dies holds up nobody.
 */
class SeveralPeersTest {

  private static final int AUTHORITIES = 24;
  private static final long PATIENCE_SECONDS = 60;

  @TempDir static Path homes;
  private static LocalRegistry full;
  private static int number;

  @BeforeAll
  static void fill() {
    full = LocalRegistry.open(homes.resolve("full"), World.real());
    Publisher publisher =
        new Publisher(full, new KeyRing(homes.resolve("full"), new Random()), World.real().clock());
    for (int i = 0; i < AUTHORITIES; i++) {
      List<ModuleRecord> records = new ArrayList<>();
      for (int j = 0; j < 10; j++) {
        records.add(
            ModuleRecord.named(Name.parse("com.a" + i + "/module/m" + j), Version.parse("1.0.0"))
                .description("module " + j + " of " + i)
                .build());
      }
      publisher.publishAll("com.a" + i, records, PreparedModule::of, (_, _) -> {});
    }
  }

  @AfterAll
  static void close() {
    full.close();
  }

  /** How a peer gives its answers to `log`. */
  private enum Manner {
    HONEST,
    /** Says nothing, until it is let go. */
    HANGS,
    /** Breaks off in the middle. */
    DIES
  }

  /** Answers out of the full registry, in its manner; counts what it tells of authorities. */
  private static final class Peer implements Remote {
    private final Manner manner;
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final AtomicLong told = new AtomicLong();
    private final ConcurrentLinkedQueue<Cid> asked = new ConcurrentLinkedQueue<>();

    private Peer(Manner manner) {
      this.manner = manner;
    }

    @Override
    public String name() {
      return manner.name();
    }

    @Override
    public Answer ask(Request request) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ItemWriter out = new ItemWriter(bytes);
      Responder responder = new Responder(full.replica());
      switch (request) {
        case Request.Roots one -> responder.roots(one, out);
        case Request.Tree one -> responder.tree(one, out);
        case Request.Log one -> responder.log(one, out);
        case Request.Forks one -> responder.forks(one, out);
        default -> throw new IllegalStateException("not asked: " + request);
      }
      boolean log = request instanceof Request.Log;
      if (request instanceof Request.Log one) {
        told.addAndGet(bytes.size());
        one.want().forEach(want -> asked.add(want.genesis()));
      }
      if (log && manner == Manner.HANGS) {
        waitFor(letGo);
        throw new IOException("it hung");
      }
      int end = log && manner == Manner.DIES ? bytes.size() / 2 : bytes.size();
      ItemReader reader = new ItemReader(new ByteArrayInputStream(bytes.toByteArray(), 0, end));
      return new Answer() {
        @Override
        public Optional<Item> next() throws IOException {
          return reader.next();
        }

        @Override
        public void close() {}
      };
    }
  }

  private static void waitFor(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("never let go");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static LocalRegistry empty() {
    return LocalRegistry.open(homes.resolve("empty" + number++), World.real());
  }

  private static Pull pull(LocalRegistry into, Peer peer, Shares shares) {
    return new Pull(
        into.replica(), peer, Follow.ALL, Quota.none(), Optional.empty(), Runnable::run, shares);
  }

  private static void requireSame(LocalRegistry other) {
    assertEquals(full.node().root(), other.node().root());
    Fsck.Report report = other.audit();
    assertTrue(report.faults().isEmpty(), report.faults().toString());
  }

  @Test
  void twoPeersBringDifferentAuthorities() throws Exception {
    long alone;
    try (LocalRegistry other = empty()) {
      Peer peer = new Peer(Manner.HONEST);
      assertTrue(pull(other, peer, new Shares(System::nanoTime)).all().same());
      alone = peer.told.get();
    }
    Peer one = new Peer(Manner.HONEST);
    Peer two = new Peer(Manner.HONEST);
    try (LocalRegistry other = empty();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Shares shares = new Shares(System::nanoTime);
      Future<Pull.Outcome> first = threads.submit(() -> pull(other, one, shares).all());
      Future<Pull.Outcome> second = threads.submit(() -> pull(other, two, shares).all());
      assertEquals(List.of(), first.get(PATIENCE_SECONDS, TimeUnit.SECONDS).faults());
      assertEquals(List.of(), second.get(PATIENCE_SECONDS, TimeUnit.SECONDS).faults());
      requireSame(other);
    }
    // What one has taken the other leaves: it may have begun alone, but nothing comes twice.
    assertTrue(
        one.told.get() + two.told.get() <= alone * 11 / 10,
        one.told + " and " + two.told + ", alone " + alone);
    assertTrue(java.util.Collections.disjoint(Set.copyOf(one.asked), Set.copyOf(two.asked)));
  }

  @Test
  void aPeerThatHangsHoldsUpNobody() throws Exception {
    Peer hangs = new Peer(Manner.HANGS);
    try (LocalRegistry other = empty();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Shares shares = new Shares(System::nanoTime);
      Future<Pull.Outcome> never = threads.submit(() -> pull(other, hangs, shares).all());
      while (hangs.asked.isEmpty()) {
        Thread.sleep(1); // it has all of them, and gives none
      }
      Future<Pull.Outcome> second =
          threads.submit(() -> pull(other, new Peer(Manner.HONEST), shares).all());
      assertTrue(second.get(PATIENCE_SECONDS, TimeUnit.SECONDS).same());
      assertTrue(!never.isDone());
      requireSame(other);
      hangs.letGo.countDown();
      boolean failed = false;
      try {
        Pull.Outcome unused = never.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (java.util.concurrent.ExecutionException e) {
        failed = e.getCause() instanceof IOException;
      }
      assertTrue(failed, "it did not hang");
    }
  }

  @Test
  void whatAPeerThatDiesHasNotBroughtComesFromAnother() throws Exception {
    Peer dies = new Peer(Manner.DIES);
    try (LocalRegistry other = empty();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Shares shares = new Shares(System::nanoTime);
      Future<Pull.Outcome> broken = threads.submit(() -> pull(other, dies, shares).all());
      Future<Pull.Outcome> second =
          threads.submit(() -> pull(other, new Peer(Manner.HONEST), shares).all());
      assertTrue(second.get(PATIENCE_SECONDS, TimeUnit.SECONDS).same());
      requireSame(other);
      // Where the other was quicker it was never asked; else it failed, and what it brought stays.
      try {
        Pull.Outcome unused = broken.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertTrue(dies.asked.isEmpty());
      } catch (java.util.concurrent.ExecutionException e) {
        assertTrue(
            e.getCause() instanceof org.dxos.dmg.error.Explained
                || e.getCause() instanceof IOException,
            e.toString());
      }
    }
  }
}
