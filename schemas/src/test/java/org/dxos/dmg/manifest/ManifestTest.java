package org.dxos.dmg.manifest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.Backend;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.FileRef;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Trigger;
import org.dxos.dmg.record.Variant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {

  private static final Bundle BUNDLE = new Bundle(Cid.of(Cid.DAG_PB, new byte[] {1}), 77);

  /** A folder in memory; a path with a dot in its last segment is a single file. */
  static final class Folder implements ManifestFiles {
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    final List<BundleUse> asked = new ArrayList<>();

    Folder with(String path, String text) {
      files.put(path, text.getBytes(StandardCharsets.UTF_8));
      return this;
    }

    @Override
    public byte[] read(String path) {
      byte[] bytes = files.get(path);
      if (bytes == null) {
        throw new FormatException(ErrorCode.MANIFEST_INVALID, "read `" + path + "`: not there");
      }
      return bytes;
    }

    @Override
    public Packed bundle(BundleUse use) {
      asked.add(use);
      return new Packed(BUNDLE, use.path().length() > 1 && use.fileName().contains("."));
    }
  }

  static final String EXAMPLE =
      """
      { "$schema": "https://example.com/dmg.schema.json",
        "name": "com.example/function/proton-mail-bridge", "version": "1.4.0",
        "description": "Brings a Proton mailbox into ECHO spaces.", "license": "MIT",
        "keywords": ["mail"], "repository": "https://example.com/git",
        "functions": [ { "name": "com.example/function/proton-mail-bridge",
            "handler": "index.js#handler",
            "input": { "type": "object" }, "output": "schemas/out.json",
            "triggers": [ { "kind": "timer", "cron": "*/5 * * * *" },
                          { "kind": "subscription",
                            "filter": { "type": "org.dxos/type/mailbox" } } ] } ],
        "runtimes": [
          { "runtime": "nodejs", "version": ">=20", "backends": ["local", "server"],
            "bundle": ".", "memory": "128Mi", "timeout": "30s" },
          { "runtime": "wasi", "version": "0.2", "backends": ["browser", "local", "server"],
            "bundle": "dist/bridge.wasm" } ],
        "resources": [ { "kind": "storage", "access": "read-write", "size": "64Mi" },
                       { "kind": "network", "hosts": ["mail.proton.me:443"] },
                       { "kind": "endpoint", "name": "imap", "protocol": "imap" },
                       { "kind": "secret", "name": "PROTON_TOKEN" } ],
        "provides": { "org.dxos/api/mail-source": { "version": "2.1.0",
                                                    "interface": "mail.wit" } },
        "dependencies": { "org.dxos/function/echo-writer": "^1.2",
                          "org.dxos/api/secrets": { "range": "^1", "optional": true,
                                                    "provider": "com.example/module/vault" } } }
      """;

  static Folder folder() {
    return new Folder()
        .with("schemas/out.json", "{ \"type\": \"array\", \"minItems\": 1.0 }")
        .with("mail.wit", "package mail;\n");
  }

  static Manifest.Built build(Node manifest) {
    return Manifest.read(manifest).orThrow().toRecord(folder());
  }

  private static ModuleRecord record(String fields) {
    return build(Case.over(fields)).record();
  }

  private static FormatException failure(String fields, Folder folder) {
    Manifest manifest = Manifest.read(Case.over(fields)).orThrow();
    return assertThrows(FormatException.class, () -> manifest.toRecord(folder));
  }

  @Test
  void exampleBecomesTheRecordItMeans() {
    Manifest.Built built = build(Json.parse(EXAMPLE));
    assertEquals(
        """
        {"dependencies":[{"name":"org.dxos/function/echo-writer","range":"^1.2"},\
        {"name":"org.dxos/api/secrets","optional":true,"provider":"com.example/module/vault",\
        "range":"^1"}],\
        "description":"Brings a Proton mailbox into ECHO spaces.",\
        "functions":[{"handler":"index.js#handler",\
        "input":{"cid":{"/":"INPUT"},"size":17},"name":"com.example/function/proton-mail-bridge",\
        "output":{"cid":{"/":"OUTPUT"},"size":29},\
        "triggers":[{"cron":"*/5 * * * *","kind":"timer"},\
        {"filter":{"type":"org.dxos/type/mailbox"},"kind":"subscription"}]}],\
        "keywords":["mail"],"license":"MIT","name":"com.example/function/proton-mail-bridge",\
        "provides":{"org.dxos/api/mail-source":{"interface":{"cid":{"/":"WIT"},"size":14},\
        "version":"2.1.0"}},"repository":"https://example.com/git",\
        "resources":[{"kind":"secret","name":"PROTON_TOKEN"},\
        {"hosts":["mail.proton.me:443"],"kind":"network"},\
        {"access":"read-write","kind":"storage","size":67108864},\
        {"kind":"endpoint","name":"imap","protocol":"imap"}],\
        "runtimes":[{"bundle":{"cid":{"/":"BUNDLE"},"size":77},"memory":134217728,\
        "runtime":"nodejs","timeout":30000,"version":">=20"},\
        {"backends":["browser","local","server"],\
        "bundle":{"cid":{"/":"BUNDLE"},"size":77},"entry":"bridge.wasm",\
        "runtime":"wasi","version":"0.2"}],\
        "type":"dmg/module/1","version":"1.4.0"}"""
            .replace("INPUT", raw("{\"type\":\"object\"}"))
            .replace("OUTPUT", raw("{\"minItems\":1,\"type\":\"array\"}"))
            .replace("WIT", raw("package mail;\n"))
            .replace("BUNDLE", BUNDLE.cid().toString()),
        new String(
            Json.dagJson(org.dxos.dmg.dagcbor.DagCbor.decode(built.record().encode())),
            StandardCharsets.UTF_8));
    assertEquals(built.record().links(), List.copyOf(built.files().keySet()));
    built.files().forEach((cid, bytes) -> assertTrue(cid.matches(bytes)));
  }

  private static String raw(String text) {
    return Cid.of(Cid.RAW, text.getBytes(StandardCharsets.UTF_8)).toString();
  }

  @Test
  void manifestSaysWhichFilesAndBundlesItNeeds() {
    Manifest manifest = Manifest.read(Json.parse(EXAMPLE)).orThrow();
    assertEquals(
        List.of(
            new FileUse("/functions/0/output", "schemas/out.json", FileUse.Place.OUTPUT),
            new FileUse(
                "/provides/org.dxos~1api~1mail-source/interface",
                "mail.wit",
                FileUse.Place.INTERFACE)),
        manifest.files());
    assertEquals(List.of(".", "dist/bridge.wasm"), manifest.bundlePaths());
    assertEquals(
        new BundleUse("/runtimes/1/bundle", "dist/bridge.wasm", List.of(), Optional.empty()),
        manifest.bundles().get(1));
    assertEquals(Name.parse("com.example/function/proton-mail-bridge"), manifest.name());
    assertEquals("1.4.0", manifest.version().toString());
  }

  @Test
  void yamlSaysTheSameAsJson() {
    String yaml =
        """
        name: com.example/function/x
        version: 1.0.0
        keywords: [b, a]
        runtimes:
          - runtime: nodejs
            version: ">=20"
            memory: 128Mi
        dependencies:
          org.dxos/api/x: ^1.2
        """;
    assertEquals(
        record(
                "{\"keywords\":[\"a\",\"b\"],\"runtimes\":[{\"runtime\":\"nodejs\","
                    + "\"version\":\">=20\",\"memory\":134217728}],"
                    + "\"dependencies\":{\"org.dxos/api/x\":\"^1.2\"}}")
            .cid(),
        build(Json.parseYaml(yaml)).record().cid());
  }

  /** Pairs of spellings of one meaning. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        "{} ¦ {\"functions\":[{\"name\":\"com.example/function/x\"}]}",
        "{} ¦ {\"functions\":[{\"name\":\"com.example/function/x\",\"triggers\":[{\"kind\":\"direct\"}]}]}",
        "{} ¦ {\"functions\":[],\"keywords\":[],\"ext\":{},\"dependencies\":{},\"resources\":[]}",
        "{} ¦ {\"$schema\":\"x\"}",
        "{} ¦ {\"name\":\"COM.example/function/x\"}",
        "{\"keywords\":[\"b\",\"a\"]} ¦ {\"keywords\":[\"a\",\"b\",\"a\"]}",
        "{\"dependencies\":{\"a.b/api/c\":\"=1.2.3\"}} ¦ {\"dependencies\":[{\"name\":\"a.b/api/c\",\"range\":\"1.2.3\",\"optional\":false}]}",
        "{\"dependencies\":{\"a.b/api/c\":\"^1||^2\"}} ¦ {\"dependencies\":{\"a.b/api/c\":{\"range\":\"^1 || ^2\"}}}",
        "{\"dependencies\":{\"a.b/api/c\":\">=1  <2\"}} ¦ {\"dependencies\":{\"A.b/api/c\":\">=1 <2\"}}",
        "{\"runtimes\":[{\"runtime\":\"jvm\"}]} ¦ {\"runtimes\":[{\"runtime\":\"jvm\",\"version\":\"*\",\"backends\":[\"server\",\"local\",\"server\"],\"deployments\":[\"kubernetes\",\"docker\",\"bare-metal\"],\"exec\":[],\"env\":{}}]}",
        "{\"runtimes\":[{\"runtime\":\"jvm\",\"memory\":\"1Mi\",\"timeout\":\"1m\"}]} ¦ {\"runtimes\":[{\"runtime\":\"jvm\",\"memory\":1.048576e6,\"timeout\":\"60s\"}]}",
        "{\"runtimes\":[{\"runtime\":\"jvm\",\"memory\":\"2M\",\"timeout\":\"1d\"}]} ¦ {\"runtimes\":[{\"runtime\":\"jvm\",\"memory\":\"2000k\",\"timeout\":\"24h\"}]}",
        "{\"resources\":[{\"kind\":\"network\",\"hosts\":[\"b\",\"a\"]}]} ¦ {\"resources\":[{\"kind\":\"network\",\"hosts\":[\"A\",\"b\"],\"direction\":\"out\",\"optional\":false}]}",
        "{\"resources\":[{\"kind\":\"trace\"},{\"kind\":\"registry\"}]} ¦ {\"resources\":[{\"kind\":\"registry\"},{\"kind\":\"trace\"},{\"kind\":\"trace\"}]}",
        "{\"functions\":[{\"name\":\"com.example/function/y\",\"input\":{\"maximum\":1e1,\"type\":\"x\"}}]} ¦ {\"functions\":[{\"name\":\"com.example/function/y\",\"input\":{\"type\":\"x\",\"maximum\":10.0}},{\"name\":\"com.example/function/y\",\"input\":{\"type\":\"x\",\"maximum\":10}}]}",
        "{\"functions\":[{\"name\":\"com.example/function/y\",\"output\":\"schemas/out.json\"}]} ¦ {\"functions\":[{\"name\":\"com.example/function/y\",\"output\":{\"minItems\":1,\"type\":\"array\"}}]}",
        "{\"functions\":[{\"name\":\"com.example/function/y\",\"triggers\":[{\"kind\":\"timer\",\"cron\":\"0 0 * * *\",\"timezone\":\"UTC\"},{\"kind\":\"webhook\"}]}]} ¦ {\"functions\":[{\"name\":\"com.example/function/y\",\"triggers\":[{\"kind\":\"webhook\",\"method\":\"POST\"},{\"kind\":\"timer\",\"cron\":\"0 0 * * *\"}]}]}",
        "{\"runtimes\":[{\"runtime\":\"wasi\",\"bundle\":\"dist/a.wasm\"}]} ¦ {\"runtimes\":[{\"runtime\":\"wasi\",\"bundle\":\"dist/a.wasm\",\"entry\":\"a.wasm\"}]}",
        "{\"ext\":{\"a\":1.0,\"b\":[2e0]}} ¦ {\"ext\":{\"b\":[2],\"a\":1}}"
      })
  void equalMeaningGivesAnEqualCid(String one, String other) {
    assertEquals(record(one), record(other));
    assertEquals(record(one).cid(), record(other).cid());
  }

  /** Pairs that look alike and mean different things. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        "{\"runtimes\":[{\"runtime\":\"jvm\"},{\"runtime\":\"oci\"}]} ¦ {\"runtimes\":[{\"runtime\":\"oci\"},{\"runtime\":\"jvm\"}]}",
        "{\"dependencies\":[{\"anyOf\":[{\"name\":\"a.b/api/c\",\"range\":\"1\"},{\"name\":\"a.b/api/d\",\"range\":\"1\"}]}]} ¦ {\"dependencies\":[{\"anyOf\":[{\"name\":\"a.b/api/d\",\"range\":\"1\"},{\"name\":\"a.b/api/c\",\"range\":\"1\"}]}]}",
        "{\"ext\":{\"a\":[1,2]}} ¦ {\"ext\":{\"a\":[2,1]}}",
        "{\"ext\":{\"a\":[1]}} ¦ {\"ext\":{\"a\":[1,1]}}",
        "{\"ext\":{\"a\":{}}} ¦ {\"ext\":{\"a\":[]}}",
        "{\"description\":\"a\"} ¦ {\"description\":\"a \"}",
        "{\"description\":\"é\"} ¦ {\"description\":\"e\\u0301\"}"
      })
  void differentMeaningGivesAnotherCid(String one, String other) {
    assertTrue(!record(one).cid().equals(record(other).cid()));
  }

  @Test
  void singleFileIsItsBundlesEntry() {
    Variant variant =
        record("{\"runtimes\":[{\"runtime\":\"wasi\",\"bundle\":\"dist/a.wasm\"}]}")
            .runtimes()
            .getFirst();
    assertEquals(Optional.of("a.wasm"), variant.entry());
    FormatException e =
        failure(
            "{\"runtimes\":[{\"runtime\":\"wasi\",\"bundle\":\"dist/a.wasm\",\"entry\":\"b.wasm\"}]}",
            folder());
    assertEquals(ErrorCode.MANIFEST_INVALID, e.code());
    assertEquals(
        "read manifest: at `/runtimes/0/entry`: found `\"b.wasm\"`, expected `\"a.wasm\"`, the one"
            + " file of the bundle `dist/a.wasm`",
        e.message());
    assertEquals(Optional.of("leave `entry` out, or make the bundle a folder"), e.hint());
    assertTrue(
        failure(
                "{\"runtimes\":[{\"runtime\":\"wasi\",\"bundle\":\"a.wasm\",\"exec\":[\"x\"]}]}",
                folder())
            .message()
            .contains("`/runtimes/0/exec`"));
  }

  @Test
  void bundlesAreAskedForWithTheirExecutablesAndEntry() {
    Folder folder = folder();
    Manifest.read(
            Case.over(
                "{\"runtimes\":[{\"runtime\":\"nodejs\",\"bundle\":\"dist\",\"exec\":[\"b\",\"a\"],"
                    + "\"entry\":\"main.js\"},{\"runtime\":\"oci\",\"image\":\"x:1\"}]}"))
        .orThrow()
        .toRecord(folder);
    assertEquals(
        List.of(
            new BundleUse("/runtimes/0/bundle", "dist", List.of("a", "b"), Optional.of("main.js"))),
        folder.asked);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        "{\"a\":1,\"a\":2} ¦ found `\"s.json\"`, expected a file with a JSON Schema ¦ stands twice",
        "[1] ¦ found `\"s.json\"` with an array of one, expected a file with a JSON Schema ¦ ",
        "{ ¦ expected a file with a JSON Schema ¦ read JSON at 1:"
      })
  void schemaFilesThatAreNoneAreFindings(String text, String words, String hint) {
    FormatException e =
        failure(
            "{\"functions\":[{\"name\":\"com.example/function/y\",\"input\":\"s.json\"}]}",
            folder().with("s.json", text));
    assertTrue(e.message().startsWith("read manifest: at `/functions/0/input`: "), e::message);
    assertTrue(e.message().contains(words.strip()), e::message);
    assertTrue(e.hint().orElse("").contains(hint == null ? "" : hint.strip()));
  }

  @Test
  void filesOfOneMebibyteAreLinkedAndLargerOnesAreFindings() {
    String fields =
        "{\"provides\":{\"org.dxos/api/a\":{\"version\":\"1.0.0\",\"interface\":\"a.wit\"}}}";
    Manifest.Built built =
        Manifest.read(Case.over(fields))
            .orThrow()
            .toRecord(folder().with("a.wit", "x".repeat(FileRef.MAX_BYTES)));
    assertEquals(1, built.files().size());
    assertTrue(
        failure(fields, folder().with("a.wit", "x".repeat(FileRef.MAX_BYTES + 1)))
            .message()
            .contains("expected at most 1048576 bytes"));
  }

  @Test
  void releasesCarry256NamesBesideTheirOwnAndNoMore() {
    assertEquals(256, record(functions(256)).carriedPaths().size());
    ManifestResult.Invalid invalid =
        assertInstanceOf(ManifestResult.Invalid.class, Manifest.read(Case.over(functions(257))));
    assertEquals("/functions", invalid.findings().getFirst().pointer());
  }

  private static String functions(int count) {
    List<String> items =
        IntStream.range(0, count)
            .mapToObj(i -> "{\"name\":\"com.example/function/y" + i + "\"}")
            .toList();
    return "{\"functions\":[" + String.join(",", items) + "]}";
  }

  @Test
  void recordsThatAreTooLargeAreRefused() {
    assertEquals(
        ErrorCode.RECORD_INVALID,
        failure("{\"description\":\"" + "a".repeat(ModuleRecord.MAX_BYTES) + "\"}", folder())
            .code());
  }

  @Test
  void quantitiesBecomeBytesAndMilliseconds() {
    assertEquals(OptionalLong.of(3L << 30), Unit.SIZE.read("3Gi"));
    assertEquals(OptionalLong.of(5_000), Unit.SIZE.read("5k"));
    assertEquals(OptionalLong.of(7), Unit.DURATION.read("7ms"));
    assertEquals(OptionalLong.of(172_800_000), Unit.DURATION.read("2d"));
    assertEquals(OptionalLong.of((1L << 53) - (1L << 30)), Unit.SIZE.read("8388607Gi"));
    assertEquals(OptionalLong.empty(), Unit.SIZE.read("8388608Gi"));
    assertEquals(OptionalLong.empty(), Unit.SIZE.read("99999999999999999Gi"));
    assertEquals(OptionalLong.empty(), Unit.SIZE.read("٣Mi"));
  }

  @Test
  void defaultsAreFilledInForReaders() {
    ModuleRecord record = record("{\"runtimes\":[{\"runtime\":\"faasd\"}]}");
    assertEquals(Runtime.FAASD, record.runtimes().getFirst().runtime());
    assertEquals(List.of(Backend.SERVER), record.runtimes().getFirst().backends());
    assertEquals(List.of(new Trigger.Direct()), record.functions().getFirst().triggers());
  }

  @Test
  void linkedBytesAreThoseOfTheFiles() {
    Manifest.Built built = build(Json.parse(EXAMPLE));
    assertArrayEquals(
        "package mail;\n".getBytes(StandardCharsets.UTF_8),
        built.files().get(Cid.parse(raw("package mail;\n"))));
  }
}
