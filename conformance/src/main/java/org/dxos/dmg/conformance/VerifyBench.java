package org.dxos.dmg.conformance;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.install.Chain;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * How long it takes to follow the chain of one release, and of a closure of 500 modules, from the
 * blocks to the authority id: 1 ms and 200 ms are wanted, warm.
 */
public final class VerifyBench {

  private static final int MODULES = 500;

  /** On a machine that has other work too, time of the processor is what can be compared. */
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Releases that are verified once each. */
  private static final int COLD = 100;

  private VerifyBench() {}

  public static void main(String[] arguments) throws Exception {
    Path work = Files.createTempDirectory("dmg-verify-bench");
    PrintStream out =
        new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
    try (LocalRegistry registry = LocalRegistry.open(work.resolve("home"), World.real())) {
      publish(registry, work);
      Lock one = lock(registry, "com.example/module/m0");
      Lock all = lock(registry, "com.example/module/m" + (MODULES - 1));
      out.printf("%d modules in the closure%n", all.closure().modules().size());
      report(out, "one release", one, registry, 2000, 1);
      cold(out, work);
      report(out, "closure", all, registry, 40, 200);
    } finally {
      try (var files = Files.walk(work)) {
        files.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  private static void report(
      PrintStream out, String what, Lock lock, Registry registry, int rounds, double limit) {
    double[] millis = new double[rounds];
    double[] processor = new double[rounds];
    double cold = 0;
    for (int i = 0; i < rounds; i++) {
      long busy = THREADS.getCurrentThreadCpuTime();
      long start = System.nanoTime();
      if (new Chain(registry).verify(lock).size() != lock.closure().modules().size()) {
        throw new IllegalStateException("not all were verified");
      }
      millis[i] = (System.nanoTime() - start) / 1e6;
      processor[i] = (THREADS.getCurrentThreadCpuTime() - busy) / 1e6;
      cold = i == 0 ? millis[0] : cold;
    }
    Arrays.sort(millis);
    Arrays.sort(processor);
    out.printf(
        "%-12s first %.2f ms, median %.2f ms (of the processor %.2f ms), fastest %.2f ms; wanted %.0f ms%n",
        what, cold, millis[rounds / 2], processor[rounds / 2], millis[0], limit);
  }

  /**
   * Each release of its own authority, verified once by a registry that was opened just then: the
   * code is warm, and nothing of what is read was read before by this database.
   */
  private static void cold(PrintStream out, Path work) throws Exception {
    List<Lock> locks = new ArrayList<>();
    try (LocalRegistry registry = LocalRegistry.open(work.resolve("cold"), World.real())) {
      Publisher publisher =
          new Publisher(
              registry,
              new KeyRing(work.resolve("cold"), new SecureRandom()),
              World.real().clock());
      for (int i = 0; i < COLD; i++) {
        Name name = Name.parse("com.cold" + i + "/module/m");
        publisher.publish(
            PreparedModule.of(ModuleRecord.named(name, Version.parse("1.0.0")).build()));
        locks.add(lock(registry, name.toString()));
      }
    }
    double[] millis = new double[COLD];
    try (LocalRegistry registry = LocalRegistry.open(work.resolve("cold"), World.real())) {
      for (int i = 0; i < COLD; i++) {
        long start = System.nanoTime();
        if (new Chain(registry).verify(locks.get(i)).size() != 1) {
          throw new IllegalStateException("not verified");
        }
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    Arrays.sort(millis);
    out.printf(
        "cold release median %.2f ms, slowest of %d %.2f ms; wanted 5 ms%n",
        millis[COLD / 2], COLD, millis[COLD - 1]);
  }

  private static Lock lock(Registry registry, String root) {
    return registry.closure(new ClosureRequest(List.of(root), Optional.empty()));
  }

  /** Each module needs the one before it. */
  private static void publish(LocalRegistry registry, Path work) {
    Publisher publisher =
        new Publisher(
            registry, new KeyRing(work.resolve("keys"), new SecureRandom()), World.real().clock());
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < MODULES; i++) {
      numbers.add(i);
    }
    publisher.publishAll(
        "com.example",
        numbers,
        i -> {
          ModuleRecord.Builder record =
              ModuleRecord.named(Name.parse("com.example/module/m" + i), Version.parse("1.0.0"));
          if (i > 0) {
            record.dependency(
                new Dependency.One(
                    Name.parse("com.example/module/m" + (i - 1)),
                    Range.parse("^1"),
                    Optional.empty(),
                    false));
          }
          return PreparedModule.of(record.build());
        },
        (done, count) -> {});
  }
}
