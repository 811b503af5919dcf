package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Show the configuration of this home, or set a value: dmg config node URL")
final class ConfigCommand implements Callable<Integer> {

  private static final Set<String> KEYS = Set.of("node");

  @Mixin private final Session session;

  @Parameters(index = "0", arity = "0..1", paramLabel = "KEY", description = "node")
  private Optional<String> key = Optional.empty();

  @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "its value")
  private Optional<String> value = Optional.empty();

  @Option(names = "--unset", description = "take the value away")
  private boolean unset;

  ConfigCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Map<String, Node> entries = read();
    if (key.isEmpty()) {
      session.terminal().json(new Node.Map(entries));
      return 0;
    }
    if (!KEYS.contains(key.get())) {
      throw new CommandException(
          ErrorCode.USAGE, "configure `" + key.get() + "`: no such key", "there is: node");
    }
    if (unset) {
      entries.remove(key.get());
      write(entries);
    } else if (value.isPresent()) {
      entries.put(key.get(), Node.of(value.get()));
      write(entries);
    } else if (entries.get(key.get()) instanceof Node.Text text) {
      if (!session.json()) {
        session.terminal().line(text.value());
      }
    } else {
      throw new CommandException(
          ErrorCode.NOT_FOUND,
          "show `" + key.get() + "`: it is not set",
          "set it with dmg config " + key.get() + " VALUE");
    }
    if (session.json()) {
      session.terminal().json(new Node.Map(entries)); // what is set now
    }
    return 0;
  }

  private Path file() {
    return session.home().resolve("config.json");
  }

  private Map<String, Node> read() throws IOException {
    if (Files.exists(file()) && Json.parse(Files.readAllBytes(file())) instanceof Node.Map map) {
      return new LinkedHashMap<>(map.entries());
    }
    return new LinkedHashMap<>();
  }

  /** Whole or not at all. */
  private void write(Map<String, Node> entries) throws IOException {
    Files.createDirectories(session.home());
    Path fresh = session.home().resolve("config.json.new");
    Files.writeString(fresh, Json.pretty(new Node.Map(entries)), StandardCharsets.UTF_8);
    Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
