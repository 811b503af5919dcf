package org.dxos.dmg.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.unixfs.Budget;
import org.dxos.dmg.unixfs.BundleReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks that go ahead of the release that links them. */
final class UploadTest {

  private static final int LARGE = 20 << 20;

  @TempDir Path temp;

  private final World world =
      new World(
          () -> Instant.ofEpochSecond(1_800_000_000),
          new Random(5),
          Thread.ofPlatform().daemon().factory());
  private LocalRegistry held;
  private HttpServer server;
  private Registry registry;

  @BeforeEach
  void serve() throws IOException {
    held = LocalRegistry.open(temp.resolve("home"), world);
    server =
        HttpServer.start(
            new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of()),
            held,
            new JournalEvents(held.store(), held.registrar()));
    registry =
        Registries.open(temp.resolve("other"), Optional.of(server.url()), Optional.empty(), world);
  }

  @AfterEach
  void close() {
    registry.close();
    server.close();
    held.close();
  }

  private Path folder() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("large"));
    byte[] bytes = new byte[LARGE];
    new Random(6).nextBytes(bytes);
    Files.write(folder.resolve("model.bin"), bytes);
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "com.large/function/model", "version": "1.0.0",
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """);
    return folder;
  }

  private Publisher publisher() {
    return new Publisher(
        registry, new KeyRing(temp.resolve("keys"), world.random()), world.clock());
  }

  @Test
  void aLargeModuleGoesInPartsAndComesBackEqual() throws IOException {
    Path folder = folder();
    try (PreparedModule module = PreparedModule.read(folder, Optional.empty(), Optional.empty())) {
      assertTrue(module.totalBytes() > LARGE);
      assertInstanceOf(Publisher.Outcome.Published.class, publisher().publish(module));
      assertEquals(module.recordCid(), registry.resolve("com.large/function/model").record());
      assertTrue(registry.missing(module.blocks().cids()).isEmpty());
      var bundle = module.record().bundles().iterator().next();
      new BundleReader()
          .extract(
              registry,
              bundle.cid(),
              Budget.declared(bundle.size()),
              temp.resolve("out"),
              Set.of(),
              false);
    }
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("model.bin")),
        Files.readAllBytes(temp.resolve("out").resolve("model.bin")));
  }

  @Test
  void whatWentBeforeAnInterruptionIsNotSentAgain() throws IOException {
    try (PreparedModule module =
        PreparedModule.read(folder(), Optional.empty(), Optional.empty())) {
      List<Cid> some = List.copyOf(module.blocks().cids()).subList(0, 7);
      registry.keep(some, module);
      Set<Cid> missing = registry.missing(module.blocks().cids());
      assertEquals(module.blocks().size() - 7, missing.size());
      assertTrue(some.stream().noneMatch(missing::contains));
      publisher().publish(module);
      assertEquals(module.recordCid(), registry.resolve("com.large/function/model").record());
    }
  }

  @Test
  void anUploadThatIsCutOffKeepsItsWholeParts() throws IOException {
    try (PreparedModule module =
        PreparedModule.read(folder(), Optional.empty(), Optional.empty())) {
      List<Cid> leaves =
          module.blocks().cids().stream().filter(cid -> cid.codec() == Cid.RAW).toList();
      ByteArrayOutputStream car = new ByteArrayOutputStream();
      CarWriter writer = new CarWriter(car, List.of());
      for (Cid cid : leaves.subList(0, 10)) {
        writer.put(cid, module.get(cid).orElseThrow());
      }
      byte[] cut = Arrays.copyOf(car.toByteArray(), car.size() - 1);
      assertEquals(400, put(cut));
      Set<Cid> missing = registry.missing(leaves);
      assertTrue(missing.size() < leaves.size() && missing.contains(leaves.get(9)));
    }
  }

  @Test
  void aBlockThatIsNotWhatItsCidSaysIsRefused() throws IOException {
    byte[] block = "what it is".getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream car = new ByteArrayOutputStream();
    Cid cid = Cid.of(Cid.RAW, block);
    new CarWriter(car, List.of()).put(cid, block);
    byte[] bytes = car.toByteArray();
    bytes[bytes.length - 1] ^= 1;
    assertEquals(422, put(bytes));
    assertEquals(Set.of(cid), registry.missing(List.of(cid)));
    assertEquals(400, put("no car at all".getBytes(StandardCharsets.UTF_8)));
  }

  private int put(byte[] body) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(server.url() + "/v1/blocks").toURL().openConnection();
    connection.setRequestMethod("PUT");
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Type", "application/vnd.ipld.car");
    connection.getOutputStream().write(body);
    return connection.getResponseCode();
  }

  /** One that says it will be the largest there may be, and sends a byte now and then. */
  private int statusOfDripping(CountDownLatch drips) throws Exception {
    URI url = URI.create(server.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v1/publish HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: "
                  + (256 << 20)
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      Cid cid = Cid.of(Cid.RAW, new byte[1]);
      CarWriter unused = new CarWriter(out, List.of(cid));
      out.write(new byte[] {(byte) 0x80, (byte) 0x80, 0x40}); // a block of 1 MiB begins
      out.write(cid.bytes());
      InputStream in = socket.getInputStream();
      while (in.available() == 0) {
        try {
          out.write(1);
        } catch (SocketException e) {
          break; // it has answered
        }
        drips.countDown();
        Thread.sleep(100);
      }
      String answer = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
      return Integer.parseInt(answer.substring(9));
    }
  }

  @Test
  void anUploadThatDripsKeepsNobodyOutAndIsEnded() throws Exception {
    CountDownLatch drips = new CountDownLatch(3);
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      long from = System.nanoTime();
      Future<Integer> dripping = senders.submit(() -> statusOfDripping(drips));
      drips.await();
      List<Future<Publisher.Outcome>> honest = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String name = "com.n" + i + "/module/a";
        Path folder = temp.resolve("keys" + i);
        honest.add(
            senders.submit(
                () ->
                    new Publisher(registry, new KeyRing(folder, world.random()), world.clock())
                        .publish(
                            HttpScene.module(
                                Files.createDirectories(folder), "a", name, "1.0.0", "{}"))));
      }
      for (Future<Publisher.Outcome> one : honest) {
        assertInstanceOf(Publisher.Outcome.Published.class, one.get());
      }
      assertEquals(408, dripping.get());
      Duration took = Duration.ofNanos(System.nanoTime() - from);
      assertTrue(took.toSeconds() < 60, took::toString);
    }
  }
}
