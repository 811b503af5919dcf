package org.dxos.dmg.dagcbor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;

/**
 * Reads one map of a strict format, field by field: each accessor takes its field away, {@link
 * #end} refuses what is left. Errors name the map, the field, what was found and what was expected.
 *
 * <p>By the rules of our bodies an empty list or map is never written; the accessors refuse one.
 */
public final class Fields {

  /** Every unsigned integer of a body is below this, so that JSON carries it exactly. */
  public static final long MAX_UINT = (1L << 53) - 1;

  /** What is read, in words: asked for by a refusal alone, so that reading well costs no text. */
  @FunctionalInterface
  private interface Subject {
    String text();

    default Subject at(String part) {
      return () -> {
        String here = text();
        return here + (here.indexOf('/') < 0 ? " /" : "/") + part;
      };
    }
  }

  private final Subject subject;
  private final ErrorCode code;
  private final Map<String, Node> entries;

  /** Those taken: of a small map bits by their places, of a large one names. */
  private int takenAt;

  private final Set<String> takenNames;

  private Fields(Subject subject, ErrorCode code, Map<String, Node> entries) {
    this.subject = subject;
    this.code = code;
    this.entries = entries;
    this.takenNames = entries instanceof Entries ? Set.of() : new HashSet<>();
  }

  /**
   * The fields of {@code node}.
   *
   * @param subject what is read, for messages: {@code statement}, {@code record /functions/0}
   * @param code the code of every refusal
   */
  public static Fields of(String subject, ErrorCode code, Node node) {
    return of(() -> subject, code, node);
  }

  private static Fields of(Subject subject, ErrorCode code, Node node) {
    if (node instanceof Node.Map map) {
      return new Fields(subject, code, map.entries());
    }
    throw new FormatException(
        code, "read " + subject.text() + ": found " + kind(node) + ", expected a map");
  }

  /** Refuses any field that was not asked for. */
  public void end() {
    if (Integer.bitCount(takenAt) + takenNames.size() < entries.size()) {
      String unknown = entries.keySet().stream().filter(this::has).findFirst().orElseThrow();
      throw error("has the unknown field `" + Quoted.of(unknown) + "`");
    }
  }

  /** True if the field is there and has not been taken. */
  public boolean has(String field) {
    if (entries instanceof Entries small) {
      int at = small.find(field);
      return at >= 0 && (takenAt >> at & 1) == 0;
    }
    return entries.containsKey(field) && !takenNames.contains(field);
  }

  /** A text of one character or more that passes {@link #checkText}. */
  public String text(String field) {
    return toText(field, required(field), false);
  }

  /** As {@link #text}, where line feeds are allowed too. */
  public String prose(String field) {
    return toText(field, required(field), true);
  }

  public Optional<String> optionalText(String field) {
    return has(field) ? Optional.of(text(field)) : Optional.empty();
  }

  public Optional<String> optionalProse(String field) {
    return has(field) ? Optional.of(prose(field)) : Optional.empty();
  }

  /** An integer from 0 to {@link #MAX_UINT}. */
  public long uint(String field) {
    return toUint(field, required(field));
  }

  public OptionalLong optionalUint(String field) {
    return has(field) ? OptionalLong.of(uint(field)) : OptionalLong.empty();
  }

  /** Bytes of exactly this length. */
  public byte[] bytes(String field, int size) {
    return toBytes(field, required(field), size);
  }

  public Optional<byte[]> optionalBytes(String field, int size) {
    return has(field) ? Optional.of(bytes(field, size)) : Optional.empty();
  }

  /** Bytes of any length from 1 to {@code max}. */
  public byte[] bytesUpTo(String field, int max) {
    Node node = required(field);
    if (node instanceof Node.Bytes bytes
        && bytes.value().length > 0
        && bytes.value().length <= max) {
      return bytes.value();
    }
    throw expected(field, node, "bytes, at most " + max);
  }

  /** A link to a block that DMG stores. */
  public Cid link(String field) {
    return toLink(field, required(field));
  }

  public Optional<Cid> optionalLink(String field) {
    return has(field) ? Optional.of(link(field)) : Optional.empty();
  }

  /**
   * True if the field is there, which then must be {@code true}: false is a default and not
   * written.
   */
  public boolean flag(String field) {
    Optional<Node> node = take(field);
    if (node.isEmpty()) {
      return false;
    }
    if (node.get() instanceof Node.Bool bool && bool.value()) {
      return true;
    }
    throw expected(field, node.get(), "`true` (a field with its default is not written)");
  }

  /** Texts in ascending byte order without doubles; empty if the field is absent. */
  public List<String> sortedTexts(String field) {
    if (!has(field)) {
      return List.of();
    }
    List<String> texts = list(field, node -> toText(field, node, false));
    for (int i = 1; i < texts.size(); i++) {
      if (compareUtf8(texts.get(i - 1), texts.get(i)) >= 0) {
        throw error("has field `" + field + "` not sorted by bytes and distinct at item " + i);
      }
    }
    return texts;
  }

