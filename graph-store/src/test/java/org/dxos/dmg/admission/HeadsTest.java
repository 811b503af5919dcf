package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.HeadRules;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.KeyRules;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;
import org.junit.jupiter.api.Test;

/** Heads: shared by many publishers, proved by receipts, replayed, and refused where they lie. */
class HeadsTest extends RegistrarScene {

  private static MerkleSearchTree check(
      Signed<Head> head, KeyLog log, Optional<Signed<Head>> prev, BlockSource blocks) {
    return HeadRules.check(
        head,
        org.dxos.dmg.verdict.Chain.PUBLIC,
        log,
        prev,
        java.util.Set.of(),
        blocks,
        (_, _) -> {});
  }

  @Test
  void manyPublishersShareHeadsAndEachReceiptProvesItsOwn() throws Exception {
    AuthorityView view = world.claim("org.dxos");
    int threads = 16;
    int each = 12;
    CyclicBarrier start = new CyclicBarrier(threads);
    Map<String, Receipt> receipts = new java.util.concurrent.ConcurrentHashMap<>();
    ConcurrentLinkedQueue<Throwable> failed = new ConcurrentLinkedQueue<>();
    Map<String, Cid> envelopes = new HashMap<>();
    for (int t = 0; t < threads; t++) {
      for (int i = 0; i < each; i++) {
        ModuleRecord record = World.record("org.dxos/module/m" + t, i + ".0.0").build();
        envelopes.put(
            "module/m" + t + "@" + i + ".0.0",
            world.sign(owner(view, "module/m" + t, world.release(record)), World.OWNER));
      }
    }
    BlockSource offered = world.offered();
    List<Thread> publishers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      String path = "module/m" + t;
      publishers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      start.await();
                      Map<String, CompletableFuture<Receipt>> answers = new HashMap<>();
                      for (int i = 0; i < each; i++) {
                        String key = path + "@" + i + ".0.0";
                        answers.put(key, world.registrar.submit(envelopes.get(key), offered));
                      }
                      answers.forEach((key, answer) -> receipts.put(key, Registrar.await(answer)));
                    } catch (Exception e) {
                      failed.add(e);
                    }
                  }));
    }
    for (Thread publisher : publishers) {
      publisher.join();
    }
    assertEquals(List.of(), List.copyOf(failed));
    assertEquals(threads * each, receipts.size());
    receipts.forEach(
        (key, receipt) -> {
          assertEquals(Receipt.Status.ADDED, receipt.status());
          proves(receipt, "r/" + key);
        });
    List<JournalEntry> heads = world.store.journal(1, 1000);
    assertTrue(heads.size() < threads * each, heads.size() + " heads");
    int added = 0;
    for (JournalEntry entry : heads) {
      added += Signed.read(world.store, entry.envelope(), Head.class).body().added().size();
    }
    assertEquals(threads * each, added);
    assertEquals(replay(view), world.registrar.authority(view.id()).orElseThrow().state().root());
  }

  /** Every head from epoch 0, each checked as a stranger would; the root of the state reached. */
  private Cid replay(AuthorityView view) {
    Optional<Signed<Head>> prev = Optional.empty();
    for (JournalEntry entry : world.store.journal(0, 10_000)) {
      if (entry.kind() == JournalEntry.Kind.HEAD && entry.genesis().equals(view.id())) {
        Signed<Head> head = Signed.read(world.store, entry.envelope(), Head.class);
        check(head, view.log(), prev, world.store);
        prev = Optional.of(head);
      }
    }
    return prev.orElseThrow().body().state();
  }

  @Test
  void headsReplayedFromTheFirstLeadToTheSameStateAndNoOtherOrderHolds() {
    AuthorityView view = world.claim("org.dxos");
    world.publish(view, carrying("module/bridge", "1.0.0", "read"));
    world.time.addAndGet(100);
    world.publish(view, "module/bridge", "1.1.0");
    Receipt tag = world.tag(view, "module/bridge", "beta", "1.0.0", Optional.empty());
    world.tag(view, "module/bridge", "beta", "1.1.0", Optional.of(tag.statement()));
    AuthorityView now = world.registrar.authority(view.id()).orElseThrow();
    assertEquals(3, now.head().orElseThrow().body().epoch());
    assertEquals(now.state().root(), replay(view));
    // The last head beside nothing, and beside a head that is not the one before it.
    Signed<Head> last = now.head().orElseThrow();
    refused(ErrorCode.HEAD_REFUSED, () -> check(last, view.log(), Optional.empty(), world.store));
    refused(ErrorCode.HEAD_REFUSED, () -> check(last, view.log(), Optional.of(last), world.store));
    refused(
        ErrorCode.HEAD_REFUSED,
        () -> check(last, world.claim("com.acme").log(), Optional.empty(), world.store));
  }

  @Test
  void aHeadThatClaimsMoreThanItsStatementsIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    world.publish(view, "module/bridge", "1.0.0");
    Head good = world.registrar.authority(view.id()).orElseThrow().head().orElseThrow().body();
    Cid empty = MerkleSearchTree.empty(world.store).write((_, _) -> {}).root();
    for (Head wrong :
        List.of(
            head(good, good.added(), empty, 0),
            head(good, List.of(), good.state(), 0),
            head(good, good.added(), good.state(), 5))) {
      Cid envelope = world.sign(wrong, World.HEAD);
      Signed<Head> signed = Signed.read(world.offered(), envelope, Head.class);
      refused(
          ErrorCode.HEAD_REFUSED, () -> check(signed, view.log(), Optional.empty(), world.store));
    }
    Cid forged = world.sign(good, World.OWNER);
    Signed<Head> signed = Signed.read(world.offered(), forged, Head.class);
    refused(
        ErrorCode.SIGNATURE_INVALID,
        () -> check(signed, view.log(), Optional.empty(), world.store));
  }

  private static Head head(Head base, List<Cid> added, Cid state, long keySeq) {
    return new Head(
        base.genesis(),
        Optional.empty(),
        keySeq,
        0,
        Optional.empty(),
        base.keyHead(),
        added,
        state,
        base.issued(),
        base.expires(),
        Optional.empty());
  }

  @Test
  void allIsThereAfterReopening() {
    AuthorityView view = world.claim("org.dxos");
    world.publish(view, carrying("module/bridge", "1.0.0", "read"));
    world.tag(view, "module/bridge", "beta", "1.0.0", Optional.empty());
    Cid root = world.registrar.root();
    AuthorityView before = world.registrar.authority("org.dxos").orElseThrow();
    world.close();
    assertThrows(
        IllegalStateException.class,
        () -> world.registrar.claim(before.keyHead().cid(), world.offered()));
    world = new World(folder.resolve("home"));
    assertEquals(root, world.registrar.root());
    AuthorityView after = world.registrar.authority("org.dxos").orElseThrow();
    assertEquals(before.head(), after.head());
    assertEquals(before.keyHead(), after.keyHead());
    assertEquals(
        Receipt.Status.HELD,
        world.publish(after, carrying("module/bridge", "1.0.0", "read")).status());
    assertEquals(Receipt.Status.ADDED, world.publish(after, "module/bridge", "1.1.0").status());
    assertEquals(
        2, world.registrar.authority("org.dxos").orElseThrow().head().orElseThrow().body().epoch());
    assertNotEquals(root, world.registrar.root());
  }

  @Test
  void theRootIsTheSameOnEveryNodeThatTookTheSame() {
    run(world);
    try (World other = new World(folder.resolve("other"))) {
      // Claims in another order: the tree of authorities has no history.
      other.claim("com.acme");
      run(other);
      assertEquals(world.registrar.root(), other.registrar.root());
    }
  }

  private static void run(World world) {
    AuthorityView view = world.claim("org.dxos");
    world.claim("com.acme");
    world.publish(view, "module/bridge", "1.0.0");
    world.publish(view, "module/bridge", "1.1.0");
  }

  /** Genesis, statement, record and head: no bit of any block of a chain can be another. */
  @Test
  void aChainWithAnyByteFlippedIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    Receipt receipt = world.publish(view, carrying("module/bridge", "1.0.0", "read"));
    Map<Cid, byte[]> chain = new HashMap<>();
    for (Cid envelope : List.of(view.keyHead().cid(), receipt.statement(), receipt.head())) {
      byte[] block = world.store.get(envelope).orElseThrow();
      chain.put(envelope, block);
      Cid body = Envelope.decode(block).body();
      chain.put(body, world.store.get(body).orElseThrow());
    }
    Cid record = carrying("module/bridge", "1.0.0", "read").cid();
    chain.put(record, world.store.get(record).orElseThrow());
    verify(view.id(), receipt, chain);
    int refused = 0;
    for (Map.Entry<Cid, byte[]> one : Map.copyOf(chain).entrySet()) {
      for (int i = 0; i < one.getValue().length; i++) {
        byte[] bad = one.getValue().clone();
        bad[i] ^= 1;
        // As a liar would: the block under its old name is noticed by its hash alone, so here the
        // names are those of the flipped bytes wherever the chain does not pin them.
        Map<Cid, byte[]> lie = new HashMap<>(chain);
        lie.put(one.getKey(), bad);
        assertThrows(
            RuntimeException.class,
            () -> verify(view.id(), receipt, lie),
            "byte " + i + " of " + one.getKey());
        refused++;
      }
    }
    assertTrue(refused > 1500, refused + " bytes");
  }

  /** A source that hashes, as every one must. */
  private void verify(Cid id, Receipt receipt, Map<Cid, byte[]> chain) {
    BlockSource checked =
        cid ->
            Optional.ofNullable(chain.get(cid))
                .map(
                    block -> {
                      if (!cid.matches(block)) {
                        throw new IllegalArgumentException("bytes are not those of " + cid);
                      }
                      return block;
                    });
    Signed<Head> head = Signed.read(checked, receipt.head(), Head.class);
    Signed<AuthorityEntry> genesis =
        Signed.read(checked, head.body().keyHead(), AuthorityEntry.class);
    KeyRules.requireGenesis(genesis);
    assertEquals(id, genesis.envelope().body());
    check(head, KeyLog.of(genesis), Optional.empty(), checked);
    Signed<Statement> statement = Signed.read(checked, receipt.statement(), Statement.class);
    Statement.Release release = (Statement.Release) statement.body().op();
    ModuleRecord module = ModuleRecord.decode(checked.get(release.module()).orElseThrow());
    assertEquals(
        Optional.empty(), ReleaseRules.misfit("org.dxos", statement.body(), release, module));
  }

  /**
   * The same without hashes: what signatures, bodies and rules notice by themselves when a body is
   * changed and its envelope is made to name the new one.
   */
  @Test
  void aBodyChangedUnderItsSignaturesIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    Receipt receipt = world.publish(view, "module/bridge", "1.0.0");
    Envelope envelope = Envelope.decode(world.store.get(receipt.statement()).orElseThrow());
    byte[] body = world.store.get(envelope.body()).orElseThrow();
    for (int i = 0; i < body.length; i++) {
      byte[] bad = body.clone();
      bad[i] ^= 1;
      Cid cid = world.put(bad);
      Cid lie = world.put(new Envelope(cid, envelope.signatures()).encode());
      assertThrows(RuntimeException.class, () -> submit(lie), "byte " + i);
    }
  }
}
