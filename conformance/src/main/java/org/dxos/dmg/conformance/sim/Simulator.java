package org.dxos.dmg.conformance.sim;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs seeds, each of them twice, and says which one fails and how to repeat it. */
public final class Simulator {

  private static final long HOUR = 3600;

  private Simulator() {}

  /**
   * What many seeds came to.
   *
   * @param seconds of simulated time
   * @param shared heads that added more than one statement
   * @param sharedInside those in the space
   * @param flipped bits of blocks on disk
   * @param flippedInside those of what was held of the space
   * @param repaired blocks of both that came right without a backup
   * @param failed one line each: the seed, and what did not hold
   */
  public record Report(
      long seeds,
      long seconds,
      long faults,
      long forgeries,
      long acknowledged,
      long shared,
      long sharedInside,
      long flipped,
      long flippedInside,
      long repaired,
      long secrets,
      long refusals,
      List<String> failed) {
    private static final Report NOTHING = new Report(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of());

    public Report {
      failed = List.copyOf(failed);
    }

    private Report with(Report other) {
      List<String> all = new ArrayList<>(failed);
      all.addAll(other.failed);
      return new Report(
          seeds + other.seeds,
          seconds + other.seconds,
          faults + other.faults,
          forgeries + other.forgeries,
          acknowledged + other.acknowledged,
          shared + other.shared,
          sharedInside + other.sharedInside,
          flipped + other.flipped,
          flippedInside + other.flippedInside,
          repaired + other.repaired,
          secrets + other.secrets,
          refusals + other.refusals,
          all);
    }

    @Override
    public String toString() {
      return "%d seeds, each twice: %d simulated hours, %d faults, %d forgeries, %d releases acknowledged, %d heads of several statements and %d inside of the space, %d bits flipped on disks and %d inside, %d of these repaired, %d secrets and %d questions after them, %d seeds failed"
          .formatted(
              seeds,
              seconds / HOUR,
              faults,
              forgeries,
              acknowledged,
              shared,
              sharedInside,
              flipped,
              flippedInside,
              repaired,
              secrets,
              refusals,
              failed.size());
    }
  }

  /**
   * Runs {@code count} seeds from {@code from} on, on all cores.
   *
   * @param most failures after which no more seeds are run
   */
  public static Report run(long from, long count, int most) throws InterruptedException {
    int cores = Runtime.getRuntime().availableProcessors();
    List<Future<Report>> parts = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(cores)) {
      for (int core = 0; core < cores; core++) {
        int first = core;
        parts.add(threads.submit(() -> part(from + first, from + count, cores, most)));
      }
    }
    Report whole = Report.NOTHING;
    for (Future<Report> part : parts) {
      try {
        whole = whole.with(part.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return whole;
  }

  private static Report part(long from, long until, int step, int most) {
    Report whole = Report.NOTHING;
    for (long seed = from; seed < until && whole.failed().size() < most; seed += step) {
      whole = whole.with(one(seed));
    }
    return whole;
  }

  private static Report one(long seed) {
    try {
      Simulation.Result result = Simulation.run(seed);
      if (!Simulation.run(seed).trace().equals(result.trace())) {
        throw new Simulation.Violation("it went another way the second time");
      }
      return new Report(
          1,
          result.seconds(),
          result.faults(),
          result.forgeries(),
          result.acknowledged(),
          result.shared(),
          result.sharedInside(),
          result.flipped(),
          result.flippedInside(),
          result.repaired(),
          result.secrets(),
          result.refusals(),
          List.of());
    } catch (RuntimeException e) {
      String said = "seed " + seed + ": " + e + "; again with `conformance/sim " + seed + " 1`";
      return new Report(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of(said));
    }
  }

  /**
   * Runs seeds from the command line: the first, and how many. One alone prints its trace.
   *
   * @param arguments first seed (0), count (2000), failures of one core after which it ends (5)
   */
  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out = System.out;
    long from = arguments.length > 0 ? Long.parseLong(arguments[0]) : 0;
    long count = arguments.length > 1 ? Long.parseLong(arguments[1]) : 2000;
    if (count == 1) {
      try {
        Simulation.run(from).trace().forEach(out::println);
        return;
      } catch (Simulation.Violation e) {
        e.trace().forEach(out::println);
        out.println("seed " + from + ": " + e.getMessage());
        System.exit(1);
      }
    }
    int most = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
    Report report = run(from, count, most);
    report.failed().forEach(out::println);
    out.println(report);
    System.exit(report.failed().isEmpty() ? 0 : 1);
  }
}
