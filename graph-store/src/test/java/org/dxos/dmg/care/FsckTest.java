package org.dxos.dmg.care;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dxos.dmg.admission.Stored;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.RocksBlockStore;
import org.dxos.dmg.cid.Cid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FsckTest {

  @TempDir Path folder;

  private BlockStore store() {
    Path home = folder.resolve("home");
    Scene.world(home).close();
    return RocksBlockStore.open(home, new Random(2));
  }

  private static Set<Cid> live(BlockStore store) {
    Set<Cid> live = new java.util.TreeSet<>();
    Reach reach = new Reach(store, _ -> true, new NoGaps());
    reach.follow();
    Scene.all(store).stream().filter(reach::isLive).forEach(live::add);
    return live;
  }

  private static final class NoGaps implements Reach.Gaps {
    @Override
    public void absent(Reach.Part part, Cid cid, boolean ours, String of) {
      throw new AssertionError(part + " " + cid + " is absent");
    }

    @Override
    public void unusable(Reach.Part part, Cid cid, RuntimeException why) {
      throw new AssertionError(part + " " + cid, why);
    }
  }

  @Test
  void aSoundStoreHasNoFaults() {
    try (BlockStore store = store()) {
      Fsck.Report report = Fsck.of(store, Scene.ours());
      assertEquals(List.of(), report.faults());
      assertEquals(Scene.all(store).size(), report.blocks());
      assertEquals(2, report.authorities());
      assertEquals(5, report.heads());
      assertEquals(5, report.statements());
      assertTrue(report.unlinked() > 0, "older trees");
      assertEquals(0, report.onDemand());
    }
  }

  @Test
  void eachBlockThatIsTakenAwayIsNamedAndFetchedAgain() {
    try (BlockStore store = store()) {
      Set<Cid> live = live(store);
      assertTrue(live.size() > 40, "only " + live.size());
      Set<Cid> trees = trees(store);
      for (Cid cid : live) {
        if (trees.contains(cid)) {
          continue; // made again, as the next test shows
        }
        byte[] block = store.get(cid).orElseThrow();
        Scene.take(store, cid);
        Fsck.Report report = Fsck.of(store, Scene.ours());
        assertTrue(
            report.faults().stream()
                .anyMatch(
                    fault ->
                        fault.kind() == Fault.Kind.MISSING
                            && fault.block().equals(Optional.of(cid))),
            () -> cid + " is not named in " + report.faults());
        Mending.Mended lied =
            Mending.of(store, Scene.ours(), report, _ -> Optional.of(new byte[] {1}));
        assertEquals(0, lied.fetched());
        assertFalse(store.has(cid));
        Mending.Mended mended =
            Mending.of(
                store,
                Scene.ours(),
                report,
                one -> one.equals(cid) ? Optional.of(block) : Optional.empty());
        assertEquals(List.of(), mended.after().faults());
        assertEquals(1, mended.fetched());
      }
    }
  }

  /** Nodes of the newest state trees that lead to more than nothing. */
  private static Set<Cid> trees(BlockStore store) {
    Set<Cid> nodes = new java.util.TreeSet<>();
    for (Cid id : Stored.ids(store)) {
      Stored.authority(id, store).orElseThrow().state().eachNode(nodes::add, _ -> {});
    }
    return nodes;
  }

  @Test
  void aStateTreeThatIsLostIsMadeAgainFromTheStatements() {
    try (BlockStore store = store()) {
      Set<Cid> trees = trees(store);
      assertTrue(trees.size() >= 2, "only " + trees.size());
      for (Cid cid : trees) {
        byte[] block = store.get(cid).orElseThrow();
        Scene.take(store, cid);
        requireRemade(store, 1);
        byte[] damaged = block.clone();
        damaged[damaged.length / 2] ^= 4;
        Scene.put(store, cid, damaged);
        requireRemade(store, 1);
        org.junit.jupiter.api.Assertions.assertArrayEquals(block, store.get(cid).orElseThrow());
      }
      trees.forEach(cid -> Scene.take(store, cid));
      requireRemade(store, trees.size());
    }
  }

  private static void requireRemade(BlockStore store, int nodes) {
    Fsck.Report report = Fsck.of(store, Scene.ours());
    assertFalse(report.faults().isEmpty());
    Mending.Mended mended = Mending.of(store, Scene.ours(), report, _ -> Optional.empty());
    assertEquals(List.of(), mended.after().faults());
    assertEquals(nodes, mended.fetched());
  }

  @Test
  void eachBlockThatIsDamagedIsNamedAloneAndNeverServed() {
    try (BlockStore store = store()) {
      Set<Cid> live = live(store);
      for (Cid cid : Scene.all(store)) {
        byte[] block = store.get(cid).orElseThrow();
        byte[] damaged = block.clone();
        damaged[damaged.length / 2] ^= 4;
        Scene.put(store, cid, damaged);
        Fsck.Report report = Fsck.of(store, Scene.ours());
        List<Fault> corrupt =
            report.faults().stream().filter(fault -> fault.kind() == Fault.Kind.CORRUPT).toList();
        assertEquals(1, corrupt.size(), () -> report.faults().toString());
        assertEquals(Optional.of(cid), corrupt.getFirst().block());
        Mending.Mended mended =
            Mending.of(
                store,
                Scene.ours(),
                report,
                one ->
                    live.contains(cid) && one.equals(cid) ? Optional.of(block) : Optional.empty());
        assertEquals(List.of(), mended.after().faults());
        assertEquals(live.contains(cid), store.has(cid), "a useless one is dropped");
        Scene.put(store, cid, block);
      }
    }
  }

  @Test
  void manyMissingBlocksBehindEachOtherAreFetched() {
    try (BlockStore store = store()) {
      java.util.Map<Cid, byte[]> copies = new java.util.HashMap<>();
      Batch batch = new Batch();
      for (Cid cid : live(store)) {
        copies.put(cid, store.get(cid).orElseThrow());
        batch.discard(cid);
      }
      store.commit(batch);
      Fsck.Report report = Fsck.of(store, Scene.ours());
      Mending.Mended mended =
          Mending.of(store, Scene.ours(), report, one -> Optional.ofNullable(copies.get(one)));
      assertEquals(List.of(), mended.after().faults());
      assertEquals(copies.size(), mended.fetched());
    }
  }

  @Test
  void bundlesOfOtherHomesAreOnDemandAndDeniedBlocksWithheld() {
    try (BlockStore store = store()) {
      Whose stranger = new Whose(_ -> false, Set.of());
      assertEquals(0, Fsck.of(store, stranger).onDemand());
      List<Cid> raw = live(store).stream().filter(cid -> cid.codec() == Cid.RAW).toList();
      assertTrue(raw.size() > 3);
      raw.forEach(cid -> Scene.take(store, cid));
      Fsck.Report report = Fsck.of(store, stranger);
      assertEquals(List.of(), report.faults());
      assertEquals(raw.size(), report.onDemand());
      assertEquals(raw.size(), Fsck.of(store, Scene.ours()).faults().size());
      Fsck.Report denied = Fsck.of(store, new Whose(_ -> true, Set.copyOf(raw)));
      assertEquals(List.of(), denied.faults());
      assertEquals(raw.size(), denied.withheld());
    }
  }

  @Test
  void aNodeTreeOfAnotherTimeIsFoundByTheJournalAndTheNames() {
    try (BlockStore store = store()) {
      Batch batch = new Batch();
      batch.unset("root");
      store.commit(batch);
      assertTrue(
          Fsck.of(store, Scene.ours()).faults().stream()
              .anyMatch(fault -> fault.what().contains("there is no node tree")));
    }
  }
}
