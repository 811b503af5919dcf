package org.dxos.dmg.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModuleRecordTest {

  private static final byte[] INPUT = "{\"type\":\"object\"}".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OUTPUT = "true".getBytes(StandardCharsets.UTF_8);
  private static final byte[] WIT = "package mail;".getBytes(StandardCharsets.UTF_8);
  private static final Bundle FOLDER = new Bundle(Cid.of(Cid.DAG_PB, new byte[0]), 1234);

  private static Name name(String text) {
    return Name.parse(text);
  }

  private static Dependency one(String name, String range) {
    return new Dependency.One(name(name), Range.parse(range), Optional.empty(), false);
  }

  static ModuleRecord full() {
    Name own = name("com.example/function/bridge");
    return ModuleRecord.named(own, Version.parse("1.4.0"))
        .displayName("Bridge")
        .description("One.\nTwo.")
        .license("MIT")
        .homepage("https://example.com")
        .repository("https://example.com/git")
        .authors(List.of("b", "a", "b"))
        .keywords(List.of("mail"))
        .function(
            new FunctionEntry(
                own,
                Optional.of("index.js#handler"),
                Optional.empty(),
                Optional.of(FileRef.of(INPUT)),
                Optional.of(FileRef.of(OUTPUT)),
                List.of(
                    new Trigger.Webhook("POST", Optional.of("/in")),
                    new Trigger.Timer("*/5 * * * *", "UTC"),
                    new Trigger.Function(name("net.other/function/x"), Optional.of("done")),
                    new Trigger.Subscription(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(Json.parse("{\"all\":[],\"n\":[2,1,2]}"))))))
        .function(FunctionEntry.of(name("com.example/function/bridge/again")))
        .runtime(
            new Variant(
                Runtime.NODEJS,
                Range.parse(">=20"),
                List.of(Backend.SERVER, Backend.LOCAL),
                List.of(),
                Optional.of(FOLDER),
                Optional.empty(),
                List.of("bin/run", "bin/go"),
                Optional.of("index.js"),
                OptionalLong.of(128 << 20),
                OptionalLong.of(30_000),
                Map.of("B", "2", "A", "1")))
        .resource(
            new Resource.Network(
                Optional.empty(), false, List.of("b.example:443", "a.example"), "out"))
        .resource(
            new Resource.Invoke(Optional.empty(), true, List.of(name("org.dxos/function/b"), own)))
        .resource(new Resource.Secret(Optional.of("TOKEN"), false))
        .provides(
            Map.of(
                name("org.dxos/api/mail-source"),
                new Provided(Version.parse("2.1.0"), Optional.of(FileRef.of(WIT)))))
        .dependency(one("org.dxos/function/echo-writer", "^1.2"))
        .dependency(
            new Dependency.AnyOf(
                List.of(
                    new Dependency.Alternative(
                        name("org.z/api/secrets"),
                        Range.parse("^1"),
                        Optional.of(name("com.vault/module/vault"))),
                    new Dependency.Alternative(
                        name("org.a/api/secrets"), Range.parse("*"), Optional.empty())),
                true))
        .ext((Node.Map) Json.parse("{\"x\":{\"y\":[true,\"\"]}}"))
        .build();
  }

  /** Bytes on disk and wire are final: a new CID here is a break with all that is published. */
  @Test
  void fullRecordHasItsKnownCid() {
    assertEquals(
        "bafyreibegtphgtxjhp2qqd54a6tta7ogqtxvdlm3xunld5smrg2z5du4xi", full().cid().toString());
    ModuleRecord small =
        ModuleRecord.named(name("org.dxos/function/x"), Version.parse("1.0.0")).build();
    assertEquals(
        "{\"name\":\"org.dxos/function/x\",\"type\":\"dmg/module/1\",\"version\":\"1.0.0\"}",
        new String(Json.dagJson(DagCbor.decode(small.encode())), StandardCharsets.UTF_8));
    assertEquals(
        "bafyreih2r3dnf6al5awom7t3wooagu37djdo6dumgapxhllhk5m7efgo5u", small.cid().toString());
  }

  @Test
  void encodingReadsBackToAnEqualRecord() {
    byte[] block = full().encode();
    assertEquals(full(), ModuleRecord.decode(block));
    assertArrayEquals(block, ModuleRecord.decode(block).encode());
  }

  @Test
  void defaultsAreMeantButNotWritten() {
    ModuleRecord record = full();
    assertEquals(
        List.of(new Trigger.Direct()), record.functions().get(1).triggers(), "default trigger");
    assertEquals(Variant.ALL_DEPLOYMENTS, record.runtimes().getFirst().deployments());
    String json = new String(Json.dagJson(DagCbor.decode(record.encode())), StandardCharsets.UTF_8);
    for (String unwritten :
        List.of("backends", "deployments", "timezone", "POST", "direct", "direction")) {
      assertTrue(!json.contains("\"" + unwritten + "\""), unwritten);
    }
    ModuleRecord function =
        ModuleRecord.named(name("org.dxos/function/x"), Version.parse("1.0.0")).build();
    assertEquals(List.of(FunctionEntry.of(function.name())), function.functions());
    ModuleRecord module =
        ModuleRecord.named(name("org.dxos/module/x"), Version.parse("1.0.0")).build();
    assertEquals(List.of(), module.functions());
  }

  @Test
  void authoritiesNamedAreThoseOfOthersWithoutIds() {
    String claim = "org.claim~" + Cid.of(Cid.DAG_CBOR, new byte[1]);
    assertEquals(
        Set.of("com.vault", "net.other", "org.a", "org.dxos", "org.z"), full().authoritiesNamed());
    ModuleRecord api =
        ModuleRecord.named(name("com.example/api/x"), Version.parse("1.0.0"))
            .providers(List.of("net.p", "com.example", claim))
            .dependency(one(claim + "/api/y", "*"))
            .build();
    assertEquals(Set.of("net.p"), api.authoritiesNamed());
  }

  @Test
  void namesAndCarriedPathsAreThoseOfFunctions() {
    assertEquals(
        Set.of("com.example/function/bridge", "com.example/function/bridge/again"),
        full().functionNames());
    assertEquals(Set.of("function/bridge/again"), full().carriedPaths());
    Name agent = name("com.example/agent/a");
    ModuleRecord record =
        ModuleRecord.named(agent, Version.parse("1.0.0"))
            .function(FunctionEntry.of(agent))
            .function(FunctionEntry.of(name("com.example/function/f")))
            .build();
    assertEquals(Set.of("function/f"), record.carriedPaths());
  }

  @Test
  void linksComeInTheOrderOfTheBytes() {
    byte[] block = full().encode();
    List<Cid> links = full().links();
    assertEquals(
        Set.of(FileRef.of(INPUT).cid(), FileRef.of(OUTPUT).cid(), FileRef.of(WIT).cid()),
        Set.copyOf(links));
    String bytes = new String(block, StandardCharsets.ISO_8859_1);
    int at = 0;
    for (Cid link : links) {
      int next = bytes.indexOf(new String(link.bytes(), StandardCharsets.ISO_8859_1), at);
      assertTrue(next > 0, "in order: " + link);
      at = next;
    }
    assertEquals(List.of(FOLDER), full().bundles());
  }

  /** Changes one field of the full record's map, in its JSON spelling, and reads the result. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "type | \"dmg/module/2\" | newer version of DMG",
        "type | \"dmg/statement/1\" | expected `dmg/module/1`",
        "surprise | 1 | unknown field `surprise`",
        "name | \"Com.Example/function/bridge\" | canonical spelling",
        "name | \"com.example/type/bridge\" | can be published",
        "name | \"com.example\" | field `name`",
        "version | \"1.4\" | field `version`",
        "version | \"=1.4.0\" | `version`",
        "license | \"\" | one character or more",
        "license | \"a\\nb\" | U+000A",
        "license | \"a\\u202eb\" | U+202E",
        "license | null | null",
        "authors | [\"b\",\"a\"] | not sorted",
        "authors | [\"a\",\"a\"] | not sorted",
        "authors | [] | empty array",
        "authors | [1] | integer 1",
        "runtimes | [] | empty array",
        "runtimes | [{}] | record /runtimes/0",
        "runtimes | [{\"runtime\":\"node\"}] | unknown value `node`",
        "runtimes | [{\"runtime\":\"nodejs\",\"version\":\"*\"}] | default of field `version`",
        "runtimes | [{\"runtime\":\"nodejs\",\"version\":\">=20  <22\"}] | canonical",
        "runtimes | [{\"runtime\":\"wasi\",\"backends\":[\"browser\",\"cloudflare\",\"local\",\"server\"]}] | default of field `backends`",
        "runtimes | [{\"runtime\":\"oci\",\"backends\":[\"local\",\"server\"]}] | default of field `backends`",
        "runtimes | [{\"runtime\":\"faasd\",\"backends\":[\"server\"]}] | default of field `backends`",
        "runtimes | [{\"runtime\":\"edge-worker\",\"backends\":[\"cloudflare\"]}] | default of field `backends`",
        "runtimes | [{\"runtime\":\"browser\",\"backends\":[\"browser\"]}] | default of field `backends`",
        "runtimes | [{\"runtime\":\"jvm\",\"deployments\":[\"bare-metal\",\"docker\",\"kubernetes\"]}] | default of field `deployments`",
        "runtimes | [{\"runtime\":\"jvm\",\"entry\":\"../x\"}] | `../x`",
        "runtimes | [{\"runtime\":\"jvm\",\"exec\":[\"/x\"]}] | `/x`",
        "runtimes | [{\"runtime\":\"jvm\",\"memory\":9007199254740992}] | memory",
        "runtimes | [{\"runtime\":\"jvm\",\"memory\":-1}] | memory",
        "runtimes | [{\"runtime\":\"jvm\",\"memory\":1.5}] | memory",
        "runtimes | [{\"runtime\":\"jvm\",\"env\":{\"A\":\"\"}}] | env",
        "runtimes | [{\"runtime\":\"jvm\",\"env\":{}}] | empty map",
        "functions | [{\"name\":\"com.example/function/bridge\"}] | not written in the one canonical way",
        "functions | [{\"name\":\"net.other/function/x\"}] | authority `com.example`",
        "functions | [{\"name\":\"com.example/service/x\"}] | functions",
        "functions | [{\"name\":\"com.example/function/b\"},{\"name\":\"com.example/function/a\"}] | not sorted",
        "functions | [{\"name\":\"com.example/function/b\",\"handler\":\"1\"},{\"name\":\"com.example/function/b\",\"handler\":\"2\"}] | two that are named",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"direct\"}]}] | default of field `triggers`",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"signal\",\"topic\":\"b\"},{\"kind\":\"signal\",\"topic\":\"a\"}]}] | not sorted",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"timer\",\"cron\":\"* * * * *\",\"timezone\":\"UTC\"}]}] | default of field `timezone`",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"webhook\",\"method\":\"POST\"}]}] | default of field `method`",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"webhook\",\"method\":\"get\"}]}] | upper case",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"timer\"}]}] | lacks the field `cron`",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"tick\"}]}] | unknown kind `tick`",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"email\",\"topic\":\"a\"}]}] | unknown field `topic`",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"subscription\",\"filter\":{\"a\":null}}]}] | null",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"subscription\",\"filter\":[1.5]}]}] | float",
        "functions | [{\"name\":\"com.example/function/b\",\"triggers\":[{\"kind\":\"function\",\"function\":\"a.b/function/x@1.0.0\"}]}] | field `function`",
        "resources | [{\"kind\":\"trace\",\"optional\":false}] | `true`",
        "resources | [{\"kind\":\"network\"}] | hosts",
        "resources | [{\"kind\":\"network\",\"hosts\":[\"a\"],\"direction\":\"out\"}] | default of field `direction`",
        "resources | [{\"kind\":\"storage\"}] | lacks the field `access`",
        "resources | [{\"kind\":\"storage\",\"access\":\"all\"}] | unknown value `all`",
        "resources | [{\"kind\":\"secret\"}] | name",
        "resources | [{\"kind\":\"endpoint\",\"name\":\"x\"}] | lacks the field `protocol`",
        "resources | [{\"kind\":\"trace\"},{\"kind\":\"trace\"}] | not sorted",
        "resources | [{\"kind\":\"registry\"},{\"kind\":\"trace\"}] | not sorted",
        "resources | [{\"kind\":\"trace\",\"hosts\":[\"a\"]}] | unknown field `hosts`",
        "provides | {\"org.dxos/function/x\":{\"version\":\"1.0.0\"}} | name of an API",
        "provides | {\"org.dxos/api/x\":{\"version\":\"1\"}} | version",
        "provides | {\"org.dxos/api/x\":\"1.0.0\"} | expected a map",
        "dependencies | [{\"name\":\"org.dxos/api/x\"}] | lacks the field `range`",
        "dependencies | [{\"name\":\"org.dxos/api/x\",\"range\":\"=1.2.3\"}] | canonical spelling `1.2.3`",
        "dependencies | [{\"anyOf\":[{\"name\":\"org.dxos/api/x\",\"range\":\"1\"}]}] | two or more",
        "dependencies | [{\"anyOf\":[{\"name\":\"org.dxos/api/x\",\"range\":\"1\",\"optional\":true},{\"name\":\"org.dxos/api/y\",\"range\":\"1\"}]}] | unknown field `optional`",
        "dependencies | [{\"name\":\"org.dxos/api/y\",\"range\":\"1\"},{\"name\":\"org.dxos/api/x\",\"range\":\"1\"}] | not sorted",
        "ext | {} | not empty",
        "ext | {\"a\":1.5} | float",
        "ext | {\"a\":null} | null"
      })
  void decodeRefusesWhatSchemaDoesNotSay(String field, String value, String words) {
    byte[] block = tampered(entries -> entries.put(field, Json.parse(value)));
    FormatException e = assertThrows(FormatException.class, () -> ModuleRecord.decode(block));
    assertEquals(ErrorCode.RECORD_INVALID, e.code());
    assertTrue(e.message().contains(words), e::message);
    assertTrue(!e.message().contains("it field"), e::message);
  }

  private interface Change {
    void apply(Map<String, Node> entries);
  }

  private static byte[] tampered(Change change) {
    Map<String, Node> entries =
        new LinkedHashMap<>(((Node.Map) DagCbor.decode(full().encode())).entries());
    entries.remove("functions");
    change.apply(entries);
    return DagCbor.encode(new Node.Map(entries));
  }

  @Test
  void decodeRefusesLinksOfTheWrongKind() {
    Node pb = Node.of(FOLDER.cid());
    Node raw = Node.of(FileRef.of(INPUT).cid());
    for (byte[] block :
        List.of(
            tampered(entries -> entries.put("runtimes", wasi(raw, Node.of(1)))),
            tampered(entries -> entries.put("runtimes", wasi(pb, Node.of(-1)))),
            tampered(entries -> entries.put("functions", schema(pb, 1))),
            tampered(entries -> entries.put("functions", schema(raw, FileRef.MAX_BYTES + 1))))) {
      FormatException e = assertThrows(FormatException.class, () -> ModuleRecord.decode(block));
      assertEquals(ErrorCode.RECORD_INVALID, e.code());
    }
    ModuleRecord.decode(tampered(entries -> entries.put("runtimes", wasi(pb, Node.of(0)))));
    ModuleRecord.decode(
        tampered(entries -> entries.put("functions", schema(raw, FileRef.MAX_BYTES))));
  }

  private static Node wasi(Node cid, Node size) {
    Node bundle = new Node.Map(Map.of("cid", cid, "size", size));
    return new Node.Array(
        List.of(new Node.Map(Map.of("runtime", Node.of("wasi"), "bundle", bundle))));
  }

  private static Node schema(Node cid, long size) {
    Node file = new Node.Map(Map.of("cid", cid, "size", Node.of(size)));
    return new Node.Array(
        List.of(new Node.Map(Map.of("name", Node.of("com.example/function/b"), "input", file))));
  }

  /** No byte of a record can be changed without a refusal or another record of its own. */
  @Property(tries = 1000)
  void anyChangedByteIsRefusedOrCanonicalStill(
      @ForAll @IntRange(max = 100_000) int at, @ForAll byte value) {
    byte[] block = full().encode();
    block[at % block.length] = value;
    ModuleRecord record;
    try {
      record = ModuleRecord.decode(block);
    } catch (FormatException e) {
      assertTrue(!e.message().isEmpty());
      return;
    }
    assertArrayEquals(block, record.encode());
  }

  @Test
  void descriptionMayHaveLineFeeds() {
    UnaryOperator<String> description =
        text ->
            ModuleRecord.decode(tampered(entries -> entries.put("description", Node.of(text))))
                .description()
                .orElseThrow();
    assertEquals("a\nb", description.apply("a\nb"));
    assertThrows(FormatException.class, () -> description.apply("a\r\nb"));
  }

  @Test
  void emptyFreeValuesStay() {
    byte[] block =
        tampered(
            entries ->
                entries.put(
                    "functions",
                    Json.parse(
                        "[{\"name\":\"com.example/function/b\",\"triggers\":"
                            + "[{\"kind\":\"subscription\",\"query\":[],\"filter\":{}}]}]")));
    assertArrayEquals(block, ModuleRecord.decode(block).encode());
  }

  @Test
  void recordsOf256KibibytesAreReadAndOneByteMoreIsNot() {
    Name name = name("org.dxos/module/x");
    Version version = Version.parse("1.0.0");
    int bare =
        ModuleRecord.named(name, version).description("a".repeat(70_000)).build().encode().length;
    int room = ModuleRecord.MAX_BYTES - bare + 70_000;
    byte[] largest =
        ModuleRecord.named(name, version).description("a".repeat(room)).build().encode();
    assertEquals(ModuleRecord.MAX_BYTES, largest.length);
    assertArrayEquals(largest, ModuleRecord.decode(largest).encode());
    ModuleRecord larger =
        ModuleRecord.named(name, version).description("a".repeat(room + 1)).build();
    assertEquals(
        ErrorCode.RECORD_INVALID, assertThrows(FormatException.class, larger::encode).code());
    assertThrows(
        FormatException.class, () -> ModuleRecord.decode(new byte[ModuleRecord.MAX_BYTES + 1]));
  }

  private static byte[] withExtra(String field, Node value) {
    Map<String, Node> entries = new LinkedHashMap<>();
    entries.put("type", Node.of(ModuleRecord.TYPE));
    entries.put("name", Node.of("com.example/module/a"));
    entries.put("version", Node.of("1.0.0"));
    entries.put(field, value);
    return DagCbor.encode(new Node.Map(entries));
  }

  /** The way to each of many values below one long key, written out, costs the product of both. */
  @Test
  void longKeyAboveManyValuesCostsNoMoreThanTheirSize() {
    Map<String, Node> many = new LinkedHashMap<>();
    for (int i = 0; i < 20_000; i++) {
      many.put(Integer.toString(i, 36), Node.of(0));
    }
    byte[] block = withExtra("ext", new Node.Map(Map.of("k".repeat(100_000), new Node.Map(many))));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    ModuleRecord.decode(block);
    long before = threads.getCurrentThreadAllocatedBytes();
    ModuleRecord.decode(block);
    long spent = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(spent <= 64L * block.length + (64 << 10), spent + " bytes for " + block.length);
  }

  @Test
  void refusalIsOneHarmlessLineWhateverTheBlockSays() {
    String evil = "x\n\u001b[31m`\u2028\u202e" + "y".repeat(50_000);
    Node map = new Node.Map(Map.of("kind", Node.of(evil)));
    for (byte[] block :
        List.of(
            withExtra(evil, Node.of(0)),
            withExtra("displayName", Node.of(evil)),
            withExtra("keywords", Node.of(evil)),
            withExtra("resources", new Node.Array(List.of(map))),
            withExtra("runtimes", new Node.Array(List.of(new Node.Map(Map.of(evil, map))))),
            withExtra("provides", new Node.Map(Map.of(evil, map))),
            withExtra("ext", new Node.Map(Map.of(evil, Node.NULL))))) {
      FormatException refused =
          assertThrows(FormatException.class, () -> ModuleRecord.decode(block));
      assertEquals(ErrorCode.RECORD_INVALID, refused.code());
      assertTrue(refused.message().length() < 500, () -> refused.message().length() + " chars");
      assertTrue(refused.message().chars().allMatch(c -> c >= 0x20 && c < 0x7f), refused.message());
    }
  }
}
