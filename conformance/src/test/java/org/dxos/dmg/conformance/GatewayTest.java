package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.unixfs.BundleBlocks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which blocks are given over HTTP, and to whom. */
class GatewayTest {

  private static final String OWN = "a-secret-of-the-home-itself";
  private static final String TOKEN = "a-token-of-those-who-write";

  @TempDir Path temp;
  private LocalRegistry registry;
  private Publisher publisher;

  @BeforeEach
  void open() throws IOException {
    Path home = Files.createDirectories(temp.resolve("home"));
    registry = LocalRegistry.open(home, World.real());
    publisher = new Publisher(registry, new KeyRing(home, new Random()), World.real().clock());
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private PreparedModule module(String name) throws IOException {
    Path folder = Files.createDirectories(temp.resolve(name));
    Files.writeString(folder.resolve("index.js"), "export const x = '" + name + "';\n");
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "%s", "version": "1.0.0", "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name));
    return PreparedModule.read(folder, Optional.empty(), Optional.empty());
  }

  private static List<Cid> blocks(PreparedModule module) {
    List<Cid> blocks =
        new ArrayList<>(BundleBlocks.of(module, module.record().bundles().getFirst().cid()).held());
    blocks.add(module.recordCid());
    return blocks;
  }

  private HttpServer serve(Optional<String> token) {
    return HttpServer.start(
        new HttpServer.Config("127.0.0.1", 0, token, Set.of()).withOwn(OWN),
        registry,
        new JournalEvents(registry.store(), registry.registrar()));
  }

  private static HttpResponse<byte[]> get(HttpServer server, Cid cid, Optional<String> token)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + "/ipfs/" + cid + "?format=raw"));
    token.ifPresent(one -> request.header("Authorization", "Bearer " + one));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  private static String text(HttpResponse<byte[]> answer, Cid cid) {
    return new String(answer.body(), StandardCharsets.UTF_8).replace(cid.toString(), "CID");
  }

  @Test
  void strangersAreGivenWhatIsPublicAndTheHomeItselfAll() throws Exception {
    PreparedModule open = module("com.one/module/a");
    PreparedModule own = module("local.one/module/b");
    PreparedModule staged = module("com.one/module/c");
    publisher.publish(open);
    publisher.publish(own);
    Batch batch = new Batch();
    blocks(staged).forEach(cid -> batch.put(cid, staged.get(cid).orElseThrow()));
    registry.store().commit(batch);
    List<Cid> hidden = new ArrayList<>(blocks(own));
    hidden.addAll(blocks(staged));
    AuthorityInfo local = registry.authority("local.one").orElseThrow();
    hidden.add(local.keyHead());
    hidden.add(local.head().orElseThrow());
    List<Cid> shown = new ArrayList<>(blocks(open));
    AuthorityInfo named = registry.authority("com.one").orElseThrow();
    shown.add(named.keyHead());
    shown.add(named.head().orElseThrow());
    Cid nowhere = Cid.of(Cid.RAW, new byte[] {1, 2, 3});
    try (HttpServer server = serve(Optional.empty())) {
      HttpResponse<byte[]> absent = get(server, nowhere, Optional.empty());
      assertEquals(404, absent.statusCode());
      for (Cid cid : shown) {
        HttpResponse<byte[]> answer = get(server, cid, Optional.empty());
        assertEquals(200, answer.statusCode(), cid.toString());
        assertTrue(cid.matches(answer.body()));
        assertEquals(
            "public, max-age=31536000, immutable",
            answer.headers().firstValue("cache-control").orElseThrow());
      }
      for (Cid cid : hidden) {
        assertTrue(registry.store().has(cid), cid.toString());
        for (String wrong : List.of("", "guess", OWN + "x")) {
          HttpResponse<byte[]> answer =
              get(server, cid, wrong.isEmpty() ? Optional.empty() : Optional.of(wrong));
          assertEquals(absent.statusCode(), answer.statusCode(), cid.toString());
          assertEquals(text(absent, nowhere), text(answer, cid), "as if it were not there");
        }
        HttpResponse<byte[]> owns = get(server, cid, Optional.of(OWN));
        assertArrayEquals(registry.store().get(cid).orElseThrow(), owns.body());
        assertEquals(
            "private, max-age=31536000, immutable",
            owns.headers().firstValue("cache-control").orElseThrow());
      }
      // In the moment in which a head adds it everybody may have it.
      publisher.publish(staged);
      for (Cid cid : blocks(staged)) {
        assertEquals(200, get(server, cid, Optional.empty()).statusCode());
      }
    }
  }

  @Test
  void whoMayWriteMayReadAll() throws Exception {
    PreparedModule own = module("local.one/module/b");
    publisher.publish(own);
    try (HttpServer server = serve(Optional.of(TOKEN))) {
      for (Cid cid : blocks(own)) {
        assertEquals(404, get(server, cid, Optional.empty()).statusCode());
        assertEquals(200, get(server, cid, Optional.of(TOKEN)).statusCode());
        assertEquals(200, get(server, cid, Optional.of(OWN)).statusCode());
      }
    }
  }

  @Test
  void whatThePolicyDeniesIsPublicToNobody() throws Exception {
    PreparedModule open = module("com.one/module/a");
    publisher.publish(open);
    try (HttpServer server = serve(Optional.empty())) {
      assertEquals(200, get(server, open.recordCid(), Optional.empty()).statusCode());
      Files.writeString(temp.resolve("home/policy.json"), "{\"deny\": [\"com.one\"]}");
      assertEquals(404, get(server, open.recordCid(), Optional.empty()).statusCode());
      assertEquals(200, get(server, open.recordCid(), Optional.of(OWN)).statusCode());
    }
  }

  @Test
  void aLocalModuleInstallsFromOnesOwnNodeAndFromNobodyElses() throws Exception {
    publisher.publish(module("local.one/module/b"));
    registry.close();
    Path home = temp.resolve("home");
    try (NodeProcess node = NodeProcess.start(home)) {
      NodeProcess.Finished own =
          NodeProcess.run(
              List.of(
                  "install",
                  "local.one/module/b",
                  "--into",
                  temp.resolve("own").toString(),
                  "--home",
                  home.toString()));
      assertEquals(0, own.code(), own.err());
      assertTrue(
          Files.exists(temp.resolve("own/modules/local.one/module/b/1.0.0/index.js")), own.out());
      NodeProcess.Finished foreign =
          NodeProcess.run(
              List.of(
                  "install",
                  "local.one/module/b",
                  "--into",
                  temp.resolve("foreign").toString(),
                  "--node",
                  node.url(),
                  "--home",
                  temp.resolve("other").toString()));
      assertTrue(foreign.code() != 0, foreign.out());
      assertTrue(!Files.exists(temp.resolve("foreign/modules")), foreign.err());
    }
    registry = LocalRegistry.open(home, World.real());
  }
}
