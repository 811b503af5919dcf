package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.unixfs.Budget;
import org.dxos.dmg.unixfs.BundleReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Other IPFS implementations fetch what a node has published, knowing nothing but its address,
 * which {@code dmg status} shows: Helia where Node.js and the packages are that the libp2p's own
 * tests install, and kubo with {@code -Ddmg.kubo=true} once those tests have built it.
 */
class IpfsInteropTest {

  private static final Path ROOT =
      Path.of(System.getProperty("dmg.root", "..")).toAbsolutePath().normalize();

  @TempDir Path temp;

  /** A node with an example and a module of three chunks in it. */
  private final class Published implements AutoCloseable {
    private final Path home = temp.resolve("home");
    private final NodeProcess node;
    private final PreparedModule example;
    private final PreparedModule large;
    private final String address;

    private Published() throws Exception {
      Path folder = ROOT.resolve("examples/echo-client");
      Path own = Files.createDirectories(temp.resolve("large"));
      byte[] data = new byte[3_000_000];
      new Random(7).nextBytes(data);
      Files.createDirectories(own.resolve("a/b"));
      Files.write(own.resolve("a/b/data.bin"), data);
      Files.writeString(own.resolve("index.js"), "export const handler = async () => 1\n");
      Files.writeString(
          own.resolve("dmg.json"),
          """
          {"name": "com.example/module/large", "version": "1.0.0",
           "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
          """);
      example = PreparedModule.read(folder, Optional.empty(), Optional.empty());
      large = PreparedModule.read(own, Optional.empty(), Optional.empty());
      node = NodeProcess.start(home, "--peer-listen", "/ip4/127.0.0.1/tcp/0");
      try {
        for (Path each : List.of(folder, own)) {
          ok("publish", each.toString());
        }
        String status = ok("status");
        address =
            status
                .lines()
                .filter(line -> line.startsWith("address     /"))
                .map(line -> line.substring("address     ".length()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(status));
        assertTrue(address.contains("/p2p/12D3Koo"), address);
      } catch (Exception | AssertionError e) {
        node.close();
        throw e;
      }
    }

    private String ok(String... words) throws Exception {
      List<String> command = new ArrayList<>(List.of(words));
      command.addAll(List.of("--node", node.url(), "--home", temp.resolve("author").toString()));
      NodeProcess.Finished done = NodeProcess.run(command);
      assertEquals(0, done.code(), done.err());
      return done.out();
    }

    private void deny(Cid cid) throws IOException {
      Files.writeString(home.resolve("policy.json"), "{\"deniedBlocks\": [\"" + cid + "\"]}");
    }

    @Override
    public void close() throws Exception {
      node.close();
    }
  }

  private static Cid bundle(PreparedModule module) {
    return module.record().bundles().getFirst().cid();
  }

