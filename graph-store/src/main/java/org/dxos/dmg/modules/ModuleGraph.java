package org.dxos.dmg.modules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * Every release and where each leads, at one moment. Immutable, and safe for use by many threads.
 * Releases are numbers from 0 to {@link #size}; a number means the same in every later graph of one
 * {@link ModuleIndex}, and numbers that no release has any more lead nowhere.
 */
public final class ModuleGraph {

  private static final int[] NONE = {};

  /** An authority's name, to the id that it is bound to. */
  private final Map<String, Cid> bound;

  private final Clauses clauses;
  private final int count;
  private final Entry[] entries;
  private final byte[] marks;
  private final int[][] edges;

  /** For each name the releases to which it resolves, newest first. */
  private final int[][] byName;

  /** For each name of an API the releases that provide it. */
  private final int[][] providers;

  /** For each name the releases with a clause that says it. */
  private final int[][] askers;

  /** The edges backwards, made when they are first asked for. */
  private volatile Optional<Backwards> backwards = Optional.empty();

  /** The sources of the edges to a release: {@code sources[starts[release]..starts[release+1]]}. */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  private record Backwards(int[] starts, int[] sources) {}

  ModuleGraph(
      Map<String, Cid> bound,
      Clauses clauses,
      int count,
      Entry[] entries,
      byte[] marks,
      int[][] edges,
      int[][] byName,
      int[][] providers,
      int[][] askers) {
    this.bound = bound;
    this.clauses = clauses;
    this.count = count;
    this.entries = entries;
    this.marks = marks;
    this.edges = edges;
    this.byName = byName;
    this.providers = providers;
    this.askers = askers;
  }

  /** One more than the highest number of a release. */
  public int size() {
    return count;
  }

  /** What has this number. */
  public ModuleRelease release(int release) {
    return entries[release].release();
  }

  /**
   * The number of a release.
   *
   * @param authority a name, which stands for the id it is bound to; or {@code name~id}
   * @param path kind and local of its module
   */
  public OptionalInt find(String authority, String path, Version version) {
    for (int release : releases(authority, path)) {
      ModuleRelease one = release(release);
      if (one.path().equals(path) && one.version().equals(version)) {
        return OptionalInt.of(release);
      }
    }
    return OptionalInt.empty();
  }

  /**
   * The releases to which a name resolves, newest first: those of the module, or of the module that
   * carries the function; yanked, withdrawn and void ones among them.
   *
   * @param authority a name, which stands for the id it is bound to; or {@code name~id}
   */
  public int[] releases(String authority, String path) {
    return genesis(authority).map(id -> at(byName, clauses.find(id, path)).clone()).orElse(NONE);
  }

  private Optional<Cid> genesis(String authority) {
    int tilde = authority.indexOf('~');
    return tilde < 0
        ? Optional.ofNullable(bound.get(authority))
        : Optional.of(Cid.parse(authority.substring(tilde + 1)));
  }

  /** True if a release was yanked, withdrawn, or is void. */
  public boolean yanked(int release) {
    return marks[release] != 0;
  }

  /** True if a release was withdrawn or is void. */
  public boolean unavailable(int release) {
    return marks[release] >= Entry.UNAVAILABLE;
  }

  /** Where the clauses of a release lead, in their order. Not to be written to. */
  public int[] dependencies(int release) {
    return edges[release];
  }

  /** One way to satisfy a clause. */
  public record Alternative(Cid genesis, String path, Range range) {}

  /**
   * The clauses of a release that are not optional, in their order, each as its alternatives. Those
   * of an authority that its release does not bind are left out.
   */
  public List<List<Alternative>> clauses(int release) {
    int[] asked = entries[release].clauses();
    List<List<Alternative>> all = new ArrayList<>();
    for (int at = 0; at < asked.length; at += 1 + Clauses.WIDTH * asked[at]) {
      List<Alternative> one = new ArrayList<>();
      for (int i = 0; i < asked[at]; i++) {
        int name = asked[at + 1 + Clauses.WIDTH * i];
        Range range = clauses.range(asked[at + 2 + Clauses.WIDTH * i]);
        one.add(new Alternative(clauses.key(name).genesis(), clauses.key(name).path(), range));
      }
      all.add(List.copyOf(one));
    }
    return all;
  }

  /**
   * Where each of {@link #clauses} leads, or would lead if some releases were not there.
   *
   * @return a release a clause; -1 for one that has no candidate
   */
  public int[] choices(int release, BitSet gone) {
    return new Edges(clauses, entries, marks, byName, providers, gone)
        .eachOf(entries[release].clauses());
  }

  /**
   * The releases that a clause with this name and range could mean: those to which the name
   * resolves, and those that provide it, if it is that of an API.
   */
  public int[] answering(String authority, String path, Range range) {
    int name = genesis(authority).map(id -> clauses.find(id, path)).orElse(-1);
    IntStream own =
        Arrays.stream(at(byName, name)).filter(one -> range.contains(release(one).version()));
    IntStream others =
        Arrays.stream(at(providers, name))
            .filter(
                one ->
                    entries[one].provides().stream()
                        .anyMatch(what -> what.api() == name && range.contains(what.version())));
    return IntStream.concat(own, others).distinct().toArray();
  }

  /** The release and all that it reaches, in the order reached, breadth-first. */
  public int[] closure(int release) {
    Walk walk = new Walk(count);
    walk.reach(release);
    while (walk.more()) {
      for (int next : edges[walk.take()]) {
        walk.reach(next);
      }
    }
    return walk.reached();
  }

  /** The releases that lead to a release at once. */
  public int[] directDependents(int release) {
    Backwards back = backwards();
    return Arrays.copyOfRange(back.sources(), back.starts()[release], back.starts()[release + 1]);
  }

  /**
   * The releases with a clause that chose a name, whatever release it led to; and those that lead
   * to a release of it by another of its names. In ascending order.
   */
  public int[] directDependents(String authority, String path) {
    Walk walk = new Walk(count);
    eachDirect(authority, path, walk::reach);
    int[] direct = walk.reached();
    Arrays.sort(direct);
    return direct;
  }

  /**
   * The releases that lead to a name, at once or over others, in the order reached, breadth-first.
   * One of the name itself is among them if it leads to itself over others.
   */
  public int[] dependents(String authority, String path) {
    Backwards back = backwards();
    Walk walk = new Walk(count);
    eachDirect(authority, path, walk::reach);
    return backwards(back, walk);
  }

  /** The releases that lead to one of {@code releases}, at once or over others, breadth-first. */
  public int[] dependents(int... releases) {
    Backwards back = backwards();
    Walk walk = new Walk(count);
    for (int release : releases) {
      for (int i = back.starts()[release]; i < back.starts()[release + 1]; i++) {
        walk.reach(back.sources()[i]);
      }
    }
    return backwards(back, walk);
  }

  private static int[] backwards(Backwards back, Walk walk) {
    while (walk.more()) {
      int release = walk.take();
      for (int i = back.starts()[release]; i < back.starts()[release + 1]; i++) {
        walk.reach(back.sources()[i]);
      }
    }
    return walk.reached();
  }

  private void eachDirect(String authority, String path, IntConsumer visitor) {
    Optional<Cid> genesis = genesis(authority);
    int name = genesis.map(id -> clauses.find(id, path)).orElse(-1);
    Backwards back = backwards();
    for (int release : at(byName, name)) {
      for (int i = back.starts()[release]; i < back.starts()[release + 1]; i++) {
        visitor.accept(back.sources()[i]);
      }
    }
    Edges chooser = new Edges(clauses, entries, marks, byName, providers);
    for (int asker : at(askers, name)) {
      if (marks[asker] != Entry.GONE && chooser.chose(entries[asker].clauses(), name)) {
        visitor.accept(asker);
      }
    }
  }

  private Backwards backwards() {
    Optional<Backwards> known = backwards;
    if (known.isPresent()) {
      return known.get();
    }
    int[] starts = new int[count + 2];
    for (int release = 0; release < count; release++) {
      for (int to : edges[release]) {
        starts[to + 2]++;
      }
    }
    for (int i = 2; i < starts.length; i++) {
      starts[i] += starts[i - 1];
    }
    int[] sources = new int[starts[count + 1]];
    // While it fills, starts[to + 1] is where the next source of `to` goes; in the end, where those
    // of the one after it begin.
    for (int release = 0; release < count; release++) {
      for (int to : edges[release]) {
        sources[starts[to + 1]++] = release;
      }
    }
    Backwards made = new Backwards(starts, sources);
    backwards = Optional.of(made);
    return made;
  }

  static int[] at(int[][] lists, int number) {
    return number < 0 || number >= lists.length || lists[number] == null ? NONE : lists[number];
  }

  /** A breadth-first walk: what was reached, in order, each once. */
  private static final class Walk {
    private final long[] seen;
    private int[] reached = new int[64];
    private int end;
    private int next;

    private Walk(int count) {
      this.seen = new long[(count + 63) >>> 6];
    }

    private void reach(int release) {
      long bit = 1L << release;
      if ((seen[release >>> 6] & bit) == 0) {
        seen[release >>> 6] |= bit;
        if (end == reached.length) {
          reached = Arrays.copyOf(reached, 2 * end);
        }
        reached[end++] = release;
      }
    }

    private boolean more() {
      return next < end;
    }

    private int take() {
      return reached[next++];
    }

    private int[] reached() {
      return Arrays.copyOf(reached, end);
    }
  }
}
