package org.dxos.dmg.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.api.QueryAnswer;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.verdict.ReleaseRules;

/**
 * Kills a node again and again while publishers publish, and checks after each restart what it had
 * acknowledged.
 *
 * <p>An oracle writes, and syncs, what a publisher means to publish before it asks and what was
 * acknowledged after the answer. After each restart every acknowledged release resolves to the
 * acknowledged record, all its blocks are byte-equal and it is in SPARQL; every other one is wholly
 * there or wholly absent. Usage: {@code CrashDriver [kills] [seed]}.
 */
public final class CrashDriver {

  private static final int PUBLISHERS = 4;

  private final Path work;
  private final Random random;
  private final PrintStream out;
  private final Map<String, Cid> acknowledged = new LinkedHashMap<>();
  private final Map<String, Cid> intended = new LinkedHashMap<>();
  private final AtomicInteger next = new AtomicInteger();
  private int lost;
  private int half;

  /**
   * What a run found.
   *
   * @param lost acknowledged releases that were gone
   * @param half releases of which only a part was there
   */
  public record Report(int kills, int acknowledged, int intended, int lost, int half) {}

  private CrashDriver(Path work, long seed, PrintStream out) {
    this.work = work;
    this.random = new Random(seed);
    this.out = out;
  }

  public static void main(String[] arguments) throws Exception {
    int kills = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
    Path work = Files.createTempDirectory("dmg-crash-");
    Report report = run(work, kills, seed, System.err);
    System.err.println(
        "kills %d, acknowledged %d of %d tried, lost %d, half visible %d  (seed %d, %s)"
            .formatted(
                report.kills(),
                report.acknowledged(),
                report.intended(),
                report.lost(),
                report.half(),
                seed,
                work));
    System.exit(report.lost() + report.half() == 0 ? 0 : 1);
  }

  /** Runs in a folder of its own, which is left as it is for those who want to look. */
  static Report run(Path work, int kills, long seed, PrintStream out) throws Exception {
    CrashDriver driver = new CrashDriver(work, seed, out);
    for (int kill = 1; kill <= kills; kill++) {
      driver.round(kill);
    }
    driver.check("the last restart");
    return new Report(
        kills, driver.acknowledged.size(), driver.intended.size(), driver.lost, driver.half);
  }

  private void round(int number) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch running = new CountDownLatch(PUBLISHERS);
    NodeProcess node = NodeProcess.start(Files.createDirectories(work).resolve("node"));
    List<Thread> publishers =
        java.util.stream.IntStream.range(0, PUBLISHERS)
            .mapToObj(_ -> Thread.ofPlatform().start(() -> publish(node.url(), stop, running)))
            .toList();
    if (!running.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("publishers did not begin");
    }
    // A moment of the driver's choosing, while all publishers are at it.
    stopAfter(Math.max(1, random.nextInt(400)));
    node.kill();
    stop.set(true);
    for (Thread publisher : publishers) {
      publisher.join();
    }
    check("kill " + number);
  }

  private static void stopAfter(long millis) throws InterruptedException {
    new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
  }

  private void publish(String url, AtomicBoolean stop, CountDownLatch running) {
    boolean first = true;
    while (!stop.get()) {
      int number = next.getAndIncrement();
      String name = "com.example/function/crash-n" + number;
      try (Registry registry = registry(url)) {
        PreparedModule module = module(name, number);
        synchronized (this) {
          journal("intend " + name + " " + module.recordCid());
          intended.put(name, module.recordCid());
        }
        new Publisher(registry, keys(), InstantSource.system()).publish(module);
        synchronized (this) {
          acknowledged.put(name, module.recordCid());
          journal("ack " + name + " " + module.recordCid());
        }
      } catch (RuntimeException e) {
        if (!(e instanceof Explained explained)
            || (explained.code() != ErrorCode.UNREACHABLE
                && explained.code() != ErrorCode.AUTHORITY_CONTESTED)) {
          throw e;
        }
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      } finally {
        if (first) {
          running.countDown();
          first = false;
        }
      }
    }
  }

  private Registry registry(String url) {
    return Registries.open(
        work.resolve("client"), Optional.of(url), Optional.empty(), World.real());
  }

  private synchronized KeyRing keys() throws IOException {
    return new KeyRing(Files.createDirectories(work.resolve("client")), new SecureRandom());
  }

  /** A module with a bundle of some files, all its own. */
  private PreparedModule module(String name, int number) throws IOException {
    Path folder = Files.createDirectories(work.resolve("modules").resolve("n" + number));
    Files.writeString(folder.resolve("index.js"), "export const handler = () => " + number + ";\n");
    Files.write(folder.resolve("data.bin"), new byte[1000 + number % 5000]);
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "%s", "version": "1.0.0", "description": "number %d",
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name, number));
    return PreparedModule.read(folder, Optional.empty(), Optional.empty());
  }

  /** Synced before the driver goes on: the oracle must not be younger than the node. */
  private void journal(String line) {
    try (FileChannel channel =
        FileChannel.open(
            work.resolve("oracle.log"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void check(String after) throws Exception {
    try (NodeProcess node = NodeProcess.start(work.resolve("node"));
        Registry registry = registry(node.url())) {
      int present = 0;
      for (Map.Entry<String, Cid> one : intended.entrySet()) {
        boolean acked = acknowledged.containsKey(one.getKey());
        switch (state(registry, one.getKey(), one.getValue())) {
          case WHOLE -> present++;
          case ABSENT -> lost += acked ? 1 : 0;
          case HALF -> half++;
        }
      }
      QueryAnswer answer =
          registry.sparql(
              "SELECT (COUNT(DISTINCT ?r) AS ?n) { ?r a <urn:dmg:ns#Release> }", "text/csv");
      int shown =
          Integer.parseInt(
              new String(answer.body(), StandardCharsets.UTF_8).lines().toList().get(1).strip());
      if (shown != present) {
        half += Math.abs(shown - present);
      }
      out.println(
          after
              + ": "
              + acknowledged.size()
              + " acknowledged, "
              + present
              + " of "
              + intended.size()
              + " there, "
              + shown
              + " in SPARQL, lost "
              + lost
              + ", half "
              + half);
    }
  }

  private enum State {
    WHOLE,
    ABSENT,
    HALF
  }

  private static State state(Registry registry, String name, Cid record) {
    ReleaseInfo release;
    try {
      release = registry.resolve(name + "@1.0.0");
    } catch (RuntimeException e) {
      if (e instanceof Explained explained && explained.code() == ErrorCode.NOT_FOUND) {
        return State.ABSENT;
      }
      throw e;
    }
    if (!release.record().equals(record)) {
      return State.HALF;
    }
    try {
      List<Cid> blocks = new ArrayList<>();
      ReleaseRules.eachBlock(record, registry, blocks::add);
      // Every block is fetched, and hashed by the client.
      return blocks.stream().allMatch(cid -> registry.get(cid).isPresent())
          ? State.WHOLE
          : State.HALF;
    } catch (RuntimeException e) {
      return State.HALF;
    }
  }
}
