package org.dxos.dmg.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/**
 * Kills a node again and again while publishers publish and yank, and blocks are collected and the
 * projection is made anew, and checks after each restart what it had acknowledged.
 *
 * <p>A node is killed at a moment of the driver's choosing, or as one of its threads makes its n-th
 * call of one kind to the operating system, which may be while it starts. After each restart every
 * acknowledged release resolves to the acknowledged record, all its blocks are byte-equal and it is
 * in SPARQL; every other one is wholly there or wholly absent, and stays so. Usage: {@code
 * CrashDriver [kills] [seed] [time|syscall]}.
 */
public final class CrashDriver {

  private static final int PUBLISHERS = 4;

  /** All there is is looked at after this many kills, and at the end. */
  private static final int LOOK_AT_ALL = 100;

  /** How long a call is waited for that may never come: then the node is killed as it is. */
  private static final long CALL_MILLIS = 2_000;

  /** Homes that are killed at the same time: one starts while another is looked at. */
  private static final int LANES = 2;

  /** From as many kills on it pays to make a cache of classes first. */
  private static final int WORTH_A_CACHE = 20;

  private final Path work;
  private final Random random;
  private final NodeProcess.Start how;
  private final PrintStream out;
  private final Oracle oracle;
  private final Map<String, Integer> kills = new TreeMap<>();
  private int lost;
  private int half;

  /**
   * What a run found.
   *
   * @param kills by what, and how many
   * @param lost acknowledged releases that were gone
   * @param half releases of which only a part was there
   */
  record Report(
      Map<String, Integer> kills, int acknowledged, int yanks, int intended, int lost, int half) {

    /** Nodes that died at a call. */
    int atCalls() {
      return kills.entrySet().stream()
          .filter(one -> !one.getKey().equals("time"))
          .mapToInt(Map.Entry::getValue)
          .sum();
    }

    private Report with(Report other) {
      Map<String, Integer> all = new TreeMap<>(kills);
      other.kills.forEach((what, many) -> all.merge(what, many, Integer::sum));
      return new Report(
          all,
          acknowledged + other.acknowledged,
          yanks + other.yanks,
          intended + other.intended,
          lost + other.lost,
          half + other.half);
    }

    @Override
    public String toString() {
      return "killed %s, acknowledged %d of %d tried and %d yanks, lost %d, half visible %d"
          .formatted(kills, acknowledged, intended, yanks, lost, half);
    }
  }

  private CrashDriver(Path work, long seed, NodeProcess.Start how, PrintStream out) {
    this.work = work;
    this.random = new Random(seed);
    this.how = how;
    this.out = out;
    this.oracle = new Oracle(work);
  }

