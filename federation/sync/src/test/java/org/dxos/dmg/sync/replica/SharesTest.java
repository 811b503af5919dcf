package org.dxos.dmg.sync.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.dxos.dmg.cid.Cid;
import org.junit.jupiter.api.Test;

class SharesTest {

  private final AtomicLong now = new AtomicLong();
  private final Shares shares = new Shares(now::get);
  private final List<Cid> all =
      IntStream.range(0, 100).mapToObj(i -> Cid.of(Cid.DAG_CBOR, new byte[] {(byte) i})).toList();

  private void pass(double patiences) {
    now.addAndGet((long) (patiences * Shares.PATIENCE.toNanos()));
  }

  @Test
  void whoIsAloneTakesAll() {
    shares.enter("one");
    assertEquals(all, shares.claim(all, "one", 200));
  }

  @Test
  void severalTakeDifferentOnesAndTogetherAll() {
    shares.enter("one");
    shares.enter("two");
    Set<Cid> taken = new TreeSet<>();
    List<Cid> left = new ArrayList<>(all);
    while (!left.isEmpty()) {
      for (String pull : List.of("one", "two")) {
        List<Cid> some = shares.claim(left, pull, 200);
        some.forEach(one -> assertTrue(taken.add(one), "one was taken twice"));
        left.removeAll(some);
      }
    }
    assertEquals(all.size(), taken.size());
  }

  @Test
  void whatSomebodyTakesWhoGetsOnIsNobodyElses() {
    shares.enter("one");
    List<Cid> mine = shares.claim(all, "one", 200);
    shares.enter("two");
    for (int i = 0; i < 10; i++) {
      pass(0.9);
      shares.progressed("one");
      assertEquals(List.of(), shares.claim(mine, "two", 200));
    }
    shares.release(mine.getFirst(), "one");
    assertEquals(List.of(mine.getFirst()), shares.claim(mine, "two", 200));
  }

  @Test
  void whatSomebodyTakesWhoDoesNotGetOnIsTakenByOneOther() {
    shares.enter("slow");
    List<Cid> its = shares.claim(all, "slow", 200);
    shares.enter("one");
    shares.enter("two");
    pass(1.1);
    List<Cid> left = new ArrayList<>(its);
    Set<Cid> taken = new TreeSet<>();
    for (List<Cid> some = shares.claim(left, "one", 200);
        !some.isEmpty();
        some = shares.claim(left, "one", 200)) {
      left.removeAll(some);
      taken.addAll(some);
    }
    assertEquals(all.size(), taken.size());
    assertEquals(List.of(), shares.claim(all, "two", 200));
    // What the slow one ends late frees nothing that is another's now.
    shares.release(its.getFirst(), "slow");
    assertEquals(List.of(), shares.claim(List.of(its.getFirst()), "two", 200));
  }

  @Test
  void whatSomebodyLeavesIsFree() {
    shares.enter("one");
    List<Cid> mine = shares.claim(all, "one", 200);
    shares.enter("two");
    shares.leave("one");
    assertEquals(mine, shares.claim(all, "two", 200));
  }
}
