package org.dxos.dmg.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.imports.IndexImport.Origin;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of an index whose versions are semantic ones. */
class IndexImportTest {

  private static final Path CORPORA = Path.of(System.getProperty("dmg.testdata", ""), "corpora");

  private static PackageIndex index(String lines) throws IOException {
    return PackageIndex.read(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<ModuleRecord> records(String lines) throws IOException {
    return new IndexImport(Origin.CRATES, index(lines)).records();
  }

  @Test
  void recordHasRangesAsTheyAreAndTheRestUnderExt() throws IOException {
    ModuleRecord record =
        records(
                """
                {"name":"a_b","version":"0.2.1","license":"MIT","links":"z","deps":[\
                {"name":"C","req":"^1 || ~2.1"},{"name":"d","req":"*","optional":true,"kind":"build",\
                "target":"cfg(windows)","as":"dee"}]}
                """)
            .getFirst();
    assertEquals("io.crates/module/a-b@0.2.1", record.name() + "@" + record.version());
    assertEquals("MIT", record.license().orElseThrow());
    assertEquals(
        List.of("io.crates/module/c ^1 || ~2.1 false", "io.crates/module/d * true"),
        record.dependencies().stream()
            .map(
                one ->
                    one.alternatives().getFirst().name()
                        + " "
                        + one.alternatives().getFirst().range()
                        + " "
                        + one.optional())
            .sorted()
            .toList());
    assertEquals(
        "{\"crates\":{\"deps\":[{\"as\":\"dee\",\"kind\":\"build\",\"name\":\"d\",\"req\":\"*\","
            + "\"target\":\"cfg(windows)\"}],\"links\":\"z\",\"package\":\"a_b\"}}",
        new String(Json.canonical(record.ext().orElseThrow()), StandardCharsets.UTF_8));
    assertEquals(record, ModuleRecord.decode(record.encode()));
  }

  @Test
  void whatNoReleaseCanSayIsLeftOut() throws IOException {
    List<String> left =
        records(
                """
                {"name":"a","version":"1.0.0","deps":[]}
                {"name":"a","version":"1.0.0+one","deps":[]}
                {"name":"a","version":"2.0.0+one","deps":[]}
                {"name":"a","version":"2.0.0+two","deps":[]}
                {"name":"a","version":"3.0.0+one","deps":[]}
                {"name":"a","version":"20191110123456.0.0","deps":[]}
                {"name":"a","version":"4.0.0","deps":[{"name":"b","req":"^20191110123456"}]}
                """)
            .stream()
            .map(one -> one.version().toString())
            .toList();
    assertEquals(List.of("1.0.0", "3.0.0"), left);
  }

  @Test
  void nameThatIsNeededAndNotThereMeetsNoOther() throws IOException {
    List<ModuleRecord> records =
        records(
            """
            {"name":"a","version":"1.0.0","deps":[{"name":"b.c","req":"*"}]}
            {"name":"b-c","version":"1.0.0","deps":[]}
            """);
    assertEquals("io.crates/module/b-c", records.get(1).name().toString());
    assertEquals(
        "io.crates/module/b-c-2",
        records.getFirst().dependencies().getFirst().alternatives().getFirst().name().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"name\":\"a\"}; line 1",
        "{\"name\":\"a\",\"version\":\"1.0.0\",\"deps\":[],\"odd\":1}; line 1",
        "{\"name\":\"a\",\"version\":\"1.0.0\",\"deps\":[{\"name\":\"b\"}]}; line 1",
        "no JSON; line 1"
      })
  void faultsAreToldWithTheirLine(String line, String where) {
    FormatException refused = assertThrows(FormatException.class, () -> index(line));
    assertEquals(ErrorCode.IMPORT_SYNTAX, refused.code());
    assertTrue(refused.message().contains(where), refused.message());
  }

  @Test
  void yankedReleasesAreYankedOnceAndASecondImportChangesNothing(@TempDir Path home)
      throws IOException {
    World world = World.real();
    try (LocalRegistry registry = LocalRegistry.open(home, world)) {
      Publisher publisher =
          new Publisher(registry, new KeyRing(home, world.random()), world.clock());
      IndexImport imports =
          new IndexImport(
              Origin.PURESCRIPT,
              index(
                  """
                  {"name":"a","version":"1.0.0","deps":[{"name":"b","req":"^1"}]}
                  {"name":"b","version":"1.0.0","deps":[]}
                  {"name":"b","version":"1.1.0","deps":[],"yanked":true}
                  """));
      assertEquals(3, imports.publish(publisher, (_, _) -> {}).published());
      assertEquals(
          List.of("org.purescript/module/a@1.0.0", "org.purescript/module/b@1.0.0"),
          registry
              .closure(new ClosureRequest(List.of("org.purescript/module/a"), Optional.empty()))
              .closure()
              .modules()
              .stream()
              .map(one -> one.reference())
              .toList());
      String root = registry.node().toNode().toString();
      IndexImport.Report again = imports.publish(publisher, (_, _) -> {});
      assertEquals(3, again.unchanged());
      assertEquals(root, registry.node().toNode().toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"crates-2019-11-10, CRATES, 184413", "purescript, PURESCRIPT, 5494"})
  void indexesOfRealRegistriesCanBeReadWhole(
      String corpus, Origin origin, int versions, TestReporter reporter) throws IOException {
    Path file = CORPORA.resolve(corpus + ".jsonl.gz");
    assumeTrue(Files.exists(file), "no test data: set -Ddmg.testdata to the folder of `corpora`");
    PackageIndex index = PackageIndex.read(file);
    assertEquals(versions, index.size());
    IndexImport imports = new IndexImport(origin, index);
    reporter.publishEntry(corpus, imports.size() + " of " + versions + " can be released");
    assertTrue(imports.size() > versions * 99 / 100, "left " + imports.size());
  }
}
