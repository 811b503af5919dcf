package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.HomeCare;
import org.dxos.dmg.node.World;
import org.dxos.dmg.policy.PolicyFile;
import org.dxos.dmg.truststore.TrustStore;
import org.dxos.dmg.truststore.Watch;
import org.dxos.dmg.truststore.WatchedRegistry;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * What every command has: a home, perhaps a node, a form of answer, and a terminal. Filled by
 * picocli.
 */
final class Session {

  @Option(
      names = "--home",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      description = "the home (default: $DMG_HOME, else ~/.dmg)")
  private Optional<Path> home = Optional.empty();

  @Option(
      names = "--node",
      scope = ScopeType.INHERIT,
      paramLabel = "URL",
      description =
          "the node to ask (default: $DMG_NODE, the configuration, or what serves the home)")
  private Optional<String> node = Optional.empty();

  @Option(
      names = "--accept",
      scope = ScopeType.INHERIT,
      description =
          "believe or claim an authority that is new here, though its name is near a known one")
  private boolean accept;

  @Option(
      names = "--space",
      scope = ScopeType.INHERIT,
      paramLabel = "SPACE",
      description = "in this space of the home or node, by its name here or its id")
  private Optional<String> space = Optional.empty();

  @Option(names = "--json", scope = ScopeType.INHERIT, description = "print one JSON value")
  private boolean json;

  private final Terminal terminal;
  private final Map<String, String> environment;
  private final World world;

  Session(Terminal terminal, Map<String, String> environment, World world) {
    this.terminal = terminal;
    this.environment = environment;
    this.world = world;
  }

  Terminal terminal() {
    return terminal;
  }

  World world() {
    return world;
  }

  /** True if what is new is believed though its name is near a known one. */
  boolean accepts() {
    return accept;
  }

  boolean json() {
    return json;
  }

  Path home() {
    return home.or(() -> variable("DMG_HOME").map(Path::of))
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".dmg"))
        .toAbsolutePath()
        .normalize();
  }

  /** The URL that a command was told to ask, if any. */
  Optional<String> nodeUrl() {
    return node.or(() -> variable("DMG_NODE")).or(this::configuredNode);
  }

  KeyRing keys() {
    Optional<String> passphrase = variable("DMG_PASSPHRASE").or(() -> file("DMG_PASSPHRASE_FILE"));
    String source = variable("DMG_KEY").isPresent() ? "DMG_KEY" : "DMG_KEY_FILE";
    Optional<String> key = variable("DMG_KEY").or(() -> file("DMG_KEY_FILE"));
    java.util.function.Supplier<Optional<String>> opening =
        () -> passphrase.or(terminal::askPassphrase);
    return new KeyRing(
        home(),
        world.random(),
        new KeyRing.Secrets(
            opening, passphrase, key.map(text -> KeyRing.parse(text, source, opening))));
  }

  /** The text of a file that a variable names, without the line end. */
  private Optional<String> file(String name) {
    return variable(name)
        .map(
            file -> {
              try {
                return Files.readString(Path.of(file), StandardCharsets.UTF_8).strip();
              } catch (IOException e) {
                throw new CommandException(
                    ErrorCode.STORAGE,
                    "read `" + file + "`, which " + name + " names: " + e,
                    "check that it is there and readable");
              }
            });
  }

  /**
   * The registry of this command; the caller closes it. One that is elsewhere is watched: a home's
   * own store never goes back.
   *
   * @throws NotFoundException if it is to be that of a home, and there is none: a command that asks
   *     makes none
   */
  Registry registry() {
    if (nodeUrl().isEmpty() && !isPrepared()) {
      HomeCare.requireHome(home());
    }
    return founding();
  }

  /** A folder into which somebody put keys or a policy is no home by accident. */
  private boolean isPrepared() {
    return Files.exists(home().resolve("keys")) || Files.exists(home().resolve("policy.json"));
  }

  /** As {@link #registry}, for what begins a home where there is none. */
  Registry founding() {
    Registry registry = Registries.open(home(), nodeUrl(), variable("DMG_TOKEN"), world);
    if (space.isPresent()) {
      try {
        return registry.spaces().open(space.get());
      } catch (RuntimeException e) {
        registry.close();
        throw e;
      }
    }
    return nodeUrl().isPresent() ? new WatchedRegistry(registry, watch()) : registry;
  }

  /** What this home remembers of authorities. */
  TrustStore seen() {
    return new TrustStore(home());
  }

  /** What is asked before an authority is believed. */
  Watch watch() {
    return new Watch(
        seen(),
        new PolicyFile(home()).current(),
        world.proof(),
        world.clock(),
        accept,
        terminal::note,
        terminal::warning);
  }

  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  private Optional<String> configuredNode() {
    Path file = home().resolve("config.json");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Fields.of(
              "configuration",
              ErrorCode.JSON_SYNTAX,
              Json.parse(Files.readString(file, StandardCharsets.UTF_8)))
          .optionalText("node");
    } catch (IOException e) {
      throw new CommandException(
          ErrorCode.STORAGE, "read `" + file + "`: " + e, "check that it is readable");
    }
  }
}
