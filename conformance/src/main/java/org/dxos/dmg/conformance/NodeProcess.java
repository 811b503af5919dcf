package org.dxos.dmg.conformance;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A node in a process of its own, started from this process's class path. */
final class NodeProcess implements AutoCloseable {

  private final Process process;
  private final String url;

  private NodeProcess(Process process, String url) {
    this.process = process;
    this.url = url;
  }

  /** What a command printed, and its exit code. */
  record Finished(int code, String out, String err) {}

  /** Starts a node on any free port and waits until it serves. */
  static NodeProcess start(Path home, String... options) throws IOException {
    return start(home, List.of(), options);
  }

  /** The exit code of a process that was killed. */
  static final int KILLED = 128 + 9;

  /** A node that ended before it served. */
  static final class NotStartedException extends IOException {
    private static final long serialVersionUID = 1;
    private final int code;

    private NotStartedException(Path home, int code, String log) {
      super("node of " + home + " did not start, exit code " + code + ": " + log);
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /**
   * Starts a node with something before its command, which must leave it the process that is
   * started.
   *
   * @throws NotStartedException if it ends before it serves
   */
  static NodeProcess start(Path home, List<String> before, String... options) throws IOException {
    return start(home, before, Start.PLAIN, options);
  }

  /** The same, started in another way. */
  static NodeProcess start(Path home, List<String> before, Start how, String... options)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("node", "--port", "0", "--home", home.toString()));
    arguments.addAll(List.of(options));
    Path log = home.resolveSibling(home.getFileName() + ".log");
    List<String> command = new ArrayList<>(before);
    command.addAll(command(arguments, how));
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String url = out.readLine();
    if (url == null || !url.startsWith("http://")) {
      process.destroyForcibly();
      throw new NotStartedException(home, end(process), Files.readString(log));
    }
    return new NodeProcess(process, url);
  }

  private static int end(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  /** True if it ended by itself within the time. */
  boolean awaitEnd(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** Runs a command to its end. */
  static Finished run(List<String> arguments) throws IOException, InterruptedException {
    Path err = Files.createTempFile("dmg-err-", ".txt");
    try {
      Process process = new ProcessBuilder(command(arguments)).redirectError(err.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("dmg " + arguments + " did not end");
      }
      return new Finished(process.exitValue(), out, Files.readString(err));
    } finally {
      Files.deleteIfExists(err);
    }
  }

  private static List<String> command(List<String> arguments) {
    return command(arguments, Start.PLAIN);
  }

  private static List<String> command(List<String> arguments, Start how) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx512m", "--enable-native-access=ALL-UNNAMED"));
    if (!arguments.getFirst().equals("node")) {
      command.add("-XX:TieredStopAtLevel=1"); // as the script dmg has it
    }
    command.addAll(how.flags());
    command.addAll(
        List.of(
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            how.classPath(),
            "org.dxos.dmg.cli.Main"));
    command.addAll(arguments);
    return command;
  }

  /**
   * How the process is started.
   *
   * @param flags of the virtual machine
   */
  record Start(List<String> flags, String classPath) {

    /** How long it may take to write down what was learned, when the node ends. */
    private static final long WRITING_MILLIS = 120_000;

    static final Start PLAIN = new Start(List.of(), NodeProcess.classPath());

    Start {
      flags = List.copyOf(flags);
    }

    /**
     * What costs least where nodes are started by the hundred and die within seconds: classes that
     * were loaded and linked before, as the script {@code dmg} has them, and no second compiler.
     *
     * @param folder takes the cache, and the home of the node that it comes from
     * @param use what that node is used for; it gets its URL
     * @return plain, where the program is not in jars, or no cache comes of it
     */
    static Start lean(Path folder, Consumer<String> use) throws IOException, InterruptedException {
      List<String> jars =
          Stream.of(PLAIN.classPath().split(File.pathSeparator))
              .filter(one -> one.endsWith(".jar"))
              .toList();
      if (jars.stream().noneMatch(jar -> jar.contains("publisher-cli"))) {
        return PLAIN;
      }
      String classPath = String.join(File.pathSeparator, jars);
      Path cache = folder.resolve("node.aot");
      NodeProcess node =
          NodeProcess.start(
              folder.resolve("node"),
              List.of(),
              new Start(List.of("-XX:AOTCacheOutput=" + cache, "-Xlog:disable"), classPath));
      boolean ended;
      try {
        use.accept(node.url());
        node.process.destroy();
        ended = node.awaitEnd(WRITING_MILLIS);
      } finally {
        node.kill();
      }
      return ended && Files.exists(cache)
          ? new Start(
              List.of("-XX:AOTCache=" + cache, "-Xlog:disable", "-XX:TieredStopAtLevel=1"),
              classPath)
          : PLAIN;
    }
  }

  /** Surefire hides the class path in a jar of its own and names it in a property. */
  private static String classPath() {
    return Optional.ofNullable(System.getProperty("surefire.test.class.path"))
        .orElse(System.getProperty("java.class.path"));
  }

  String url() {
    return url;
  }

  long pid() {
    return process.pid();
  }

  /** SIGKILL: nothing gets a chance to tidy up. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM, and the end awaited. */
  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("node " + url + " did not stop when told to");
    }
  }
}
