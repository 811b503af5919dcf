package org.dxos.dmg.modules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.verdict.Statuses;

/**
 * The next graph, as it is being made. What it has handed out it never writes to again: outer
 * arrays are copied when a graph is finished, inner ones are replaced. Used by one thread.
 */
final class Draft {

  private final Clauses clauses = new Clauses();
  private final Map<Cid, Integer> numbers = new HashMap<>();

  /** Of releases that nobody has any more: one that comes back has the number that it had. */
  private final Map<Cid, Integer> gone = new HashMap<>();

  private int count;
  private Entry[] entries = new Entry[64];
  private byte[] marks = new byte[64];
  private int[][] edges = new int[64][];
  private int[][] byName = new int[64][];
  private int[][] providers = new int[64][];
  private int[][] askers = new int[64][];

  /** Since the last graph: names that may lead elsewhere, and releases without edges yet. */
  private final BitSet touched = new BitSet();

  private final List<Integer> fresh = new ArrayList<>();

  Clauses clauses() {
    return clauses;
  }

  /** The numbers of the releases that some authority has. */
  List<Integer> standing() {
    return IntStream.range(0, count).filter(one -> marks[one] != Entry.GONE).boxed().toList();
  }

  Entry entry(int number) {
    return entries[number];
  }

  byte mark(int number) {
    return marks[number];
  }

  void add(EntryReader.Read read) {
    add(read.entry(clauses), (byte) 0);
  }

  void add(Entry entry, byte mark) {
    if (numbers.containsKey(entry.release().envelope())) {
      return;
    }
    Integer before = gone.remove(entry.release().envelope());
    if (before == null && count == entries.length) {
      // What there is stays where it is for the graphs that have it.
      entries = Arrays.copyOf(entries, 2 * count);
      marks = Arrays.copyOf(marks, 2 * count);
      edges = Arrays.copyOf(edges, 2 * count);
    }
    int number = before == null ? count++ : before;
    if (before == null) {
      entries[number] = entry; // of one that comes back it is there, for older graphs too
    }
    edges[number] = new int[0];
    marks[number] = mark;
    numbers.put(entry.release().envelope(), number);
    fresh.add(number);
    names(entry)
        .forEach(
            name -> {
              byName = roomFor(byName, name);
              byName[name] = inserted(ModuleGraph.at(byName, name), number);
            });
    entry
        .provides()
        .forEach(
            one -> {
              providers = roomFor(providers, one.api());
              providers[one.api()] = with(ModuleGraph.at(providers, one.api()), number);
            });
    touch(entry);
  }

  void remove(Cid envelope) {
    Integer number = numbers.remove(envelope);
    if (number == null) {
      return; // nothing resolved to it
    }
    gone.put(envelope, number);
    Entry entry = entries[number];
    names(entry).forEach(name -> byName[name] = without(byName[name], number));
    entry.provides().forEach(one -> providers[one.api()] = without(providers[one.api()], number));
    marks[number] = Entry.GONE;
    edges[number] = new int[0];
    touch(entry);
  }

  /** Removes every release of an authority. */
  void forget(Cid genesis) {
    for (int number : standing()) {
      if (entries[number].release().genesis().equals(genesis)) {
        remove(entries[number].release().envelope());
      }
    }
  }

  /**
   * Takes over what was said of releases.
   *
   * @param added envelopes of new ones
   * @param marked {@code path@version} of others of which something was said
   * @param all whether to look at every release of the authority
   */
  void mark(Statuses statuses, Cid genesis, List<Cid> added, Set<String> marked, boolean all) {
    for (Cid envelope : added) {
      Optional.ofNullable(numbers.get(envelope)).ifPresent(number -> mark(statuses, number));
    }
    if (all || !marked.isEmpty()) {
      for (int number = 0; number < count; number++) {
        ModuleRelease release = entries[number].release();
        if (marks[number] != Entry.GONE
            && release.genesis().equals(genesis)
            && (all || marked.contains(release.path() + "@" + release.version()))) {
          mark(statuses, number);
        }
      }
    }
  }

