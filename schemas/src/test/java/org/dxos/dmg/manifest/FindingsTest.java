package org.dxos.dmg.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an author is told, word by word; and that the editor's schema says the same. */
class FindingsTest {

  private static final Schema SCHEMA = schema();

  private static Schema schema() {
    try (InputStream in = Manifest.class.getResourceAsStream("dmg.schema.json")) {
      if (in == null) {
        throw new IllegalStateException("no dmg.schema.json");
      }
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8), InputFormat.JSON);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Error> schemaErrors(Node manifest) {
    return SCHEMA.validate(
        new String(Json.canonical(manifest), StandardCharsets.UTF_8), InputFormat.JSON);
  }

  private static String told(Node manifest) {
    return switch (Manifest.read(manifest)) {
      case ManifestResult.Valid _ -> "valid\n";
      case ManifestResult.Invalid invalid ->
          invalid.findings().stream()
              .map(
                  finding ->
                      finding.message()
                          + "\n"
                          + finding.hint().map(hint -> "  hint: " + hint + "\n").orElse(""))
              .collect(Collectors.joining());
    };
  }

  static List<Case> cases() {
    return Case.all();
  }

  /** Writes what is told now into the file of cases: call with -Ddmg.bless=true, read the diff. */
  @AfterAll
  static void bless() throws IOException {
    if (Boolean.getBoolean("dmg.bless")) {
      Path folder = Path.of("schemas/src/test/resources/org/dxos/dmg/manifest");
      String text =
          Case.all().stream()
              .map(one -> one.with(told(one.manifest())))
              .collect(Collectors.joining());
      Files.writeString(
          Path.of(System.getProperty("dmg.root", ".")).resolve(folder).resolve(Case.FILE), text);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void badManifestsAreToldAllThatIsWrong(Case bad) {
    assertEquals(bad.findings(), told(bad.manifest()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void schemaRefusesBadManifestsToo(Case bad) {
    assertEquals(bad.readerOnly(), schemaErrors(bad.manifest()).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void findingsAreOneLineEachAndPointIntoTheManifest(Case bad) {
    ManifestResult.Invalid invalid =
        assertInstanceOf(ManifestResult.Invalid.class, Manifest.read(bad.manifest()));
    for (Finding finding : invalid.findings()) {
      assertFalse(finding.message().contains("\n"));
      assertFalse(finding.hint().orElse("").contains("\n"));
      assertFalse(finding.message().endsWith("."));
      assertTrue(finding.pointer().isEmpty() || finding.pointer().startsWith("/"));
      if (!finding.found().equals("nothing")) {
        assertTrue(exists(bad.manifest(), finding.pointer()), finding::pointer);
      }
    }
    assertEquals(ErrorCode.MANIFEST_INVALID, invalid.failure().code());
  }

  private static boolean exists(Node root, String pointer) {
    Node node = root;
    for (String part : pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1)) {
      String key = part.replace("~1", "/").replace("~0", "~");
      Node next =
          switch (node) {
            case Node.Map map -> map.entries().get(key);
            case Node.Array array -> array.items().get(Integer.parseInt(key));
            default -> null;
          };
      if (next == null) {
        return false;
      }
      node = next;
    }
    return true;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"$schema\": \"https://example.com/dmg.schema.json\"}",
        "{\"name\": \"COM.Example/module/a/b/c/d\", \"version\": \"1.0.0-rc.1\"}",
        "{\"name\": \"k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8/agent/a\"}",
        "{\"description\": \"a\\nb\", \"ext\": {\"\": [[], {}, \"\", -5, 1e3, false]}}",
        "{\"keywords\": [], \"runtimes\": [], \"functions\": [], \"dependencies\": {}, \"provides\": {}, \"ext\": {}}",
        "{\"functions\": [{\"name\": \"com.example/function/y\", \"input\": true, \"output\": \"schemas/out.json\", \"triggers\": []}]}",
        "{\"functions\": [{\"name\": \"com.example/function/y\", \"triggers\": [{\"kind\": \"timer\", \"cron\": \"0 9 * * MON-FRI\", \"timezone\": \"Europe/Berlin\"}, {\"kind\": \"subscription\", \"filter\": {\"a\": []}, \"query\": \"x\"}, {\"kind\": \"webhook\", \"method\": \"PUT\", \"path\": \"/x\"}, {\"kind\": \"feed\"}, {\"kind\": \"email\", \"address\": \"a@b.example\"}, {\"kind\": \"function\", \"function\": \"org.dxos/function/z\", \"on\": \"done\"}, {\"kind\": \"signal\", \"topic\": \"t\"}, {\"kind\": \"direct\"}]}]}",
        "{\"runtimes\": [{\"runtime\": \"nodejs\", \"version\": \">=20 <23 || 24\", \"bundle\": \".\", \"memory\": 134217728, \"timeout\": \"5m\", \"exec\": [\"bin/x\"], \"entry\": \"index.js\", \"env\": {\"A\": \"1\"}, \"deployments\": [\"docker\"]}, {\"runtime\": \"oci\", \"image\": \"ghcr.io/x/y:1\", \"memory\": \"1G\"}]}",
        "{\"resources\": [{\"kind\": \"storage\", \"access\": \"read\", \"size\": \"1k\", \"optional\": true}, {\"kind\": \"network\", \"hosts\": [\"*\", \"*.example.com\", \"[::1]:80\", \"LOCALHOST\"]}, {\"kind\": \"database\", \"access\": \"write\", \"spaces\": [\"a\"]}, {\"kind\": \"feed\"}, {\"kind\": \"identity\", \"access\": \"read\"}, {\"kind\": \"credentials\", \"services\": [\"x\"]}, {\"kind\": \"ai\"}, {\"kind\": \"invoke\", \"functions\": [\"org.dxos/function/x\"]}, {\"kind\": \"trace\"}, {\"kind\": \"registry\"}, {\"kind\": \"compute\", \"cpu\": 500, \"gpu\": 1, \"memory\": \"1Gi\"}, {\"kind\": \"endpoint\", \"name\": \"imap\", \"protocol\": \"imap\", \"url\": \"x\"}, {\"kind\": \"secret\", \"name\": \"T\"}]}",
        "{\"provides\": {\"org.dxos/api/a\": {\"version\": \"2.1.0\", \"interface\": \"a.wit\"}}}",
        "{\"name\": \"com.example/api/a\", \"providers\": [\"com.other\"]}",
        "{\"dependencies\": {\"org.dxos/function/a\": \"^1.2\", \"org.dxos/api/b\": {\"range\": \"*\", \"optional\": false, \"provider\": \"com.example/module/v\"}}}",
        "{\"dependencies\": [{\"name\": \"org.dxos/function/a\", \"range\": \"~1.2 || 2.x\"}, {\"anyOf\": [{\"name\": \"org.dxos/api/b\", \"range\": \"1\"}, {\"name\": \"org.dxos/api/c\", \"range\": \"1\", \"provider\": \"com.example/module/v\"}], \"optional\": true}]}"
      })
  void readerAndSchemaTakeGoodManifests(String fields) {
    Node manifest = Case.over(fields);
    assertEquals("valid\n", told(manifest));
    assertEquals(List.of(), schemaErrors(manifest));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "5", "\"com.example/function/x\""})
  void rootsThatAreNoObjectHaveOneFindingAtTheTop(String json) {
    ManifestResult.Invalid invalid =
        assertInstanceOf(ManifestResult.Invalid.class, Manifest.read(Json.parse(json)));
    assertEquals(1, invalid.findings().size());
    assertEquals("", invalid.findings().getFirst().pointer());
    assertTrue(invalid.failure().message().startsWith("read manifest: at the top: found "));
    assertFalse(schemaErrors(Json.parse(json)).isEmpty());
  }

  @Test
  void numberOfAYamlVersionIsToldToBeQuoted() {
    ManifestResult.Invalid invalid =
        assertInstanceOf(
            ManifestResult.Invalid.class,
            Manifest.read(Json.parseYaml("name: com.example/function/x\nversion: 1.20\n")));
    assertEquals(
        List.of(
            new Finding(
                "/version",
                "the number `1.2`",
                "a version as text, such as `\"1.4.0\"`",
                Optional.of("write it in quotes: without them `1.20` is the number 1.2"))),
        invalid.findings());
  }

  /** Which of the two is meant would hang on the order of keys, which says nothing in JSON. */
  @Test
  void oneApiUnderTwoSpellingsIsAFinding() {
    Node manifest =
        Case.over(
            "{\"provides\": {\"Org.example/api/a\": {\"version\": \"1.0.0\"},"
                + " \"org.example/api/a\": {\"version\": \"2.0.0\"}}}");
    assertEquals(
        "at `/provides/org.example~1api~1a`: found `\"org.example/api/a\"`, expected each API once\n"
            + "  hint: a key before is the same name in another spelling\n",
        told(manifest));
  }

  @Test
  void ofVeryManyFindingsTheFirstAreToldAndThatThereAreMore() {
    Node manifest = Case.over("{\"keywords\": [" + "1,".repeat(5_000) + "1]}");
    ManifestResult.Invalid invalid =
        assertInstanceOf(ManifestResult.Invalid.class, Manifest.read(manifest));
    assertEquals(101, invalid.findings().size());
    assertEquals("/keywords/99", invalid.findings().get(99).pointer());
    assertEquals("more than 100 findings", invalid.findings().getLast().found());
  }

  @Test
  void whatIsWrongBehindVeryManyFindingsIsNotTakenForRight() {
    Node manifest =
        Case.over(
            "{\"keywords\": ["
                + "1,".repeat(200)
                + "1], \"runtimes\": [{}, {\"runtime\": 1}], \"resources\": [{\"kind\": \"x\"}]}");
    ManifestResult.Invalid invalid =
        assertInstanceOf(ManifestResult.Invalid.class, Manifest.read(manifest));
    assertEquals("more than 100 findings", invalid.findings().getLast().found());
  }
}
