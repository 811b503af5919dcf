package org.dxos.dmg.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Publishing over HTTP, each release checked and synced to disk before the answer, against the
 * limit: the same bytes in bare synced RocksDB batches, with as many writers. Both run in turns in
 * one process; the median of the ratios counts, not the seconds. What publishers do before they
 * send (read, hash, sign) is done before the time is taken, as it is for what both are measured
 * against.
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
      publisher.publish(module()); // claims the authority
      URI url = URI.create(server.url());
      ConcurrentHashMap<Thread, LeanClient> connections = new ConcurrentHashMap<>();
      Work post =
          ready -> {
            LeanClient client = connections.get(Thread.currentThread());
            if (client == null) {
              client = new LeanClient(url);
              connections.put(Thread.currentThread(), client);
            }
            int status = client.send(ready.request());
            if (status != 201) {
              throw new IllegalStateException("publish was answered " + status);
            }
          };
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round <= rounds; round++) {
        List<Ready> modules = new ArrayList<>();
        for (int i = 0; i < releases; i++) {
          modules.add(ready(module(), registry, url));
        }
        long start = cpu();
        double limit = perSecond(clients, modules, ready -> write(bare, ready.module()));
        long between = cpu();
        double ours = perSecond(clients, modules, post);
        long end = cpu();
        if (round == 0) {
          continue; // the first of each is not counted
        }
        ratios.add(ours / limit);
        System.err.println(
            "round %d: publish %.0f/s, bare synced RocksDB %.0f/s, ratio %.3f; of both cores %.2f and %.2f ms a release"
                .formatted(
                    round,
                    ours,
                    limit,
                    ours / limit,
                    (end - between) / 1e6 / releases,
                    (between - start) / 1e6 / releases));
      }
      ratios.sort(null);
      System.err.println(
          "median ratio %.3f of %d rounds (must reach 0.3)"
              .formatted(ratios.get(ratios.size() / 2), rounds));
    }
  }

  /**
   * What this process, node and clients both, has had of the cores, in ns: says more than time does
   * where others work.
   */
  private static long cpu() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }

  /**
   * A module, and the request that publishes it: signed and written out before the time is taken.
   */
  @SuppressWarnings("ArrayRecordComponent") // sent, never compared
  private record Ready(PreparedModule module, byte[] request) {}

  private interface Work {
    void on(Ready module) throws Exception;
  }

  /** What a publisher would send, taken from one who publishes to a registry that only listens. */
  private Ready ready(PreparedModule module, Registry registry, URI url) {
    byte[][] request = {new byte[0]};
    Registry listening =
        (Registry)
            Proxy.newProxyInstance(
                Registry.class.getClassLoader(),
                new Class<?>[] {Registry.class},
                (_, method, arguments) -> {
                  if (!method.getName().equals("publish")) {
                    return method.invoke(registry, arguments);
                  }
                  Cid envelope = (Cid) arguments[0];
                  request[0] =
                      LeanClient.post(
                          url,
                          "/v1/publish",
                          "application/vnd.ipld.car",
                          car(envelope, (BlockSource) arguments[1]));
                  return new PublishReceipt(
                      PublishReceipt.Status.HELD, envelope, Optional.empty(), List.of(), 0);
                });
    new Publisher(
            listening,
            new KeyRing(work.resolve("home"), new SecureRandom()),
            InstantSource.system())
        .publish(module);
    return new Ready(module, request[0]);
  }

  private static byte[] car(Cid envelope, BlockSource blocks) throws IOException {
    Signed<Statement> statement = Signed.read(blocks, envelope, Statement.class);
    Set<Cid> all = new LinkedHashSet<>();
    if (statement.body().op() instanceof Statement.Release release) {
      ReleaseRules.eachBlock(release.module(), blocks, all::add);
    }
    all.add(statement.envelope().body());
    all.add(envelope);
    ByteArrayOutputStream car = new ByteArrayOutputStream();
    CarWriter writer = new CarWriter(car, List.of(envelope));
    for (Cid cid : all) {
      writer.put(cid, blocks.get(cid).orElseThrow());
    }
    return car.toByteArray();
  }

  private double perSecond(ExecutorService clients, List<Ready> modules, Work work)
      throws Exception {
    long start = System.nanoTime();
    List<Future<?>> running = new ArrayList<>();
    for (Ready module : modules) {
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
