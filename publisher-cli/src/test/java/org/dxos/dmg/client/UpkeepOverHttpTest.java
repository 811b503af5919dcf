package org.dxos.dmg.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.care.Collector;
import org.dxos.dmg.care.Fault;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.HomeBackup;
import org.dxos.dmg.node.HomeCare;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.verdict.ReleaseRules;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done to a home while a node serves it, and what the node says of its blocks. */
class UpkeepOverHttpTest {

  private static final String TOKEN = "a-token-of-enough-letters";

  /** How long the node waits before it answers with a job, and how long each job takes here. */
  private static final long PATIENCE = 20;

  private static final long LONG = 10 * PATIENCE;

  private static final World WORLD =
      new World(
          () -> Instant.ofEpochSecond(1_800_000_000),
          new Random(16),
          Thread.ofPlatform().daemon().factory());

  @TempDir Path temp;

  private LocalRegistry registry;
  private HttpServer server;
  private PreparedModule module;

  @BeforeEach
  void serve() throws IOException {
    registry = LocalRegistry.open(home(), WORLD);
    Path folder = Files.createDirectories(temp.resolve("m"));
    Files.writeString(folder.resolve("index.js"), "export const a = 1;\n");
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "org.one/module/m", "version": "1.0.0", "description": "About mail.",
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """);
    module = PreparedModule.read(folder, Optional.empty(), Optional.empty());
    new Publisher(registry, new KeyRing(home(), WORLD.random()), WORLD.clock()).publish(module);
    server =
        HttpServer.start(
            new HttpServer.Config("127.0.0.1", 0, Optional.of(TOKEN), Set.of(), PATIENCE),
            slow(registry),
            new JournalEvents(registry.store(), registry.registrar()));
  }

  @AfterEach
  void stop() {
    server.close();
    registry.close();
  }

  private Path home() {
    return temp.resolve("home");
  }

  /** The registry, but all that is done to its home takes long. */
  private static Registry slow(LocalRegistry registry) {
    return (Registry)
        Proxy.newProxyInstance(
            UpkeepOverHttpTest.class.getClassLoader(),
            new Class<?>[] {Registry.class, Upkeep.class},
            (_, method, arguments) -> {
              if (method.getDeclaringClass() == Upkeep.class) {
                TimeUnit.MILLISECONDS.sleep(LONG);
              }
              try {
                return method.invoke(registry, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Upkeep upkeep() {
    return new RemoteUpkeep(new HttpRegistry(server.url(), Optional.of(TOKEN)));
  }

  private HttpResponse<String> ask(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void longWorkIsAskedForUntilItIsDone() {
    Collector.Report dry = upkeep().collect(Duration.ZERO, true);
    assertTrue(dry.linked() > 5, dry.toString());
    upkeep().reindex();
    assertFalse(registry.search("mail", 5).isEmpty());
    assertTrue(Files.isDirectory(upkeep().checkpoint().resolve("db")));
  }

  @Test
  void longWorkIsAnsweredWithAJobThatMayBeAskedForAgain() throws Exception {
    String auth = "Bearer " + TOKEN;
    HttpResponse<String> begun = ask("POST", "/v1/admin/reindex", "Authorization", auth);
    assertEquals(202, begun.statusCode());
    String job = begun.headers().firstValue("Location").orElseThrow();
    assertTrue(begun.body().contains("\"job\""), begun.body());
    HttpResponse<String> done = ask("GET", job, "Authorization", auth);
    for (int i = 0; i < 500 && done.statusCode() == 202; i++) {
      done = ask("GET", job, "Authorization", auth);
    }
    assertEquals(200, done.statusCode(), done.body());
    assertEquals(200, ask("GET", job, "Authorization", auth).statusCode());
    assertEquals(404, ask("GET", "/v1/admin/jobs/no", "Authorization", auth).statusCode());
    assertEquals(403, ask("GET", job).statusCode());
    assertEquals(403, ask("POST", "/v1/admin/reindex").statusCode());
    assertEquals(405, ask("POST", job, "Authorization", auth).statusCode());
  }

  @Test
  void longWorkThatFailsIsToldToWhoAsked() {
    Batch batch = new Batch();
    batch.discard(module.recordCid());
    registry.store().commit(batch);
    RemoteException refused =
        assertThrows(RemoteException.class, () -> upkeep().collect(Duration.ZERO, false));
    assertEquals(ErrorCode.NOT_VERIFIED, refused.code(), refused.message());
  }

  @Test
  void aBackupOfAHomeThatIsServedIsWholeAndIsRestored() throws IOException {
    HomeBackup.write(home(), WORLD, Optional.of(upkeep()), temp.resolve("b.car"), false);
    assertFalse(Files.exists(home().resolve("checkpoints")));
    HomeBackup.restore(temp.resolve("b.car"), temp.resolve("again"), WORLD, false);
    try (LocalRegistry again = LocalRegistry.open(temp.resolve("again"), WORLD)) {
      assertEquals(registry.node().root(), again.node().root());
      assertEquals(module.recordCid(), again.resolve("org.one/module/m").record());
    }
  }

  /** Held, withheld, damaged, missing: over HTTP, and by fsck while the node goes on. */
  @Test
  void eachStateOfABlockIsTold() throws Exception {
    List<Cid> blocks = new ArrayList<>();
    ReleaseRules.eachBlock(module.recordCid(), registry, blocks::add);
    List<Cid> raw = blocks.stream().filter(cid -> cid.codec() == Cid.RAW).toList();
    Cid file = raw.getFirst();
    Cid record = module.recordCid();
    assertEquals(200, state(record));
    assertEquals(List.of(), fsck().faults());

    Path policy = home().resolve("policy.json");
    Files.writeString(policy, "{\"deniedBlocks\": [\"" + file + "\"]}");
    assertEquals(451, state(file));
    take(file);
    assertEquals(451, state(file), "it does not matter whether it is held");
    assertEquals(List.of(), fsck().faults());
    assertEquals(1, fsck().withheld());

    Files.delete(policy);
    assertEquals(404, state(file));
    assertEquals(List.of(Fault.Kind.MISSING), fsck().faults().stream().map(Fault::kind).toList());
    assertEquals(Optional.of(file), fsck().faults().getFirst().block());

    Batch wrong = new Batch();
    wrong.put(file, new byte[] {1, 2, 3});
    registry.store().commit(wrong);
    assertEquals(503, state(file), "never served");
    assertEquals(List.of(Fault.Kind.CORRUPT), fsck().faults().stream().map(Fault::kind).toList());
  }

  private int state(Cid cid) throws IOException, InterruptedException {
    return ask("GET", "/ipfs/" + cid + "?format=raw").statusCode();
  }

  private void take(Cid cid) {
    Batch batch = new Batch();
    batch.discard(cid);
    registry.store().commit(batch);
  }

  private Fsck.Report fsck() {
    try (HomeCare care = HomeCare.beside(home(), upkeep(), WORLD)) {
      return care.fsck();
    }
  }
}
