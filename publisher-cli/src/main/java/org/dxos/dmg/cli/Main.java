package org.dxos.dmg.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.dxos.dmg.node.Software;
import org.dxos.dmg.node.World;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.OptionSpec;

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
  private static final Map<String, Function<Session, Object>> COMMANDS =
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
    COMMANDS.put("authority", AuthorityCommand::line);
    COMMANDS.put("key", KeyCommand::new);
    COMMANDS.put("trust", TrustCommand::new);
    COMMANDS.put("sparql", SparqlCommand::new);
    COMMANDS.put("node", NodeCommand::new);
    COMMANDS.put("peer", PeerCommand::new);
    COMMANDS.put("space", SpaceCommand::new);
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

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Show this help message and exit.")
        .build();
  }

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
    Failures failures = new Failures(terminal, arguments);
    List<String> words = withoutHelpWord(arguments);
    CommandLine line = commandLine(words, terminal, environment, world);
    line.setExpandAtFiles(false); // @FILE is the query of sparql
    line.setParameterExceptionHandler(
        (failure, _) ->
            failures.usage(
                String.valueOf(failure.getMessage()),
                failure.getCommandLine().getCommandSpec().qualifiedName()));
    line.setExecutionExceptionHandler((failure, _, _) -> failures.failed(failure));
    line.setExecutionStrategy(
        parsed -> {
          Optional<CommandException> refused = WithoutSpace.refused(parsed);
          return refused.isPresent()
              ? failures.failed(refused.get())
              : new CommandLine.RunLast().execute(parsed);
        });
    line.setOut(new java.io.PrintWriter(new TerminalWriter(terminal), true));
    return line.execute(words.toArray(String[]::new));
  }

  /** {@code help authority show} is what {@code authority show --help} is. */
  private static List<String> withoutHelpWord(List<String> arguments) {
    return !arguments.isEmpty() && arguments.getFirst().equals("help")
        ? Stream.concat(arguments.stream().skip(1), Stream.of("--help")).toList()
        : arguments;
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
    // Not by the mixin of picocli: it comes before the parameters of a command that is a method.
    line.getSubcommands().values().stream()
        .flatMap(command -> command.getSubcommands().values().stream())
        .forEach(command -> command.getCommandSpec().addOption(help()));
    return line;
  }
}
