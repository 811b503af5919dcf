package org.dxos.dmg.version;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of versions of one kind as the places where it begins and ends, in turn: ascending, each
 * once, so that equal sets are equal lists.
 */
record Cuts(List<Cut> cuts) {

  static final Cuts NONE = new Cuts(List.of());

  Cuts {
    cuts = List.copyOf(cuts);
    if (cuts.size() % 2 != 0) {
      throw new IllegalStateException(cuts.size() + " ends of intervals");
    }
  }

  static Cuts between(Cut from, Cut to) {
    return from.compareTo(to) < 0 ? new Cuts(List.of(from, to)) : NONE;
  }

  boolean isEmpty() {
    return cuts.isEmpty();
  }

  boolean contains(Version version) {
    int behind = 0;
    while (behind < cuts.size() && cuts.get(behind).isBefore(version)) {
      behind++;
    }
    return behind % 2 == 1;
  }

  Cuts union(Cuts other) {
    return merge(other, 1);
  }

  Cuts intersection(Cuts other) {
    return merge(other, 2);
  }

  /** What of {@code all} is not in here. */
  Cuts complement(Cuts all) {
    List<Cut> turned = new ArrayList<>(cuts);
    Cut first = all.cuts.getFirst();
    Cut last = all.cuts.getLast();
    if (!turned.isEmpty() && turned.getFirst().equals(first)) {
      turned.removeFirst();
    } else {
      turned.addFirst(first);
    }
    if (!turned.isEmpty() && turned.getLast().equals(last)) {
      turned.removeLast();
    } else {
      turned.addLast(last);
    }
    return new Cuts(turned);
  }

  /** Sweeps over both: what at least {@code needed} of the two have. */
  private Cuts merge(Cuts other, int needed) {
    List<Cut> merged = new ArrayList<>();
    int a = 0;
    int b = 0;
    boolean inside = false;
    while (a < cuts.size() || b < other.cuts.size()) {
      int order =
          a == cuts.size()
              ? 1
              : b == other.cuts.size() ? -1 : cuts.get(a).compareTo(other.cuts.get(b));
      Cut at = order <= 0 ? cuts.get(a) : other.cuts.get(b);
      a += order <= 0 ? 1 : 0;
      b += order >= 0 ? 1 : 0;
      boolean now = (a % 2) + (b % 2) >= needed;
      if (now != inside) {
        merged.add(at);
        inside = now;
      }
    }
    return new Cuts(merged);
  }
}
