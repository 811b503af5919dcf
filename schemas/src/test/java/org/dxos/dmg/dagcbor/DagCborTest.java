package org.dxos.dmg.dagcbor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DagCborTest {

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static FormatException refusal(byte[] bytes) {
    return assertThrows(FormatException.class, () -> DagCbor.decode(bytes));
  }

  /** A block that differs from the one encoding of its value, or has no value in the data model. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "18 17, integer in two bytes that fits one",
    "19 00ff, integer in three bytes that fits two",
    "1a 0000ffff, integer in five bytes that fits three",
    "1b 00000000ffffffff, integer in nine bytes that fits five",
    "38 17, negative integer not minimal",
    "58 01 00, length of bytes not minimal",
    "78 01 61, length of text not minimal",
    "98 01 00, length of array not minimal",
    "b8 01 61 61 00, length of map not minimal",
    "d8 2a 58 05 00 01550000, length of link not minimal",
    "d9 002a 45 00 01550000, tag not minimal",
    "5f 41 00 ff, bytes of indefinite length",
    "7f 61 61 ff, text of indefinite length",
    "9f 00 ff, array of indefinite length",
    "bf 61 61 00 ff, map of indefinite length",
    "ff, break alone",
    "1c, reserved additional information 28",
    "1d, reserved additional information 29",
    "1e, reserved additional information 30",
    "a2 62 6161 00 61 62 01, keys not sorted by length",
    "a2 61 62 00 61 61 01, keys not sorted by bytes",
    "a2 61 61 00 61 61 01, key twice",
    "a1 00 00, key is an integer",
    "a1 41 61 00, key is bytes",
    "61 ff, text is not UTF-8",
    "62 c0af, text is overlong UTF-8",
    "63 eda080, text is a lone surrogate",
    "64 f4908080, text is beyond U+10FFFF",
    "a1 61 ff 00, key is not UTF-8",
    "f7, undefined",
    "f8 18, simple value",
    "e0, unassigned simple value",
    "f9 3c00, float of 16 bits",
    "fa 3f800000, float of 32 bits",
    "fb 7ff0000000000000, infinity",
    "fb fff0000000000000, minus infinity",
    "fb 7ff8000000000000, not a number",
    "c0 60, tag 0",
    "d9 d9f7 00, tag 55799",
    "db ffffffffffffffff 00, tag 2^64-1",
    "d8 2a 60, link is text",
    "d8 2a d8 2a 45 00 01550000, link is a link",
    "d8 2a 45 01 01550000, link without its zero byte",
    "00 00, a value after the value"
  })
  void decodeRefusesWhatIsNotTheOneEncoding(String bytes, String why) {
    FormatException refused = refusal(hex(bytes));
    assertEquals(ErrorCode.CBOR_STRICT, refused.code(), why);
    assertTrue(refused.message().startsWith("decode dag-cbor at offset "), refused.message());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "d82a 46 00 0155000000", // a byte after the multihash
        "d82a 44 00 015500", // cut off
        "d82a 45 00 02550000", // version 2
        "d82a 46 00 8100 550000", // version not a minimal varint
        "d82a 58 23 00 1221 0000000000000000000000000000000000000000000000000000000000000000",
        "d82a 58 23 00 1320 0000000000000000000000000000000000000000000000000000000000000000"
      })
  void decodeRefusesLinksThatAreNoCid(String bytes) {
    assertEquals(ErrorCode.CID_SYNTAX, refusal(hex(bytes)).code());
  }

  @Test
  void linkHasAsManyBytesAsTheLimitAndNotOneMore() {
    byte[] atLimit = link(Cid.MAX_BYTES);
    assertArrayEquals(atLimit, DagCbor.encode(DagCbor.decode(atLimit)));
    assertEquals(ErrorCode.CBOR_STRICT, refusal(link(Cid.MAX_BYTES + 1)).code());
  }

  /** Tag 42 around an identity CID of this many bytes. */
  private static byte[] link(int size) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0xd8, 42, 0x58, (byte) (size + 1), 0, 1, 0x55, 0});
    out.write(size - 4);
    out.writeBytes(new byte[size - 4]);
    return out.toByteArray();
  }

  @Test
  void versionZeroIsCarriedAsItIsAndNamesNoStoredBlock() {
    byte[] block =
        hex("d82a5823001220 22ad631c69ee983095b5b8acd029ff94aff1dc6c48837878589a92b90dfea317");
    Node.Link link = assertInstanceOf(Node.Link.class, DagCbor.decode(block));
    assertEquals("QmQg1v4o9xdT3Q14wh4S7dxZkDjyZ9ssFzFzyep1YrVJBY", link.cid().toString());
    assertEquals(Cid.DAG_PB, link.cid().codec());
    assertTrue(!link.cid().storable() && !link.cid().equals(Cid.parse(link.cid().toString())));
    assertArrayEquals(block, DagCbor.encode(link));
  }

  @Test
  void integersHaveThatManyBytesAtEachEdge() {
    Map<Long, String> edges = new LinkedHashMap<>();
    edges.put(23L, "17");
    edges.put(24L, "1818");
    edges.put(255L, "18ff");
    edges.put(256L, "190100");
    edges.put(65535L, "19ffff");
    edges.put(65536L, "1a00010000");
    edges.put(0xffffffffL, "1affffffff");
    edges.put(0x100000000L, "1b0000000100000000");
    edges.put(Long.MAX_VALUE, "1b7fffffffffffffff");
    edges.put(-1L, "20");
    edges.put(-24L, "37");
    edges.put(-25L, "3818");
    edges.put(Long.MIN_VALUE, "3b7fffffffffffffff");
    edges.forEach(
        (number, bytes) -> {
          assertEquals(bytes, HexFormat.of().formatHex(DagCbor.encode(Node.of(number))));
          assertEquals(Node.of(number), DagCbor.decode(hex(bytes)));
        });
    Node.BigInt largest = new Node.BigInt(BigInteger.TWO.pow(64).subtract(BigInteger.ONE));
    Node.BigInt lowest = new Node.BigInt(BigInteger.TWO.pow(64).negate());
    assertEquals(largest, DagCbor.decode(hex("1bffffffffffffffff")));
    assertEquals(lowest, DagCbor.decode(hex("3bffffffffffffffff")));
    assertArrayEquals(hex("1bffffffffffffffff"), DagCbor.encode(largest));
    assertArrayEquals(hex("3bffffffffffffffff"), DagCbor.encode(lowest));
  }

  @Test
  void depthIsAllowedToTheLimitAndNotOnePast() {
    for (Node innermost : List.of(Node.NULL, Node.Array.EMPTY, Node.Map.EMPTY)) {
      boolean scalar = innermost.equals(Node.NULL);
      // An array or a map inside counts itself, empty or not.
      int around = scalar ? DagCbor.MAX_DEPTH : DagCbor.MAX_DEPTH - 1;
      for (boolean maps : new boolean[] {false, true}) {
        Node deepest = nested(innermost, around, maps);
        assertEquals(deepest, DagCbor.decode(DagCbor.encode(deepest)));
        assertArrayEquals(encodedByHand(innermost, around, maps), DagCbor.encode(deepest));

        Node tooDeep = nested(innermost, around + 1, maps);
        assertEquals(
            ErrorCode.CBOR_DEPTH,
            assertThrows(FormatException.class, () -> DagCbor.encode(tooDeep)).code());
        assertEquals(
            ErrorCode.CBOR_DEPTH, refusal(encodedByHand(innermost, around + 1, maps)).code());
      }
    }
  }

  private static Node nested(Node innermost, int around, boolean maps) {
    Node node = innermost;
    for (int i = 0; i < around; i++) {
      node = maps ? new Node.Map(Map.of("a", node)) : new Node.Array(List.of(node));
    }
    return node;
  }

  private static byte[] encodedByHand(Node innermost, int around, boolean maps) {
    byte[] end = DagCbor.encode(innermost);
    byte[] one = maps ? hex("a16161") : hex("81");
    byte[] out = new byte[around * one.length + end.length];
    for (int i = 0; i < around; i++) {
      System.arraycopy(one, 0, out, i * one.length, one.length);
    }
    System.arraycopy(end, 0, out, around * one.length, end.length);
    return out;
  }

  /** A megabyte of open arrays, maps or tags is refused at once, and the stack is not used up. */
  @ParameterizedTest
  @CsvSource({"81, CBOR_DEPTH", "a16161, CBOR_DEPTH", "d82a, CBOR_STRICT", "9f, CBOR_STRICT"})
  void nestingBombIsRefused(String unit, ErrorCode code) {
    byte[] one = hex(unit);
    byte[] bomb = new byte[1 << 20];
    for (int i = 0; i < bomb.length; i++) {
      bomb[i] = one[i % one.length];
    }
    assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> assertEquals(code, refusal(bomb).code()));
  }

  /** What a length says is compared with what is there before anything is made for it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "9b ffffffffffffffff",
        "9b 7fffffffffffffff",
        "9b 0000000100000000",
        "9a 7fffffff 00",
        "bb ffffffffffffffff",
        "ba 40000000",
        "ba 40000000 61 61 ba 40000000 61 61 ba 40000000 61 61 ba 40000000 61 61 ba 40000000",
        "5b ffffffffffffffff",
        "5b 0000000080000000",
        "5a 7fffffff 00",
        "7b ffffffffffffffff",
        "7a 7fffffff 61",
        "a1 7a 7fffffff 61",
        "d82a 5a 7fffffff 00"
      })
  void declaredLengthBombIsRefusedWithoutAllocation(String bytes) {
    byte[] bomb = hex(bytes);
    refusal(bomb); // classes are loaded now
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = thread.getCurrentThreadAllocatedBytes();
    FormatException refused = refusal(bomb);
    long allocated = thread.getCurrentThreadAllocatedBytes() - before;
    assertTrue(
        refused.code() == ErrorCode.CBOR_TRUNCATED || refused.code() == ErrorCode.CBOR_STRICT,
        refused.message());
    assertTrue(allocated < 64 * 1024, "allocated " + allocated);
  }

  @Test
  void decodeRefusesEveryCutAndTellsThatTheInputEnds() {
    byte[] block = DagCbor.encode(sample());
    for (int end = 0; end < block.length; end++) {
      FormatException refused = refusal(Arrays.copyOf(block, end));
      assertEquals(ErrorCode.CBOR_TRUNCATED, refused.code(), "cut at " + end);
    }
  }

  private static Node sample() {
    Map<String, Node> entries = new LinkedHashMap<>();
    entries.put("n", Node.of(1L << 40));
    entries.put("tx", Node.of("h\u00e9"));
    entries.put("by", Node.of(new byte[30]));
    entries.put("li", Node.of(Cid.of(Cid.RAW, new byte[0])));
    entries.put("ar", new Node.Array(List.of(new Node.Real(-0.0), Node.NULL, Node.of(true))));
    return new Node.Map(entries);
  }

  @Test
  void decodeAtReadsASequenceValueByValue() {
    byte[] sequence = hex("01 8102 a1616103");
    DagCbor.Decoded first = DagCbor.decodeAt(sequence, 0);
    DagCbor.Decoded second = DagCbor.decodeAt(sequence, first.end());
    DagCbor.Decoded third = DagCbor.decodeAt(sequence, second.end());
    assertEquals(Node.of(1), first.value());
    assertEquals(new Node.Array(List.of(Node.of(2))), second.value());
    assertEquals(new Node.Map(Map.of("a", Node.of(3))), third.value());
    assertEquals(sequence.length, third.end());
    assertEquals(
        ErrorCode.CBOR_TRUNCATED,
        assertThrows(FormatException.class, () -> DagCbor.decodeAt(sequence, sequence.length))
            .code());
  }

  @Test
  void encodeRefusesTextThatHasNoUtf8() {
    for (String lone : List.of("\ud83d", "\ude00", "\ude00\ud83d", "a\ud83db")) {
      assertThrows(FormatException.class, () -> DagCbor.encode(Node.of(lone)));
      assertThrows(
          FormatException.class, () -> DagCbor.encode(new Node.Map(Map.of(lone, Node.NULL))));
    }
  }

  @Test
  void messageShowsAStrangersKeyOnOneLine() {
    FormatException refused = refusal(hex("a2 62 0a60 00 62 0a60 01"));
    assertEquals(
        "decode dag-cbor at offset 5: map key `\\u000a\\u0060` does not come after"
            + " `\\u000a\\u0060` (by length, then by bytes)",
        refused.message());
  }

  @Property(tries = 400)
  void decodeReadsWhatEncodeWrites(@ForAll("nodes") Node node) {
    byte[] block = DagCbor.encode(node);
    assertEquals(node, DagCbor.decode(block));
    assertArrayEquals(block, DagCbor.encode(DagCbor.decode(block)));
  }

  @Property(tries = 200)
  void orderOfInsertionDoesNotShow(@ForAll("maps") Node.Map map) {
    List<Map.Entry<String, Node>> entries = new java.util.ArrayList<>(map.entries().entrySet());
    Collections.reverse(entries);
    Map<String, Node> reversed = new LinkedHashMap<>();
    entries.forEach(entry -> reversed.put(entry.getKey(), entry.getValue()));
    assertArrayEquals(DagCbor.encode(map), DagCbor.encode(new Node.Map(reversed)));
  }

  /**
   * One value, one encoding: whatever a flipped byte gives is refused, or is another's encoding.
   */
  @Property(tries = 1000)
  void flippedByteIsRefusedOrIsTheOneEncodingOfAnotherValue(
      @ForAll("nodes") Node node,
      @ForAll @IntRange(max = 1 << 20) int where,
      @ForAll @IntRange(min = 1, max = 255) int flip) {
    byte[] block = DagCbor.encode(node);
    block[where % block.length] ^= (byte) flip;
    requireStrict(block);
  }

  @Property(tries = 1000)
  void randomBytesAreRefusedOrAreTheOneEncoding(@ForAll("wild") byte[] bytes) {
    requireStrict(bytes);
  }

  private static void requireStrict(byte[] bytes) {
    Node decoded;
    try {
      decoded = DagCbor.decode(bytes);
    } catch (FormatException e) {
      return;
    }
    assertArrayEquals(bytes, DagCbor.encode(decoded));
  }

  @Provide
  Arbitrary<byte[]> wild() {
    // Initial bytes of every kind, so that more than the first item is looked at.
    return Arbitraries.of(
            0x00, 0x18, 0x20, 0x40, 0x41, 0x58, 0x60, 0x61, 0x62, 0x78, 0x80, 0x81, 0x82, 0xa0,
            0xa1, 0xa2, 0xd8, 0x2a, 0xf4, 0xf6, 0xf9, 0xfb, 0xff, 0x01, 0x12, 0x55, 0x7f)
        .map(Integer::byteValue)
        .array(byte[].class)
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<Node> nodes() {
    return nodes(3);
  }

  @Provide
  Arbitrary<Node.Map> maps() {
    return maps(2);
  }

  private static Arbitrary<Node.Map> maps(int depth) {
    return Arbitraries.maps(texts(), nodes(depth - 1)).ofMaxSize(5).map(Node.Map::new);
  }

  private static Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars("ab\u00e9\u6c34\n\0")
        .ofMaxLength(4)
        .flatMap(text -> Arbitraries.of("", "\ud800\udd51").map(tail -> text + tail));
  }

  private static Arbitrary<Node> nodes(int depth) {
    Arbitrary<Node> scalars =
        Arbitraries.oneOf(
            Arbitraries.of(Node.NULL, Node.of(true), Node.of(false)),
            Arbitraries.longs().map(Node::of),
            Arbitraries.bigIntegers()
                .between(BigInteger.TWO.pow(63), BigInteger.TWO.pow(64).subtract(BigInteger.ONE))
                .map(n -> n.testBit(0) ? n : n.not())
                .map(Node.BigInt::new),
            Arbitraries.doubles().map(Node.Real::new),
            texts().map(Node::of),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(40).map(Node::of),
            Arbitraries.bytes()
                .array(byte[].class)
                .ofMaxSize(8)
                .map(bytes -> Node.of(Cid.of(Cid.RAW, bytes))));
    if (depth == 0) {
      return scalars;
    }
    return Arbitraries.oneOf(
        scalars,
        nodes(depth - 1).list().ofMaxSize(5).map(Node.Array::new),
        maps(depth).map(map -> map));
  }

  @Property(tries = 2000)
  void refusalPointsIntoTheInput(@ForAll @Size(max = 64) byte[] noise) {
    try {
      DagCbor.decode(noise);
    } catch (FormatException e) {
      int offset = e.offset().orElse(-1);
      assertTrue(offset >= 0 && offset <= noise.length, e.message());
      assertTrue(e.message().contains("at offset " + offset), e.message());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1817, 0", // 23 in two bytes
    "8218ff1800, 3", // the second item in two
    "a2616101616102, 4", // a key twice
    "a2616201616102, 4", // keys in the wrong order
    "8261611a, 3", // cut off
    "d82b4100, 0", // a tag that is not 42
    "82d82a420001f6, 1", // a link that is no CID
    "f97e00, 0", // a float of 16 bits
    "81fb7ff0000000000000, 1", // infinity
    "8262c328f6, 1", // no UTF-8
    "f6f6, 1", // more than one value
    "9f00ff, 0" // indefinite
  })
  void refusalPointsToTheItem(String hex, int offset) {
    FormatException refused =
        assertThrows(
            FormatException.class, () -> DagCbor.decode(HexFormat.of().parseHex(hex)), hex);
    assertEquals(offset, refused.offset().orElse(-1), refused.message());
  }
}
