package org.dxos.dmg.dagcbor;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * The order of encodings by their bytes, found without making them. Heads of one major type sort as
 * their arguments do, being written in the fewest bytes, and no encoding begins with another; so
 * the first part that differs decides.
 */
final class EncodedOrder {

  private EncodedOrder() {}

  static int compare(Node a, Node b) {
    int byMajor = Integer.compare(major(a), major(b));
    if (byMajor != 0) {
      return byMajor;
    }
    int byArgument = Long.compareUnsigned(argument(a), argument(b));
    if (byArgument != 0) {
      return byArgument;
    }
    if (a instanceof Node.Text x && b instanceof Node.Text y) {
      return Fields.compareUtf8(x.value(), y.value());
    }
    if (a instanceof Node.Bytes x && b instanceof Node.Bytes y) {
      return Arrays.compareUnsigned(x.value(), y.value());
    }
    if (a instanceof Node.Array x && b instanceof Node.Array y) {
      return compareItems(x, y);
    }
    if (a instanceof Node.Map x && b instanceof Node.Map y) {
      return compareEntries(x, y);
    }
    if (a instanceof Node.Link x && b instanceof Node.Link y) {
      byte[] one = x.cid().bytes();
      byte[] other = y.cid().bytes();
      return one.length != other.length
          ? Integer.compare(one.length, other.length)
          : Arrays.compareUnsigned(one, other);
    }
    return a instanceof Node.Real x && b instanceof Node.Real y
        ? Long.compareUnsigned(
            Double.doubleToLongBits(x.value()), Double.doubleToLongBits(y.value()))
        : 0;
  }

  private static int compareItems(Node.Array a, Node.Array b) {
    for (int i = 0; i < a.items().size(); i++) {
      int order = compare(a.items().get(i), b.items().get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int compareEntries(Node.Map a, Node.Map b) {
    Entries x = inOrder(a.entries());
    Entries y = inOrder(b.entries());
    for (int i = 0; i < x.size(); i++) {
      int byKey = compareKeys(x.key(i), y.key(i));
      int order = byKey != 0 ? byKey : compare(x.value(i), y.value(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static Entries inOrder(Map<String, Node> map) {
    if (map instanceof Entries entries && isInOrder(entries)) {
      return entries;
    }
    String[] keys = map.keySet().toArray(new String[0]);
    Arrays.sort(keys, EncodedOrder::compareKeys);
    Node[] values = new Node[keys.length];
    for (int i = 0; i < keys.length; i++) {
      values[i] = map.getOrDefault(keys[i], Node.NULL);
    }
    return Entries.ofAll(keys, values);
  }

  /** True if the keys stand as they are written. */
  static boolean isInOrder(Entries entries) {
    for (int i = 1; i < entries.size(); i++) {
      if (compareKeys(entries.key(i - 1), entries.key(i)) > 0) {
        return false;
      }
    }
    return true;
  }

  /** Keys of a map by the length of their UTF-8, then by its bytes. */
  static int compareKeys(String a, String b) {
    int byLength = Integer.compare(utf8Length(a), utf8Length(b));
    return byLength != 0 ? byLength : Fields.compareUtf8(a, b);
  }

  private static int utf8Length(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return text.getBytes(StandardCharsets.UTF_8).length;
      }
    }
    return text.length();
  }

  private static int major(Node node) {
    return switch (node) {
      case Node.Int number -> number.value() < 0 ? 1 : 0;
      case Node.BigInt big -> big.value().signum() < 0 ? 1 : 0;
      case Node.Bytes _ -> 2;
      case Node.Text _ -> 3;
      case Node.Array _ -> 4;
      case Node.Map _ -> 5;
      case Node.Link _ -> 6;
      case Node.Bool _, Node.Null _, Node.Real _ -> 7;
    };
  }

  private static long argument(Node node) {
    return switch (node) {
      case Node.Int number -> number.value() < 0 ? ~number.value() : number.value();
      case Node.BigInt big ->
          big.value().signum() < 0 ? ~big.value().longValue() : big.value().longValue();
      case Node.Bytes bytes -> bytes.value().length;
      case Node.Text text -> utf8Length(text.value());
      case Node.Array array -> array.items().size();
      case Node.Map map -> map.entries().size();
      case Node.Link _ -> 42;
      case Node.Bool bool -> bool.value() ? 21 : 20;
      case Node.Null _ -> 22;
      case Node.Real _ -> 27;
    };
  }
}
