package org.dxos.dmg.manifest;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that somebody may have meant. */
final class Spelling {

  private Spelling() {}

  /**
   * The word nearest to {@code written} by added, lost, changed and swapped letters, if no more
   * than a third of them differ.
   */
  static Optional<String> nearest(String written, Collection<String> words) {
    String best = "";
    int least = Math.min(3, Math.max(1, written.length() / 3)) + 1;
    for (String word : words) {
      int distance = distance(written.toLowerCase(Locale.ROOT), word.toLowerCase(Locale.ROOT));
      if (distance < least) {
        least = distance;
        best = word;
      }
    }
    return best.isEmpty() ? longer(written, words) : Optional.of(best);
  }

  /** A word that begins with {@code written}: {@code node} for {@code nodejs}. */
  private static Optional<String> longer(String written, Collection<String> words) {
    return written.length() < 3
        ? Optional.empty()
        : words.stream().filter(word -> word.startsWith(written)).findFirst();
  }

  /** Optimal string alignment distance, for words of a manifest's length. */
  private static int distance(String a, String b) {
    if (Math.abs(a.length() - b.length()) > 3) {
      return Integer.MAX_VALUE;
    }
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
