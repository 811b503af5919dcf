package org.dxos.dmg.impact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PathsTest {

  @Test
  void shortestComesFirstAndDetoursDoNotCome() {
    Drawn graph = Drawn.of("1 2", "3", "4", "5", "3", "");
    assertEquals(List.of("0 1 3 5", "0 2 4 3 5"), between(graph, 0, 10, 5));
    // 0 leads to 3 at once: whatever leads there over others is a detour.
    assertEquals(List.of("0 3"), between(Drawn.of("1 3", "2", "3", ""), 0, 10, 3));
  }

  @Test
  void fewerAreToldIfFewerAreAskedFor() {
    assertEquals(List.of("0 1 3"), between(Drawn.of("1 2", "3", "3", ""), 0, 1, 3));
  }

  @Test
  void whatLeadsNowhereHasNoPathAndWhatIsThereHasOneOfItself() {
    assertEquals(List.of(), between(Drawn.of("1", "", "1"), 0, 10, 2));
    assertEquals(List.of("0"), between(Drawn.of("0"), 0, 10, 0));
  }

  @Test
  void circlesEnd() {
    assertEquals(List.of("0 1 2"), between(Drawn.of("1", "0 2", "1"), 0, 10, 2));
  }

  /** Against every simple path of small graphs, of which the minimal ones are kept. */
  @Test
  void allMinimalPathsAreFoundAndNoOthers() {
    Random random = new Random(3);
    int several = 0;
    for (int round = 0; round < 3000; round++) {
      Drawn graph = Drawn.random(random, 6 + random.nextInt(4), 5);
      int[] targets = random.ints(1 + random.nextInt(2), 0, graph.size()).distinct().toArray();
      TreeSet<String> expected = new TreeSet<>();
      extend(graph, new ArrayList<>(List.of(0)), targets, expected);
      List<String> found = between(graph, 0, 1000, targets);
      assertEquals(expected, new TreeSet<>(found), graph.toString());
      assertEquals(expected.size(), found.size());
      int[] lengths = found.stream().mapToInt(one -> one.split(" ").length).toArray();
      assertArrayEquals(Arrays.stream(lengths).sorted().toArray(), lengths);
      several += found.size() > 1 ? 1 : 0;
    }
    assertTrue(several > 500, "few graphs had more than one path: " + several);
  }

  /** Forty diamonds in a row have 2^40 paths. */
  @Test
  void manyPathsCostNoMoreThanThoseThatAreTold() {
    List<String> releases = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int at = 3 * i;
      releases.add((at + 1) + " " + (at + 2));
      releases.add(Integer.toString(at + 3));
      releases.add(Integer.toString(at + 3));
    }
    releases.add("");
    Drawn graph = Drawn.of(releases.toArray(String[]::new));
    List<String> found =
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> between(graph, 0, 20, 120));
    assertEquals(20, new TreeSet<>(found).size());
  }

  private static void extend(
      Drawn graph, List<Integer> path, int[] targets, TreeSet<String> found) {
    int last = path.getLast();
    if (Arrays.stream(targets).anyMatch(one -> one == last)) {
      if (minimal(graph, path)) {
        found.add(path.stream().map(String::valueOf).collect(Collectors.joining(" ")));
      }
      return;
    }
    for (int next : graph.dependencies(last)) {
      if (!path.contains(next)) {
        path.add(next);
        extend(graph, path, targets, found);
        path.removeLast();
      }
    }
  }

  private static boolean minimal(Drawn graph, List<Integer> path) {
    for (int i = 0; i < path.size(); i++) {
      for (int to : graph.dependencies(path.get(i))) {
        if (path.indexOf(to) > i + 1) {
          return false;
        }
      }
    }
    return true;
  }

  private static List<String> between(Drawn graph, int from, int limit, int... targets) {
    return Paths.between(graph, from, targets, limit).stream()
        .map(one -> Arrays.stream(one).mapToObj(String::valueOf).collect(Collectors.joining(" ")))
        .toList();
  }
}
