package org.dxos.dmg.cli;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.UnsatisfiableException;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.publish.InvalidManifestException;

/**
 * Tells what failed: in words for a person, and with {@code --json} as one value for a program too,
 * {@code {"error": {"code", "message", "hint"}}}. A command that answered already and failed then
 * is not answered for twice.
 */
final class Failures {

  private final Terminal terminal;
  private final boolean json;

  /**
   * @param arguments of the command: a line that cannot be read may ask for JSON as well
   */
  Failures(Terminal terminal, List<String> arguments) {
    this.terminal = terminal;
    this.json = arguments.contains("--json");
  }

  /** A command line that cannot be read; {@code command} is what its help is shown for. */
  int usage(String message, String command) {
    return tell(
        ErrorCode.USAGE,
        "read the command line: " + message,
        Optional.of("see `" + command + " --help`"),
        List.of(),
        new MapBuilder());
  }

  /** Says what failed, and gives the exit code of its family. */
  int failed(Throwable failure) {
    MapBuilder more = new MapBuilder();
    if (!(failure instanceof Explained explained)) {
      List<String> trace =
          java.util.Arrays.stream(failure.getStackTrace()).map(one -> "  at " + one).toList();
      return tell(
          ErrorCode.INTERNAL, "this is a fault of dmg: " + failure, Optional.empty(), trace, more);
    }
    List<String> because = List.of();
    switch (explained) {
      case UnsatisfiableException unsatisfiable -> {
        because = unsatisfiable.explanation();
        more.put("explanation", because, Node::of);
        more.put("derivation", unsatisfiable.derivation());
        because = because.isEmpty() ? because : beginning(because);
      }
      case InvalidManifestException invalid -> {
        because = invalid.findings().stream().map(String::valueOf).toList();
        more.put("findings", because, Node::of);
      }
      case NotFoundException missing -> more.put("near", missing.near(), Node::of);
      default -> {}
    }
    return tell(explained.code(), explained.message(), explained.hint(), because, more);
  }

  private static List<String> beginning(List<String> lines) {
    List<String> all = new java.util.ArrayList<>(lines);
    all.set(0, "because " + lines.getFirst());
    return all;
  }

  private int tell(
      ErrorCode code, String message, Optional<String> hint, List<String> lines, MapBuilder more) {
    terminal.failure(message);
    lines.forEach(line -> terminal.note("  " + line));
    hint.ifPresent(text -> terminal.note("hint: " + text));
    if (json && !terminal.answered()) {
      MapBuilder error = new MapBuilder().put("code", code.name()).put("message", message);
      error.put("hint", hint, Node::of);
      more.build().entries().forEach(error::put);
      terminal.json(new MapBuilder().put("error", error.build()).build());
    }
    return code.outcome().exitCode();
  }
}
