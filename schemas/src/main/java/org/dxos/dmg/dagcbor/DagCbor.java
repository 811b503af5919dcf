package org.dxos.dmg.dagcbor;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;
import org.jspecify.annotations.Nullable;

/**
 * The strict dag-cbor codec. {@code encode(decode(x))} equals {@code x} for every {@code x} that
 * {@code decode} accepts.
 *
 * <p>Decoding keeps its own stack of open arrays and maps, so hostile nesting cannot overflow the
 * thread's.
 */
public final class DagCbor {

  /**
   * Open arrays and maps at a time: our deepest body needs six, free values of authors get the
   * rest.
   */
  public static final int MAX_DEPTH = 64;

  /** Bytes of a key that may be met again: field names, not the keys of authors. */
  private static final int MAX_KNOWN = 16;

  private static final int MAJOR_UINT = 0;
  private static final int MAJOR_NEGATIVE = 1;
  private static final int MAJOR_BYTES = 2;
  private static final int MAJOR_TEXT = 3;
  private static final int MAJOR_ARRAY = 4;
  private static final int MAJOR_MAP = 5;
  private static final int MAJOR_TAG = 6;

  private static final int LINK_TAG = 42;
  private static final int FALSE = 0xf4;
  private static final int TRUE = 0xf5;
  private static final int NULL = 0xf6;
  private static final int FLOAT64 = 0xfb;

  private static final Node TRUE_NODE = new Node.Bool(true);
  private static final Node FALSE_NODE = new Node.Bool(false);
  private static final Node[] SMALL = new Node[256];

  static {
    Arrays.setAll(SMALL, Node.Int::new);
  }

  /** Names of fields that most records have; a decoder adds those that it meets. */
  private static final @Nullable String[] KNOWN = new String[64];

  static {
    for (String name :
        List.of(
            "type",
            "name",
            "version",
            "cid",
            "size",
            "kind",
            "range",
            "bundle",
            "runtime",
            "entry",
            "memory",
            "timeout",
            "handler",
            "input",
            "output",
            "functions",
            "dependencies",
            "description",
            "license",
            "triggers",
            "optional",
            "provider",
            "keywords")) {
      KNOWN[slot(name.length(), name.charAt(0), name.charAt(name.length() - 1))] = name;
    }
  }

  private static int slot(int length, int first, int last) {
    return (length * 7 + first * 3 + last) & (KNOWN.length - 1);
  }

  private static final BigInteger TWO_TO_64 = BigInteger.TWO.pow(64);

  private DagCbor() {}

  /** A value and the offset of the byte after it. */
  public record Decoded(Node value, int end) {}

  /**
   * Decodes the one value that fills {@code bytes}.
   *
   * @throws FormatException with {@link ErrorCode#CBOR_STRICT}, {@link ErrorCode#CBOR_DEPTH},
   *     {@link ErrorCode#CBOR_TRUNCATED} or (a link) {@link ErrorCode#CID_SYNTAX}, the offset and
   *     the rule
   */
  public static Node decode(byte[] bytes) {
    Decoded decoded = decodeAt(bytes, 0);
    if (decoded.end() != bytes.length) {
      throw strict(decoded.end(), (bytes.length - decoded.end()) + " bytes follow the value");
    }
    return decoded.value();
  }

  /** Decodes the value at {@code offset} of a CBOR sequence (RFC 8742). */
  public static Decoded decodeAt(byte[] bytes, int offset) {
    return new Decoder(bytes, offset).run();
  }

  /**
   * The one encoding of {@code value}.
   *
   * @throws FormatException if {@link #decode} would refuse it: nested too deep, or text that has
   *     no UTF-8
   */
  public static byte[] encode(Node value) {
    Encoder encoder = new Encoder();
    encoder.write(value, 0);
    return encoder.bytes();
  }

  /**
   * Compares as the bytes of {@code encode(a)} and {@code encode(b)} compare, without making them:
   * the order of a set in a body.
   */
  public static int compare(Node a, Node b) {
    return EncodedOrder.compare(a, b);
  }

  /** The CID of the block that {@link #encode} gives. */
  public static Cid cid(byte[] block) {
    return Cid.of(Cid.DAG_CBOR, block);
  }

  private static FormatException strict(int offset, String rule) {
    return FormatException.at(
        offset, ErrorCode.CBOR_STRICT, "decode dag-cbor at offset " + offset + ": " + rule);
  }

