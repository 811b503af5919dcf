package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dxos.dmg.cli.Main;
import org.dxos.dmg.cli.Terminal;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.PreparedModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command says the same of the store of its home and of a node that serves it. */
class SameAnswersTest {

  private static final World WORLD =
      new World(
          InstantSource.fixed(Instant.ofEpochSecond(1_767_225_600L)),
          new SecureRandom(),
          Thread.ofPlatform().daemon().factory());

  private static final String BRIDGE = "com.example/function/proton-mail-bridge";

  /** Everything that reads, as an answer and as JSON. */
  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("resolve", BRIDGE),
          List.of("resolve", BRIDGE + "@^1.2", "--json"),
          List.of("resolve", "dxn:com.example.function.protonMailBridge"),
          List.of("resolve", BRIDGE + "@^9"),
          List.of("resolve", "com.example/function/proton-mail-brigde"),
          List.of("resolve", "org.absent/function/x"),
          List.of("resolve", "not a name"),
          List.of("show", BRIDGE),
          List.of("show", "org.dxos/function/universal-indexer", "--json"),
          List.of("versions", BRIDGE),
          List.of("versions", BRIDGE, "--json"),
          List.of("closure", BRIDGE),
          List.of("closure", BRIDGE, "--json"),
          List.of("closure", BRIDGE, "--target", "nodejs@20,server", "--json"),
          List.of("closure", BRIDGE, "--target", "python@3.12"),
          List.of("closure", "org.dxos/module/tracing", BRIDGE, "--json"),
          List.of("closure", "org.dxos/api/secrets@^1"),
          List.of("closure", BRIDGE, "--explain"),
          List.of("closure", BRIDGE, "--explain", "--json"),
          List.of("closure", BRIDGE, "org.dxos/module/tracing", "--rule", "name"),
          List.of("closure", BRIDGE + "@^1", "--target", "faasd", "--explain"),
          List.of("closure", BRIDGE + "@^1", "--min-age", "30000"),
          List.of("why", BRIDGE, "org.dxos/function/echo-writer"),
          List.of("why", BRIDGE, "org.dxos/api/secrets", "--json"),
          List.of("why", "org.dxos/module/tracing", BRIDGE),
          List.of("dependents", "org.dxos/module/tracing"),
          List.of("dependents", "org.dxos/module/tracing@^1", "--direct", "--json"),
          List.of("dependents", "org.dxos/module/tracing", "--impact"),
          List.of("dependents", "org.dxos/module/tracing", "--impact", "--json"),
          List.of("dependents", "org.dxos/module/tracing@<0.1"),
          List.of("diff", BRIDGE, "org.dxos/module/tracing"),
          List.of("diff", BRIDGE, "org.dxos/module/tracing", "--closure", "--json"),
          List.of("closure", BRIDGE, "--without", "org.dxos/module/tracing"),
          List.of("closure", BRIDGE, "--assume-yanked", "org.dxos/module/tracing@^1", "--json"),
          List.of("closure", BRIDGE, "--target", "python@3.12", "--json"),
          List.of("closure", BRIDGE, "--licenses"),
          List.of("search", "mail"),
          List.of("search", "indexr", "--json"),
          List.of("search", "nothinglikeit"),
          List.of("sparql", "SELECT ?r ?o { ?r <urn:dmg:ns#dependsOn> ?o } ORDER BY ?r ?o"),
          List.of("sparql", "ASK { ?r <urn:dmg:ns#dependsOn> ?o }", "--format", "json"),
          List.of(
              "sparql",
              "CONSTRUCT { ?r <urn:x:of> ?m } { ?r <urn:dmg:ns#of> ?m }",
              "--format",
              "ntriples"),
          List.of("sparql", "SELECT nonsense"),
          List.of("sparql", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"),
          List.of("verify", BRIDGE));

  @TempDir Path temp;

  @Test
  void embeddedStoreAndNodeAnswerAlike() throws IOException {
    Path home = temp.resolve("home");
    publishExamples(home);
    List<Told> embedded = new ArrayList<>();
    for (List<String> command : COMMANDS) {
      embedded.add(run(home, command, List.of()));
    }
    try (LocalRegistry local = LocalRegistry.open(home, WORLD);
        HttpServer server =
            HttpServer.start(
                new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of()),
                local,
                new JournalEvents(local.store(), local.registrar()))) {
      // On first sight of an authority a client says so, once.
      run(temp.resolve("client"), List.of("closure", BRIDGE), List.of("--node", server.url()));
      for (int i = 0; i < COMMANDS.size(); i++) {
        Told remote = run(temp.resolve("client"), COMMANDS.get(i), List.of("--node", server.url()));
        assertEquals(
            sortedIfTriples(embedded.get(i)), sortedIfTriples(remote), COMMANDS.get(i).toString());
      }
    }
    assertTrue(embedded.stream().anyMatch(told -> told.code() == 0));
    assertTrue(embedded.stream().anyMatch(told -> told.code() == 3));
    assertTrue(embedded.stream().anyMatch(told -> told.code() == 6));
  }

  /** Times, modes, places and the order in which files were made leave no trace in a record. */
  @Test
  void recordDependsOnContentAlone() throws IOException {
    Path original = root().resolve("examples/proton-mail-bridge");
    Path copy = temp.resolve("else where").resolve("copy");
    List<Path> files;
    try (Stream<Path> all = Files.walk(original)) {
      files = new ArrayList<>(all.toList().reversed());
    }
    for (Path file : files) {
      Path target = copy.resolve(original.relativize(file).toString());
      if (Files.isRegularFile(file)) {
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
        Files.setLastModifiedTime(target, FileTime.from(Instant.ofEpochSecond(1)));
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
      }
    }
    assertEquals(
        PreparedModule.read(original, Optional.empty(), Optional.empty()).recordCid(),
        PreparedModule.read(copy, Optional.empty(), Optional.empty()).recordCid());
  }

  @Test
  void auditOfSoundHomeFindsNothingAndLooksAtEverything() throws IOException {
    Path home = temp.resolve("home");
    publishExamples(home);
    try (LocalRegistry local = LocalRegistry.open(home, WORLD)) {
      var report = local.audit();
      assertEquals(List.of(), report.faults());
      assertEquals(10, report.statements());
      assertTrue(report.heads() >= 2 && report.blocks() > 50, report.toString());
    }
  }

  private record Told(int code, String out, String err) {}

  /** The order of triples in a serialised graph means nothing. */
  private static Told sortedIfTriples(Told told) {
    return told.out().startsWith("<")
        ? new Told(told.code(), String.join("\n", told.out().lines().sorted().toList()), told.err())
        : told;
  }

  private static Path root() {
    return Path.of(System.getProperty("dmg.root", "..")).toAbsolutePath().normalize();
  }

  private static void publishExamples(Path home) throws IOException {
    Path examples = root().resolve("examples");
    for (String line : Files.readAllLines(examples.resolve("order.txt"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        Told told =
            run(home, List.of("publish", examples.resolve(line.strip()).toString()), List.of());
        assertEquals(0, told.code(), told.err());
      }
    }
  }

  private static Told run(Path home, List<String> command, List<String> more) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(more);
    int code = Main.run(arguments, terminal, Map.of("DMG_HOME", home.toString()), WORLD);
    return new Told(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
