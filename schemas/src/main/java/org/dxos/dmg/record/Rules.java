package org.dxos.dmg.record;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;

/** What the checking constructors of this package share: text, numbers, paths, sets. */
final class Rules {

  private Rules() {}

  static String text(String field, String value) {
    return text(field, value, false);
  }

  static void text(String field, Optional<String> value) {
    if (value.isPresent()) {
      text(field, value.get(), false);
    }
  }

  static void prose(String field, Optional<String> value) {
    if (value.isPresent()) {
      text(field, value.get(), true);
    }
  }

  private static String text(String field, String value, boolean lineFeeds) {
    int at = Fields.forbiddenAt(value, lineFeeds);
    if (value.isEmpty() || at >= 0) {
      throw invalid(
          field,
          value.isEmpty()
              ? "an empty text, expected one character or more"
              : "a text with U+%04X at %d, which text may not have"
                  .formatted((int) value.charAt(at), at));
    }
    return value;
  }

  static void uint(String field, long value) {
    if (value < 0 || value > Fields.MAX_UINT) {
      throw invalid(field, "the integer " + value + ", expected 0 to 2^53 - 1");
    }
  }

  static void uint(String field, OptionalLong value) {
    if (value.isPresent()) {
      uint(field, value.getAsLong());
    }
  }

  /** A relative path with {@code /} whose parts are not empty, {@code .} or {@code ..}. */
  static void path(String field, String value) {
    text(field, value);
    for (String part : value.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw invalid(
            field,
            "the path `" + Quoted.of(value) + "`, expected a relative one without `.` and `..`");
      }
    }
  }

  /** Sorted by bytes, without doubles. */
  static List<String> texts(String field, List<String> values) {
    for (String value : values) {
      text(field, value);
    }
    return set(values, Fields::compareUtf8);
  }

  static List<String> paths(String field, List<String> values) {
    for (String value : values) {
      path(field, value);
    }
    return set(values, Fields::compareUtf8);
  }

  /** Sorted by the bytes of their own text, without doubles. */
  static <T> List<T> byText(List<T> values) {
    return set(values, (a, b) -> Fields.compareUtf8(a.toString(), b.toString()));
  }

  private static <T> List<T> set(List<T> values, Comparator<? super T> order) {
    if (values.size() < 2) {
      return List.copyOf(values);
    }
    List<T> sorted = new ArrayList<>(values);
    sorted.sort(order);
    List<T> distinct = new ArrayList<>(sorted.size());
    for (T value : sorted) {
      if (distinct.isEmpty() || order.compare(distinct.getLast(), value) != 0) {
        distinct.add(value);
      }
    }
    return List.copyOf(distinct);
  }

  /** Sorted by their encoded bytes, without doubles. */
  static <T> List<T> byEncoding(List<T> values, Function<T, Node> encoding) {
    if (values.size() < 2) {
      return List.copyOf(values);
    }
    List<Node> nodes = new ArrayList<>(values.size());
    values.forEach(value -> nodes.add(encoding.apply(value)));
    if (isAscending(nodes)) {
      return List.copyOf(values); // as what is read always is
    }
    record Item<V>(Node key, V value) {}
    List<Item<T>> items = new ArrayList<>(values.size());
    for (int i = 0; i < nodes.size(); i++) {
      items.add(new Item<>(nodes.get(i), values.get(i)));
    }
    return set(items, (a, b) -> DagCbor.compare(a.key(), b.key())).stream()
        .map(Item::value)
        .toList();
  }

  private static boolean isAscending(Set<?> keys) {
    String before = "";
    for (Object key : keys) {
      String text = key.toString();
      if (Fields.compareUtf8(before, text) > 0) {
        return false;
      }
      before = text;
    }
    return true;
  }

  private static boolean isAscending(List<Node> nodes) {
    for (int i = 1; i < nodes.size(); i++) {
      if (DagCbor.compare(nodes.get(i - 1), nodes.get(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  /** Keys in byte order. */
  static <K, V> Map<K, V> byKey(Map<K, V> values) {
    if (values.isEmpty()) {
      return Map.of();
    }
    if (isAscending(values.keySet())) {
      return Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
    Map<String, Map.Entry<K, V>> sorted = new TreeMap<>(Fields::compareUtf8);
    values.forEach((key, value) -> sorted.put(key.toString(), Map.entry(key, value)));
    Map<K, V> inOrder = LinkedHashMap.newLinkedHashMap(values.size());
    sorted.values().forEach(entry -> inOrder.put(entry.getKey(), entry.getValue()));
    return Collections.unmodifiableMap(inOrder);
  }

  /** Refuses what a free value may not hold; the value, for chaining. */
  static void free(String field, Optional<Node> value) {
    value.ifPresent(
        node ->
            Fields.of("record", ErrorCode.RECORD_INVALID, Node.Map.EMPTY).checkFree(field, node));
  }

  static FormatException invalid(String field, String found) {
    return new FormatException(
        ErrorCode.RECORD_INVALID, "make record: field `" + Quoted.of(field) + "` has " + found);
  }
}
