package org.dxos.dmg.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Publishing over HTTP, each release checked and synced to disk before the answer, against the
 * limit: the same bytes in bare synced RocksDB batches, with as many writers. Both run in turns in
 * one process; the median of the ratios counts, not the seconds.
 *
 * <p>Usage: {@code PublishBench [rounds] [releases a round]}.
 */
public final class PublishBench {

  private static final int CLIENTS = 16;
  private static final int PAYLOAD = 21_000;

  private final Path work;
  private final int releases;
  private final AtomicInteger next = new AtomicInteger();

  private PublishBench(Path work, int releases) {
    this.work = work;
    this.releases = releases;
  }

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    int releases = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000;
    Path work = Files.createTempDirectory("dmg-bench-");
    new PublishBench(work, releases).run(rounds);
  }

  private void run(int rounds) throws Exception {
    RocksDB.loadLibrary();
    System.setProperty("http.maxConnections", String.valueOf(CLIENTS)); // one each, kept open
    World world = World.real();
    try (LocalRegistry local = LocalRegistry.open(work.resolve("home"), world);
        HttpServer server =
            HttpServer.start(
                new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of()),
                local,
                new JournalEvents(local.store(), local.registrar()));
        Options options = new Options().setCreateIfMissing(true);
        RocksDB bare = RocksDB.open(options, work.resolve("bare").toString());
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      Registry registry =
          Registries.open(work.resolve("home"), Optional.of(server.url()), Optional.empty(), world);
      Publisher publisher =
          new Publisher(
              registry,
              new KeyRing(work.resolve("home"), new SecureRandom()),
              InstantSource.system());
      publisher.publish(module()); // claims the authority, and warms up
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round <= rounds; round++) {
        List<PreparedModule> modules = new ArrayList<>();
        for (int i = 0; i < releases; i++) {
          modules.add(module());
        }
        double limit = perSecond(clients, modules, module -> write(bare, module));
        double ours = perSecond(clients, modules, publisher::publish);
        if (round == 0) {
          continue; // the first of each is not counted
        }
        ratios.add(ours / limit);
        System.err.println(
            "round %d: publish %.0f/s, bare synced RocksDB %.0f/s, ratio %.3f"
                .formatted(round, ours, limit, ours / limit));
      }
      ratios.sort(null);
      System.err.println(
          "median ratio %.3f of %d rounds (must reach 0.3)"
              .formatted(ratios.get(ratios.size() / 2), rounds));
    }
  }

  private interface Work {
    void on(PreparedModule module) throws Exception;
  }

  private double perSecond(ExecutorService clients, List<PreparedModule> modules, Work work)
      throws Exception {
    long start = System.nanoTime();
    List<Future<?>> running = new ArrayList<>();
    for (PreparedModule module : modules) {
      running.add(
          clients.submit(
              () -> {
                work.on(module);
                return null;
              }));
    }
    for (Future<?> one : running) {
      one.get();
    }
    return modules.size() / ((System.nanoTime() - start) / 1e9);
  }

  private static void write(RocksDB bare, PreparedModule module) throws Exception {
    try (WriteBatch batch = new WriteBatch();
        WriteOptions synced = new WriteOptions().setSync(true)) {
      for (Cid cid : module.blocks().cids()) {
        put(batch, cid.bytes(), module.get(cid).orElseThrow());
      }
      bare.write(synced, batch);
    }
  }

  private static void put(WriteBatch batch, byte[] key, byte[] value) {
    try {
      batch.put(key, value);
    } catch (org.rocksdb.RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A module of about 22 KB, unlike every other. */
  private PreparedModule module() throws IOException {
    int number = next.getAndIncrement();
    Path folder = Files.createDirectories(work.resolve("module"));
    byte[] payload = new byte[PAYLOAD];
    new java.util.Random(number).nextBytes(payload);
    Files.write(folder.resolve("index.js"), payload);
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "com.example/function/bench-n%d", "version": "1.0.0", "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(number));
    return PreparedModule.read(folder, Optional.empty(), Optional.empty());
  }
}