  private static FormatException tooDeep(int offset) {
    return FormatException.at(
        offset,
        ErrorCode.CBOR_DEPTH,
        "decode dag-cbor at offset " + offset + ": nested deeper than " + MAX_DEPTH);
  }

  /** An array or a map whose end has not been reached; used again by the next one as deep. */
  private static final class Open {
    private boolean map;
    private long left;

    /** Where on the stack its first value is. */
    private int base;

    /** Of the value that is read now; the values in that take the place on the stack first. */
    private String key = "";

    private int keyStart;
    private int keyEnd;
  }

  /** Values wait on a stack of its own until all of their array or map are there. */
  private static final class Decoder {
    private final byte[] bytes;
    private int at;

    private final Open[] open = new Open[MAX_DEPTH];
    private int depth;

    private final @Nullable String[] known = KNOWN.clone();

    private Node[] values = new Node[8];
    private String[] keys = new String[8];
    private int count;

    private Decoder(byte[] bytes, int offset) {
      this.bytes = bytes;
      this.at = offset;
    }

    private Decoded run() {
      while (true) {
        if (depth > 0 && open[depth - 1].map) {
          readKey(open[depth - 1]);
        }
        Node value = readItem();
        // A value that is whole closes every collection that it completes.
        while (value != null) {
          if (depth == 0) {
            return new Decoded(value, at);
          }
          Open around = open[depth - 1];
          push(value, around);
          if (--around.left > 0) {
            break;
          }
          depth--;
          value = around.map ? map(around.base) : array(around.base);
        }
      }
    }

    private void push(Node value, Open around) {
      if (count == values.length) {
        values = Arrays.copyOf(values, count * 2);
      }
      if (around.map) {
        if (count >= keys.length) {
          keys = Arrays.copyOf(keys, values.length);
        }
        keys[count] = around.key;
      }
      values[count++] = value;
    }

    private Node array(int base) {
      int size = count - base;
      count = base;
      return new Node.Array(
          size == 1
              ? List.of(values[base])
              : List.copyOf(Arrays.asList(values).subList(base, base + size)));
    }

    private Node map(int base) {
      int end = count;
      count = base;
      return new Node.Map(Entries.of(keys, values, base, end));
    }

    /** One item: a whole value, or null if it opened an array or a map that is now on the stack. */
    private @Nullable Node readItem() {
      int start = at;
      int initial = next();
      switch (initial) {
        case FALSE:
          return FALSE_NODE;
        case TRUE:
          return TRUE_NODE;
        case NULL:
          return Node.NULL;
        case FLOAT64:
          return readFloat(start);
        default:
          break;
      }
      int major = initial >> 5;
      if (major == 7) {
        throw strict(start, "simple value or float 0x%02x is not allowed".formatted(initial));
      }
      long argument = readArgument(start, initial & 31);
      switch (major) {
        case MAJOR_UINT:
          return argument >= 0 && argument < SMALL.length
              ? SMALL[(int) argument]
              : integer(argument, false);
        case MAJOR_NEGATIVE:
          return integer(argument, true);
        case MAJOR_BYTES:
          return new Node.Bytes(take(start, argument));
        case MAJOR_TEXT:
          return new Node.Text(readText(start, argument));
        case MAJOR_ARRAY:
          return openCollection(start, argument, false);
        case MAJOR_MAP:
          return openCollection(start, argument, true);
        default:
          return readLink(start, argument);
      }
    }

    private @Nullable Node openCollection(int start, long items, boolean map) {
      if (depth >= MAX_DEPTH) {
        throw tooDeep(start);
      }
      // An item takes a byte at least, an entry two: a count that the rest cannot hold is refused
      // before anything is allocated.
      if (items < 0 || items > (bytes.length - at) / (map ? 2 : 1)) {
        throw truncated(start, Long.toUnsignedString(items) + (map ? " entries" : " items"));
      }
      if (items == 0) {
        return map ? Node.Map.EMPTY : Node.Array.EMPTY;
      }
      Open now = open[depth];
      if (now == null) {
        now = new Open();
        open[depth] = now;
      }
      depth++;
      now.map = map;
      now.left = items;
      now.base = count;
      return null;
    }

