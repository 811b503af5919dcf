package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;
import org.junit.jupiter.api.Test;

/**
 * The CIDs of random values are those that {@code @ipld/dag-cbor} and {@code multiformats} give
 * them. The values travel spelled out in JSON, with the keys of maps shuffled, so that neither side
 * reads the other's bytes.
 */
class DagCborDifferentialTest {

  private static final int VALUES = 10_000;
  private static final long SEED = 20_260_101;

  private static final String[] LETTERS = {
    "a",
    "b",
    "z",
    "0",
    "_",
    "-",
    " ",
    "\"",
    "\\",
    "\n",
    "\u007f",
    "\u00e9",
    "\u07ff",
    "\u0800",
    "\u4e2d",
    "\uffff",
    "\ud83d\ude00",
    "\udbff\udfff"
  };

  private final Random random = new Random(SEED);

  @Test
  void cidsOfTenThousandRandomValuesAreThoseOfTheReference() throws Exception {
    List<Node> values = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < VALUES; i++) {
      Node value = value(i % 6);
      values.add(value);
      lines.add(new String(Json.canonical(spelled(value)), StandardCharsets.UTF_8));
    }
    List<String> cids = Npm.run("dag-cbor.mjs", lines);
    assertEquals(VALUES, cids.size());
    for (int i = 0; i < VALUES; i++) {
      byte[] block = DagCbor.encode(values.get(i));
      assertEquals(cids.get(i), DagCbor.cid(block).toString(), lines.get(i));
      assertEquals(values.get(i), DagCbor.decode(block));
    }
  }

  private Node value(int depth) {
    return switch (random.nextInt(depth == 0 ? 8 : 12)) {
      case 0 -> Node.NULL;
      case 1 -> Node.of(random.nextBoolean());
      case 2, 3 -> integer();
      case 4 -> new Node.Real(fraction());
      case 5 -> Node.of(text());
      case 6 -> Node.of(bytes(random.nextInt(70)));
      case 7 -> Node.of(link());
      case 8, 9 -> {
        List<Node> items = new ArrayList<>();
        for (int i = size(); i > 0; i--) {
          items.add(value(depth - 1));
        }
        yield new Node.Array(items);
      }
      default -> {
        Map<String, Node> entries = new LinkedHashMap<>();
        for (int i = size(); i > 0; i--) {
          // JavaScript has a property of this name already, and does not give it up.
          String key = text();
          entries.put(key.equals("__proto__") ? "proto" : key, value(depth - 1));
        }
        yield new Node.Map(entries);
      }
    };
  }

  /** Mostly few, now and then beyond the 23 that fit into the first byte. */
  private int size() {
    return random.nextInt(20) == 0 ? 22 + random.nextInt(6) : random.nextInt(6);
  }

  /** Of every width, and at each edge of it. */
  private Node integer() {
    int bits = random.nextInt(65);
    BigInteger n = BigInteger.ONE.shiftLeft(bits).add(BigInteger.valueOf(random.nextInt(3) - 1));
    if (random.nextBoolean()) {
      n = new BigInteger(bits, random);
    }
    n = n.max(BigInteger.ZERO).min(BigInteger.TWO.pow(64).subtract(BigInteger.ONE));
    BigInteger signed = random.nextBoolean() ? n : n.not();
    return signed.bitLength() < 64 ? Node.of(signed.longValueExact()) : new Node.BigInt(signed);
  }

  /** JavaScript has no float that equals a safe integer: it writes those as integers. */
  private double fraction() {
    double value;
    do {
      value =
          random.nextBoolean()
              ? Double.longBitsToDouble(random.nextLong())
              : random.nextInt(1000) / 16.0 + 0.03125;
    } while (!Double.isFinite(value) || Math.rint(value) == value);
    return value;
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(10) == 0 ? 30 : random.nextInt(8); i > 0; i--) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  private byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private Cid link() {
    long[] codecs = {Cid.RAW, Cid.DAG_PB, Cid.DAG_CBOR};
    return Cid.of(codecs[random.nextInt(3)], bytes(8));
  }

  private Node spelled(Node value) {
    return switch (value) {
      case Node.Null _ -> kind("null", Node.of(""));
      case Node.Bool bool -> kind("bool", bool);
      case Node.Int number -> kind("int", Node.of(String.valueOf(number.value())));
      case Node.BigInt number -> kind("int", Node.of(number.value().toString()));
      case Node.Real real ->
          kind(
              "float",
              Node.of(HexFormat.of().toHexDigits(Double.doubleToRawLongBits(real.value()))));
      case Node.Text text -> kind("text", text);
      case Node.Bytes bytes -> kind("bytes", Node.of(HexFormat.of().formatHex(bytes.value())));
      case Node.Link link -> kind("link", Node.of(link.cid().toString()));
      case Node.Array array ->
          kind("array", new Node.Array(array.items().stream().map(this::spelled).toList()));
      case Node.Map map -> {
        List<Node> entries = new ArrayList<>();
        map.entries()
            .forEach(
                (key, one) -> entries.add(new Node.Array(List.of(Node.of(key), spelled(one)))));
        Collections.shuffle(entries, random);
        yield kind("map", new Node.Array(entries));
      }
    };
  }

  private static Node kind(String kind, Node content) {
    return new Node.Array(List.of(Node.of(kind), content));
  }
}
