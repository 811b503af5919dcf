package org.dxos.dmg.imports;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
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

  private static final Pattern OTHERS = Pattern.compile("[^a-z0-9]+");
  private static final Pattern ENDS = Pattern.compile("^-|-$");

  private static final int HASH_DIGITS = 8;

  private Segments() {}

  /**
   * A segment for each name. Of names that meet in one, the first in byte order has it, the others
   * get {@code -2}, {@code -3}, without taking one that another name has by itself.
   */
  static Map<String, String> of(Collection<String> names) {
    Map<String, String> bare = new TreeMap<>(Fields::compareUtf8);
    names.forEach(name -> bare.computeIfAbsent(name, Segments::of));
    Set<String> reserved = new HashSet<>(bare.values());
    Set<String> taken = new HashSet<>();
    Map<String, String> segments = new HashMap<>();
    bare.forEach(
        (name, segment) -> {
          String free = segment;
          for (int number = 2; !taken.add(free); number++) {
            free = numbered(segment, name, number, reserved);
          }
          segments.put(name, free);
        });
    return segments;
  }

  /** With a number; {@code segment} itself, which is taken, if another name has that by itself. */
  private static String numbered(String segment, String name, int number, Set<String> reserved) {
    String next = segment + "-" + number;
    String fitting = next.length() > MAX ? shortened(next, name + "-" + number) : next;
    return reserved.contains(fitting) ? segment : fitting;
  }

  /** The segment of one name alone. */
  static String of(String name) {
    String dashed = OTHERS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("-");
    String trimmed = ENDS.matcher(dashed).replaceAll("");
    String segment =
        trimmed.isEmpty() ? "x" : isDigit(trimmed.charAt(0)) ? "x-" + trimmed : trimmed;
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