    private void readKey(Open map) {
      int start = at;
      int initial = next();
      if (initial >> 5 != MAJOR_TEXT) {
        throw strict(start, "a map key is not text");
      }
      long length = readArgument(start, initial & 31);
      int from = at;
      String key = keyText(start, length);
      if (count > map.base && compareKeys(map.keyStart, map.keyEnd, from, at) >= 0) {
        throw strict(
            start,
            "map key `"
                + Quoted.of(key)
                + "` does not come after `"
                + Quoted.of(keys[count - 1])
                + "` (by length, then by bytes)");
      }
      map.key = key;
      map.keyStart = from;
      map.keyEnd = at;
    }

    /** The fields of a block are the same few names again and again. */
    private String keyText(int start, long length) {
      if (length < 1 || length > MAX_KNOWN || length > bytes.length - at) {
        return readText(start, length);
      }
      int last = at + (int) length - 1;
      int slot = slot((int) length, bytes[at], bytes[last]);
      String key = known[slot];
      if (key == null || !isHere(key, length)) {
        key = readText(start, length);
        known[slot] = key;
      } else {
        at += (int) length;
      }
      return key;
    }

    private boolean isHere(String key, long length) {
      if (key.length() != length) {
        return false;
      }
      for (int i = 0; i < key.length(); i++) {
        if (key.charAt(i) != bytes[at + i]) {
          return false;
        }
      }
      return true;
    }

    private int compareKeys(int aFrom, int aTo, int bFrom, int bTo) {
      int byLength = Integer.compare(aTo - aFrom, bTo - bFrom);
      return byLength != 0
          ? byLength
          : Arrays.compareUnsigned(bytes, aFrom, aTo, bytes, bFrom, bTo);
    }

    private int next() {
      if (at >= bytes.length) {
        throw truncated(at, "one more byte");
      }
      return bytes[at++] & 0xff;
    }

    /**
     * The argument of an initial byte; as an unsigned number, so a negative result is 2^63 or more.
     */
    private long readArgument(int start, int info) {
      if (info < 24) {
        return info;
      }
      if (info > 27) {
        throw strict(
            start, info == 31 ? "indefinite length" : "reserved additional information " + info);
      }
      int width = 1 << (info - 24);
      if (bytes.length - at < width) {
        throw truncated(start, width + " bytes of an argument");
      }
      long value = 0;
      for (int i = 0; i < width; i++) {
        value = (value << 8) | (bytes[at++] & 0xff);
      }
      boolean minimal =
          switch (width) {
            case 1 -> value >= 24;
            case 2 -> value >= 1 << 8;
            case 4 -> value >= 1 << 16;
            default -> Long.compareUnsigned(value, 1L << 32) >= 0;
          };
      if (!minimal) {
        throw strict(start, "integer or length is not in the fewest bytes");
      }
      return value;
    }

    private static Node integer(long argument, boolean negative) {
      if (argument >= 0) {
        return new Node.Int(negative ? -1 - argument : argument);
      }
      BigInteger unsigned = BigInteger.valueOf(argument).add(TWO_TO_64);
      return new Node.BigInt(negative ? BigInteger.ONE.negate().subtract(unsigned) : unsigned);
    }

    private Node readFloat(int start) {
      if (bytes.length - at < 8) {
        throw truncated(start, "8 bytes of a float");
      }
      long bits = 0;
      for (int i = 0; i < 8; i++) {
        bits = (bits << 8) | (bytes[at++] & 0xff);
      }
      double value = Double.longBitsToDouble(bits);
      if (!Double.isFinite(value)) {
        throw strict(start, "float " + value + " is not finite");
      }
      return new Node.Real(value);
    }

    private byte[] take(int start, long length) {
      int from = at;
      skip(start, length);
      return Arrays.copyOfRange(bytes, from, at);
    }

    private void skip(int start, long length) {
      if (length < 0 || length > bytes.length - at) {
        throw truncated(start, Long.toUnsignedString(length) + " bytes");
      }
      at += (int) length;
    }

    private String readText(int start, long length) {
      int from = at;
      skip(start, length);
      if (length == 0) {
        return "";
      }
      for (int i = from; i < at; i++) {
        if (bytes[i] < 0) {
          return readUnicode(start, from);
        }
      }
      return new String(bytes, from, at - from, StandardCharsets.ISO_8859_1);
    }

