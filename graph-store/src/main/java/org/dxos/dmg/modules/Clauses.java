package org.dxos.dmg.modules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.version.Range;

/**
 * What releases ask for, as numbers. Of a release: for each clause that is not optional the number
 * of its alternatives, then for each of these a name, a range, and the name of its provider or -1.
 * Names and ranges are numbered once for all releases; numbers are only added.
 *
 * <p>Written by one thread at a time; what a number stands for may be read by any that learned of
 * the number in an orderly way.
 */
final class Clauses {

  /** Ints of one alternative. */
  static final int WIDTH = 3;

  static final int NO_PROVIDER = -1;

  /** A name of an authority, told apart by its id. */
  record Key(Cid genesis, String path) {}

  private final Map<Key, Integer> names = new ConcurrentHashMap<>();
  private int keyCount;

  /** Grown by copying; what is there never changes. */
  private volatile Key[] keys = new Key[64];

  private final Map<String, Integer> rangeNumbers = new HashMap<>();
  private int rangeCount;

  /** Grown by copying; what is there never changes. */
  private volatile Range[] ranges = new Range[64];

  /** The number of a name, or -1 if nobody has said it. */
  int find(Cid genesis, String path) {
    return names.getOrDefault(new Key(genesis, path), -1);
  }

  int name(Cid genesis, String path) {
    return names.computeIfAbsent(
        new Key(genesis, path),
        key -> {
          Key[] now = keyCount == keys.length ? Arrays.copyOf(keys, 2 * keyCount) : keys;
          now[keyCount] = key;
          keys = now;
          return keyCount++;
        });
  }

  int size() {
    return keyCount;
  }

  Key key(int name) {
    return keys[name];
  }

  Range range(int number) {
    return ranges[number];
  }

  int ranges() {
    return rangeCount;
  }

  int number(Range range) {
    return rangeNumbers.computeIfAbsent(
        range.toString(),
        _ -> {
          Range[] now =
              rangeCount == ranges.length ? Arrays.copyOf(ranges, 2 * rangeCount) : ranges;
          now[rangeCount] = range;
          ranges = now;
          return rangeCount++;
        });
  }

  /**
   * The clauses of a record.
   *
   * @param idOf the id of the authority of a name in it; an alternative without one has no
   *     candidate, and is left out
   */
  int[] of(ModuleRecord module, Function<Name, Optional<Cid>> idOf) {
    List<int[]> parts = new ArrayList<>();
    int length = 0;
    for (Dependency dependency : module.dependencies()) {
      if (!dependency.optional()) {
        int[] part = clause(dependency.alternatives(), idOf);
        parts.add(part);
        length += part.length;
      }
    }
    int[] all = new int[length];
    int at = 0;
    for (int[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private int[] clause(
      List<Dependency.Alternative> alternatives, Function<Name, Optional<Cid>> idOf) {
    int[] part = new int[1 + WIDTH * alternatives.size()];
    int at = 1;
    for (Dependency.Alternative one : alternatives) {
      Optional<Cid> id = idOf.apply(one.name());
      if (id.isPresent()) {
        part[at++] = name(id.get(), one.name().path());
        part[at++] = number(one.range());
        part[at++] =
            one.provider()
                .flatMap(provider -> idOf.apply(provider).map(by -> name(by, provider.path())))
                .orElse(NO_PROVIDER);
      }
    }
    part[0] = (at - 1) / WIDTH;
    return at == part.length ? part : Arrays.copyOf(part, at);
  }
}
