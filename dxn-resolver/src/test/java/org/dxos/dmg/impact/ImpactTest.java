package org.dxos.dmg.impact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImpactTest {

  @Test
  void lostClausesBreakAndOthersMove() {
    // 0 and 1 ask for 4, 1 has another choice; 2 asks for 0, 3 for 1.
    Impact impact = Impact.of(Drawn.of("4", "4|5", "0", "1", "", ""), 4);
    assertEquals(List.of(new Impact.Change(0, 0, 4, DependencyGraph.NOTHING)), impact.lost());
    assertEquals(List.of(new Impact.Change(1, 0, 4, 5)), impact.moved());
    assertArrayEquals(new int[] {2}, impact.indirect());
    assertArrayEquals(new int[] {2}, impact.roots());
  }

  @Test
  void whoMovesToABrokenOneIsHurtToo() {
    // 0 moves from 2 to 1, which asks for 2 as well.
    Impact impact = Impact.of(Drawn.of("2|1", "2", ""), 2);
    assertEquals(List.of(new Impact.Change(1, 0, 2, DependencyGraph.NOTHING)), impact.lost());
    assertArrayEquals(new int[] {0}, impact.indirect());
    assertArrayEquals(new int[] {0, 1}, impact.roots());
  }

  @Test
  void whatIsWithdrawnIsNotHurt() {
    // 1 asks for 2, both go; 0 asks for 1 and has no other.
    Impact impact = Impact.of(Drawn.of("1", "2", ""), 1, 2);
    assertEquals(List.of(new Impact.Change(0, 0, 1, DependencyGraph.NOTHING)), impact.lost());
    assertArrayEquals(new int[] {}, impact.indirect());
    assertArrayEquals(new int[] {0}, impact.roots());
  }

  /** Against a definition that looks at every release. */
  @Test
  void randomGraphsAgreeWithTheDefinition() {
    Random random = new Random(11);
    for (int round = 0; round < 2000; round++) {
      Drawn graph = Drawn.random(random, 2 + random.nextInt(9), 3);
      int[] withdrawn = random.ints(1 + random.nextInt(2), 0, graph.size()).distinct().toArray();
      Impact impact = Impact.of(graph, withdrawn);
      BitSet gone = new BitSet();
      Arrays.stream(withdrawn).forEach(gone::set);
      BitSet losing = new BitSet();
      BitSet moving = new BitSet();
      for (int one = 0; one < graph.size(); one++) {
        int[] now = graph.choices(one, new BitSet());
        int[] then = graph.choices(one, gone);
        for (int clause = 0; clause < now.length && !gone.get(one); clause++) {
          if (then[clause] == DependencyGraph.NOTHING) {
            losing.set(one);
          } else if (then[clause] != now[clause]) {
            moving.set(one);
          }
        }
      }
      BitSet reaching = (BitSet) losing.clone();
      for (int before = -1; before != reaching.cardinality(); ) {
        before = reaching.cardinality();
        for (int one = 0; one < graph.size(); one++) {
          if (!gone.get(one)
              && Arrays.stream(graph.choices(one, gone))
                  .anyMatch(to -> to >= 0 && reaching.get(to))) {
            reaching.set(one);
          }
        }
      }
      BitSet hurt = (BitSet) reaching.clone();
      hurt.or(moving);
      reaching.andNot(losing);
      assertEquals(losing, bits(impact.lost().stream().mapToInt(Impact.Change::release)));
      assertEquals(moving, bits(impact.moved().stream().mapToInt(Impact.Change::release)));
      assertEquals(reaching, bits(Arrays.stream(impact.indirect())));
      for (int one : impact.roots()) {
        assertEquals(true, hurt.get(one));
        assertEquals(true, Arrays.stream(graph.dependents(one)).allMatch(gone::get));
      }
    }
  }

  private static BitSet bits(IntStream of) {
    BitSet bits = new BitSet();
    of.forEach(bits::set);
    return bits;
  }
}
