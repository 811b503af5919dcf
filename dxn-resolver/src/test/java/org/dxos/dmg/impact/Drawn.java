package org.dxos.dmg.impact;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A graph as it is drawn: for each release its clauses, for each clause its candidates, the first
 * of which it leads to.
 */
record Drawn(List<List<int[]>> clauses) implements DependencyGraph {

  /** Clauses as {@code "1|2 3"}: the first leads to 1 or else 2, the second to 3. */
  static Drawn of(String... releases) {
    return new Drawn(
        Arrays.stream(releases)
            .map(
                text ->
                    text.isEmpty()
                        ? List.<int[]>of()
                        : Arrays.stream(text.split(" "))
                            .map(
                                one ->
                                    Arrays.stream(one.split("\\|"))
                                        .mapToInt(Integer::parseInt)
                                        .toArray())
                            .toList())
            .toList());
  }

  static Drawn random(Random random, int size, int most) {
    List<List<int[]>> all = new ArrayList<>();
    for (int release = 0; release < size; release++) {
      List<int[]> own = new ArrayList<>();
      for (int i = random.nextInt(most + 1); i > 0; i--) {
        own.add(random.ints(1 + random.nextInt(2), 0, size).distinct().toArray());
      }
      all.add(own);
    }
    return new Drawn(all);
  }

  @Override
  public int size() {
    return clauses.size();
  }

  @Override
  public int[] choices(int release, BitSet gone) {
    return clauses.get(release).stream()
        .mapToInt(one -> Arrays.stream(one).filter(to -> !gone.get(to)).findFirst().orElse(NOTHING))
        .toArray();
  }

  @Override
  public int[] dependencies(int release) {
    return Arrays.stream(choices(release, new BitSet()))
        .filter(one -> one != NOTHING)
        .distinct()
        .toArray();
  }

  @Override
  public int[] dependents(int release) {
    return IntStream.range(0, size())
        .filter(one -> Arrays.stream(dependencies(one)).anyMatch(to -> to == release))
        .toArray();
  }
}
