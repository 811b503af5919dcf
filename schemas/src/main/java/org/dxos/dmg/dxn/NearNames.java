package org.dxos.dmg.dxn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Known names that may have been meant where one was not found: for words to a person, never to be
 * taken by a program.
 *
 * <p>Nearest first: the same name with its authority the other way round, then of another kind,
 * then one that looks alike, then by the number of edits, at most two; among equals by text.
 */
public final class NearNames {

  /**
   * Two edits: a slip of the finger and another one. At three, short names are near to most others.
   */
  private static final int MAX_EDITS = 2;

  private NearNames() {}

  private enum Nearness {
    SWAPPED,
    OTHER_KIND,
    LOOK_ALIKE,
    ONE_EDIT,
    TWO_EDITS,
    FAR
  }

  private record Candidate(String name, Nearness nearness) {}

  /**
   * @param wanted what was asked for, with or without selector; it need not be a name
   * @param known names to choose from, in any order
   * @param limit how many at most
   */
  public static List<String> of(String wanted, Collection<String> known, int limit) {
    if (wanted.length() > Dxn.MAX_INPUT || limit <= 0) {
      return List.of();
    }
    String plain = withoutSelector(wanted);
    Parts parts = Parts.of(plain);
    String looks = skeleton(plain);
    List<Candidate> near = new ArrayList<>();
    for (String name : known) {
      Nearness nearness = nearness(plain, parts, looks, name);
      if (nearness != Nearness.FAR) {
        near.add(new Candidate(name, nearness));
      }
    }
    return near.stream()
        .sorted(Comparator.comparing(Candidate::nearness).thenComparing(Candidate::name))
        .map(Candidate::name)
        .distinct()
        .limit(limit)
        .toList();
  }

  /**
   * A known authority for which another could be taken: its labels turned round, one that looks
   * alike, or one edit away. What a person is asked about before it is believed.
   *
   * @param authority a name of an authority that is not among {@code known}
   */
  public static Optional<String> confusable(String authority, Collection<String> known) {
    String looks = skeleton(authority);
    return known.stream()
        .filter(one -> !one.equals(authority))
        .filter(
            one ->
                swapped(authority).equals(one)
                    || looks.equals(skeleton(one))
                    || edits(authority, one) == 1)
        .sorted()
        .findFirst();
  }

  private static Nearness nearness(String wanted, Parts parts, String looks, String name) {
    if (name.equals(wanted)) {
      return Nearness.FAR; // what is known cannot be what was not found
    }
    Parts other = Parts.of(name);
    boolean sameLocal = !parts.local.isEmpty() && parts.local.equals(other.local);
    if (sameLocal
        && parts.kind.equals(other.kind)
        && !parts.authority.equals(other.authority)
        && swapped(parts.authority).equals(other.authority)) {
      return Nearness.SWAPPED;
    }
    if (sameLocal && parts.authority.equals(other.authority)) {
      return Nearness.OTHER_KIND;
    }
    if (looks.equals(skeleton(name))) {
      return Nearness.LOOK_ALIKE;
    }
    return switch (edits(wanted, name)) {
      case 1 -> Nearness.ONE_EDIT;
      case 2 -> Nearness.TWO_EDITS;
      default -> Nearness.FAR;
    };
  }

  private static String withoutSelector(String wanted) {
    String bare = wanted.startsWith("dxn://") ? wanted.substring("dxn://".length()) : wanted;
    int at = bare.indexOf('@');
    return at < 0 ? bare : bare.substring(0, at);
  }

  private record Parts(String authority, String kind, String local) {

    static Parts of(String name) {
      int slash = name.indexOf('/');
      int second = slash < 0 ? -1 : name.indexOf('/', slash + 1);
      return second < 0
          ? new Parts(name, "", "")
          : new Parts(
              name.substring(0, slash),
              name.substring(slash + 1, second),
              name.substring(second + 1));
    }
  }

  /** The domain the way a browser has it, or back: {@code dxos.org} and {@code org.dxos}. */
  private static String swapped(String authority) {
    List<String> labels = Arrays.asList(authority.split("\\.", -1));
    Collections.reverse(labels);
    return String.join(".", labels);
  }

  /**
   * The same text for texts that look the same: {@code 0} as {@code o}, {@code rn} as {@code m}.
   */
  static String skeleton(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    StringBuilder out = new StringBuilder(lower.length());
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      char next = i + 1 < lower.length() ? lower.charAt(i + 1) : '\0';
      if (c == 'r' && next == 'n') {
        out.append('m');
        i++;
      } else if (c == 'v' && next == 'v') {
        out.append('w');
        i++;
      } else {
        switch (c) {
          case '0' -> out.append('o');
          case '1', 'i' -> out.append('l');
          case '2' -> out.append('z');
          case '5' -> out.append('s');
          case '8' -> out.append('b');
          case '-', '_' -> {
            // a hyphen is easily left out
          }
          default -> out.append(c);
        }
      }
    }
    return out.toString();
  }

  /**
   * Insertions, deletions, replacements and swaps of neighbours from {@code a} to {@code b}, or
   * more than {@link #MAX_EDITS} of them. Only the diagonal band that so few edits can reach is
   * looked at, which is linear in the texts.
   */
  static int edits(String a, String b) {
    if (Math.abs(a.length() - b.length()) > MAX_EDITS) {
      return MAX_EDITS + 1;
    }
    int width = b.length() + 1;
    int[] before = new int[width];
    int[] last = new int[width];
    int[] row = new int[width];
    Arrays.setAll(last, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int from = Math.max(1, i - MAX_EDITS);
      int to = Math.min(b.length(), i + MAX_EDITS);
      row[from - 1] = from == 1 ? i : MAX_EDITS + 1;
      int best = row[from - 1];
      for (int j = from; j <= to; j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int edits = last[j - 1] + cost;
        edits = Math.min(edits, row[j - 1] + 1);
        if (j < i + MAX_EDITS) {
          edits = Math.min(edits, last[j] + 1);
        }
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          edits = Math.min(edits, before[j - 2] + 1);
        }
        row[j] = edits;
        best = Math.min(best, edits);
      }
      if (best > MAX_EDITS) {
        return MAX_EDITS + 1;
      }
      int[] free = before;
      before = last;
      last = row;
      row = free;
    }
    return Math.min(last[b.length()], MAX_EDITS + 1);
  }
}
