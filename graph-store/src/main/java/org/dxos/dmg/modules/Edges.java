package org.dxos.dmg.modules;

import java.util.Arrays;
import java.util.BitSet;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/** Where clauses lead: the rule of the static closure. */
final class Edges {

  private static final int NOTHING = -1;

  private final Clauses clauses;
  private final Entry[] entries;
  private final byte[] marks;
  private final int[][] byName;
  private final int[][] providers;

  /** Releases that are taken not to be there. */
  private final BitSet gone;

  Edges(Clauses clauses, Entry[] entries, byte[] marks, int[][] byName, int[][] providers) {
    this(clauses, entries, marks, byName, providers, new BitSet());
  }

  Edges(
      Clauses clauses,
      Entry[] entries,
      byte[] marks,
      int[][] byName,
      int[][] providers,
      BitSet gone) {
    this.clauses = clauses;
    this.entries = entries;
    this.marks = marks;
    this.byName = byName;
    this.providers = providers;
    this.gone = gone;
  }

  /** Where each clause leads, in their order; {@link #NOTHING} for one without a candidate. */
  int[] eachOf(int[] asked) {
    int[] found = new int[asked.length];
    int count = 0;
    for (int at = 0; at < asked.length; at += 1 + Clauses.WIDTH * asked[at]) {
      int to = NOTHING;
      for (int i = 0; i < asked[at] && to == NOTHING; i++) {
        to = candidate(asked, alternative(at, i));
      }
      found[count++] = to;
    }
    return Arrays.copyOf(found, count);
  }

  /** Where a release with these clauses leads, each release once, in the order of the clauses. */
  int[] of(int[] asked) {
    int[] found = new int[asked.length];
    int count = 0;
    for (int at = 0; at < asked.length; at += 1 + Clauses.WIDTH * asked[at]) {
      int to = NOTHING;
      for (int i = 0; i < asked[at] && to == NOTHING; i++) {
        to = candidate(asked, alternative(at, i));
      }
      if (to != NOTHING && !has(found, count, to)) {
        found[count++] = to;
      }
    }
    return Arrays.copyOf(found, count);
  }

  /** True if one of the clauses leads to its candidate by {@code name}. */
  boolean chose(int[] asked, int name) {
    for (int at = 0; at < asked.length; at += 1 + Clauses.WIDTH * asked[at]) {
      int chosen = NOTHING;
      for (int i = 0; i < asked[at] && chosen == NOTHING; i++) {
        if (candidate(asked, alternative(at, i)) != NOTHING) {
          chosen = asked[alternative(at, i)];
        }
      }
      if (chosen == name) {
        return true;
      }
    }
    return false;
  }

  private static int alternative(int clause, int index) {
    return clause + 1 + Clauses.WIDTH * index;
  }

  private int candidate(int[] asked, int at) {
    int name = asked[at];
    Range range = clauses.range(asked[at + 1]);
    for (int release : ModuleGraph.at(byName, name)) {
      boolean free =
          marks[release] == 0 || (marks[release] == Entry.YANKED && range.exact().isPresent());
      if (free && !gone.get(release) && range.contains(entries[release].release().version())) {
        return release;
      }
    }
    return provider(name, range, asked[at + 2]);
  }

  private int provider(int api, Range range, int named) {
    int best = NOTHING;
    for (int release : ModuleGraph.at(providers, api)) {
      if (marks[release] == 0
          && !gone.get(release)
          && counts(release, api, named)
          && provides(release, api, range)
          && (best == NOTHING || before(release, best))) {
        best = release;
      }
    }
    return best;
  }

  private boolean provides(int release, int api, Range range) {
    for (Entry.Provides one : entries[release].provides()) {
      if (one.api() == api && range.contains(one.version())) {
        return true;
      }
    }
    return false;
  }

  /** The API's owner, whom the owner's newest release lists, or whom the clause names. */
  private boolean counts(int release, int api, int named) {
    Cid owner = clauses.key(api).genesis();
    Cid provider = entries[release].release().genesis();
    if (provider.equals(owner) || entries[release].module() == named) {
      return true;
    }
    int[] own = ModuleGraph.at(byName, api);
    return own.length > 0 && entries[own[0]].lists().contains(provider);
  }

  /** By name, then the newer first. */
  private boolean before(int a, int b) {
    int order = entries[a].release().name().compareTo(entries[b].release().name());
    Version version = entries[a].release().version();
    return order < 0 || (order == 0 && version.compareTo(entries[b].release().version()) > 0);
  }

  private static boolean has(int[] found, int count, int release) {
    for (int i = 0; i < count; i++) {
      if (found[i] == release) {
        return true;
      }
    }
    return false;
  }
}
