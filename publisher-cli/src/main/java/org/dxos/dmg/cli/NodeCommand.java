package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.api.NodeInfo;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.NodeFile;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.wire.SyncException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    description = "Serve the home over HTTP until it is stopped with Ctrl-C or SIGTERM.")
final class NodeCommand implements Callable<Integer> {

  private static final int DEFAULT_PORT = 7070;
  private static final int PEER_PORT = 4071;
  private static final int SECRET_BYTES = 32;
  private static final int LEAST_CARRIERS = 8;

  @Mixin private final Session session;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "the address to listen on (default: 127.0.0.1)")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "" + DEFAULT_PORT,
      description = "the port, 0 for any that is free (default: " + DEFAULT_PORT + ")")
  private int port;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "a file with the token that writes have to present")
  private Optional<Path> tokenFile = Optional.empty();

  @Option(
      names = "--allow-host",
      paramLabel = "NAME",
      description =
          "a further name under which the node is reached; addresses need none on 0.0.0.0")
  private Set<String> allowedHosts = Set.of();

  @Option(
      names = "--peer-listen",
      split = ",",
      paramLabel = "MULTIADDR",
      description =
          "where other nodes reach this one (default: /ip4/127.0.0.1/tcp/4071, or another port if"
              + " that is taken; to be reached from elsewhere /ip4/0.0.0.0/tcp/4071)")
  private List<String> peerListen = List.of();

  @Option(names = "--no-peers", description = "keep to itself: no links with other nodes")
  private boolean noPeers;

  @Option(
      names = "--no-bitswap",
      description =
          "give no blocks to other IPFS nodes; linked nodes take theirs another way, and are not"
              + " concerned")
  private boolean noBitswap;

  @Option(
      names = "--ipfs-peer",
      split = ",",
      paramLabel = "MULTIADDR",
      description =
          "an IPFS node that is asked for public blocks which no linked node has, as"
              + " /ip4/203.0.113.7/tcp/4001/p2p/12D3KooW…")
  private List<String> ipfsPeers = List.of();

  @Option(
      names = "--mirror",
      description =
          "take over what linked nodes hold, serve it, and take nothing that anybody hands in")
  private boolean mirror;

  NodeCommand(Session session) {
    this.session = session;
  }

  /** How long an exit waits for what is under way. */
  private static final long STOP_SECONDS = 15;

  private final CountDownLatch toldToStop = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Requests are answered on virtual threads, which do not take turns by themselves: with a carrier
   * for each core, as many long computations as there are cores would hold everybody up. Among more
   * carriers the system lets them take turns. The JDK reads this before the first of them.
   */
  private static void takeTurns() {
    String carriers = "jdk.virtualThreadScheduler.parallelism";
    if (System.getProperty(carriers) == null) {
      int cores = Runtime.getRuntime().availableProcessors();
      System.setProperty(carriers, String.valueOf(Math.max(LEAST_CARRIERS, 4 * cores)));
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    takeTurns();
    try {
      serve();
    } finally {
      closed.countDown();
    }
    return 0;
  }

  private void serve() throws IOException, InterruptedException {
    if (port < 0 || port > 65_535) {
      throw new CommandException(
          ErrorCode.USAGE,
          "listen on port `" + port + "`: there is no such port",
          "give 0 to 65535");
    }
    Optional<String> token = token();
    try (LocalRegistry registry = LocalRegistry.open(session.home(), session.world())) {
      registry.follow();
      String own = token.orElseGet(this::secret);
      HttpServer.Config writable =
          new HttpServer.Config(host, port, token, allowedHosts).withOwn(own);
      HttpServer.Config config = mirror ? writable.ofMirror() : writable;
      if (mirror) {
        registry.mirror();
      }
      JournalEvents events = new JournalEvents(registry.store(), registry.registrar());
      Optional<Federation> federation =
          noPeers ? Optional.empty() : Optional.of(federate(registry));
      try (HttpServer server = HttpServer.start(config, registry, events, federation)) {
        registry.awaitGraph();
        new NodeFile(server.url(), ProcessHandle.current().pid(), Optional.of(own))
            .write(session.home());
        heedStop();
        tell(server, registry.node());
        toldToStop.await();
      } finally {
        federation.ifPresent(Federation::close);
        NodeFile.remove(session.home());
      }
    }
  }

  private Federation federate(LocalRegistry registry) {
    Federation.Blocks blocks = new Federation.Blocks(!noBitswap, ipfsPeers);
    if (!peerListen.isEmpty()) {
      return registry.federate(peerListen, blocks);
    }
    try {
      return registry.federate(List.of("/ip4/127.0.0.1/tcp/" + PEER_PORT), blocks);
    } catch (SyncException taken) {
      if (taken.code() != ErrorCode.ADDRESS_IN_USE) {
        throw taken;
      }
      return registry.federate(List.of("/ip4/127.0.0.1/tcp/0"), blocks);
    }
  }

  /** What commands of this home present, for as long as this node runs. */
  private String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    session.world().random().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private Optional<String> token() throws IOException {
    if (tokenFile.isEmpty()) {
      return session.variable("DMG_TOKEN");
    }
    if (!Files.isRegularFile(tokenFile.get())) {
      throw new CommandException(
          ErrorCode.USAGE,
          "read token file `" + tokenFile.get() + "`: there is no such file",
          "write a long random word into it");
    }
    String token = Files.readString(tokenFile.get(), StandardCharsets.UTF_8).strip();
    if (token.length() < 16) {
      throw new CommandException(
          ErrorCode.USAGE,
          "read token file `"
              + tokenFile.get()
              + "`: a token of "
              + token.length()
              + " characters, at least 16",
          "write a long random word into it");
    }
    return Optional.of(token);
  }

  private void tell(HttpServer server, NodeInfo node) {
    session.terminal().line(server.url());
    session.terminal().note("node " + node.peer() + " serves " + session.home());
    session.terminal().note("root " + node.root());
    session.terminal().flush();
  }

  /**
   * From now on a process that is told to stop exits when the node has closed its store. Before
   * anybody is told where it serves: who knows that may stop it at once.
   */
  private void heedStop() {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      toldToStop.countDown();
                      try {
                        if (!closed.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                          session.terminal().warning("the node did not close in time");
                        }
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
  }
}
