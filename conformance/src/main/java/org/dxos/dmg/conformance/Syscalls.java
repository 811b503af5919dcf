package org.dxos.dmg.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Faults at system calls, by {@code strace}, which counts the calls of each thread by itself. Only
 * where it is installed and may look into other processes; {@link #available} says so.
 */
final class Syscalls {

  /**
   * Calls at which a node may die, and how often one thread makes each in some seconds, roughly: a
   * number far beyond it would never come.
   */
  private static final Map<String, Integer> CALLS =
      new TreeMap<>(
          Map.of(
              "write", 600,
              "pwrite64", 300,
              "fsync", 30,
              "fdatasync", 200,
              "rename", 6,
              "openat", 400,
              "ftruncate", 20,
              "unlink", 12));

  private Syscalls() {}

  /** One call of one thread. */
  record Nth(String call, int number) {

    /** Small numbers as often as large ones: the first calls open and make what later ones use. */
    static Nth random(RandomGenerator random) {
      List<String> calls = List.copyOf(CALLS.keySet());
      String call = calls.get(random.nextInt(calls.size()));
      double most = Math.log(CALLS.getOrDefault(call, 1));
      return new Nth(call, (int) Math.round(Math.exp(random.nextDouble() * most)));
    }

    /** What to put before a command, for the process to be killed as it makes the call. */
    List<String> killing() {
      return before("inject=" + call + ":signal=KILL:when=" + number, call);
    }
  }

  private static List<String> before(String inject, String calls) {
    return List.of(
        "strace",
        "-D",
        "-f",
        "-qqq",
        "-o",
        "/dev/null",
        "-e",
        "trace=" + calls,
        "-e",
        "signal=none",
        "-e",
        inject);
  }

  /** Whether a process can be made to fail here. */
  static boolean available() {
    try {
      Process process =
          new ProcessBuilder(
                  new java.util.ArrayList<>(
                      java.util.stream.Stream.concat(
                              before("inject=getppid:error=EIO:when=1+", "getppid").stream(),
                              List.of("true").stream())
                          .toList()))
              .redirectErrorStream(true)
              .start();
      process.getInputStream().readAllBytes();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Calls of a running process that fail until this is closed. */
  static final class Failing implements AutoCloseable {

    private final Process strace;

    private Failing(Process strace) {
      this.strace = strace;
    }

    /**
     * @param calls with commas between them
     * @param error such as {@code EIO}
     * @param from the first call of each thread that fails, counted from now on
     */
    static Failing in(long pid, String calls, String error, int from) throws IOException {
      Process strace =
          new ProcessBuilder(
                  "strace",
                  "-f",
                  "-p",
                  String.valueOf(pid),
                  "-o",
                  "/dev/null",
                  "-e",
                  "trace=" + calls,
                  "-e",
                  "signal=none",
                  "-e",
                  "inject=" + calls + ":error=" + error + ":when=" + from + "+")
              .redirectErrorStream(true)
              .start();
      // It says so when it has all threads.
      String line =
          new String(
              strace.getInputStream().readNBytes("strace: Process ".length()),
              StandardCharsets.UTF_8);
      if (!line.equals("strace: Process ")) {
        strace.destroyForcibly();
        throw new IOException("strace of process " + pid + " did not begin: " + line);
      }
      return new Failing(strace);
    }

    @Override
    public void close() throws InterruptedException {
      strace.destroy(); // it lets go of the process
      if (!strace.waitFor(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("strace did not let go");
      }
    }
  }
}
