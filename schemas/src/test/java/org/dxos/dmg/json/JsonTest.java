package org.dxos.dmg.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  private static final Cid LINK = Cid.of(Cid.RAW, new byte[0]);

  private static String canonical(String json) {
    return new String(Json.canonical(Json.parse(json)), UTF_8);
  }

  private static String refusal(String json) {
    FormatException e =
        assertThrows(FormatException.class, () -> Json.parse(json.getBytes(UTF_8)), json);
    assertEquals(ErrorCode.JSON_SYNTAX, e.code());
    return e.message();
  }

  @Test
  void canonicalFormSortsKeysByCodeUnitsAndEscapesLittle() {
    assertEquals(
        "{\"\\r\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"😂\":6,\"\ufb33\":7}",
        canonical(
            "{ \"€\": 5, \"\\r\": 1, \"\\ufb33\": 7, \"1\": 2, \"\\ud83d\\ude02\": 6,"
                + " \"\\u0080\": 3, \"ö\": 4 }"));
    assertEquals(
        "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"",
        canonical("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\""));
    assertEquals(
        "[333333333.3333333,1e+30,4.5,0.002,1e-27,100]",
        canonical("[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, 1e2]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "[1 2]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "// c\n1",
        "01",
        "+1",
        ".5",
        "1.",
        "NaN",
        "Infinity",
        "nul",
        "1 2",
        "[] []",
        "\"\t\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"",
        "1e309",
        "]"
      })
  void parseRefusesWhatIsNoJson(String json) {
    assertTrue(refusal(json).matches("(?s)read JSON at \\d+:\\d+: \\S.*"), () -> refusal(json));
    assertTrue(refusal(json).indexOf('\n') < 0);
  }

  @Test
  void refusalsNameLineAndColumn() {
    assertEquals(
        "read JSON at 3:3: the key `a` stands twice in one object",
        refusal("{\n  \"a\": 1,\n  \"a\": 2\n}"));
    assertEquals("read JSON at 1:3: more follows the value, expected the end", refusal("1 2"));
    assertEquals(
        "read JSON at 2:2: the number `1e999` is beyond a 64-bit float", refusal("[\n 1e999]"));
  }

  @Test
  void keysThatDifferOnlyInSpellingAreOneKey() {
    assertTrue(
        refusal("{\"a\":1,\"\\u0061\":2}").endsWith("the key `a` stands twice in one object"));
  }

  @Test
  void parseTakesDepth64AndRefusesOneMore() {
    Node deep = Json.parse("[".repeat(64) + "]".repeat(64));
    assertEquals(deep, DagCbor.decode(DagCbor.encode(deep)));
    assertTrue(refusal("[".repeat(65) + "]".repeat(65)).endsWith("nested deeper than 64"));
    assertTrue(refusal("[".repeat(1_000_000)).endsWith("nested deeper than 64"));
    assertTrue(refusal("{\"a\":".repeat(65)).endsWith("nested deeper than 64"));
  }

  @Test
  void parseRefusesMoreBytesThanTheLimit() {
    assertEquals(new Node.Int(123), Json.parse("123".getBytes(UTF_8), 3));
    FormatException e =
        assertThrows(FormatException.class, () -> Json.parse("1234".getBytes(UTF_8), 3));
    assertEquals(ErrorCode.TOO_LARGE, e.code());
    assertThrows(FormatException.class, () -> Json.parse(new byte[Json.MAX_BYTES + 1]));
  }

  @Test
  void parseRefusesBytesThatAreNotPlainUtf8() {
    for (byte[] bytes :
        List.of(
            new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'},
            new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
            new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf, '1'},
            new byte[] {(byte) 0xfe, (byte) 0xff, 0, '1'})) {
      FormatException e = assertThrows(FormatException.class, () -> Json.parse(bytes));
      assertEquals(ErrorCode.JSON_SYNTAX, e.code());
      assertTrue(e.hint().orElse("").startsWith("save the file as UTF-8"));
    }
    assertTrue(refusal("\"\\ud800\"").contains("surrogate"));
    assertTrue(refusal("{\"\\udc00\":1}").contains("surrogate"));
  }

  @Test
  void dagJsonWritesLinksAndBytesInTheirReservedForms() {
    Map<String, Node> entries = new java.util.LinkedHashMap<>();
    entries.put("link", Node.of(LINK));
    entries.put("bytes", Node.of(new byte[] {1, 2, 3, 4}));
    entries.put("float", new Node.Real(2));
    entries.put("int", Node.of(Long.MIN_VALUE));
    assertEquals(
        "{\"bytes\":{\"/\":{\"bytes\":\"AQIDBA\"}},\"float\":2.0,\"int\":-9223372036854775808,"
            + "\"link\":{\"/\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\"}}",
        new String(Json.dagJson(new Node.Map(entries)), UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"/\":\"x\"}", "{\"/\":{\"bytes\":\"AQ\"}}", "{\"/\":\"x\",\"a\":1}"})
  void dagJsonRefusesMapsThatWouldReadAsSomethingElse(String json) {
    assertThrows(FormatException.class, () -> Json.dagJson(Json.parse(json)));
  }

  @Test
  void canonicalRefusesWhatJsonCannotSay() {
    for (Node node :
        List.of(Node.of(LINK), Node.of(new byte[1]), Node.of(1L << 53), Node.of("\ud800"))) {
      assertThrows(FormatException.class, () -> Json.canonical(node));
    }
    assertEquals("9007199254740991", new String(Json.canonical(Node.of((1L << 53) - 1)), UTF_8));
  }

  @Test
  void prettyKeepsTheOrderOfKeysAndIndentsByTwo() {
    Map<String, Node> entries = new java.util.LinkedHashMap<>();
    entries.put("b", Json.parse("[1,{\"x\":[]}]"));
    entries.put("a", Json.parse("{}"));
    entries.put("cid", Node.of(LINK));
    assertEquals(
        """
        {
          "b": [
            1,
            {
              "x": []
            }
          ],
          "a": {},
          "cid": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
        }
        """,
        Json.pretty(new Node.Map(entries)));
  }

  @Property(tries = 200)
  void canonicalJsonReadsBackToTheSameValueAndText(@ForAll("values") Node value) {
    byte[] text = Json.canonical(value);
    assertEquals(value, Json.parse(text));
    assertArrayEquals(text, Json.canonical(Json.parse(text)));
  }

  @Property(tries = 200)
  void yamlReadsJsonAsJsonDoes(@ForAll("values") Node value) {
    assertEquals(value, Json.parseYaml(Json.canonical(value)));
    assertEquals(value, Json.parseYaml(Json.pretty(value)));
  }

  /** Hostile texts are refused in our words; nothing of a parser's own escapes. */
  @Property(tries = 2000)
  void anyTextIsReadOrRefused(@ForAll("noise") String text) {
    for (Function<String, Node> reader :
        List.<Function<String, Node>>of(Json::parse, Json::parseYaml)) {
      try {
        Node value = reader.apply(text);
        assertEquals(value, DagCbor.decode(DagCbor.encode(value)));
      } catch (FormatException e) {
        assertEquals(ErrorCode.JSON_SYNTAX, e.code());
        assertTrue(e.message().matches("read (JSON|YAML) at \\d+:\\d+: [^\n]+"), e::message);
      }
    }
  }

  @Provide
  Arbitrary<String> noise() {
    return Arbitraries.of(
            "{", "}", "[", "]", ":", ": ", ",", "\"", "'", "\\", "\\u00", "\n", "\n  ", "\n- ", "a",
            "1", "-", ".", "e9", "0x", "true", "null", "~", "&a ", "*a", "!", "!!str ", "|", ">",
            "%", "#", "?", "? ", "---", "...", "\t", "\u0000", "\u0085", "\ud800", "\ufeff", "<<: ",
            "\r", "@", "`", "é")
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<Node> values() {
    Arbitrary<String> texts =
        Arbitraries.strings()
            .withCharRange(' ', '~')
            .withCharRange('\u00a0', '\u00ff')
            .ofMaxLength(8);
    Arbitrary<Node> leaves =
        Arbitraries.oneOf(
            texts.map(Node::of),
            Arbitraries.longs().between(-(1L << 53) + 1, (1L << 53) - 1).map(Node::of),
            Arbitraries.of(true, false).map(Node::of),
            Arbitraries.doubles()
                .between(-1e6, 1e6) // of the large ones hardly any has a fraction
                .filter(d -> d != Math.rint(d))
                .map(Node.Real::new),
            Arbitraries.just(Node.NULL));
    // Built up three deep: values that hold themselves lazily have no bound on their size.
    Arbitrary<Node> values = leaves;
    for (int depth = 0; depth < 3; depth++) {
      Arbitrary<Node> inner = values;
      values =
          Arbitraries.oneOf(
              leaves,
              inner.list().ofMaxSize(3).map(Node.Array::new),
              Arbitraries.maps(texts, inner).ofMaxSize(3).map(Node.Map::new));
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: 1.20 | {\"a\":1.2}",
        "a: '1.20' | {\"a\":\"1.20\"}",
        "a: 1.2.3 | {\"a\":\"1.2.3\"}",
        "a: ^1.2 | {\"a\":\"^1.2\"}",
        "a: yes | {\"a\":\"yes\"}",
        "on: off | {\"on\":\"off\"}",
        "a: True | {\"a\":true}",
        "a: ~ | {\"a\":null}",
        "a: | {\"a\":null}",
        "a: 0x10 | {\"a\":16}",
        "a: 0o17 | {\"a\":15}",
        "a: 017 | {\"a\":17}",
        "a: 1_000 | {\"a\":\"1_000\"}",
        "a: +5.0 | {\"a\":5}",
        "a: !!str 5 | {\"a\":\"5\"}",
        "a: 2026-01-01 | {\"a\":\"2026-01-01\"}",
        "1: x | {\"1\":\"x\"}",
        "[a, {b: c}] | [\"a\",{\"b\":\"c\"}]"
      })
  void yamlScalarsHaveTheTypesOfTheCoreSchema(String yaml, String json) {
    assertEquals(Json.parse(json), Json.parseYaml(yaml));
  }

  @Test
  void yamlBlocksReadAsTextAndMaps() {
    assertEquals(
        Json.parse("{\"name\":\"a\",\"text\":\"one\\ntwo\\n\",\"list\":[1,\"2\"]}"),
        Json.parseYaml("# comment\nname: a\ntext: |\n  one\n  two\nlist:\n- 1\n- \"2\"\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | 1:1: it is empty",
        "a: &x 1 | 1:4: anchor `&x`",
        "a: *x | 1:4: alias `*x`",
        "[&x [1]] | 1:2: anchor `&x`",
        "a: !!binary aa | 1:4: tag",
        "a: !!set {x} | 1:4: tag",
        "a: .inf | 1:4: `.inf` is not a finite number",
        "a: 1e999 | 1:4: the number `1e999`",
        "{a: 1, a: 2} | 1:8: the key `a` stands twice",
        "? [x] | 1:3: a key is not text",
        "{a: | 1:4: "
      })
  void yamlRefusesWhatJsonCannotSay(String yaml, String start) {
    FormatException e = assertThrows(FormatException.class, () -> Json.parseYaml(yaml));
    assertEquals(ErrorCode.JSON_SYNTAX, e.code());
    assertTrue(e.message().startsWith("read YAML at " + start.strip()), e::message);
  }

  @Test
  void yamlRefusesASecondDocumentAndDeepNesting() {
    assertTrue(
        assertThrows(FormatException.class, () -> Json.parseYaml("a: 1\n---\nb: 2\n"))
            .message()
            .startsWith("read YAML at 2:1: a second document begins"));
    assertEquals(
        Json.parse("[".repeat(64) + "]".repeat(64)),
        Json.parseYaml("[".repeat(64) + "]".repeat(64)));
    assertTrue(
        assertThrows(FormatException.class, () -> Json.parseYaml("[".repeat(65) + "]".repeat(65)))
            .message()
            .endsWith("nested deeper than 64"));
  }

  /**
   * Found by random input: the parser reads in pieces, and a character of two halves may fall
   * between two.
   */
  @Test
  void yamlReadsACharacterOfTwoHalvesWhereverItStands() {
    for (int before = 1000; before < 1060; before++) {
      String text = "a".repeat(before) + "\ud83d\ude00" + "b".repeat(1100);
      assertEquals(Node.of(text), Json.parseYaml(text));
    }
    String many = "\ud83d\ude00".repeat(3000);
    assertEquals(Node.of(many), Json.parseYaml(many));
    assertEquals(Node.of("x" + many), Json.parseYaml("x" + many));
  }

  @Test
  void canonicalJsonHasNoIntegerOf2ToThe53OrMore() {
    long limit = 1L << 53;
    for (long number : new long[] {limit, -limit, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThrows(FormatException.class, () -> Json.canonical(Node.of(number)), "" + number);
    }
    assertArrayEquals("-9007199254740991".getBytes(UTF_8), Json.canonical(Node.of(1 - limit)));
  }

  @Test
  void tagOfAYamlKeyIsRefusedAsThatOfAValueIs() {
    for (String yaml : List.of("{!!int 1: a}", "!foo b: c", "? !!binary aGk=\n: c")) {
      FormatException refused =
          assertThrows(FormatException.class, () -> Json.parseYaml(yaml), yaml);
      assertEquals(ErrorCode.JSON_SYNTAX, refused.code());
    }
    assertEquals(Json.parse("{\"1\": \"a\"}"), Json.parseYaml("!!str 1: a"));
  }
}
