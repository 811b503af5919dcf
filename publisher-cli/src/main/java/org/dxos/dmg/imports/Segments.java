package org.dxos.dmg.imports;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.dxos.dmg.dagcbor.Fields;

/**
 * Foreign names as segments of DXNs: lower case, every run of other characters than {@code
 * [a-z0-9]} a {@code -}, {@code x-} before a digit, at most 63 octets.
 *
 * <pre>
 *   libstdc++6   libstdc-6          0ad   x-0ad          g++   g
 * </pre>
 */
final class Segments {

  private static final int MAX = 63;

  /** Of a name that is too long, before the digits of its hash. */
  private static final int KEPT = 54;

  private static final int HASH_DIGITS = 8;

  private Segments() {}

  /**
   * A segment for each name. Of names that meet in one, the first in byte order has it, the others
   * get {@code -2}, {@code -3}, without taking one that another name has by itself.
   */
  static Map<String, String> of(Collection<String> names) {
    List<String> sorted = new ArrayList<>(new HashSet<>(names));
    sorted.sort(Fields::compareUtf8);
    Set<String> bare = new HashSet<>();
    sorted.forEach(name -> bare.add(of(name)));
    Set<String> taken = new HashSet<>();
    Map<String, String> segments = new HashMap<>();
    for (String name : sorted) {
      String segment = of(name);
      int number = 2;
      while (!taken.add(segment)) {
        String next = of(name) + "-" + number++;
        String fitting = next.length() > MAX ? shortened(next, name + "-" + number) : next;
        segment = bare.contains(fitting) ? segment : fitting;
      }
      segments.put(name, segment);
    }
    return segments;
  }

  /** The segment of one name alone. */
  static String of(String name) {
    String dashed = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String trimmed = dashed.replaceAll("^-|-$", "");
    String segment = trimmed.isEmpty() || isDigit(trimmed.charAt(0)) ? "x-" + trimmed : trimmed;
    segment = segment.endsWith("-") ? "x" : segment;
    return segment.length() > MAX ? shortened(segment, name) : segment;
  }

  private static String shortened(String segment, String name) {
    String kept = segment.substring(0, KEPT).replaceAll("-$", "");
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return kept + "-" + HexFormat.of().formatHex(hash).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