  /**
   * Items in the order written; empty if the field is absent. An array that is there has one item
   * at least.
   */
  public <T> List<T> list(String field, Function<Node, T> item) {
    Optional<Node> node = take(field);
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof Node.Array array)) {
      throw expected(field, node.get(), "an array");
    }
    if (array.items().isEmpty()) {
      throw error("has an empty array in field `" + field + "`, which is not written");
    }
    List<T> result = new ArrayList<>(array.items().size());
    for (Node one : array.items()) {
      result.add(item.apply(one));
    }
    return List.copyOf(result);
  }

  /**
   * Maps in the order written, each read whole by {@code item}; empty if the field is absent. What
   * {@code item} leaves is refused.
   */
  public <T> List<T> maps(String field, Function<Fields, T> item) {
    int[] index = {0};
    return list(
        field,
        node -> {
          int at = index[0]++;
          return within(of(() -> subject.at(field).text() + "/" + at, code, node), item);
        });
  }

  /** The map in this field, read whole by {@code reader}. */
  public <T> Optional<T> optionalMap(String field, Function<Fields, T> reader) {
    return has(field)
        ? Optional.of(within(of(subject.at(field), code, required(field)), reader))
        : Optional.empty();
  }

  /** Entries by key, each value a map read whole by {@code reader}; empty if absent. */
  public <T> Map<String, T> mapsByKey(String field, BiFunction<String, Fields, T> reader) {
    Map<String, T> result = new LinkedHashMap<>();
    map(field, node -> node)
        .forEach(
            (key, node) ->
                result.put(
                    key,
                    within(
                        of(() -> subject.at(field).text() + "/" + Quoted.of(key), code, node),
                        inner -> reader.apply(key, inner))));
    return Collections.unmodifiableMap(result);
  }

  private static <T> T within(Fields inner, Function<Fields, T> reader) {
    T value = reader.apply(inner);
    inner.end();
    return value;
  }

  /** Links in the order written; empty if the field is absent. */
  public List<Cid> links(String field) {
    return list(field, node -> toLink(field, node));
  }

  /** Entries by key; empty if the field is absent. A map that is there has one entry at least. */
  public <T> Map<String, T> map(String field, Function<Node, T> value) {
    if (!has(field)) {
      return Map.of();
    }
    Optional<Node> node = take(field);
    if (node.isEmpty()) {
      return Map.of();
    }
    if (!(node.get() instanceof Node.Map map)) {
      throw expected(field, node.get(), "a map");
    }
    if (map.entries().isEmpty()) {
      throw error("has an empty map in field `" + field + "`, which is not written");
    }
    Map<String, T> result = new LinkedHashMap<>();
    map.entries()
        .forEach((key, one) -> result.put(toText(field, Node.of(key), false), value.apply(one)));
    return Collections.unmodifiableMap(result);
  }

  /** The field as it stands. */
  public Optional<Node> optionalNode(String field) {
    return take(field);
  }

  public Node node(String field) {
    return required(field);
  }

  /** The free values of {@code ext}: any map without null, float, bytes or link in it. */
  public Optional<Node.Map> ext() {
    Optional<Node> node = take("ext");
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (node.get() instanceof Node.Map map && !map.entries().isEmpty()) {
      checkFree("ext", map);
      return Optional.of(map);
    }
    throw expected("ext", node.get(), "a map that is not empty");
  }

  /** Refuses what free values may not hold. */
  public void checkFree(String field, Node node) {
    if (!isFree(node)) {
      refuseFree(field, node);
    }
  }

  /**
   * True if free values may hold it, and all that is in it. The way to it is not written down: that
   * of each of many values below one long key would cost the product of both.
   */
  private static boolean isFree(Node node) {
    return switch (node) {
      case Node.Bool _ -> true;
      case Node.Text text -> forbiddenAt(text.value(), true) < 0;
      case Node.Int number -> isExactInJson(number.value());
      case Node.Array array -> {
        for (Node item : array.items()) {
          if (!isFree(item)) {
            yield false;
          }
        }
        yield true;
      }
      case Node.Map map -> {
        for (Map.Entry<String, Node> entry : map.entries().entrySet()) {
          if (forbiddenAt(entry.getKey(), true) >= 0 || !isFree(entry.getValue())) {
            yield false;
          }
        }
        yield true;
      }
      case Node.Null _, Node.Real _, Node.BigInt _, Node.Bytes _, Node.Link _ -> false;
    };
  }

  /** Goes down to the first value that is not free, and says what it is. */
  private void refuseFree(String field, Node node) {
    switch (node) {
      case Node.Text text -> toText(field, text, true, true);
      case Node.Int number -> throw expected(field, number, "an integer between -2^53 and 2^53");
      case Node.Array array ->
          array.items().stream()
              .filter(item -> !isFree(item))
              .findFirst()
              .ifPresent(item -> refuseFree(field, item));
      case Node.Map map ->
          map.entries()
              .forEach(
                  (key, value) -> {
                    toText(field, Node.of(key), true, true);
                    if (!isFree(value)) {
                      refuseFree(field + "/" + Quoted.of(key), value);
                    }
                  });
      case Node.Bool _ -> {}
      case Node.Null _, Node.Real _, Node.BigInt _, Node.Bytes _, Node.Link _ ->
          throw expected(field, node, "no null, float, bytes or link");
    }
  }

  /**
   * True for integers between -2^53 and 2^53. Not asked by way of {@code Math.abs}, which gives
   * -2^63 back as it is.
   */
  public static boolean isExactInJson(long value) {
    return -MAX_UINT <= value && value <= MAX_UINT;
  }

  /** A refusal about this map. */
  public FormatException error(String what) {
    return new FormatException(code, "read " + subject.text() + ": it " + what);
  }

  /** Compares as the UTF-8 bytes of the texts compare, which for code points is the same. */
  public static int compareUtf8(String a, String b) {
    int n = Math.min(a.length(), b.length());
    for (int i = 0; i < n; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        // Surrogates stand for code points above every other char.
        boolean sx = Character.isSurrogate(x);
        boolean sy = Character.isSurrogate(y);
        return sx == sy ? Character.compare(x, y) : sx ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /**
   * The offset of the first character that no text of a body may have, or -1: controls and
   * bidirectional overrides.
   */
  public static int forbiddenAt(String text, boolean lineFeeds) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean control = c < 0x20 ? !(lineFeeds && c == '\n') : c >= 0x7f && c <= 0x9f;
      boolean bidi = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
      if (control || bidi) {
        return i;
      }
    }
    return -1;
  }

  private Optional<Node> take(String field) {
    if (entries instanceof Entries small) {
      int at = small.find(field);
      if (at < 0 || (takenAt >> at & 1) == 1) {
        return Optional.empty();
      }
      takenAt |= 1 << at;
      return Optional.of(small.value(at));
    }
    return entries.containsKey(field) && takenNames.add(field)
        ? Optional.ofNullable(entries.get(field))
        : Optional.empty();
  }

  private Node required(String field) {
    Optional<Node> node = take(field);
    if (node.isEmpty()) {
      throw error("lacks the field `" + field + "`");
    }
    return node.get();
  }

  private String toText(String field, Node node, boolean lineFeeds) {
    return toText(field, node, lineFeeds, false);
  }

  private String toText(String field, Node node, boolean lineFeeds, boolean mayBeEmpty) {
    if (!(node instanceof Node.Text text) || (text.value().isEmpty() && !mayBeEmpty)) {
      throw expected(field, node, "text of one character or more");
    }
    int at = forbiddenAt(text.value(), lineFeeds);
    if (at >= 0) {
      throw error(
          "has the character U+%04X at %d in field `%s`, which text may not have"
              .formatted((int) text.value().charAt(at), at, field));
    }
    return text.value();
  }

  private long toUint(String field, Node node) {
    if (node instanceof Node.Int number && number.value() >= 0 && number.value() <= MAX_UINT) {
      return number.value();
    }
    throw expected(field, node, "an integer from 0 to 2^53 - 1");
  }

  private byte[] toBytes(String field, Node node, int size) {
    if (node instanceof Node.Bytes bytes && bytes.value().length == size) {
      return Arrays.copyOf(bytes.value(), size);
    }
    throw expected(field, node, size + " bytes");
  }

  private Cid toLink(String field, Node node) {
    if (node instanceof Node.Link link && link.cid().storable()) {
      return link.cid();
    }
    throw expected(field, node, "a link (sha2-256; raw, dag-pb or dag-cbor)");
  }

  private FormatException expected(String field, Node node, String what) {
    return error("has " + kind(node) + " in field `" + field + "`, expected " + what);
  }

  /** A node's kind, with its value where that is short, for messages. */
  private static String kind(Node node) {
    return switch (node) {
      case Node.Null _ -> "null";
      case Node.Bool bool -> "`" + bool.value() + "`";
      case Node.Int number -> "the integer " + number.value();
      case Node.BigInt big -> "the integer " + big.value();
      case Node.Real real -> "the float " + real.value();
      case Node.Text text ->
          text.value().length() > 60
              ? "a text of " + text.value().length() + " characters"
              : "the text `" + Quoted.of(text.value()) + "`";
      case Node.Bytes bytes -> bytes.value().length + " bytes";
      case Node.Array array -> "an array of " + array.items().size();
      case Node.Map map -> "a map of " + map.entries().size();
      case Node.Link link -> "the link `" + link.cid() + "`";
    };
  }
}
