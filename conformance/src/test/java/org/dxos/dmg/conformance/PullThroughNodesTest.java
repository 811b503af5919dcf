package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.UnsatisfiableException;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.HostConfig;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.sync.wire.Frames;
import org.dxos.dmg.sync.wire.ItemReader;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.unixfs.BundleBlocks;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with real stores and sockets, which are asked for what others hold. */
class PullThroughNodesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String FAR = "node.far.example";

  @TempDir Path temp;

  /** What domains say, and where hosts are. */
  private final Map<String, NameProof.Answer> domains = new HashMap<>();

  private final Map<String, List<InetAddress>> hosts = new HashMap<>();

  /** Seconds by which clocks are ahead. */
  private final AtomicLong ahead = new AtomicLong();

  private final class Node implements AutoCloseable {
    private final Path home;
    private final LocalRegistry registry;
    private final Federation federation;
    private final Publisher publisher;

    private Node(String name) throws IOException {
      this.home = Files.createDirectories(temp.resolve(name));
      this.registry = LocalRegistry.open(home, world());
      this.federation = registry.federate(List.of("/ip4/127.0.0.1/tcp/0"));
      this.publisher =
          new Publisher(registry, new KeyRing(home, new Random()), InstantSource.system());
    }

    private void policy(String json) throws IOException {
      Files.writeString(home.resolve("policy.json"), json);
    }

    private Cid publish(String name, String version, String dependencies) throws IOException {
      Path folder = Files.createDirectories(temp.resolve("modules/" + name + "/" + version));
      Files.writeString(folder.resolve("index.js"), "export const x = '" + name + version + "';\n");
      Files.writeString(
          folder.resolve("dmg.json"),
          """
          {"name": "%s", "version": "%s", "dependencies": {%s},
           "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
          """
              .formatted(name, version, dependencies));
      PreparedModule module = PreparedModule.read(folder, Optional.empty(), Optional.empty());
      publisher.publish(module);
      return module.record().bundles().getFirst().cid();
    }

    /** The module of one authority that needs that of the next, and so on. */
    private void publishChain() throws IOException {
      publish("com.three/module/c", "1.0.0", "");
      publish("com.two/module/b", "1.0.0", "\"com.three/module/c\": \"^1\"");
      publish("com.one/module/a", "1.0.0", "\"com.two/module/b\": \"^1\"");
    }

    private boolean holds(String authority) {
      return registry.registrar().authorities().stream()
          .anyMatch(view -> view.name().equals(authority));
    }

    private Lock closure(String dxn) {
      return registry.closure(new ClosureRequest(List.of(dxn), Optional.empty()));
    }

    /** What happened when authorities were looked for. */
    private long pulls(String what) {
      return registry.status().entries().get("pullThrough")
                  instanceof org.dxos.dmg.dagcbor.Node.Map figures
              && figures.entries().get(what) instanceof org.dxos.dmg.dagcbor.Node.Int number
          ? number.value()
          : -1;
    }

    @Override
    public void close() {
      federation.close();
      registry.close();
    }
  }

  private World world() {
    return new World(
        () -> Instant.now().plusSeconds(ahead.get()),
        new SecureRandom(),
        Thread.ofPlatform().daemon().factory(),
        name ->
            Optional.ofNullable(domains.get(name))
                .orElse(new NameProof.Answer.Silent("it says nothing")),
        host ->
            Optional.ofNullable(hosts.get(host)).orElseThrow(() -> new UnknownHostException(host)));
  }

  private static void await(String what, BooleanSupplier done) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!done.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> "waited for " + what);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** {@code near} takes one authority of {@code far} unasked, and bundles when they are wanted. */
  private static void linkForOne(Node near, Node far) {
    near.federation.join(
        far.federation.invite(Link.Policy.NOTHING, 600),
        new Link.Policy(true, List.of("com.one"), false));
    await("what is followed", () -> near.holds("com.one"));
  }

  @Test
  void aClosureOverThreeAuthoritiesBringsThoseThatAreNotFollowed() throws IOException {
    try (Node far = new Node("far");
        Node near = new Node("near")) {
      far.publishChain();
      linkForOne(near, far);
      assertFalse(near.holds("com.two"));
      long from = System.nanoTime();
      assertEquals("1.0.0", near.registry.resolve("com.two/module/b").version());
      long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
      System.err.println("pull-through: an authority by name in " + took + " ms");
      Lock lock = near.closure("com.one/module/a");
      assertEquals(far.closure("com.one/module/a").closure().cid(), lock.closure().cid());
      assertTrue(near.holds("com.two") && near.holds("com.three"));
      assertEquals(2, near.pulls("found"));
      // What was asked for is followed from then on, with its bundles when they are wanted.
      Cid bundle = far.publish("com.three/module/c", "1.1.0", "");
      await(
          "news of what was pulled",
          () ->
              near.registry
                  .module("com.three/module/c")
                  .versions()
                  .getFirst()
                  .version()
                  .equals("1.1.0"));
      assertTrue(BundleBlocks.of(near.registry, bundle).complete());
      assertEquals(2, near.pulls("searches"));
    }
  }

  @Test
  void newsThatCameWhileTheNodeWasAwayAreTakenWhenItIsBack() throws IOException {
    try (Node far = new Node("far")) {
      try (Node near = new Node("near")) {
        far.publishChain();
        linkForOne(near, far);
        assertEquals("1.0.0", near.registry.resolve("com.two/module/b").version());
      }
      far.publish("com.two/module/b", "1.1.0", "");
      try (Node near = new Node("near")) {
        await("news", () -> near.registry.resolve("com.two/module/b").version().equals("1.1.0"));
      }
    }
  }

  @Test
  void whatNobodyHasIsToldWithWhoWasAsked() throws IOException {
    try (Node far = new Node("far");
        Node near = new Node("near")) {
      far.publishChain();
      linkForOne(near, far);
      NotFoundException missing =
          assertThrows(NotFoundException.class, () -> near.registry.resolve("com.nobody/module/x"));
      assertTrue(
          missing
              .message()
              .endsWith("no authority `com.nobody` is held here; the linked node does not have it"),
          missing.message());
      near.policy("{\"pullThrough\": \"off\"}");
      NotFoundException off =
          assertThrows(NotFoundException.class, () -> near.registry.resolve("com.two/module/b"));
      assertTrue(off.message().endsWith("as `pullThrough` is off"), off.message());
      assertThrows(UnsatisfiableException.class, () -> near.closure("com.one/module/a"));
      assertFalse(near.holds("com.two"));
    }
  }

  @Test
  void aPeerThatIsOnlyServedIsNotAsked() throws IOException {
    try (Node far = new Node("far");
        Node near = new Node("near")) {
      far.publishChain();
      near.federation.join(far.federation.invite(Link.Policy.FULL, 600), Link.Policy.NOTHING);
      assertThrows(NotFoundException.class, () -> near.registry.resolve("com.two/module/b"));
    }
  }

  // ---- the node that a domain names ----

  /** Lets the domain of {@code com.one} name a node. */
  private void name(Node far, String place) throws UnknownHostException {
    Cid id = far.registry.authority("com.one").orElseThrow().genesis();
    String port = far.federation.addresses().getFirst().split("/")[4];
    domains.put(
        "com.one",
        new NameProof.Answer.Names(
            id, Optional.of(place + "/tcp/" + port + "/p2p/" + far.federation.peerId())));
    hosts.put(FAR, List.of(InetAddress.ofLiteral("127.0.0.1")));
  }

  private static final String OPEN = "{\"serve\": \"anyone\"}";
  private static final String ASKS =
      "{\"tofu\": \"dns\", \"pullThrough\": \"anyone\", \"pullNetworks\": [\"127.0.0.0/8\"]}";

  @Test
  void theNodeThatADomainNamesIsAskedWhereNobodyElseHasIt() throws IOException {
    try (Node far = new Node("far");
        Node near = new Node("near")) {
      Cid bundle = far.publish("com.one/module/a", "1.0.0", "");
      far.publish("com.two/module/b", "1.0.0", "");
      name(far, "/dns4/" + FAR);
      far.policy(OPEN);
      near.policy(ASKS);
      assertEquals("1.0.0", near.registry.resolve("com.one/module/a").version());
      assertTrue(BundleBlocks.of(near.registry, bundle).complete(), "the bundle, when wanted");
      assertFalse(near.holds("com.two"), "which others there are is told to nobody");
      assertThrows(NotFoundException.class, () -> near.registry.resolve("com.two/module/b"));
    }
  }

  @Test
  void aStrangerIsToldNothingUnlessTheOperatorSaysSo() throws IOException {
    try (Node far = new Node("far");
        Node near = new Node("near")) {
      far.publish("com.one/module/a", "1.0.0", "");
      name(far, "/dns4/" + FAR);
      near.policy(ASKS);
      assertThrows(NotFoundException.class, () -> near.registry.resolve("com.one/module/a"));
      assertFalse(near.holds("com.one"));
      far.policy("{\"serve\": \"anyone\", \"deny\": [\"com.one\"]}");
      Cid id = far.registry.authority("com.one").orElseThrow().genesis();
      assertThrows(
          NotFoundException.class, () -> near.registry.resolve("com.one~" + id + "/module/a"));
      assertFalse(near.holds("com.one"));
    }
  }

  /** Somebody who knows the address, and how sync is spoken. */
  private static boolean isTold(Node node, Request request) throws IOException {
    SecureRandom random = new SecureRandom();
    try (Host host =
            Host.start(HostConfig.of(Identity.generate(random), System::nanoTime, random, 1));
        Stream stream =
            host.connect(Multiaddr.parse(node.federation.dialled().getFirst()))
                .open(Federation.PROTOCOL)) {
      Frames.write(stream.out(), request.encode());
      stream.out().flush();
      stream.closeWrite();
      return new ItemReader(Frames.plain(stream.in())).next().isPresent();
    } catch (IOException | RuntimeException refused) {
      return false;
    }
  }

  @Test
  void strangersMayAskForLittleAndNotForWhatThereIs() throws IOException {
    try (Node far = new Node("far")) {
      far.publish("com.one/module/a", "1.0.0", "");
      AuthorityInfo info = far.registry.authority("com.one").orElseThrow();
      Cid root = far.registry.node().root();
      Request.Want want = new Request.Want(info.genesis(), Optional.empty(), List.of());
      Request one = new Request.Log(List.of(want));
      assertFalse(isTold(far, one), "the operator did not say so");
      far.policy(OPEN);
      assertTrue(isTold(far, one));
      assertTrue(isTold(far, new Request.Log(Collections.nCopies(16, want))));
      assertFalse(isTold(far, new Request.Log(Collections.nCopies(17, want))));
      assertFalse(isTold(far, new Request.Forks(Collections.nCopies(17, info.genesis()))));
      assertTrue(isTold(far, new Request.Blocks(Collections.nCopies(256, info.keyHead()))));
      assertFalse(isTold(far, new Request.Blocks(Collections.nCopies(257, info.keyHead()))));
      assertFalse(isTold(far, new Request.Roots(root, Optional.empty(), List.of())));
      assertFalse(isTold(far, new Request.Tree(root)));
      far.policy("{\"serve\": \"linked\"}");
      assertFalse(isTold(far, one));
    }
  }

  /** Twenty places into which no domain may lead a node; each counts whoever knocks. */
  @Test
  void noDomainLeadsANodeIntoItsOwnNetwork() throws IOException {
    try (Node far = new Node("far");
        Node near = new Node("near");
        ServerSocket canary = new ServerSocket(0)) {
      far.publish("com.one/module/a", "1.0.0", "");
      far.policy(OPEN);
      canary.setSoTimeout(1);
      near.policy("{\"tofu\": \"dns\", \"pullThrough\": \"anyone\"}");
      Cid id = far.registry.authority("com.one").orElseThrow().genesis();
      List<String> forbidden =
          List.of(
              "127.0.0.1",
              "127.9.9.9",
              "0.0.0.0",
              "0.1.2.3",
              "10.0.0.1",
              "172.16.0.1",
              "172.31.255.255",
              "192.168.1.1",
              "169.254.169.254",
              "100.64.0.1",
              "100.127.255.255",
              "224.0.0.1",
              "240.0.0.1",
              "255.255.255.255",
              "::1",
              "::",
              "fe80::1",
              "fd00:ec2::254",
              "64:ff9b::7f00:1",
              "2002:7f00:1::");
      String rest = "/tcp/" + canary.getLocalPort() + "/p2p/" + far.federation.peerId();
      List<String> told = new ArrayList<>();
      for (int i = 0; i < forbidden.size(); i++) {
        InetAddress address = InetAddress.ofLiteral(forbidden.get(i));
        String ip = address.getAddress().length == 4 ? "4" : "6";
        hosts.put("trap" + i + ".example", List.of(address));
        for (String place :
            List.of("/ip" + ip + "/" + forbidden.get(i), "/dns/trap" + i + ".example")) {
          String authority = "com.one" + told.size(); // each is looked for anew
          domains.put(authority, new NameProof.Answer.Names(id, Optional.of(place + rest)));
          NotFoundException refused =
              assertThrows(
                  NotFoundException.class, () -> near.registry.resolve(authority + "/module/a"));
          told.add(refused.message());
        }
      }
      assertEquals(40, told.size());
      assertEquals(
          List.of(),
          told.stream()
              .filter(text -> !text.contains("which a domain may not make this node dial"))
              .toList());
      assertThrows(SocketTimeoutException.class, () -> accepted(canary));
      // A name of which one address is good leads to that one alone.
      name(far, "/dns4/" + FAR);
      hosts.put(
          FAR, List.of(InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("127.0.0.1")));
      near.policy(ASKS);
      assertEquals("1.0.0", near.registry.resolve("com.one/module/a").version());
    }
  }

  private static Socket accepted(ServerSocket canary) throws IOException {
    return canary.accept();
  }

  @Test
  void aUrlAndAnAddressWithoutAPeerAreRefusedClearly() throws IOException {
    try (Node near = new Node("near")) {
      near.policy(ASKS);
      int[] number = {0};
      Map.of(
              "https://node.example/?x", "expected a URL such as",
              "http://node.example", "read node `http://node.example`",
              "/dns4/node.example/tcp/4071", "ends in /p2p/",
              "nonsense", "read node `nonsense`")
          .forEach(
              (node, why) -> {
                String authority = "com.one" + number[0]++;
                domains.put(
                    authority,
                    new NameProof.Answer.Names(
                        Cid.of(Cid.DAG_CBOR, new byte[] {(byte) 0xa0}), Optional.of(node)));
                NotFoundException refused =
                    assertThrows(
                        NotFoundException.class,
                        () -> near.registry.resolve(authority + "/module/a"));
                assertTrue(refused.message().contains(why), refused.message());
              });
    }
  }

  /** Who was not believed when it was met is believed no more when it has news. */
  @Test
  void anUnprovedClaimIsNotBoundByItsNextHead() throws IOException {
    try (Node far = new Node("far");
        Node near = new Node("near")) {
      near.policy("{\"tofu\": \"dns\"}");
      far.publish("com.one/module/a", "1.0.0", "");
      linkForOne(near, far);
      Cid id = far.registry.authority("com.one").orElseThrow().genesis();
      far.publish("com.one/module/a", "1.1.0", "");
      await(
          "news",
          () -> near.registry.resolve("com.one~" + id + "/module/a").version().equals("1.1.0"));
      assertThrows(NotFoundException.class, () -> near.registry.resolve("com.one/module/a"));
    }
  }

  @Test
  void aNameIsBoundWhenItsDomainProvesItLater() throws IOException {
    try (Node far = new Node("far");
        Node near = new Node("near")) {
      near.policy("{\"tofu\": \"dns\"}");
      far.publish("com.one/module/a", "1.0.0", "");
      linkForOne(near, far);
      Cid id = far.registry.authority("com.one").orElseThrow().genesis();
      assertTrue(near.registry.registrar().authority("com.one").isEmpty());
      domains.put("com.one", new NameProof.Answer.Names(id, Optional.empty()));
      assertTrue(near.registry.authority("com.one").isEmpty(), "its silence is remembered");
      ahead.set(30);
      assertEquals(id, near.registry.authority("com.one").orElseThrow().genesis());
      assertEquals("1.0.0", near.registry.resolve("com.one/module/a").version());
    }
    try (Node near = new Node("near")) {
      assertEquals("1.0.0", near.registry.resolve("com.one/module/a").version());
    }
  }

  /** Where a peer's journal was read to says nothing of what was not wanted until then. */
  @Test
  void aLinkThatIsWidenedBringsWhatWasThereBefore() throws IOException {
    try (Node far = new Node("far")) {
      try (Node near = new Node("near")) {
        far.publishChain();
        linkForOne(near, far);
      }
      try (Node near = new Node("near")) {
        near.federation.awaitFirstRound();
        assertFalse(near.holds("com.two"));
        near.federation.change(
            far.federation.peerId(), new Link.Policy(true, List.of("com.*"), false));
        await("what is wanted now", () -> near.holds("com.two") && near.holds("com.three"));
      }
    }
  }

  @Test
  void aClosureBringsAsManyAuthoritiesAsOneQuestionMayAndTheNextTheRest() throws IOException {
    int most = 64;
    try (Node far = new Node("far");
        Node near = new Node("near")) {
      StringBuilder needs = new StringBuilder();
      for (int i = 0; i <= most; i++) {
        far.publisher.publish(
            PreparedModule.of(
                ModuleRecord.named(Name.parse("net.many" + i + "/module/m"), Version.parse("1.0.0"))
                    .build()));
        needs
            .append(i == 0 ? "" : ", ")
            .append("\"net.many")
            .append(i)
            .append("/module/m\": \"^1\"");
      }
      far.publish("com.one/module/a", "1.0.0", needs.toString());
      linkForOne(near, far);
      long from = System.nanoTime();
      assertThrows(UnsatisfiableException.class, () -> near.closure("com.one/module/a"));
      long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
      System.err.println("pull-through: " + most + " authorities for a closure in " + took + " ms");
      assertEquals(most + 1, near.registry.registrar().authorities().size());
      assertEquals(
          far.closure("com.one/module/a").closure().cid(),
          near.closure("com.one/module/a").closure().cid());
      assertEquals(most + 1, near.pulls("found"));
    }
  }

  /** A bundle whose publisher has gone, and which an IPFS node has. */
  @Test
  void aBundleThatNoLinkedNodeHasComesFromAnIpfsNodeByBitswap() throws IOException {
    try (Node far = new Node("far");
        Node ipfs = new Node("ipfs")) {
      Cid bundle = far.publish("com.one/module/a", "1.0.0", "");
      ipfs.publish("com.one/module/a", "1.0.0", "");
      List<Cid> blocks = BundleBlocks.of(far.registry.store(), bundle).held();
      Batch gone = new Batch();
      blocks.forEach(gone::discard);
      far.registry.store().commit(gone);
      Cid hidden = Cid.of(Cid.RAW, new byte[] {7, 7, 7});
      Batch staged = new Batch();
      staged.put(hidden, new byte[] {7, 7, 7});
      ipfs.registry.store().commit(staged);
      Path home = Files.createDirectories(temp.resolve("near"));
      try (LocalRegistry near = LocalRegistry.open(home, world());
          Federation among =
              near.federate(
                  List.of("/ip4/127.0.0.1/tcp/0"),
                  new Federation.Blocks(false, ipfs.federation.dialled()))) {
        among.join(
            far.federation.invite(Link.Policy.NOTHING, 600),
            new Link.Policy(true, List.of("com.one"), false));
        await("the authority", () -> near.registrar().authority("com.one").isPresent());
        assertFalse(among.servesBlocks());
        assertTrue(BundleBlocks.of(near, bundle).complete());
        for (Cid cid : blocks) {
          assertTrue(near.store().has(cid));
        }
        assertEquals(Optional.empty(), near.get(hidden));
      }
    }
  }

  // ---- processes ----

  private static NodeProcess.Finished ok(String... arguments)
      throws IOException, InterruptedException {
    NodeProcess.Finished finished = NodeProcess.run(List.of(arguments));
    assertEquals(0, finished.code(), finished.err());
    return finished;
  }

  @Test
  void commandsAtANodeThatFollowsOneAuthorityReachTheOthers() throws Exception {
    Path far = temp.resolve("far");
    Path near = Files.createDirectories(temp.resolve("near"));
    Files.writeString(near.resolve("policy.json"), "{\"tofu\": \"allow\"}");
    try (Node filled = new Node("far")) {
      filled.publishChain();
    }
    try (NodeProcess one = NodeProcess.start(far, "--peer-listen", "/ip4/127.0.0.1/tcp/0");
        NodeProcess two = NodeProcess.start(near, "--peer-listen", "/ip4/127.0.0.1/tcp/0")) {
      String invitation = temp.resolve("invitation.toml").toString();
      NodeProcess.Finished invited =
          ok("peer", "invite", invitation, "--serve-only", "--node", one.url());
      assertTrue(invited.out().contains(invitation), invited.out());
      ok("peer", "join", invitation, "--follow", "com.one", "--node", two.url());
      String client = temp.resolve("client").toString();
      NodeProcess.Finished resolved =
          ok("resolve", "com.two/module/b", "--node", two.url(), "--home", client);
      assertEquals(
          ok("resolve", "com.two/module/b", "--node", one.url(), "--home", client)
              .out()
              .lines()
              .findFirst(),
          resolved.out().lines().findFirst());
      for (List<String> command :
          List.of(
              List.of("versions", "com.three/module/c"),
              List.of("show", "com.three/module/c"),
              List.of("closure", "com.one/module/a"),
              List.of("why", "com.one/module/a", "com.three/module/c"),
              List.of("verify", "com.two/module/b"),
              List.of("install", "com.one/module/a", "--into", temp.resolve("into").toString()))) {
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of("--node", two.url(), "--home", client));
        ok(arguments.toArray(String[]::new));
      }
      assertTrue(
          Files.exists(temp.resolve("into/modules/com.three/module/c/1.0.0/index.js")),
          "the bundle of what was pulled");
      NodeProcess.Finished status = ok("status", "--node", two.url(), "--home", client, "--json");
      assertTrue(status.out().contains("\"found\": 2"), status.out());
      try (InputStream metrics = URI.create(two.url() + "/metrics").toURL().openStream()) {
        String text = new String(metrics.readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(text.contains("dmg_pulls_total{outcome=\"found\"} 2\n"), text);
      }
      NodeProcess.Finished missing =
          NodeProcess.run(
              List.of("resolve", "com.nobody/module/x", "--node", two.url(), "--home", client));
      assertEquals(3, missing.code(), missing.err());
      assertTrue(missing.err().contains("it was not found elsewhere either"), missing.err());
      NodeProcess.Finished own =
          NodeProcess.run(List.of("resolve", "com.nobody/module/x", "--home", near.toString()));
      assertTrue(own.err().contains("the linked node does not have it"), own.err());
    }
  }
}
