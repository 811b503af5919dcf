package org.dxos.dmg.care;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.admission.World;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Standing;
import org.dxos.dmg.verdict.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectorTest {

  private static final Instant NOW = Instant.ofEpochSecond(World.START);

  @TempDir Path folder;

  private static Collector collector(World world) {
    return new Collector(world.store, Scene.ours(), world.registrar::between);
  }

  private static void requireSound(World world) {
    assertEquals(List.of(), Fsck.of(world.store, Scene.ours()).faults());
  }

  @Test
  void whatNothingLedToForTheGracePeriodGoesAndNothingElse() {
    try (World world = Scene.world(folder.resolve("home"))) {
      Collector collector = collector(world);
      Set<Cid> before = Scene.all(world.store);
      long unlinked = Fsck.of(world.store, Scene.ours()).unlinked();
      assertTrue(unlinked > 5, "only " + unlinked);

      Collector.Report dry = collector.collect(NOW, Duration.ZERO, true);
      assertEquals(unlinked, dry.collected());
      assertEquals(before, Scene.all(world.store));

      Collector.Report first = collector.collect(NOW, Duration.ofHours(24), false);
      assertEquals(0, first.collected());
      assertEquals(unlinked, first.unlinked());
      Collector.Report early =
          collector.collect(NOW.plus(Duration.ofHours(23)), Duration.ofHours(24), false);
      assertEquals(0, early.collected());
      assertEquals(before, Scene.all(world.store));

      Collector.Report late =
          collector.collect(NOW.plus(Duration.ofHours(24)), Duration.ofHours(24), false);
      assertEquals(unlinked, late.collected());
      assertEquals(before.size() - unlinked, late.linked());
      Fsck.Report after = Fsck.of(world.store, Scene.ours());
      assertEquals(List.of(), after.faults());
      assertEquals(0, after.unlinked());
      assertEquals(5, after.heads());
    }
  }

  @Test
  void aClockThatWasSetBackCollectsNothingEarly() {
    try (World world = Scene.world(folder.resolve("home"))) {
      Collector collector = collector(world);
      collector.collect(NOW, Duration.ofHours(24), false);
      assertEquals(
          0,
          collector
              .collect(NOW.minus(Duration.ofDays(9)), Duration.ofHours(24), false)
              .collected());
    }
  }

  @Test
  void publishingAndReopeningGoOnWithoutOlderTrees() {
    Path home = folder.resolve("home");
    try (World world = Scene.world(home)) {
      collector(world).collect(NOW, Duration.ZERO, false);
      AuthorityView one = world.registrar.authority("com.one").orElseThrow();
      world.publish(one, "module/after", "1.0.0");
      requireSound(world);
      collector(world).collect(NOW, Duration.ZERO, false);
    }
    try (World world = new World(home)) {
      AuthorityView one = world.registrar.authority("com.one").orElseThrow();
      world.publish(one, "module/after", "1.0.1");
      requireSound(world);
    }
  }

  /** Another head for the place of an old one, whose state tree was collected long ago. */
  @Test
  void aForkFromAnOldHeadIsStillFound() {
    try (World world = Scene.world(folder.resolve("home"))) {
      AuthorityView one = world.registrar.authority("com.one").orElseThrow();
      Signed<Head> old = one.head().orElseThrow();
      while (old.body().epoch() > 1) {
        old = Signed.read(world.store, old.body().prev().orElseThrow(), Head.class);
      }
      MerkleSearchTree state = MerkleSearchTree.at(old.body().state(), world.store);
      Statement statement =
          World.statement(
              one,
              "module/fork",
              World.OWNER.publicKey(),
              world.release(World.record("com.one/module/fork", "1.0.0").build()));
      Cid added = world.sign(statement, World.OWNER);
      Verdict.Accepted accepted =
          (Verdict.Accepted) Slots.apply(state, added, statement, Set.of(), world.store);
      Cid root = accepted.state().write((_, _) -> {}).root();
      Head forked =
          new Head(
              one.id(),
              Optional.empty(),
              0,
              old.body().epoch() + 1,
              Optional.of(old.cid()),
              one.keyHead().cid(),
              List.of(added),
              root,
              World.START + 5,
              World.START + 500,
              Optional.empty());
      Cid envelope = world.sign(forked, World.HEAD);

      collector(world).collect(NOW, Duration.ZERO, false);
      assertTrue(world.store.get(old.body().state()).isEmpty(), "its tree is collected");
      AuthorityView after =
          world
              .registrar
              .learn(one.id(), List.of(envelope), world.offered(), Registrar.Binding.NEVER)
              .orThrow();
      assertEquals(1, after.standing().forks().size());
      assertTrue(after.standing().contest() != Standing.Contest.NONE);
      // The tip is an older head now, and all of its tree is held again.
      after.state().walk("", (_, _) -> true);
      requireSound(world);
      collector(world).collect(NOW, Duration.ZERO, false);
      requireSound(world);
    }
  }

  @Test
  void nothingIsCollectedWhereAWayIsNotKnown() {
    try (World world = Scene.world(folder.resolve("home"))) {
      Cid state =
          world.registrar.authority("com.one").orElseThrow().head().orElseThrow().body().state();
      Scene.take(world.store, state);
      Set<Cid> before = Scene.all(world.store);
      CareException refused =
          assertThrows(
              CareException.class, () -> collector(world).collect(NOW, Duration.ZERO, false));
      assertEquals(ErrorCode.NOT_VERIFIED, refused.code());
      assertEquals(before, Scene.all(world.store));
    }
  }

  /** Blocks of a release lie there before it is said, and go between its check and its commit. */
  @Test
  void aStatementThatReliedOnWhatWasCollectedIsTurnedAway() throws Exception {
    try (World world = Scene.world(folder.resolve("home"))) {
      AuthorityView one = world.registrar.authority("com.one").orElseThrow();
      ModuleRecord record = World.record("com.one/module/late", "1.0.0").build();
      Cid cid = DagCbor.cid(record.encode());
      Scene.put(world.store, cid, record.encode());
      Cid envelope =
          world.sign(
              World.statement(one, "module/late", World.OWNER.publicKey(), world.release(record)),
              World.OWNER);
      // The clerk is busy while the statement is handed in and checked; then the block goes.
      java.util.concurrent.CountDownLatch handedIn = new java.util.concurrent.CountDownLatch(1);
      Thread busy =
          Thread.ofPlatform()
              .start(
                  () ->
                      world.registrar.between(
                          () -> {
                            try {
                              handedIn.await();
                            } catch (InterruptedException e) {
                              Thread.currentThread().interrupt();
                            }
                            Scene.take(world.store, cid);
                          }));
      while (busy.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      var answer = world.registrar.submit(envelope, world.offered());
      handedIn.countDown();
      busy.join();
      AdmissionException.Refused refused =
          assertThrows(AdmissionException.Refused.class, () -> Registrar.await(answer));
      assertEquals(ErrorCode.BLOCK_MISSING, refused.code());
      // Handed in again it comes with its block.
      Registrar.await(world.registrar.submit(envelope, world.offered()));
      requireSound(world);
    }
  }

  @Test
  void collectingAgainAndAgainWhilePublishersPublishLosesNothing() throws Exception {
    int each = 40;
    int publishers = 4;
    try (World world = Scene.world(folder.resolve("home"))) {
      AuthorityView one = world.registrar.authority("com.one").orElseThrow();
      AtomicBoolean done = new AtomicBoolean();
      AtomicInteger runs = new AtomicInteger();
      AtomicInteger collected = new AtomicInteger();
      List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
      Thread gc =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      Collector collector = collector(world);
                      while (!done.get()) {
                        collected.addAndGet(
                            (int) collector.collect(NOW, Duration.ZERO, false).collected());
                        runs.incrementAndGet();
                      }
                    } catch (RuntimeException | Error e) {
                      failures.add(e);
                    }
                  });
      List<Thread> threads = new ArrayList<>();
      Set<Cid> records = java.util.Collections.synchronizedSet(new HashSet<>());
      AtomicInteger again = new AtomicInteger();
      for (int p = 0; p < publishers; p++) {
        int publisher = p;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        publish(world, one, publisher, each, records, again);
                      } catch (RuntimeException | Error e) {
                        failures.add(e);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      done.set(true);
      gc.join();
      assertEquals(List.of(), failures);
      assertEquals(each * publishers, records.size());
      Fsck.Report report = Fsck.of(world.store, Scene.ours());
      assertEquals(List.of(), report.faults());
      assertTrue(runs.get() > 2 && collected.get() > 0, runs + " runs, " + collected);
      for (Cid record : records) {
        assertTrue(world.store.has(record));
      }
      System.err.println(
          "gc beside publishers: %d runs collected %d blocks, %d releases, %d handed in again"
              .formatted(runs.get(), collected.get(), records.size(), again.get()));
    }
  }

  /** Lays the record there first, as one who sent it before would have: it may go at any time. */
  private static void publish(
      World world,
      AuthorityView one,
      int publisher,
      int each,
      Set<Cid> records,
      AtomicInteger again) {
    for (int i = 0; i < each; i++) {
      String path = "module/p" + publisher + "-" + i;
      ModuleRecord record = World.record("com.one/" + path, "1.0.0").build();
      byte[] block = record.encode();
      Cid cid = DagCbor.cid(block);
      Scene.put(world.store, cid, block);
      java.util.Map<Cid, byte[]> mine = new java.util.HashMap<>();
      mine.put(cid, block);
      Statement statement =
          World.statement(
              one,
              path,
              World.OWNER.publicKey(),
              new Statement.Release("1.0.0", cid, List.of(), java.util.Map.of()));
      byte[] body = statement.encode();
      mine.put(DagCbor.cid(body), body);
      byte[] envelope =
          org.dxos.dmg.trust.Envelope.sign(statement.type(), body, List.of(World.OWNER)).encode();
      mine.put(DagCbor.cid(envelope), envelope);
      while (true) {
        try {
          Registrar.await(
              world.registrar.submit(
                  DagCbor.cid(envelope), one1 -> Optional.ofNullable(mine.get(one1))));
          records.add(cid);
          break;
        } catch (AdmissionException.Refused e) {
          if (e.code() != ErrorCode.BLOCK_MISSING) {
            throw e;
          }
          again.incrementAndGet();
        }
      }
    }
  }
}