    private String readUnicode(int start, int from) {
      // Whatever is malformed becomes U+FFFD, so only a text that has it needs a second look.
      String text = new String(bytes, from, at - from, StandardCharsets.UTF_8);
      if (text.indexOf('\ufffd') >= 0) {
        byte[] again = text.getBytes(StandardCharsets.UTF_8);
        if (!Arrays.equals(again, 0, again.length, bytes, from, at)) {
          throw strict(start, "text is not well-formed UTF-8");
        }
      }
      return text;
    }

    private Node readLink(int start, long tag) {
      if (tag != LINK_TAG) {
        throw strict(start, "tag " + Long.toUnsignedString(tag) + ", only 42 is allowed");
      }
      int initial = next();
      if (initial >> 5 != MAJOR_BYTES) {
        throw strict(start, "tag 42 is not around bytes");
      }
      long length = readArgument(at - 1, initial & 31);
      if (length < 1 || length > Cid.MAX_BYTES + 1) {
        throw strict(start, "a link of " + Long.toUnsignedString(length) + " bytes");
      }
      byte[] prefixed = take(start, length);
      if (prefixed[0] != 0) {
        throw strict(start, "a link does not begin with 0x00");
      }
      try {
        return new Node.Link(Cid.fromLink(prefixed));
      } catch (FormatException e) {
        throw FormatException.at(
            start, ErrorCode.CID_SYNTAX, "decode dag-cbor at offset " + start + ": " + e.message());
      }
    }

    private FormatException truncated(int start, String missing) {
      return FormatException.at(
          start,
          ErrorCode.CBOR_TRUNCATED,
          "decode dag-cbor at offset %d: expected %s, the input ends at %d"
              .formatted(start, missing, bytes.length));
    }
  }

  private static final class Encoder {
    private byte[] out = new byte[256];
    private int at;

    private byte[] bytes() {
      return Arrays.copyOf(out, at);
    }

    /**
     * @param depth the arrays and maps that {@code value} stands in
     */
    private void write(Node value, int depth) {
      boolean collection = value instanceof Node.Array || value instanceof Node.Map;
      if (collection && depth >= MAX_DEPTH) {
        throw new FormatException(
            ErrorCode.CBOR_DEPTH, "encode dag-cbor: nested deeper than " + MAX_DEPTH);
      }
      switch (value) {
        case Node.Null _ -> writeByte(NULL);
        case Node.Bool bool -> writeByte(bool.value() ? TRUE : FALSE);
        case Node.Int number -> {
          long n = number.value();
          writeHead(n >= 0 ? MAJOR_UINT : MAJOR_NEGATIVE, n >= 0 ? n : -1 - n);
        }
        case Node.BigInt big -> {
          BigInteger n = big.value();
          boolean negative = n.signum() < 0;
          writeHead(
              negative ? MAJOR_NEGATIVE : MAJOR_UINT,
              (negative ? BigInteger.ONE.negate().subtract(n) : n).longValue());
        }
        case Node.Real real -> writeFloat(real.value());
        case Node.Text text -> writeText(text.value());
        case Node.Bytes bytes -> {
          writeHead(MAJOR_BYTES, bytes.value().length);
          writeBytes(bytes.value());
        }
        case Node.Array array -> {
          writeHead(MAJOR_ARRAY, array.items().size());
          for (int i = 0; i < array.items().size(); i++) {
            write(array.items().get(i), depth + 1);
          }
        }
        case Node.Map map -> writeMap(map, depth);
        case Node.Link link -> {
          writeHead(MAJOR_TAG, LINK_TAG);
          byte[] cid = link.cid().bytes();
          writeHead(MAJOR_BYTES, cid.length + 1);
          writeByte(0);
          writeBytes(cid);
        }
      }
    }

    private record Entry(byte[] key, Node value) {
      private static int compare(Entry a, Entry b) {
        int byLength = Integer.compare(a.key.length, b.key.length);
        return byLength != 0 ? byLength : Arrays.compareUnsigned(a.key, b.key);
      }
    }