  public static void main(String[] arguments) throws Exception {
    int kills = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
    boolean calls = arguments.length > 2 && arguments[2].equals("syscall");
    Path work = Files.createTempDirectory("dmg-crash-");
    long began = System.nanoTime();
    Report report = run(work, calls ? 0 : kills, calls ? kills : 0, seed, System.err);
    System.err.println(
        "%s  (seed %d, %d s, %s)"
            .formatted(
                report, seed, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began), work));
    System.exit(report.lost() + report.half() == 0 ? 0 : 1);
  }

  /**
   * Runs in a folder of its own, which is left as it is for those who want to look.
   *
   * @param byTime kills at a moment of the driver's choosing
   * @param atCalls kills at a call; where the call does not come, at a moment as well
   */
  static Report run(Path work, int byTime, int atCalls, long seed, PrintStream out)
      throws Exception {
    Files.createDirectories(work);
    NodeProcess.Start how =
        byTime + atCalls < WORTH_A_CACHE
            ? NodeProcess.Start.PLAIN
            : lean(Files.createDirectories(work.resolve("lean")), out);
    List<Boolean> kills = new ArrayList<>(Collections.nCopies(byTime, false));
    kills.addAll(Collections.nCopies(atCalls, true));
    Collections.shuffle(kills, new Random(seed));
    List<Future<Report>> lanes = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(LANES)) {
      for (int lane = 0; lane < LANES; lane++) {
        Path folder = Files.createDirectories(work.resolve("lane-" + lane));
        CrashDriver driver = new CrashDriver(folder, seed * LANES + lane, how, out);
        List<Boolean> share =
            kills.subList(kills.size() * lane / LANES, kills.size() * (lane + 1) / LANES);
        lanes.add(threads.submit(() -> driver.run(share)));
      }
    }
    Report report = new Report(Map.of(), 0, 0, 0, 0, 0);
    for (Future<Report> lane : lanes) {
      report = report.with(lane.get());
    }
    return report;
  }

  /** A node that is used as those are that will be killed. */
  private static NodeProcess.Start lean(Path work, PrintStream out) throws Exception {
    CrashDriver driver = new CrashDriver(work, 0, NodeProcess.Start.PLAIN, out);
    return NodeProcess.Start.lean(
        work,
        url -> {
          driver.claim(url);
          Upkeep upkeep =
              Registries.upkeep(driver.home(), Optional.empty(), Optional.empty()).orElseThrow();
          upkeep.collect(Duration.ZERO, false);
          upkeep.reindex();
          Oracle.Found unused = driver.oracle.look(url, true);
        });
  }

  /** One claims the name; all of them at once would be in each other's way. */
  private void claim(String url) {
    oracle
        .publish(url)
        .ifPresent(
            refused -> {
              throw new IllegalStateException(refused.message());
            });
  }

  /**
   * @param share of each kill, whether it is at a call
   */
  private Report run(List<Boolean> share) throws Exception {
    try (NodeProcess node = start(List.of())) {
      claim(node.url());
    }
    int number = 0;
    for (boolean atCall : share) {
      number++;
      round(number, atCall ? Optional.of(Syscalls.Nth.random(random)) : Optional.empty());
    }
    try (NodeProcess node = start(List.of())) {
      boolean unused = look(node, "the last restart", true, false);
    }
    // A second restart changes nothing.
    try (NodeProcess node = start(List.of())) {
      boolean unused = look(node, "one more", true, false);
    }
    return new Report(kills, oracle.acknowledged(), oracle.yanks(), oracle.intended(), lost, half);
  }

  private NodeProcess start(List<String> before) throws IOException {
    return NodeProcess.start(home(), before, how);
  }

  private Path home() {
    return work.resolve("node");
  }

  private void round(int number, Optional<Syscalls.Nth> call) throws Exception {
    long millis = Math.max(1, random.nextInt(400));
    NodeProcess node;
    try {
      node = start(call.map(Syscalls.Nth::killing).orElse(List.of()));
    } catch (NodeProcess.NotStartedException e) {
      if (call.isEmpty() || e.code() != NodeProcess.KILLED) {
        throw e;
      }
      died(call.get());
      return;
    }
    if (!look(node, "restart " + number, number % LOOK_AT_ALL == 0, call.isPresent())) {
      node.kill();
      died(call.orElseThrow());
      return;
    }
    AtomicBoolean stop = new AtomicBoolean();
    Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();
    CountDownLatch running = new CountDownLatch(PUBLISHERS);
    List<Thread> publishers =
        IntStream.range(0, PUBLISHERS)
            .mapToObj(
                _ -> Thread.ofPlatform().start(() -> publish(node.url(), stop, running, wrong)))
            .toList();
    Thread upkeep = Thread.ofPlatform().start(() -> keepUp(stop, wrong));
    if (!running.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("publishers did not begin");
    }
    // A moment of the driver's choosing, while all are at it; or the call, if it comes.
    boolean itself = node.awaitEnd(call.isPresent() ? CALL_MILLIS : millis);
    node.kill();
    if (itself && call.isPresent()) {
      died(call.get());
    } else {
      kills.merge("time", 1, Integer::sum);
    }
    stop.set(true);
    for (Thread publisher : publishers) {
      publisher.join();
    }
    upkeep.join();
    for (Throwable one : wrong) {
      throw new IllegalStateException("round " + number, one);
    }
  }

  private void died(Syscalls.Nth call) {
    kills.merge(call.call(), 1, Integer::sum);
  }

  private void publish(
      String url, AtomicBoolean stop, CountDownLatch running, Queue<Throwable> wrong) {
    boolean first = true;
    while (!stop.get()) {
      try {
        Optional<Explained> refused = oracle.publish(url);
        if (refused.isPresent() && !isExpected(refused.get().code())) {
          wrong.add(new IllegalStateException(refused.get().message()));
          stop.set(true);
        }
      } catch (RuntimeException e) {
        wrong.add(e);
        stop.set(true);
      } finally {
        if (first) {
          running.countDown();
          first = false;
        }
      }
    }
  }

  /** What a publisher may meet at a node that dies, or where two claim one name at once. */
  private static boolean isExpected(ErrorCode code) {
    return code == ErrorCode.UNREACHABLE
        || code == ErrorCode.AUTHORITY_CONTESTED
        || code == ErrorCode.BLOCK_MISSING;
  }

  /** Collects with no grace, and makes the projection anew, in turns. */
  private void keepUp(AtomicBoolean stop, Queue<Throwable> wrong) {
    boolean collect = true;
    while (!stop.get()) {
      try {
        Optional<Upkeep> running = Registries.upkeep(home(), Optional.empty(), Optional.empty());
        if (running.isEmpty()) {
          return;
        }
        Upkeep upkeep = running.get();
        if (collect) {
          upkeep.collect(Duration.ZERO, false);
        } else {
          upkeep.reindex();
        }
        collect = !collect;
      } catch (RuntimeException e) {
        if (!(e instanceof Explained explained) || explained.code() != ErrorCode.UNREACHABLE) {
          wrong.add(e);
          stop.set(true);
        }
      }
    }
  }

  /** False if the node died meanwhile; it is looked at after the next restart then. */
  private boolean look(NodeProcess node, String after, boolean everything, boolean mayDie) {
    Oracle.Found found;
    try {
      found = oracle.look(node.url(), everything);
    } catch (RuntimeException e) {
      if (mayDie && e instanceof Explained explained && explained.code() == ErrorCode.UNREACHABLE) {
        return false;
      }
      throw e;
    }
    lost += found.lost();
    half += found.half();
    found.which().forEach(out::println);
    out.println(
        "%s: %d acknowledged of %d, %d there, %d looked at, lost %d, half %d"
            .formatted(
                after,
                oracle.acknowledged(),
                oracle.intended(),
                found.present(),
                found.looked(),
                lost,
                half));
    return true;
  }
}
