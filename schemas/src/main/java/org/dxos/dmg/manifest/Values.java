package org.dxos.dmg.manifest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.version.Version;

/** Single values of a manifest: texts, choices, quantities, paths, free values. */
final class Values {

  private static final String PATH = "a path within %s, with `/`, without `.` and `..` as parts";
  private static final String FOLDER = "the folder of the manifest";

  private static final Pattern HOST =
      Pattern.compile(
          "(?:\\*|(?:\\*\\.)?[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
              + "(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\\[[0-9A-Fa-f:.]+\\])"
              + "(?::[0-9]{1,5})?");

  static final String VERSION = "a version as text, such as `\"1.4.0\"`";

  /** What people write for a version: {@code v1.2}, {@code =1.2.3}, {@code 1.2.3+build}. */
  private static final Pattern LOOSE_VERSION =
      Pattern.compile(
          "[vV=\\s]*((?:0|[1-9][0-9]{0,8})(?:\\.(?:0|[1-9][0-9]{0,8})){0,2})"
              + "(-[0-9A-Za-z.-]+)?(?:\\+.*)?\\s*");

  /** What a refusal says before its reason. */
  private static final Pattern SUBJECT =
      Pattern.compile("^read [a-z ]+ `[^`]*`:? (?:[A-Z_]+ )?(?=at offset )");

