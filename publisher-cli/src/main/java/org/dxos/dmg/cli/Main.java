package org.dxos.dmg.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.dxos.dmg.api.UnsatisfiableException;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.node.Software;
import org.dxos.dmg.node.World;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The entry of the command {@code dmg}. */
@Command(
    name = "dmg",
    description = "Publish, find, resolve and install functions, without a company in the middle.",
    versionProvider = Main.Version.class,
    mixinStandardHelpOptions = true,
    footer = {"", "Begin with: dmg demo", "Each command has --help."})
public final class Main {

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"dmg " + Software.version()};
    }
  }

  /**
   * The commands, each made only if it is called for: a command that is not used costs nothing at
   * start.
   */
  private static final Map<String, Function<Session, Callable<Integer>>> COMMANDS =
      new java.util.LinkedHashMap<>();

  static {
    COMMANDS.put("init", InitCommand::new);
    COMMANDS.put("publish", PublishCommand::new);
    COMMANDS.put("resolve", ResolveCommand::new);
    COMMANDS.put("show", ShowCommand::new);
    COMMANDS.put("versions", VersionsCommand::new);
    COMMANDS.put("search", SearchCommand::new);
    COMMANDS.put("closure", ClosureCommand::new);
    COMMANDS.put("why", WhyCommand::new);
    COMMANDS.put("dependents", DependentsCommand::new);
    COMMANDS.put("install", InstallCommand::new);
    COMMANDS.put("outdated", OutdatedCommand::new);
    COMMANDS.put("update", UpdateCommand::new);
    COMMANDS.put("diff", DiffCommand::new);
    COMMANDS.put("verify", VerifyCommand::new);
    COMMANDS.put("tag", TagCommand::new);
    COMMANDS.put("yank", YankCommand::new);
    COMMANDS.put("unyank", UnyankCommand::new);
    COMMANDS.put("deprecate", DeprecateCommand::new);
    COMMANDS.put("withdraw", WithdrawCommand::new);
    COMMANDS.put("authority", AuthorityCommand::new);
    COMMANDS.put("key", KeyCommand::new);
    COMMANDS.put("trust", TrustCommand::new);
    COMMANDS.put("sparql", SparqlCommand::new);
    COMMANDS.put("node", NodeCommand::new);
    COMMANDS.put("peer", PeerCommand::new);
    COMMANDS.put("status", StatusCommand::new);
    COMMANDS.put("import", ImportCommand::new);
    COMMANDS.put("export", ExportCommand::new);
    COMMANDS.put("fsck", FsckCommand::new);
    COMMANDS.put("gc", GcCommand::new);
    COMMANDS.put("reindex", ReindexCommand::new);
    COMMANDS.put("backup", BackupCommand::new);
    COMMANDS.put("restore", RestoreCommand::new);
    COMMANDS.put("config", ConfigCommand::new);
    COMMANDS.put("doctor", DoctorCommand::new);
    COMMANDS.put("demo", DemoCommand::new);
  }

  private Main() {}

  public static void main(String[] arguments) {
    Terminal terminal = Terminal.ofProcess();
    int code = run(List.of(arguments), terminal, System.getenv(), World.real());
    terminal.flush();
    System.exit(code);
  }

  /**
   * Runs one command.
   *
   * @return the exit code
   */
  public static int run(
      List<String> arguments, Terminal terminal, Map<String, String> environment, World world) {
    CommandLine line = commandLine(arguments, terminal, environment, world);
    line.setExpandAtFiles(false); // @FILE is the query of sparql
    line.setParameterExceptionHandler(
        (failure, _) -> {
          terminal.failure("read the command line: " + failure.getMessage());
          terminal.note("hint: see `dmg " + words(failure.getCommandLine()) + "--help`");
          return ErrorCode.Outcome.USAGE.exitCode();
        });
    line.setExecutionExceptionHandler((failure, _, _) -> fail(failure, terminal));
    line.setOut(new java.io.PrintWriter(new TerminalWriter(terminal), true));
    return line.execute(arguments.toArray(String[]::new));
  }

  private static CommandLine commandLine(
      List<String> arguments, Terminal terminal, Map<String, String> environment, World world) {
    CommandLine line = new CommandLine(new Main());
    String wanted = arguments.isEmpty() ? "" : arguments.getFirst();
    boolean one = COMMANDS.containsKey(wanted);
    COMMANDS.forEach(
        (name, make) -> {
          if (!one || name.equals(wanted)) {
            Supplier<Session> session = () -> new Session(terminal, environment, world);
            line.addSubcommand(name, make.apply(session.get()));
          }
        });
    return line;
  }

  /** Says what failed, and gives the exit code of its family. */
  static int fail(Throwable failure, Terminal terminal) {
    if (failure instanceof UnsatisfiableException unsatisfiable) {
      terminal.failure(unsatisfiable.message());
      String before = "because ";
      for (String line : unsatisfiable.explanation()) {
        terminal.note("  " + before + line);
        before = "";
      }
      unsatisfiable.hint().ifPresent(hint -> terminal.note("hint: " + hint));
      return unsatisfiable.code().outcome().exitCode();
    }
    if (failure instanceof org.dxos.dmg.publish.InvalidManifestException invalid) {
      terminal.failure(invalid.message());
      invalid.findings().forEach(finding -> terminal.note("  " + finding));
      invalid.hint().ifPresent(hint -> terminal.note("hint: " + hint));
      return invalid.code().outcome().exitCode();
    }
    if (failure instanceof Explained explained) {
      terminal.failure(explained);
      return explained.code().outcome().exitCode();
    }
    terminal.failure("this is a fault of dmg: " + failure);
    for (StackTraceElement element : failure.getStackTrace()) {
      terminal.note("    at " + element);
    }
    return ErrorCode.Outcome.FAILED.exitCode();
  }

  private static String words(CommandLine line) {
    return line.getParent() == null ? "" : line.getCommandName() + " ";
  }
}
