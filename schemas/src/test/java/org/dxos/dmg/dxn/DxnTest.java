package org.dxos.dmg.dxn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DxnTest {

  private static final String CID = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
  private static final String KEY =
      "k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8";

  /** What the shared table leaves open, and where a code alone would not tell which rule spoke. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      ignoreLeadingAndTrailingWhitespace = true,
      value = {
        "org.dxos ! NSID_SEGMENTS ! 0",
        "org ! KIND_MISSING ! 3",
        "@1 ! AUTHORITY_EMPTY ! 0",
        "org/function/x ! AUTHORITY_LABEL ! 0",
        "4chan.org/function/x ! AUTHORITY_LABEL ! 0",
        "org.d_xos/function/x ! AUTHORITY_LABEL ! 5",
        "org.dxos-/function/x ! AUTHORITY_LABEL ! 8",
        "org.dxos./function/x ! AUTHORITY_LABEL ! 9",
        "ORG.XN--abc/function/x ! AUTHORITY_PUNYCODE ! 4",
        "org.dxos~/function/x ! AUTHORITY_ID ! 9",
        "org.dxos~QmSnuWmxptJZdLJpKRarxBMS2Ju2oANVrgbr2xWbie9b2D/function/x ! AUTHORITY_ID ! 9",
        "org.dxos~bafybeiccfclkdtucu6y4yc5cpr6y3yuinr67svmii46v5cfcrkp47ihehy/function/x"
            + " ! AUTHORITY_ID ! 9",
        "k51abc/function/x ! AUTHORITY_KEY ! 0",
        "k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v9x/function/x"
            + " ! AUTHORITY_KEY ! 0",
        KEY + "~" + CID + "/function/x ! AUTHORITY_ID ! 62",
        KEY + " ! KIND_MISSING ! 62",
        "org.dxos/ ! KIND_MISSING ! 8",
        "org.dxos/function ! LOCAL_MISSING ! 17",
        "org.dxos/function// ! SEGMENT_EMPTY ! 18",
        "org.dxos/function/-x ! SEGMENT_SYNTAX ! 18",
        "org.dxos/function/X ! SEGMENT_SYNTAX ! 18",
        "org.dxos/function/a/b/c/d/ ! TOO_MANY_SEGMENTS ! 25",
        "org.dxos/function/a b ! WHITESPACE ! 19",
        "org.dxos/function/a%2Fb ! BAD_CHAR ! 19",
        "org.dxos/function/a;b ! BAD_CHAR ! 19",
        "org.dxos/function/..\\b ! BAD_CHAR ! 20",
        "org.dxos/function/../b ! SEGMENT_SYNTAX ! 18",
        "dxn://org.dxos/function/a%2Fb ! PERCENT ! 25",
        "dxn://org.dxos/function/x@^1 ! PERCENT ! 26",
        "dxn://org.dxos/function/x@1%7 ! PERCENT ! 27",
        "dxn://org.dxos/function/x@1%00 ! BAD_CHAR ! 27",
        "dxn://org.dxos/function/x@%E2%80%AE ! BAD_CHAR ! 26",
        "dxn://org.dxos/function/x@%255E1 ! TAG_SYNTAX ! 26",
        "dxn://org.dxos/function/x@%5E1%20%20%7C ! RANGE_SYNTAX ! 39",
        "dxn://org.dxos/function/x@1#y ! BAD_CHAR ! 27",
        "dxn://org.dxos/function/x@1.0.0+5 ! VERSION_BUILD ! 31",
        "dxn://org.dxos/function/x@1.0.0%2B5 ! VERSION_BUILD ! 31",
        "DXN://org.dxos/function/x ! SCHEME_UNKNOWN ! 0",
        "IPFS://" + CID + " ! SCHEME_UNKNOWN ! 0",
        "mailto:someone ! SCHEME_UNKNOWN ! 0",
        "ipfs:" + CID + " ! SCHEME_UNKNOWN ! 0",
        "ipfs://" + CID + "/index.js ! CID_INVALID ! 7",
        "ipfs:// ! CID_INVALID ! 7",
        CID + "@1 ! CID_INVALID ! 0",
        "baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ! CID_INVALID ! 0",
        "wrn:dxos ! LEGACY_WRN ! 0",
        "dxos:type ! LEGACY_DXNS ! 0",
        "dxos.org:type/x ! LEGACY_DXNS ! 0",
        "dxn:type:example.com/type/x:0.1.0 ! NSID_SYNTAX ! 20",
        "dxn:com.example.fooBar ! KIND_MISSING ! 4",
        "dxn:org.dxos.function.x@1 ! NSID_SYNTAX ! 23",
        "dxn:org.dxos.function.UpperFirst ! NSID_SYNTAX ! 22",
        "dxn:org.dxos.function.task-create ! NSID_SYNTAX ! 22",
        "dxn:org.dxos.function.Tasks.x ! SEGMENT_SYNTAX ! 22",
        "dxn:org.dxos.function.a--b.x ! SEGMENT_SYNTAX ! 24",
        "dxn:org.dxos.function.a.b.c.d.e ! TOO_MANY_SEGMENTS ! 29",
        "dxn:org..function.x ! NSID_SYNTAX ! 8",
        "dxn:org.dxos.function. ! NSID_SYNTAX ! 22",
        "dxn:org.dxos.function.x: ! NSID_VERSION ! 24",
        "dxn:org.dxos.function.x:01.0.0 ! NSID_VERSION ! 24",
        "dxn: ! NSID_SEGMENTS ! 4",
        "org.dxos/function/x@ ! TAG_SYNTAX ! 20",
        "org.dxos/function/x@ ^1 ! TAG_SYNTAX ! 20",
        "org.dxos/function/x@v1 ! TAG_SYNTAX ! 20",
        "org.dxos/function/x@a..b ! TAG_SYNTAX ! 22",
        "org.dxos/function/x@a.-b ! TAG_SYNTAX ! 22",
        "org.dxos/function/x@beta. ! TAG_SYNTAX ! 24",
        "org.dxos/function/x@beta/2 ! TAG_SYNTAX ! 24",
        "org.dxos/function/x@^1 || ^02 ! VERSION_LEADING_ZERO ! 27",
        "org.dxos/function/x@1.0.0-beta.01 ! VERSION_LEADING_ZERO ! 31",
        "org.dxos/function/x@1.2.3@ ! SELECTOR_DUP ! 25"
      })
  void readRefusesWithCodeAndOffset(String input, DxnError code, int offset) {
    DxnResult.Refused refused = assertInstanceOf(DxnResult.Refused.class, Dxn.read(input), input);
    assertEquals(code + " " + offset, refused.code() + " " + refused.offset());
  }

  /** Look-alikes, directions, widths, joiners, control characters: never folded, always shown. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.dx\u043es/function/x",
        "org.dxos/function/x\u202e",
        "\uff4frg.dxos/function/x",
        "org.dxos/function/e\u0301",
        "org.dxos/function/x\u200dy",
        "org.dxos/function/x\u0000",
        "org.dxos/function/\ud83d\ude00",
        "org.dxos/function/\ud83d",
        "org.dxos/function/x@\u0661",
        "org.dxos/function/x\u00a0",
        "org.dxos/function/x\u007f"
      })
  void readRefusesEverythingOutsidePrintableAscii(String input) {
    DxnResult.Refused refused = assertInstanceOf(DxnResult.Refused.class, Dxn.read(input));
    assertEquals(DxnError.BAD_CHAR, refused.code());
    FormatException thrown = assertThrows(FormatException.class, () -> Dxn.parse(input));
    assertTrue(thrown.message().chars().allMatch(c -> c >= 0x20 && c < 0x7f), thrown.message());
    assertTrue(thrown.message().contains("U+"), thrown.message());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\torg.dxos/function/x", "org.dxos/function/x\n", "org.dxos/function/x "})
  void nothingIsTrimmed(String input) {
    assertEquals(
        DxnError.WHITESPACE, assertInstanceOf(DxnResult.Refused.class, Dxn.read(input)).code());
  }

  @Test
  void inputHasAsManyOctetsAsTheLimitAndNotOneMore() {
    String name = "org.dxos/function/x@";
    String atLimit = name + "1 ".repeat((Dxn.MAX_INPUT - name.length()) / 2 - 1) + "10";
    assertEquals(Dxn.MAX_INPUT, atLimit.length());
    assertInstanceOf(DxnResult.Parsed.class, Dxn.read(atLimit));
    assertEquals(
        new DxnResult.Refused(DxnError.TOO_LONG, 512, "at most 512 octets"),
        Dxn.read(atLimit + "0"));
    // 256 characters of two octets are at the limit and refused for what they are; 257 are over.
    assertEquals(
        DxnError.BAD_CHAR,
        assertInstanceOf(DxnResult.Refused.class, Dxn.read("\u00e9".repeat(256))).code());
    assertEquals(
        DxnError.TOO_LONG,
        assertInstanceOf(DxnResult.Refused.class, Dxn.read("\u00e9".repeat(257))).code());
  }

  @Test
  void tagsHaveTwoToThirtyTwoOctets() {
    String name = "org.dxos/function/x@";
    assertEquals(new Selector.Tag("ab"), selector(name + "ab"));
    assertEquals(new Selector.Tag("a".repeat(32)), selector(name + "a".repeat(32)));
    assertEquals(
        DxnError.CID_INVALID,
        assertInstanceOf(DxnResult.Refused.class, Dxn.read(name + "a".repeat(33))).code());
    for (String bad : List.of("a", "a".repeat(33), "v2", "Beta", "2nd", "a-", "")) {
      assertThrows(FormatException.class, () -> new Selector.Tag(bad), bad);
    }
    assertEquals(new Selector.Tag("very"), selector(name + "very"));
  }

  @Test
  void selectorKindIsChosenByFirstOctetAndLength() {
    assertEquals(Selector.LATEST, selector("org.dxos/function/x"));
    assertEquals(
        new Selector.Exact(Version.parse("1.2.3-b")), selector("org.dxos/function/x@=1.2.3-b"));
    assertEquals(
        new Selector.InRange(Range.parse("<2 || =3.0.0")),
        selector("org.dxos/function/x@<2||=3.0.0"));
    assertEquals(CID, selector("org.dxos/function/x@" + CID).text());
    assertEquals(new Selector.Tag("beta"), Selector.parse("beta"));
    assertThrows(FormatException.class, () -> Selector.parse("^"));
  }

  private static Selector selector(String input) {
    return assertInstanceOf(Dxn.Named.class, Dxn.parse(input)).selector();
  }

  @Test
  void uriEncodesTheSelectorAndNothingElse() {
    Dxn dxn = Dxn.parse("org.dxos~" + CID + "/function/x@>=1.2  <3||~4.0.0-b.1");
    assertEquals(
        "dxn://org.dxos~" + CID + "/function/x@%3E=1.2%20%3C3%20%7C%7C%20~4.0.0-b.1", dxn.uri());
    assertEquals(dxn, Dxn.parse(dxn.uri()));
    assertEquals("dxn://org.dxos/function/x@*", Dxn.parse("org.dxos/function/x@*").uri());
    assertEquals("dxn://org.dxos/function/x", Dxn.parse("org.dxos/function/x@latest").uri());
    assertEquals("ipfs://" + CID, Dxn.parse(CID).uri());
    assertEquals(
        Dxn.parse("org.dxos/function/x@1.2.3"), Dxn.parse("dxn://org.dxos/function/x@%31.2%2e3"));
  }

  @Test
  void punycodeIsReadWhereThePolicyAllowsIt() {
    String name = "org.xn--bcher-kva/function/x";
    assertThrows(FormatException.class, () -> Name.parse(name));
    assertEquals(name, Name.parse(name, Punycode.ALLOWED).toString());
    assertInstanceOf(DxnResult.Parsed.class, Dxn.read(name, Punycode.ALLOWED));
    assertInstanceOf(
        DxnResult.Parsed.class, Dxn.read("org.xn--bcher-kva.function.x", Punycode.ALLOWED));
  }

  @Test
  void refusalAsExceptionTellsDetailCodeOffsetAndNextStep() {
    FormatException refused =
        assertThrows(FormatException.class, () -> Dxn.parse("dxos:function/x@1.0.0"));
    assertEquals(ErrorCode.NAME_SYNTAX, refused.code());
    assertEquals(
        "read name `dxos:function/x@1.0.0`: LEGACY_DXNS at offset 0:"
            + " expected a DXN; this is a name of the DXNS registry",
        refused.message());
    assertEquals(
        Optional.of("write `authority/kind/name`, such as `org.dxos/function/universal-indexer`"),
        refused.hint());
  }

  @Test
  void everyCodeOfTheTableIsOfTheEnumAndTold() throws IOException {
    Path table = Path.of(System.getProperty("dmg.testdata", ""), "vectors", "dxn.tsv");
    assumeTrue(Files.exists(table), "no test data: set -Ddmg.testdata to the folder of `vectors`");
    for (String row : Files.readAllLines(table)) {
      String[] cells = row.split("\t", -1);
      if (cells[1].equals("ERROR")) {
        String message = assertThrows(FormatException.class, () -> Dxn.parse(cells[0])).message();
        assertTrue(message.contains(": " + DxnError.valueOf(cells[2]) + " at offset "), message);
      }
    }
  }

  /**
   * atproto's own lists. What it refuses, we refuse; of what it takes we take nothing, as none of
   * its examples has a kind, and say so.
   */
  @Test
  void nsidSyntaxIsNoWiderThanThatOfAtproto() throws IOException {
    Path vectors = Path.of(System.getProperty("dmg.testdata", ""), "vectors");
    assumeTrue(
        Files.exists(vectors), "no test data: set -Ddmg.testdata to the folder of `vectors`");
    for (String row : Files.readAllLines(vectors.resolve("nsid_syntax_invalid.txt"))) {
      if (!row.isEmpty() && !row.startsWith("#")) {
        assertInstanceOf(DxnResult.Refused.class, Dxn.read("dxn:" + row), row);
      }
    }
    Map<DxnError, Integer> counts = new HashMap<>();
    for (String row : Files.readAllLines(vectors.resolve("nsid_syntax_valid.txt"))) {
      if (!row.isEmpty() && !row.startsWith("#")) {
        DxnResult result = Dxn.read("dxn:" + row);
        counts.merge(
            assertInstanceOf(DxnResult.Refused.class, result, row).code(), 1, Integer::sum);
      }
    }
    assertEquals(Set.of(DxnError.KIND_MISSING), counts.keySet(), counts.toString());
  }

  @Property(tries = 500)
  void readNeverThrowsAndReadsWhatItWrites(@ForAll("inputs") String input) {
    if (Dxn.read(input) instanceof DxnResult.Parsed(Dxn dxn, Form _)) {
      assertEquals(dxn, Dxn.parse(dxn.toString()));
      assertEquals(dxn, Dxn.parse(dxn.uri()));
      assertEquals(dxn.toString(), Dxn.parse(dxn.toString()).toString());
    }
  }

  @Property(tries = 500)
  void refusalsPointIntoTheInput(@ForAll("inputs") String input) {
    if (Dxn.read(input) instanceof DxnResult.Refused refused) {
      assertTrue(refused.offset() >= 0 && refused.offset() <= input.length(), refused.toString());
    }
  }

  /** Pieces of names in any order: nearly right more often than random text would be. */
  @Provide
  Arbitrary<String> inputs() {
    return Arbitraries.of(
            "org.dxos",
            "org",
            ".",
            "/",
            "/function",
            "/x",
            "function",
            "x",
            "-",
            "2",
            "@",
            ":",
            "^1",
            "1.2.3",
            "||",
            " ",
            "%5E",
            "%",
            "~",
            CID,
            KEY,
            "dxn:",
            "dxn://",
            "ipfs://",
            "latest",
            "*",
            ">=",
            "X",
            "org.dxos/function/x",
            "org.dxos/function/x@",
            "\u00e9",
            "#")
        .list()
        .ofMinSize(1)
        .ofMaxSize(7)
        .map(pieces -> String.join("", pieces));
  }
}
