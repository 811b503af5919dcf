package org.dxos.dmg.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.sync.link.Federation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A node with two modules, open to all and again with a token, for the tests of one class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HttpScene {

  static final String TOKEN = "a long random word";
  static final String APP = "com.two/function/app";

  Path folder;
  LocalRegistry registry;
  Federation federation;
  HttpServer open;
  HttpServer guarded;
  Cid record;
  Cid release;

  @BeforeAll
  void serve(@TempDir Path temp) throws IOException {
    folder = temp;
    World world =
        new World(
            () -> Instant.ofEpochSecond(1_800_000_000),
            new Random(12),
            Thread.ofPlatform().daemon().factory());
    registry = LocalRegistry.open(temp.resolve("home"), world);
    Publisher publisher =
        new Publisher(registry, new KeyRing(temp.resolve("home"), world.random()), world.clock());
    publisher.publish(module(temp, "lib", "org.one/module/lib", "1.0.0", "{}"));
    PreparedModule app = module(temp, "app", APP, "1.0.0", "{\"org.one/module/lib\": \"^1\"}");
    publisher.publish(app);
    publisher.publish(
        module(
            temp, "stuck", "com.two/function/stuck", "1.0.0", "{\"org.one/module/lib\": \"^9\"}"));
    record = app.recordCid();
    release = registry.resolve(APP).release();
    registry.follow();
    JournalEvents events = new JournalEvents(registry.store(), registry.registrar());
    federation = registry.federate(List.of("/ip4/127.0.0.1/tcp/0"));
    open =
        HttpServer.start(
            new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of("node.example")),
            registry,
            events,
            Optional.of(federation));
    guarded =
        HttpServer.start(
            new HttpServer.Config("127.0.0.1", 0, Optional.of(TOKEN), Set.of()), registry, events);
  }

  @AfterAll
  void close() {
    open.close();
    guarded.close();
    federation.close();
    registry.close();
  }

  static PreparedModule module(
      Path temp, String folder, String name, String version, String dependencies)
      throws IOException {
    Path path = Files.createDirectories(temp.resolve(folder + version));
    Files.writeString(path.resolve("index.js"), "export const of = '" + name + version + "';\n");
    Files.writeString(
        path.resolve("dmg.json"),
        """
        {"name": "%s", "version": "%s", "dependencies": %s, "description": "About mail.",
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name, version, dependencies));
    return PreparedModule.read(path, Optional.empty(), Optional.empty());
  }

  final RawHttp.Answer get(String path, String... headers) throws IOException {
    return RawHttp.request(open, "GET", path, new byte[0], headers);
  }

  final RawHttp.Answer post(String path, byte[] body, String... headers) throws IOException {
    return RawHttp.request(open, "POST", path, body, headers);
  }
}