  /** Paths and hashes of what a module's bundle holds. */
  private static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            folder.relativize(file).toString(),
            HexFormat.of().formatHex(Cid.sha256(Files.readAllBytes(file))));
      }
    }
    return files;
  }

  private Map<String, String> expected(PreparedModule module, String name) throws IOException {
    Path into = temp.resolve("expected-" + name);
    new BundleReader()
        .extract(module, bundle(module), Budget.upTo(1L << 30), into, Set.of(), false);
    return files(into);
  }

  @Test
  void heliaFetchesWholeBundlesByTheirCids() throws Exception {
    Path folder = ROOT.resolve("federation/libp2p/target/interop/js");
    assumeTrue(
        Files.exists(folder.resolve("installed")),
        "the packages of Helia are not there: the tests of federation/libp2p install them");
    try (Published published = new Published();
        Helia helia = new Helia(folder)) {
      helia.ask("dial " + published.address);
      assertEquals(expected(published.example, "example"), helia.folder(bundle(published.example)));
      assertEquals(expected(published.large, "large"), helia.folder(bundle(published.large)));
      assertEquals("yes", helia.comes(published.example.recordCid()));
    }
    // Denied: a fresh client, which has no block of before.
    try (Published published = new Published();
        Helia helia = new Helia(folder)) {
      published.deny(bundle(published.large));
      helia.ask("dial " + published.address);
      assertEquals("no", helia.comes(bundle(published.large)));
      assertEquals(expected(published.example, "again"), helia.folder(bundle(published.example)));
    }
  }

  /** A Helia in a process of its own: a line in, a line of JSON out. */
  private static final class Helia implements AutoCloseable {
    private final Process process;
    private final OutputStream commands;
    private final BufferedReader answers;

    private Helia(Path folder) throws IOException {
      Files.copy(
          ROOT.resolve("conformance/interop/js/peer.mjs"),
          folder.resolve("peer.mjs"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      process =
          new ProcessBuilder("node", "--require", "./older-node.cjs", "peer.mjs", "ed25519")
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      commands = process.getOutputStream();
      answers =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      assertTrue(String.valueOf(answers.readLine()).contains("\"id\""));
    }

    private Node.Map ask(String line) throws IOException {
      commands.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      commands.flush();
      String answer = String.valueOf(answers.readLine());
      assertTrue(answer.startsWith("{\"ok\":true"), line + ": " + answer);
      return (Node.Map) Json.parse(answer.getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, String> folder(Cid cid) throws IOException {
      Map<String, String> files = new TreeMap<>();
      ((Node.Map) ask("getfolder " + cid).entries().get("files"))
          .entries()
          .forEach((path, hash) -> files.put(path, ((Node.Text) hash).value()));
      return files;
    }

    private String comes(Cid cid) throws IOException {
      return ((Node.Text) ask("comes " + cid + " 3000").entries().get("comes")).value();
    }

    @Override
    public void close() throws Exception {
      commands.close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  @EnabledIfSystemProperty(
      named = "dmg.kubo",
      matches = "true",
      disabledReason = "kubo is talked to with -Ddmg.kubo=true only")
  void kuboFetchesWholeBundlesByTheirCids() throws Exception {
    Path caches = Path.of(System.getProperty("user.home"), ".cache", "dmg-interop", "kubo");
    Path program = Path.of(System.getProperty("dmg.kubo.cache", caches.toString())).resolve("ipfs");
    assumeTrue(
        Files.isExecutable(program), "kubo is not there: the tests of federation/libp2p build it");
    try (Published published = new Published()) {
      ipfs(program, "init", "--profile=test");
      ipfs(program, "config", "Routing.Type", "none");
      Path log = temp.resolve("daemon.log");
      Process daemon =
          kubo(program, "daemon").redirectErrorStream(true).redirectOutput(log.toFile()).start();
      try {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.readString(log).contains("Daemon is ready")) {
          assertTrue(daemon.isAlive() && System.nanoTime() < end, Files.readString(log));
          Thread.sleep(50);
        }
        ipfs(program, "swarm", "connect", published.address);
        for (PreparedModule module : List.of(published.example, published.large)) {
          Path into = temp.resolve("kubo-" + bundle(module));
          ipfs(program, "get", "--timeout=60s", "-o", into.toString(), bundle(module).toString());
          assertEquals(expected(module, "of-kubo-" + bundle(module)), files(into));
        }
        published.deny(published.example.recordCid());
        assertEquals(
            1,
            kubo(program, "block", "get", "--timeout=3s", published.example.recordCid().toString())
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("denied.txt").toFile())
                .start()
                .waitFor());
      } finally {
        daemon.destroy();
        if (!daemon.waitFor(10, TimeUnit.SECONDS)) {
          daemon.destroyForcibly().waitFor();
        }
      }
    }
  }

  private void ipfs(Path program, String... words) throws Exception {
    Path out = temp.resolve("ipfs.txt");
    Process process =
        kubo(program, words).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertTrue(process.waitFor(90, TimeUnit.SECONDS), () -> String.join(" ", words));
    assertEquals(0, process.exitValue(), String.join(" ", words) + ": " + Files.readString(out));
  }

  private ProcessBuilder kubo(Path program, String... words) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.environment().put("IPFS_PATH", temp.resolve("repository").toString());
    builder.environment().put("IPFS_TELEMETRY", "off");
    return builder;
  }
}
