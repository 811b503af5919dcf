package org.dxos.dmg.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

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
    List<String> arguments =
        new ArrayList<>(List.of("node", "--port", "0", "--home", home.toString()));
    arguments.addAll(List.of(options));
    Path log = home.resolveSibling(home.getFileName() + ".log");
    Process process =
        new ProcessBuilder(command(arguments))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String url = out.readLine();
    if (url == null || !url.startsWith("http://")) {
      process.destroyForcibly();
      throw new IOException(
          "node of " + home + " did not start: " + java.nio.file.Files.readString(log));
    }
    return new NodeProcess(process, url);
  }

  /** Runs a command to its end. */
  static Finished run(List<String> arguments) throws IOException, InterruptedException {
    Path err = java.nio.file.Files.createTempFile("dmg-err-", ".txt");
    try {
      Process process = new ProcessBuilder(command(arguments)).redirectError(err.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("dmg " + arguments + " did not end");
      }
      return new Finished(process.exitValue(), out, java.nio.file.Files.readString(err));
    } finally {
      java.nio.file.Files.deleteIfExists(err);
    }
  }

  private static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx512m", "--enable-native-access=ALL-UNNAMED"));
    if (!arguments.getFirst().equals("node")) {
      command.add("-XX:TieredStopAtLevel=1"); // as the script dmg has it
    }
    command.addAll(
        List.of(
            "--sun-misc-unsafe-memory-access=allow", "-cp", classPath(), "org.dxos.dmg.cli.Main"));
    command.addAll(arguments);
    return command;
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