  private void mark(Statuses statuses, int number) {
    ModuleRelease release = entries[number].release();
    Statuses.Status status = statuses.of(release.envelope(), release.path(), release.version());
    byte mark =
        (byte)
            ((status.voided() || status.withdrawal().isPresent() ? Entry.UNAVAILABLE : 0)
                | (status.yank().isPresent() ? Entry.YANKED : 0));
    if (marks[number] != mark) {
      marks[number] = mark;
      touch(entries[number]);
    }
  }

  private void touch(Entry entry) {
    names(entry).forEach(touched::set);
    entry.provides().forEach(one -> touched.set(one.api()));
  }

  private static IntStream names(Entry entry) {
    return IntStream.concat(IntStream.of(entry.module()), IntStream.of(entry.carried()));
  }

  /** Makes all edges that may have changed, and a graph of what there is. */
  ModuleGraph finish(Map<String, Cid> bound) {
    noteAskers();
    Edges rule = new Edges(clauses, entries, marks, byName, providers);
    BitSet again = new BitSet();
    fresh.forEach(again::set);
    touched.stream()
        .forEach(name -> Arrays.stream(ModuleGraph.at(askers, name)).forEach(again::set));
    again.stream()
        .filter(number -> marks[number] != Entry.GONE)
        .forEach(number -> edges[number] = rule.of(entries[number].clauses()));
    touched.clear();
    fresh.clear();
    return new ModuleGraph(
        bound,
        clauses,
        count,
        entries,
        marks.clone(),
        edges.clone(),
        byName.clone(),
        providers.clone(),
        askers.clone());
  }

  /** Adds the fresh releases to the askers of each name that they say, all of a name at once. */
  private void noteAskers() {
    long[] pairs = new long[64];
    int end = 0;
    for (int number : fresh) {
      int[] asked = entries[number].clauses();
      for (int at = 0; at < asked.length; at += 1 + Clauses.WIDTH * asked[at]) {
        for (int i = 0; i < asked[at]; i++) {
          if (end == pairs.length) {
            pairs = Arrays.copyOf(pairs, 2 * end);
          }
          pairs[end++] = ((long) asked[at + 1 + Clauses.WIDTH * i] << 32) | number;
        }
      }
    }
    Arrays.sort(pairs, 0, end);
    for (int from = 0; from < end; ) {
      int name = (int) (pairs[from] >>> 32);
      int to = from;
      while (to < end && (int) (pairs[to] >>> 32) == name) {
        to++;
      }
      askers = roomFor(askers, name);
      int[] old = ModuleGraph.at(askers, name);
      int[] all = Arrays.copyOf(old, old.length + to - from);
      for (int i = from; i < to; i++) {
        all[old.length + i - from] = (int) pairs[i];
      }
      askers[name] = Arrays.stream(all).distinct().toArray();
      from = to;
    }
  }

  /** {@code list} with {@code number} where its version belongs, newest first. */
  private int[] inserted(int[] list, int number) {
    int at = 0;
    while (at < list.length
        && entries[list[at]].release().version().compareTo(entries[number].release().version())
            > 0) {
      at++;
    }
    int[] longer = new int[list.length + 1];
    System.arraycopy(list, 0, longer, 0, at);
    longer[at] = number;
    System.arraycopy(list, at, longer, at + 1, list.length - at);
    return longer;
  }

  private static int[] with(int[] list, int number) {
    int[] longer = Arrays.copyOf(list, list.length + 1);
    longer[list.length] = number;
    return longer;
  }

  private static int[] without(int[] list, int number) {
    return Arrays.stream(list).filter(one -> one != number).toArray();
  }

  private static int[][] roomFor(int[][] lists, int name) {
    return name < lists.length ? lists : Arrays.copyOf(lists, Math.max(name + 1, 2 * lists.length));
  }
}
