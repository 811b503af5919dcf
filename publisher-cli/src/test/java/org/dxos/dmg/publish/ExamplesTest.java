package org.dxos.dmg.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.unixfs.FolderScan;
import org.junit.jupiter.api.Test;

/** The examples of the project: what a newcomer publishes first. */
class ExamplesTest {

  /** Tests run in the folder of their Maven module. */
  private static final Path EXAMPLES = Path.of("..", "examples");

  @Test
  void everyExampleOfTheOrderMakesItsRelease() throws IOException {
    List<String> releases = new ArrayList<>();
    for (String folder : order()) {
      ModuleRecord record = read(folder).record();
      releases.add(record.name() + "@" + record.version());
    }
    assertEquals(
        List.of(
            "org.dxos/module/echo-client@1.1.0",
            "com.example/module/vault@1.1.0",
            "org.dxos/api/secrets@1.0.0",
            "org.dxos/module/keychain@1.0.0",
            "org.dxos/api/mail-source@2.1.0",
            "org.dxos/module/tracing@0.5.0",
            "org.dxos/function/universal-indexer@1.2.0",
            "org.dxos/function/echo-writer@1.2.3",
            "com.example/function/proton-mail-bridge@1.4.0",
            "com.example/function/llama-training@0.3.1"),
        releases);
  }

  @Test
  void bundlesLeaveOutTestsAndReadme() throws IOException {
    for (String folder : order()) {
      PreparedModule module = read(folder);
      if (module.record().runtimes().isEmpty()) {
        continue;
      }
      Set<String> leftOut =
          module.leftOut().stream().map(FolderScan.LeftOut::path).collect(Collectors.toSet());
      assertTrue(leftOut.containsAll(Set.of("README.md", "test/")), folder + ": " + leftOut);
    }
  }

  @Test
  void indexerHasAWasiVariantOfOneFileBeforeTheOneForNode() throws IOException {
    List<Variant> runtimes = read("universal-indexer").record().runtimes();
    assertEquals(
        List.of(Runtime.WASI, Runtime.NODEJS), runtimes.stream().map(Variant::runtime).toList());
    Variant wasi = runtimes.getFirst();
    assertEquals(Optional.of("indexer.wasm"), wasi.entry());
    assertEquals(
        Files.size(EXAMPLES.resolve("universal-indexer/dist/indexer.wasm")),
        wasi.bundle().orElseThrow().size());
  }

  private static PreparedModule read(String folder) throws IOException {
    return PreparedModule.read(EXAMPLES.resolve(folder), Optional.empty(), Optional.empty());
  }

  private static List<String> order() throws IOException {
    return Files.readAllLines(EXAMPLES.resolve("order.txt")).stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }
}
