package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.publish.BareFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "init", description = "Write a dmg.json for a folder, from what is in it.")
final class InitCommand implements Callable<Integer> {

  @Mixin private final Session session;

  /** By hand: of the standard options {@code --version} has another meaning here. */
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  @Parameters(
      paramLabel = "FOLDER",
      arity = "0..1",
      defaultValue = ".",
      description = "the folder (default: this one)")
  private Path folder = Path.of(".");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "the module's name (default: local.me/function/<folder>)")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "its version (default: that of package.json, or 0.1.0)")
  private Optional<String> version = Optional.empty();

  InitCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Path file = folder.resolve("dmg.json");
    if (!Files.isDirectory(folder)) {
      throw new CommandException(
          ErrorCode.USAGE, "write `" + file + "`: there is no such folder", "make it first");
    }
    for (String manifest : new String[] {"dmg.json", "dmg.yaml"}) {
      if (Files.exists(folder.resolve(manifest))) {
        throw new CommandException(
            ErrorCode.CONFLICT,
            "write `" + file + "`: `" + manifest + "` is there",
            "edit it, or take it away first");
      }
    }
    Node.Map manifest = BareFolder.manifest(folder, name, version);
    Files.write(file, BareFolder.bytes(manifest), StandardOpenOption.CREATE_NEW);
    if (session.json()) {
      session.terminal().json(manifest);
    } else {
      session.terminal().line(file.toString());
      session
          .terminal()
          .note("check the name in it, then: dmg publish " + Terminal.word(folder.toString()));
    }
    return 0;
  }
}
