package org.dxos.dmg.dagcbor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The vectors of others. Not for this codec, and why:
 *
 * <ul>
 *   <li>{@code ipld-negative.json}: of its 89 cases 87 are of dag-pb, 1 of dag-json; 1 is ours.
 *   <li>{@code data-model-invalid.json}: of its 12 cases 11 are rules of atproto's lexicon or of
 *       its JSON spelling of links and bytes, which DMG has not; the bogus CID is ours.
 * </ul>
 */
class DagCborVectorsTest {

  private static final JsonMapper JSON = new JsonMapper();

  private static JsonNode vectors(String file) {
    Path path = Path.of(System.getProperty("dmg.testdata", ""), "vectors", file);
    assumeTrue(Files.exists(path), "no test data: set -Ddmg.testdata to the folder of `vectors`");
    return JSON.readTree(path.toFile());
  }

  @TestFactory
  Stream<DynamicTest> everyFixtureOfIpldIsReadAndWrittenAgainUnderItsCid() {
    JsonNode fixtures = vectors("ipld-dag-cbor.json");
    assertEquals(128, fixtures.size());
    return fixtures
        .valueStream()
        .map(
            fixture ->
                DynamicTest.dynamicTest(
                    fixture.get("name").stringValue(),
                    () -> {
                      byte[] block = HexFormat.of().parseHex(fixture.get("hex").stringValue());
                      assertArrayEquals(block, DagCbor.encode(DagCbor.decode(block)));
                      assertEquals(fixture.get("cid").stringValue(), DagCbor.cid(block).toString());
                    }));
  }

  @Test
  void everyNegativeFixtureOfDagCborIsRefused(TestReporter reporter) {
    JsonNode files = vectors("ipld-negative.json");
    int ours = 0;
    int others = 0;
    for (Map.Entry<String, JsonNode> file : files.properties()) {
      if (!file.getKey().startsWith("dag-cbor/")) {
        others += file.getValue().size();
        continue;
      }
      for (JsonNode one : file.getValue()) {
        byte[] block = HexFormat.of().parseHex(one.get("hex").stringValue());
        FormatException refused =
            assertThrows(FormatException.class, () -> DagCbor.decode(block), one.toString());
        assertEquals(ErrorCode.CBOR_STRICT, refused.code());
        assertEquals(OptionalInt.of(11), refused.offset()); // where the second `foo` begins
        ours++;
      }
    }
    reporter.publishEntry("skipped of ipld-negative.json", others + ": dag-pb and dag-json");
    assertEquals(1, ours);
    assertEquals(88, others);
  }

  @TestFactory
  Stream<DynamicTest> everyFixtureOfTheDataModelHasItsBytesAndItsCid() {
    return vectors("data-model-fixtures.json")
        .valueStream()
        .map(
            fixture ->
                DynamicTest.dynamicTest(
                    fixture.get("cid").stringValue(),
                    () -> {
                      Node value = node(fixture.get("json"));
                      byte[] block =
                          Base64.getDecoder().decode(fixture.get("cbor_base64").stringValue());
                      assertArrayEquals(block, DagCbor.encode(value));
                      assertEquals(value, DagCbor.decode(block));
                      assertEquals(fixture.get("cid").stringValue(), DagCbor.cid(block).toString());
                    }));
  }

  @TestFactory
  Stream<DynamicTest> everyValidValueOfTheDataModelIsReadAsItWasWritten() {
    return vectors("data-model-valid.json")
        .valueStream()
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.get("note").stringValue(),
                    () -> {
                      Node value = node(one.get("json"));
                      assertEquals(value, DagCbor.decode(DagCbor.encode(value)));
                    }));
  }

  @Test
  void linkThatIsNoCidIsRefused(TestReporter reporter) {
    List<String> skipped = new ArrayList<>();
    int tried = 0;
    for (JsonNode one : vectors("data-model-invalid.json")) {
      String note = one.get("note").stringValue();
      if (note.equals("link with bogus CID")) {
        FormatException refused = assertThrows(FormatException.class, () -> node(one.get("json")));
        assertTrue(refused.offset().isPresent(), refused.message());
        tried++;
      } else {
        skipped.add(note);
      }
    }
    reporter.publishEntry(
        "skipped of data-model-invalid.json",
        skipped.size() + ", rules of atproto's lexicon and JSON: " + String.join(", ", skipped));
    assertEquals(1, tried);
    assertEquals(11, skipped.size());
  }

  /** atproto's JSON of the data model: {@code $link} and {@code $bytes} are its own. */
  private static Node node(JsonNode json) {
    return switch (json.getNodeType()) {
      case NULL -> Node.NULL;
      case BOOLEAN -> Node.of(json.booleanValue());
      case STRING -> Node.of(json.stringValue());
      case NUMBER -> {
        assertTrue(json.canConvertToExactIntegral(), "a float: " + json);
        yield Node.of(json.asLong());
      }
      case ARRAY -> new Node.Array(json.valueStream().map(DagCborVectorsTest::node).toList());
      case OBJECT -> {
        if (json.has("$link")) {
          yield Node.of(Cid.parse(json.get("$link").stringValue()));
        }
        if (json.has("$bytes")) {
          yield Node.of(Base64.getDecoder().decode(json.get("$bytes").stringValue()));
        }
        Map<String, Node> entries = new LinkedHashMap<>();
        json.properties().forEach(entry -> entries.put(entry.getKey(), node(entry.getValue())));
        yield new Node.Map(entries);
      }
      case BINARY, MISSING, POJO -> throw new IllegalStateException("not in JSON: " + json);
    };
  }
}
