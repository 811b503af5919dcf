package org.dxos.dmg.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.verdict.AdmissionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An import into an embedded registry, and into one behind a URL from a home that is new. */
class DebianPublishTest {

  private final World world = World.real();

  @Test
  void remoteNodeTakesAnImportFromAHomeThatIsNotThereYet(@TempDir Path folder) throws IOException {
    Path client = folder.resolve("client");
    try (LocalRegistry node = LocalRegistry.open(folder.resolve("node"), world);
        HttpServer server =
            HttpServer.start(
                new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of()),
                node,
                new JournalEvents(node.store(), node.registrar()));
        Registry remote =
            Registries.open(client, Optional.of(server.url()), Optional.empty(), world)) {
      Publisher publisher =
          new Publisher(remote, new KeyRing(client, world.random()), world.clock());
      List<String> progress = new ArrayList<>();
      DebianImport.Report report =
          imported(60, "").publish(publisher, (done, all) -> progress.add(done + "/" + all));
      assertEquals(60, report.published());
      assertEquals(List.of("60/60"), progress);
      ModuleGraph graph = node.modules();
      assertEquals(60, graph.closure(graph.releases("org.debian", "module/p59")[0]).length);
      assertEquals(
          60,
          remote
              .closure(ClosureRequest.of("org.debian/module/p59", Optional.empty()))
              .closure()
              .modules()
              .size());
      assertTrue(Files.exists(report.claimed().orElseThrow().recoveryFile()));
      assertEquals(60, imported(60, "").publish(publisher, (_, _) -> {}).unchanged());
    }
  }

  @Test
  void secondImportAddsWhatIsNewAndRefusesWhatChanged(@TempDir Path home) throws IOException {
    try (LocalRegistry registry = LocalRegistry.open(home, world)) {
      Publisher publisher =
          new Publisher(registry, new KeyRing(home, world.random()), world.clock());
      imported(5, "").publish(publisher, (_, _) -> {});
      DebianImport.Report more = imported(7, "").publish(publisher, (_, _) -> {});
      assertEquals(2, more.published());
      assertEquals(5, more.unchanged());
      assertEquals(Optional.empty(), more.claimed());
      AdmissionException refused =
          assertThrows(
              AdmissionException.class,
              () -> imported(7, "Section: other\n").publish(publisher, (_, _) -> {}));
      assertEquals(ErrorCode.CONFLICT, refused.code());
    }
  }

  /** Each needs the one before it. */
  private static DebianImport imported(int size, String fields) throws IOException {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < size; i++) {
      list.append("Package: p%d\nVersion: 1\nArchitecture: all\n%s".formatted(i, fields));
      list.append(i == 0 ? "\n" : "Depends: p%d\n\n".formatted(i - 1));
    }
    return new DebianImport(
        DebianPackages.read(
            new ByteArrayInputStream(list.toString().getBytes(StandardCharsets.UTF_8)), 1 << 20));
  }
}
