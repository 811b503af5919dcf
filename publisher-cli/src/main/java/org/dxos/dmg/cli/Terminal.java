package org.dxos.dmg.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;

/**
 * What a command says: answers go to {@code out}, everything else to {@code err}, so that a pipe
 * gets answers alone.
 */
public final class Terminal {

  private final PrintStream out;
  private final PrintStream err;
  private boolean answered;

  public Terminal(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** A line of the answer. */
  public void line(String text) {
    answered = true;
    out.print(text + "\n");
  }

  /** The answer as JSON. */
  public void json(Node value) {
    answered = true;
    out.print(Json.pretty(value));
  }

  /** Bytes of the answer as they are. */
  public void bytes(byte[] bytes) {
    answered = true;
    out.writeBytes(bytes);
    out.flush();
  }

  /** A line for the person who looks on. */
  public void note(String text) {
    err.print(text + "\n");
  }

  void warning(String text) {
    err.print("warning: " + text + "\n");
  }

  /** True once there was anything of an answer. */
  boolean answered() {
    return answered;
  }

  void failure(String message) {
    err.print("error: " + message + "\n");
  }

  /** Asks for a passphrase without showing it; empty where nobody can be asked. */
  java.util.Optional<String> askPassphrase() {
    java.io.Console console = System.console();
    return console == null || !console.isTerminal()
        ? java.util.Optional.empty()
        : java.util.Optional.ofNullable(console.readPassword("passphrase: ")).map(String::new);
  }

  /** A word as a shell takes it back. */
  static String word(String text) {
    return text.matches("[\\w./:@%+=,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  void flush() {
    out.flush();
    err.flush();
  }

  /** Standard output and error of this process, in UTF-8. */
  static Terminal ofProcess() {
    return new Terminal(
        new PrintStream(
            new java.io.FileOutputStream(java.io.FileDescriptor.out),
            false,
            StandardCharsets.UTF_8),
        new PrintStream(
            new java.io.FileOutputStream(java.io.FileDescriptor.err),
            true,
            StandardCharsets.UTF_8));
  }
}