  private static final Map<String, String> CRON_WORDS =
      Map.of(
          "@hourly", "0 * * * *",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@weekly", "0 0 * * 0",
          "@monthly", "0 0 1 * *",
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *");

  private static final Pattern CRON_FIELD = Pattern.compile("[0-9A-Za-z*,/?#-]+");
  private static final int CRON_FIELDS = 5;

  private Values() {}

  static Optional<String> text(Section.Place place, Node node, String expected, boolean lineFeeds) {
    if (!(node instanceof Node.Text text)) {
      place.report(node, expected, quote(node));
      return Optional.empty();
    }
    if (text.value().isEmpty()) {
      place.report(node, expected, Optional.of("leave it out if there is nothing to say"));
      return Optional.empty();
    }
    int at = Fields.forbiddenAt(text.value(), lineFeeds);
    if (at >= 0) {
      char c = text.value().charAt(at);
      place.report(
          node,
          "a text without control characters and bidirectional overrides",
          Optional.of(
              c == '\r'
                  ? "end lines with a line feed alone"
                  : "take U+%04X at %d out".formatted((int) c, at)));
      return Optional.empty();
    }
    return Optional.of(text.value());
  }

  private static Optional<String> quote(Node node) {
    return switch (node) {
      case Node.Int _, Node.Bool _ -> Optional.of("write it in quotes");
      case Node.Real _ -> Optional.of("write it in quotes: without them `1.20` is the number 1.2");
      case Node.Array array when array.items().size() == 1 ->
          Optional.of("write the item without brackets");
      default -> Optional.empty();
    };
  }

  /** A text that {@code parser} reads; its reason is the hint where nothing better is known. */
  static <T> Optional<T> parsed(
      Section.Place place, Node node, String expected, Function<String, T> parser) {
    return parsed(place, node, expected, parser, _ -> Optional.empty());
  }

  /** As above, where {@code better} may know what a text that is refused should have been. */
  static <T> Optional<T> parsed(
      Section.Place place,
      Node node,
      String expected,
      Function<String, T> parser,
      Function<String, Optional<String>> better) {
    return text(place, node, expected, false)
        .flatMap(
            text -> {
              try {
                return Optional.of(parser.apply(text));
              } catch (FormatException e) {
                place.report(node, expected, better.apply(text).or(() -> Optional.of(reason(e))));
                return Optional.empty();
              }
            });
  }

  /** Why a text is refused, without the text, which the finding shows already. */
  private static String reason(FormatException e) {
    return e.hint().orElseGet(() -> SUBJECT.matcher(e.message()).replaceFirst(""));
  }

  static Optional<Version> version(Section.Place place, Node node) {
    return parsed(
        place,
        node,
        VERSION,
        Version::parse,
        text -> {
          Matcher loose = LOOSE_VERSION.matcher(text);
          if (!loose.matches()) {
            return Optional.empty();
          }
          String numbers =
              loose.group(1)
                  + ".0".repeat(2 - (int) loose.group(1).chars().filter(c -> c == '.').count());
          String pre = loose.group(2) == null ? "" : loose.group(2);
          return Optional.of("write `\"" + numbers + pre + "\"`");
        });
  }

  static Optional<String> matching(
      Section.Place place,
      Node node,
      String expected,
      Predicate<String> test,
      Function<String, Optional<String>> hint) {
    Optional<String> text = text(place, node, expected, false);
    if (text.isPresent() && !test.test(text.get())) {
      place.report(node, expected, hint.apply(text.get()));
      return Optional.empty();
    }
    return text;
  }

  static <T> Optional<T> choice(Section.Place place, Node node, Collection<T> values) {
    String expected = oneOf(values);
    Optional<String> text = text(place, node, expected, false);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<T> value =
        values.stream().filter(one -> one.toString().equals(text.get())).findFirst();
    if (value.isEmpty()) {
      place.report(
          node,
          expected,
          Spelling.nearest(text.get(), values.stream().map(Object::toString).toList())
              .map(near -> "did you mean `\"" + near + "\"`?"));
    }
    return value;
  }

  static String oneOf(Collection<?> values) {
    return values.stream()
        .map(value -> "`\"" + value + "\"`")
        .collect(Collectors.joining(", ", values.size() > 1 ? "one of " : "", ""));
  }

  static OptionalLong quantity(Section.Place place, Node node, Unit unit) {
    OptionalLong value =
        switch (node) {
          case Node.Int number when number.value() >= 0 && number.value() <= Fields.MAX_UINT ->
              OptionalLong.of(number.value());
          case Node.Text text -> unit.read(text.value());
          default -> OptionalLong.empty();
        };
    if (value.isEmpty()) {
      place.report(
          node,
          unit.expected(),
          node instanceof Node.Text text ? unit.hint(text.value()) : Optional.empty());
    }
    return value;
  }

  static <T> List<T> list(Section.Place place, Node node, String expected, Section.Item<T> item) {
    if (!(node instanceof Node.Array array)) {
      place.report(
          node,
          expected,
          node instanceof Node.Text || node instanceof Node.Map
              ? Optional.of("put brackets around it: `[…]`")
              : Optional.empty());
      return List.of();
    }
    List<T> items = new ArrayList<>();
    for (int i = 0; i < array.items().size() && !place.findings().full(); i++) {
      item.read(place.at(i), array.items().get(i)).ifPresent(items::add);
    }
    return items;
  }

  /** The path of a file beside or below the manifest. */
  static Optional<String> path(Section.Place place, Node node) {
    return matching(place, node, PATH.formatted(FOLDER), Values::isPath, Values::pathHint);
  }

  /** The path of a file in a bundle. */
  static Optional<String> pathInBundle(Section.Place place, Node node) {
    return matching(place, node, PATH.formatted("the bundle"), Values::isPath, Values::pathHint);
  }

  /** As {@link #path}, or {@code .}. */
  static Optional<String> bundlePath(Section.Place place, Node node) {
    return matching(
        place,
        node,
        PATH.formatted(FOLDER) + ", or `\".\"` for the whole of it",
        path -> path.equals(".") || isPath(path),
        path -> path.matches("(?:\\./)+") ? Optional.of("write `\".\"`") : pathHint(path));
  }

  private static boolean isPath(String path) {
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return path.indexOf('\\') < 0;
  }

  private static Optional<String> pathHint(String path) {
    String simple =
        path.replace('\\', '/').replaceAll("/(?:\\.?/)+", "/").replaceAll("^(?:\\./)+|/\\.?$", "");
    if (path.startsWith("/")) {
      return Optional.of("leave the `/` in front out");
    }
    if (isPath(simple)) {
      return Optional.of("write `\"" + simple + "\"`");
    }
    return path.contains("..")
        ? Optional.of("move the file into the folder of the manifest")
        : Optional.empty();
  }

  /** A host with or without port, in lower case. */
  static Optional<String> host(Section.Place place, Node node) {
    return matching(
            place,
            node,
            "a host with or without a port, such as `\"mail.example.com:443\"`",
            Values::isHost,
            text -> {
              String bare = text.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://", "");
              int slash = bare.indexOf('/');
              String host = slash < 0 ? bare : bare.substring(0, slash);
              return !host.equals(text) && isHost(host)
                  ? Optional.of("write `\"" + host + "\"`")
                  : Optional.empty();
            })
        .map(host -> host.toLowerCase(Locale.ROOT));
  }

  private static boolean isHost(String text) {
    if (!HOST.matcher(text).matches()) {
      return false;
    }
    int colon = text.lastIndexOf(':');
    if (colon < 0 || text.endsWith("]")) {
      return true;
    }
    int port = Integer.parseInt(text.substring(colon + 1));
    return port >= 1 && port <= 65_535;
  }

  static Optional<String> cronHint(String text) {
    String word = CRON_WORDS.get(text);
    if (word != null) {
      return Optional.of("write `\"" + word + "\"`");
    }
    return switch (text.strip().split("\\s+").length) {
      case CRON_FIELDS + 1 -> Optional.of("leave the field for seconds out");
      case CRON_FIELDS -> Optional.of("put spaces between the fields and none around them");
      default -> Optional.empty();
    };
  }

  static boolean isCron(String text) {
    String[] fields = text.split(" +", -1);
    if (fields.length != CRON_FIELDS) {
      return false;
    }
    for (String field : fields) {
      if (!CRON_FIELD.matcher(field).matches()) {
        return false;
      }
    }
    return true;
  }

  /** Reports whatever a free value may not hold, at its own place. */
  static Optional<Node> free(Section.Place place, Node node) {
    int before = place.findings().count();
    checkFree(place, node);
    return place.findings().count() > before ? Optional.empty() : Optional.of(node);
  }

  private static void checkFree(Section.Place place, Node node) {
    switch (node) {
      case Node.Bool _ -> {}
      case Node.Text text -> checkFreeText(place, node, text.value());
      case Node.Int number -> {
        if (!Fields.isExactInJson(number.value())) {
          place.report(node, "an integer between -2^53 and 2^53", Optional.of("write it as text"));
        }
      }
      case Node.Array array -> {
        for (int i = 0; i < array.items().size(); i++) {
          checkFree(place.at(i), array.items().get(i));
        }
      }
      case Node.Map map ->
          map.entries()
              .forEach(
                  (key, value) -> {
                    checkFreeText(place.at(key), Node.of(key), key);
                    checkFree(place.at(key), value);
                  });
      case Node.Null _ -> place.report(node, "a value", Optional.of("leave the field out"));
      case Node.Real _, Node.BigInt _ ->
          place.report(node, "an integer between -2^53 and 2^53", Optional.of("write it as text"));
      case Node.Bytes _, Node.Link _ ->
          place.report(node, "a value of JSON", Optional.of("write it as text"));
    }
  }

  private static void checkFreeText(Section.Place place, Node node, String text) {
    int at = Fields.forbiddenAt(text, true);
    if (at >= 0) {
      place.report(
          node,
          "a text without control characters and bidirectional overrides",
          Optional.of("take U+%04X at %d out".formatted((int) text.charAt(at), at)));
    }
  }
}
