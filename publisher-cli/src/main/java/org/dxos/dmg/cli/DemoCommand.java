package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.install.Installer;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Show the whole way: a private node, the examples published, resolved, installed and queried.")
final class DemoCommand implements Callable<Integer> {

  private static final String BRIDGE = "com.example/function/proton-mail-bridge";

  private static final String PREFIX = "PREFIX dmg: <urn:dmg:ns#>\n";

  /** What an operator asks: of whom does everything hang, who would notice, who asks for what. */
  private static final Map<String, String> QUESTIONS = new java.util.LinkedHashMap<>();

  static {
    QUESTIONS.put(
        "Which releases depend on the ECHO client, directly or through others?",
        """
        SELECT DISTINCT ?release WHERE {
          ?release dmg:dependsOn/(^dmg:of/dmg:dependsOn)* <dxn://org.dxos/module/echo-client> .
        } ORDER BY ?release""");
    QUESTIONS.put(
        "Who provides the secrets API, and who needs it?",
        """
        SELECT ?release ?relation WHERE {
          { ?release dmg:provides <dxn://org.dxos/api/secrets> BIND("provides" AS ?relation) }
          UNION
          { ?release dmg:dependsOn <dxn://org.dxos/api/secrets> BIND("needs" AS ?relation) }
        } ORDER BY ?relation ?release""");
    QUESTIONS.put(
        "How many others does each release name as a dependency?",
        """
        SELECT ?release (COUNT(DISTINCT ?needed) AS ?needs) WHERE {
          ?release a dmg:Release .
          OPTIONAL { ?release dmg:dependsOn ?needed }
        } GROUP BY ?release ORDER BY DESC(?needs) ?release""");
  }

  @Mixin private final Session session;

  @Option(
      names = "--examples",
      paramLabel = "DIR",
      description = "the folder with the examples (default: that of the checkout)")
  private Optional<Path> examples = Optional.empty();

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "make the demo's home here, and keep it (default: a temporary folder)")
  private Optional<Path> keep = Optional.empty();

  @Option(
      names = "--federation",
      description = "three nodes that are linked, instead of one: what one publishes all hold")
  private boolean federation;

  DemoCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Path folder = examplesFolder();
    Path work =
        keep.isPresent()
            ? Files.createDirectories(keep.get().toAbsolutePath())
            : Files.createTempDirectory("dmg-demo-");
    if (federation) {
      new FederationDemo(session, folder).show(work);
      say("Look around: " + work);
      return 0;
    }
    Path home = work.resolve("home");
    say("A private node, with a home of its own: " + home);
    try (LocalRegistry local = LocalRegistry.open(home, session.world())) {
      HttpServer.Config config = new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of());
      try (HttpServer server =
              HttpServer.start(config, local, new JournalEvents(local.store(), local.registrar()));
          Registry registry =
              Registries.open(home, Optional.of(server.url()), Optional.empty(), session.world())) {
        step(server.url());
        publish(registry, home, folder);
        resolve(registry, server.url());
        Lock lock = closure(registry);
        install(registry, lock, work.resolve("installed"));
        ask(registry);
        addresses(server.url());
      }
    }
    next(work);
    return 0;
  }

  private void publish(Registry registry, Path home, Path folder) throws IOException {
    say("The examples, each signed by its author and checked by the node:");
    Publisher publisher =
        new Publisher(
            registry, new KeyRing(home, session.world().random()), session.world().clock());
    for (String line : Files.readAllLines(folder.resolve("order.txt"), StandardCharsets.UTF_8)) {
      String name = line.strip();
      if (name.isEmpty() || name.startsWith("#")) {
        continue;
      }
      PreparedModule module =
          PreparedModule.read(folder.resolve(name), Optional.empty(), Optional.empty());
      switch (publisher.publish(module)) {
        case Publisher.Outcome.Published published -> {
          published
              .claimed()
              .ifPresent(
                  claimed ->
                      step(
                          "claimed "
                              + claimed.authority().name()
                              + "  "
                              + claimed.authority().genesis()));
          step(
              module.record().name() + "@" + module.record().version() + "  " + module.recordCid());
        }
        case Publisher.Outcome.AlreadyThere _ -> step(module.record().name() + " was there");
        case Publisher.Outcome.Pending _ -> step(module.record().name() + " is on its way");
      }
    }
  }

  private void resolve(Registry registry, String url) {
    say("A name, resolved over HTTP as anybody would:");
    ReleaseInfo release = registry.resolve(BRIDGE + "@^1");
    step("dmg resolve " + BRIDGE + "@^1 --node " + url);
    step(release.record().toString() + "  (" + release.version() + ")");
  }

  private Lock closure(Registry registry) {
    say("All that it needs, solved: a diamond, and an API with a choice of providers:");
    Lock lock = registry.closure(ClosureRequest.of(BRIDGE, Optional.empty()));
    ClosureCommand.tree(lock.closure()).forEach(this::step);
    step("closure " + lock.cid());
    return lock;
  }

  private void install(Registry registry, Lock lock, Path into) throws IOException {
    say(
        "Installed, every byte verified up to the authority's id, and verified again from the disk alone:");
    Installer.Installed installed = new Installer(into).install(lock, registry);
    step(installed.modules().size() + " modules in " + into);
    int verified = new Installer(into).verify().size();
    step(verified + " releases verified without the node");
  }

  private void ask(Registry registry) {
    say("What an operator asks, in SPARQL:");
    QUESTIONS.forEach(
        (question, query) -> {
          step(question);
          String table =
              new String(
                  registry.sparql(PREFIX + query, "text/csv").body(), StandardCharsets.UTF_8);
          List<String> rows = new ArrayList<>(table.lines().toList());
          rows.removeFirst();
          rows.forEach(row -> step("    " + row.replace("dxn://", "").replace(",", "  ")));
        });
  }

  private void addresses(String url) {
    say("While the node ran, each of these had an address:");
    step(url + "/v1/resolve/" + BRIDGE);
    step(url + "/v1/closure/" + BRIDGE);
    step(url + "/v1/modules/" + BRIDGE);
    step(url + "/v1/search?q=mail");
    step(url + "/sparql?query=…");
    step(url + "/v1/events?since=0");
  }

  private void next(Path work) {
    say("Go on with:");
    String home = "--home " + work.resolve("home");
    step("./dmg node " + home + "            serve it again, on port 7070");
    step("./dmg show " + BRIDGE + " " + home);
    step("./dmg verify " + work.resolve("installed"));
    step("./dmg publish examples/tracing            into your own home, ~/.dmg");
    step("rm -r " + work + "            when you are done with it");
  }

  private Path examplesFolder() {
    Path folder =
        examples
            .or(() -> session.variable("DMG_ROOT").map(root -> Path.of(root, "examples")))
            .orElse(Path.of("examples"));
    if (!Files.isRegularFile(folder.resolve("order.txt"))) {
      throw new CommandException(
          ErrorCode.USAGE,
          "show the demo: no examples in `" + folder + "`",
          "call ./dmg of the checkout, or give --examples DIR");
    }
    return folder;
  }

  private void say(String text) {
    session.terminal().line("");
    session.terminal().line("» " + text);
  }

  private void step(String text) {
    session.terminal().line("  " + text);
  }
}
