package org.dxos.dmg.manifest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dxos.dmg.dagcbor.Fields;

/** Quantities that are written as a number and a unit. */
enum Unit {
  /** Bytes. */
  SIZE(
      "bytes as an integer, or text such as `\"128Mi\"` (units Ki Mi Gi k M G)",
      List.of("Ki", "Mi", "Gi", "k", "M", "G"),
      List.of(1L << 10, 1L << 20, 1L << 30, 1_000L, 1_000_000L, 1_000_000_000L)),
  /** Milliseconds. */
  DURATION(
      "milliseconds as an integer, or text such as `\"30s\"` (units ms s m h d)",
      List.of("ms", "s", "m", "h", "d"),
      List.of(1L, 1_000L, 60_000L, 3_600_000L, 86_400_000L));

  private static final Pattern FORM = Pattern.compile("([0-9]{1,16})([A-Za-z]+)");

  private final String expected;
  private final Map<String, Long> factors = new LinkedHashMap<>();

  Unit(String expected, List<String> units, List<Long> factors) {
    this.expected = expected;
    for (int i = 0; i < units.size(); i++) {
      this.factors.put(units.get(i), factors.get(i));
    }
  }

  /** What may be written, for findings. */
  String expected() {
    return expected;
  }

  /** The quantity, if {@code text} is one below 2^53. */
  OptionalLong read(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    Long factor = factors.get(matcher.group(2));
    long number = Long.parseLong(matcher.group(1));
    return factor == null || number > Fields.MAX_UINT / factor
        ? OptionalLong.empty()
        : OptionalLong.of(number * factor);
  }

  private static String spelledOut(String unit) {
    return switch (unit.toLowerCase(Locale.ROOT)) {
      case "millis", "millisecond", "milliseconds", "msec" -> "ms";
      case "sec", "secs", "second", "seconds" -> "s";
      case "min", "mins", "minute", "minutes" -> "m";
      case "hr", "hrs", "hour", "hours" -> "h";
      case "day", "days" -> "d";
      default -> "";
    };
  }

  /** What {@code text}, which is no quantity, may have meant. */
  Optional<String> hint(String text) {
    String compact = text.replaceAll("[\\s_,]", "");
    if (compact.matches("[0-9]+")) {
      return Optional.of(
          this == SIZE
              ? "write bytes without quotes, or add a unit, such as `\"" + compact + "Mi\"`"
              : "add a unit, such as `\"" + compact + "s\"`");
    }
    Matcher matcher = FORM.matcher(compact);
    if (matcher.matches()) {
      for (String unit : factors.keySet()) {
        String written = matcher.group(2);
        if (written.equals(unit) && compact.equals(text)) {
          return Optional.of("it has to be below 2^53");
        }
        if (written.equalsIgnoreCase(unit)
            || written.equalsIgnoreCase(unit + "B")
            || (this == DURATION && spelledOut(written).equals(unit))) {
          return Optional.of("did you mean `\"" + matcher.group(1) + unit + "\"`?");
        }
      }
    }
    return compact.matches("[0-9]*\\.[0-9]+[A-Za-z]*")
        ? Optional.of("write a whole number with a smaller unit")
        : Optional.empty();
  }
}