    private void writeMap(Node.Map map, int depth) {
      if (map.entries() instanceof Entries entries && EncodedOrder.isInOrder(entries)) {
        writeHead(MAJOR_MAP, entries.size());
        for (int i = 0; i < entries.size(); i++) {
          writeText(entries.key(i));
          write(entries.value(i), depth + 1);
        }
        return;
      }
      List<Map.Entry<String, Node>> entries = new ArrayList<>(map.entries().entrySet());
      writeHead(MAJOR_MAP, entries.size());
      if (!isAscii(entries)) {
        writeUnicodeMap(entries, depth);
        return;
      }
      // Decoded maps are in order already; of those that are built most keys are.
      for (int i = 1; i < entries.size(); i++) {
        if (compareAscii(entries.get(i - 1), entries.get(i)) > 0) {
          entries.sort(Encoder::compareAscii);
          break;
        }
      }
      for (Map.Entry<String, Node> entry : entries) {
        writeText(entry.getKey());
        write(entry.getValue(), depth + 1);
      }
    }

    private void writeUnicodeMap(List<Map.Entry<String, Node>> map, int depth) {
      Entry[] entries = new Entry[map.size()];
      int i = 0;
      for (Map.Entry<String, Node> entry : map) {
        entries[i++] = new Entry(utf8(entry.getKey()), entry.getValue());
      }
      Arrays.sort(entries, Entry::compare);
      for (Entry entry : entries) {
        writeUtf8(entry.key);
        write(entry.value, depth + 1);
      }
    }

    private static boolean isAscii(List<Map.Entry<String, Node>> entries) {
      for (Map.Entry<String, Node> entry : entries) {
        if (!isAscii(entry.getKey())) {
          return false;
        }
      }
      return true;
    }

    /** Of such texts characters are bytes, and the order of texts is that of their bytes. */
    private static boolean isAscii(String text) {
      for (int i = 0; i < text.length(); i++) {
        if (text.charAt(i) >= 0x80) {
          return false;
        }
      }
      return true;
    }

    private static int compareAscii(Map.Entry<String, Node> a, Map.Entry<String, Node> b) {
      return compareAscii(a.getKey(), b.getKey());
    }

    private static int compareAscii(String a, String b) {
      int byLength = Integer.compare(a.length(), b.length());
      return byLength != 0 ? byLength : a.compareTo(b);
    }

    /** Straight into the buffer where it can be: most texts are ASCII, and copies cost the most. */
    @SuppressWarnings("deprecation") // it drops high bytes, of which there are none
    private void writeText(String text) {
      if (isAscii(text)) {
        writeHead(MAJOR_TEXT, text.length());
        reserve(text.length());
        text.getBytes(0, text.length(), out, at);
        at += text.length();
      } else {
        writeUtf8(utf8(text));
      }
    }

    private static byte[] utf8(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      // getBytes writes `?` for a lone surrogate, the one thing that has no UTF-8, and says
      // nothing.
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (Character.isSurrogate(c)) {
          if (Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1))) {
            i++;
          } else {
            throw new FormatException(
                ErrorCode.CBOR_STRICT,
                "encode dag-cbor: text has a lone surrogate U+%04X at %d".formatted((int) c, i));
          }
        }
      }
      return bytes;
    }

    private void writeUtf8(byte[] utf8) {
      writeHead(MAJOR_TEXT, utf8.length);
      writeBytes(utf8);
    }

    private void writeFloat(double value) {
      writeByte(FLOAT64);
      writeBigEndian(Double.doubleToLongBits(value), 8);
    }

    private void writeHead(int major, long argument) {
      if (argument >= 0 && argument < 24) {
        writeByte(major << 5 | (int) argument);
      } else if (argument >= 0 && argument < 1 << 8) {
        writeByte(major << 5 | 24);
        writeBigEndian(argument, 1);
      } else if (argument >= 0 && argument < 1 << 16) {
        writeByte(major << 5 | 25);
        writeBigEndian(argument, 2);
      } else if (argument >= 0 && argument < 1L << 32) {
        writeByte(major << 5 | 26);
        writeBigEndian(argument, 4);
      } else {
        writeByte(major << 5 | 27);
        writeBigEndian(argument, 8);
      }
    }

    private void writeBigEndian(long value, int width) {
      reserve(width);
      for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
        out[at++] = (byte) (value >>> shift);
      }
    }

    private void writeByte(int b) {
      reserve(1);
      out[at++] = (byte) b;
    }

    private void writeBytes(byte[] bytes) {
      reserve(bytes.length);
      System.arraycopy(bytes, 0, out, at, bytes.length);
      at += bytes.length;
    }

    private void reserve(int more) {
      if (out.length - at < more) {
        out = Arrays.copyOf(out, Math.max(out.length * 2, Math.addExact(at, more)));
      }
    }
  }
}
