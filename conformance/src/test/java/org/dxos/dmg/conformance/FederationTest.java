package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.Invitation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.sync.link.PeerStatus;
import org.dxos.dmg.sync.wire.SyncException;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.unixfs.BundleBlocks;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes in one process, with real stores and real sockets. */
class FederationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A node that listens on loopback. */
  private static final class Node implements AutoCloseable {
    private final Path home;
    private final LocalRegistry registry;
    private final Federation federation;
    private final Publisher publisher;

    private Node(Path home) throws IOException {
      this.home = home;
      Files.createDirectories(home);
      World world = World.real();
      this.registry = LocalRegistry.open(home, world);
      this.federation = registry.federate(List.of("/ip4/127.0.0.1/tcp/" + portOf(home)));
      this.publisher = new Publisher(registry, new KeyRing(home, new Random()), world.clock());
      ALL.add(this);
    }

    /** A node that starts again listens where it did. */
    private static int portOf(Path home) throws IOException {
      Integer known = PORTS.get(home);
      if (known == null) {
        try (ServerSocket free = new ServerSocket(0)) {
          known = free.getLocalPort();
        }
        PORTS.put(home, known);
      }
      return known;
    }

    private void publish(String name, String version) {
      publisher.publish(
          PreparedModule.of(ModuleRecord.named(Name.parse(name), Version.parse(version)).build()));
    }

    private boolean resolves(String dxn) {
      try {
        return registry.resolve(dxn).name().length() > 0;
      } catch (org.dxos.dmg.api.NotFoundException e) {
        return false;
      }
    }

    private PeerStatus statusOf(Node other) {
      return federation.status().stream()
          .filter(one -> one.link().peer().equals(other.federation.peerId()))
          .findFirst()
          .orElseThrow();
    }

    @Override
    public void close() {
      ALL.remove(this);
      federation.close();
      registry.close();
    }
  }

  private static void link(Node inviter, Node joiner) {
    Invitation invitation = inviter.federation.invite(Link.Policy.FULL, 600);
    joiner.federation.join(invitation, Link.Policy.FULL);
  }

  private static final Map<Path, Integer> PORTS = new HashMap<>();
  private static final List<Node> ALL = new ArrayList<>();

  private static String state() {
    StringBuilder text = new StringBuilder();
    ALL.forEach(
        node -> text.append('\n').append(node.home).append(' ').append(node.federation.status()));
    return text.toString();
  }

  private static void await(String what, BooleanSupplier done) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!done.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> "waited for " + what + state());
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void awaitEqual(Node... nodes) {
    await(
        "equal roots",
        () -> {
          for (Node node : nodes) {
            if (!node.registry.node().root().equals(nodes[0].registry.node().root())) {
              return false;
            }
          }
          return true;
        });
  }

  @Test
  void whatOnePublishesTheOtherResolves(@TempDir Path homes) throws IOException {
    try (Node one = new Node(homes.resolve("one"));
        Node two = new Node(homes.resolve("two"))) {
      one.publish("com.one/module/a", "1.0.0");
      two.publish("com.two/module/b", "1.0.0");
      link(one, two);
      awaitEqual(one, two);
      assertTrue(two.resolves("com.one/module/a@1.0.0"));
      assertTrue(one.resolves("com.two/module/b@1.0.0"));

      one.publish("com.one/module/a", "1.1.0");
      await("an announcement", () -> two.resolves("com.one/module/a@1.1.0"));
      one.publisher.say(Name.parse("com.one/module/a"), new Statement.Yank("1.1.0", "wrong"));
      awaitEqual(one, two);
      assertEquals("1.0.0", two.registry.resolve("com.one/module/a@^1").version());
      assertTrue(two.statusOf(one).connected());
      assertEquals(Optional.empty(), two.statusOf(one).error());
    }
  }

  @Test
  void newsArePassedOn(@TempDir Path homes) throws IOException {
    try (Node one = new Node(homes.resolve("one"));
        Node two = new Node(homes.resolve("two"));
        Node three = new Node(homes.resolve("three"))) {
      link(one, two);
      link(two, three);
      one.publish("com.one/module/a", "1.0.0");
      await("what passed over two links", () -> three.resolves("com.one/module/a"));
      awaitEqual(one, two, three);
    }
  }

  @Test
  void whoWasAwayCatchesUpAndAfterARestartFindsItsPeersAgain(@TempDir Path homes)
      throws IOException {
    try (Node one = new Node(homes.resolve("one"))) {
      try (Node two = new Node(homes.resolve("two"))) {
        link(one, two);
        one.publish("com.one/module/a", "1.0.0");
        awaitEqual(one, two);
      }
      one.publish("com.one/module/a", "1.1.0");
      one.publish("com.one/module/b", "1.0.0");
      try (Node two = new Node(homes.resolve("two"))) {
        awaitEqual(one, two);
        assertTrue(two.resolves("com.one/module/b"));
        await("equal roots in the status", () -> two.statusOf(one).lastEqual().isPresent());
        await("no lag", () -> two.statusOf(one).lag().equals(Optional.of(0L)));
        assertEquals(
            Optional.of(two.registry.node().root()),
            two.statusOf(one).lastEqual().map(PeerStatus.Equal::root));
      }
    }
  }

  @Test
  void anInvitationServesOnceAndNotAfterItsTime(@TempDir Path homes) throws IOException {
    try (Node one = new Node(homes.resolve("one"));
        Node two = new Node(homes.resolve("two"));
        Node three = new Node(homes.resolve("three"))) {
      Invitation invitation = one.federation.invite(Link.Policy.FULL, 600);
      two.federation.join(invitation, Link.Policy.FULL);
      refused(ErrorCode.INVITATION, () -> three.federation.join(invitation, Link.Policy.FULL));
      byte[] guess = invitation.secret();
      guess[0] ^= 1;
      refused(
          ErrorCode.INVITATION,
          () ->
              three.federation.join(
                  new Invitation(
                      invitation.peer(),
                      invitation.addresses(),
                      guess,
                      invitation.expires(),
                      Optional.empty()),
                  Link.Policy.FULL));
      // Who did not hear the answer may ask again.
      two.federation.join(invitation, Link.Policy.FULL);
      assertEquals(1, one.federation.status().size());
      refused(ErrorCode.USAGE, () -> one.federation.invite(Link.Policy.FULL, 8L * 86_400));
    }
  }

  @Test
  void aStrangerAndWhoWasRemovedAreToldNothing(@TempDir Path homes) throws IOException {
    try (Node one = new Node(homes.resolve("one"));
        Node two = new Node(homes.resolve("two"))) {
      link(one, two);
      one.publish("com.one/module/a", "1.0.0");
      awaitEqual(one, two);
      assertTrue(one.federation.remove(two.federation.peerId()));
      assertFalse(one.federation.remove(two.federation.peerId()));
      await("the connection to go", () -> !two.statusOf(one).connected());
      one.publish("com.one/module/a", "2.0.0");
      two.federation.syncNow();
      await("a refusal", () -> two.statusOf(one).error().isPresent());
      assertFalse(two.resolves("com.one/module/a@2.0.0"));
      link(one, two);
      awaitEqual(one, two);
    }
  }

  @Test
  void whatIsLocalNeverLeaves(@TempDir Path homes) throws IOException {
    try (Node one = new Node(homes.resolve("one"));
        Node two = new Node(homes.resolve("two"))) {
      one.publish("local.me/module/secret", "1.0.0");
      link(one, two);
      one.publish("com.one/module/a", "1.0.0");
      await("what is public", () -> two.resolves("com.one/module/a"));
      awaitEqual(one, two);
      assertTrue(one.resolves("local.me/module/secret"));
      assertFalse(two.resolves("local.me/module/secret"));
      assertEquals(1, two.registry.registrar().authorities().size());
    }
    try (Node one = new Node(homes.resolve("one"))) {
      assertTrue(one.resolves("local.me/module/secret"));
    }
  }

  /** Its peers have what it signed since; it learns so before it signs again, and forks nothing. */
  @Test
  void aHomeRestoredFromYesterdayGoesOnFromWhatItsPeersHave(@TempDir Path homes)
      throws IOException {
    Path yesterday = homes.resolve("yesterday");
    try (Node two = new Node(homes.resolve("two"))) {
      try (Node one = new Node(homes.resolve("one"))) {
        link(one, two);
        one.publish("com.one/module/a", "1.0.0");
        awaitEqual(one, two);
      }
      copy(homes.resolve("one"), yesterday);
      try (Node one = new Node(homes.resolve("one"))) {
        one.publish("com.one/module/a", "1.1.0");
        awaitEqual(one, two);
      }
      delete(homes.resolve("one"));
      copy(yesterday, homes.resolve("one"));
      try (Node one = new Node(homes.resolve("one"))) {
        one.publish("com.one/module/a", "1.2.0");
        awaitEqual(one, two);
        for (Node node : List.of(one, two)) {
          assertEquals(
              List.of("1.2.0", "1.1.0", "1.0.0"),
              node.registry.module("com.one/module/a").versions().stream()
                  .map(version -> version.version())
                  .toList());
          assertEquals(List.of(), node.registry.authority("com.one").orElseThrow().forks());
        }
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          (Iterable<Path>) files.sorted(java.util.Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    }
  }

  @Test
  void bundlesComeAtOnceOrWhenSomebodyAsks(@TempDir Path homes) throws IOException {
    Path folder = Files.createDirectories(homes.resolve("module"));
    Files.writeString(folder.resolve("index.js"), "export const handler = async () => 1;\n");
    Files.write(folder.resolve("data.bin"), new byte[3 << 20]);
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "com.one/module/a", "version": "1.0.0",
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """);
    try (Node one = new Node(homes.resolve("one"));
        Node now = new Node(homes.resolve("now"));
        Node later = new Node(homes.resolve("later"))) {
      PreparedModule module = PreparedModule.read(folder, Optional.empty(), Optional.empty());
      one.publisher.publish(module);
      Cid bundle = module.record().bundles().getFirst().cid();
      link(one, now);
      later.federation.join(
          one.federation.invite(Link.Policy.FULL, 600), new Link.Policy(true, List.of(), false));
      awaitEqual(one, now, later);
      await(
          "the bundle",
          () ->
              now.registry.store().get(bundle).isPresent()
                  && BundleBlocks.of(now.registry.store(), bundle).complete());
      assertEquals(Optional.empty(), later.registry.store().get(bundle));
      assertTrue(BundleBlocks.of(later.registry, bundle).complete());
      assertTrue(BundleBlocks.of(later.registry.store(), bundle).complete());
      // Nobody has it: told, and not asked for again at once.
      Cid nowhere = Cid.of(Cid.RAW, new byte[] {1, 2, 3});
      assertEquals(Optional.empty(), later.registry.get(nowhere));
      assertEquals(Optional.empty(), later.registry.get(nowhere));
    }
  }

  @Test
  void aStatementFindsItsHomeOverAnyNode(@TempDir Path homes) throws IOException {
    try (Node home = new Node(homes.resolve("home"));
        Node middle = new Node(homes.resolve("middle"));
        Node far = new Node(homes.resolve("far"))) {
      home.publish("com.one/module/a", "1.0.0");
      link(home, middle);
      link(middle, far);
      awaitEqual(home, middle, far);
      // The keys of the publisher, before a registry that is not the home.
      Publisher away =
          new Publisher(far.registry, new KeyRing(home.home, new Random()), World.real().clock());
      PreparedModule next =
          PreparedModule.of(
              ModuleRecord.named(Name.parse("com.one/module/a"), Version.parse("1.1.0")).build());
      assertTrue(away.publish(next) instanceof Publisher.Outcome.Pending);
      await("the home to add it", () -> home.resolves("com.one/module/a@1.1.0"));
      await("it to come back", () -> far.resolves("com.one/module/a@1.1.0"));
      await("nothing to be pending", () -> !far.registry.status().entries().containsKey("pending"));
      await(
          "nothing to be pending",
          () -> !middle.registry.status().entries().containsKey("pending"));
      assertTrue(away.publish(next) instanceof Publisher.Outcome.AlreadyThere);
      away.say(Name.parse("com.one/module/a"), new Statement.Yank("1.1.0", "wrong"));
      await(
          "a yank to come back",
          () -> far.registry.resolve("com.one/module/a@^1").version().equals("1.0.0"));
      awaitEqual(home, middle, far);
    }
  }

  @Test
  void whatIsPendingSurvivesARestartAndAnAbsentHome(@TempDir Path homes) throws IOException {
    try (Node far = new Node(homes.resolve("far"))) {
      try (Node home = new Node(homes.resolve("home"))) {
        home.publish("com.one/module/a", "1.0.0");
        link(home, far);
        awaitEqual(home, far);
      }
      Publisher away =
          new Publisher(
              far.registry, new KeyRing(homes.resolve("home"), new Random()), World.real().clock());
      away.publish(
          PreparedModule.of(
              ModuleRecord.named(Name.parse("com.one/module/a"), Version.parse("1.1.0")).build()));
      assertTrue(far.registry.status().entries().containsKey("pending"));
    }
    try (Node far = new Node(homes.resolve("far"))) {
      assertTrue(far.registry.status().entries().containsKey("pending"));
      try (Node home = new Node(homes.resolve("home"))) {
        await("the home to add it", () -> home.resolves("com.one/module/a@1.1.0"));
        await(
            "nothing to be pending", () -> !far.registry.status().entries().containsKey("pending"));
        assertTrue(far.resolves("com.one/module/a@1.1.0"));
      }
    }
  }

  private static Publisher away(Node at, Path keys) {
    return new Publisher(at.registry, new KeyRing(keys, new Random()), World.real().clock());
  }

  private static boolean waits(Node node) {
    return node.registry.status().entries().containsKey("pending");
  }

  @Test
  void whoIsNotTheHomeKeepsNothingFromItByRefusing(@TempDir Path homes) throws IOException {
    Path keys = homes.resolve("home");
    try (Node home = new Node(keys);
        Node far = new Node(homes.resolve("far"));
        Node stray = new Node(homes.resolve("stray"))) {
      home.publish("com.one/module/a", "1.0.0");
      try (Node middle = new Node(homes.resolve("middle"))) {
        link(home, middle);
        link(middle, far);
        awaitEqual(home, middle, far);
      }
      Invitation invitation = far.federation.invite(Link.Policy.FULL, 600);
      Files.writeString(stray.home.resolve("policy.json"), "{\"pullThrough\": \"off\"}");
      stray.federation.join(invitation, new Link.Policy(true, List.of("org.other.*"), true));
      await("the link", () -> far.statusOf(stray).connected());
      away(far, keys).say(Name.parse("com.one/module/a"), new Statement.Yank("1.0.0", "wrong"));
      // The stray node refuses it, as it knows no such authority. Nobody tells of that: it is given
      // some time, and what is asked here holds without it too.
      LockSupport.parkNanos(Duration.ofMillis(700).toNanos());
      assertTrue(waits(far));
      try (Node middle = new Node(homes.resolve("middle"))) {
        await("the home to add it", () -> !home.resolves("com.one/module/a@^1"));
        await("nothing to be pending", () -> !waits(far) && !waits(middle));
      }
    }
  }

  @Test
  void whatBuildsOnWhatWaitsAsWellArrivesBehindIt(@TempDir Path homes) throws IOException {
    Path keys = homes.resolve("home");
    try (Node far = new Node(homes.resolve("far"))) {
      try (Node home = new Node(keys)) {
        home.publish("com.one/module/a", "1.0.0");
        link(home, far);
        awaitEqual(home, far);
      }
      Publisher away = away(far, keys);
      for (int i = 1; i <= 12; i++) {
        Name name = Name.parse("com.one/module/m" + i);
        away.publish(PreparedModule.of(ModuleRecord.named(name, Version.parse("1.0.0")).build()));
        away.say(name, new Statement.Tag("stable", "1.0.0"));
      }
      assertTrue(waits(far));
      try (Node home = new Node(keys)) {
        await("nothing to be pending", () -> !waits(far));
        for (int i = 1; i <= 12; i++) {
          assertTrue(home.resolves("com.one/module/m" + i + "@stable"), "tag " + i);
        }
      }
    }
  }

  @Test
  void aMirrorTakesOverAndHandsNothingOn(@TempDir Path homes) throws IOException {
    try (Node home = new Node(homes.resolve("home"));
        Node mirror = new Node(homes.resolve("mirror"));
        Node far = new Node(homes.resolve("far"))) {
      home.publish("com.one/module/a", "1.0.0");
      mirror.registry.mirror();
      link(home, mirror);
      link(mirror, far);
      awaitEqual(home, mirror, far);
      // The home is reached over the mirror alone, which takes nothing: it goes on waiting.
      away(far, home.home).say(Name.parse("com.one/module/a"), new Statement.Yank("1.0.0", "no"));
      home.publish("com.one/module/a", "1.1.0");
      awaitEqual(home, mirror, far);
      assertTrue(waits(far));
      assertFalse(waits(mirror));
      link(home, far);
      await("the home to add it", () -> !waits(far));
      awaitEqual(home, mirror, far);
    }
  }

  @Test
  void whatWasAddedAndTakenBackBeforeItWasHeardOfIsSettled(@TempDir Path homes) throws IOException {
    Path keys = homes.resolve("home");
    Name name = Name.parse("com.one/module/a");
    try (Node home = new Node(keys)) {
      try (Node far = new Node(homes.resolve("far"))) {
        home.publish("com.one/module/a", "1.0.0");
        link(home, far);
        awaitEqual(home, far);
      }
      home.federation.close();
      try (Node far = new Node(homes.resolve("far"))) {
        PublishReceipt kept = away(far, keys).say(name, new Statement.Yank("1.0.0", "wrong"));
        assertEquals(PublishReceipt.Status.PENDING, kept.status());
        // Somebody carries it there.
        home.registry.publish(kept.statement(), far.registry.store());
      }
      home.publisher.say(name, new Statement.Unyank("1.0.0"));
    }
    try (Node home = new Node(keys);
        Node far = new Node(homes.resolve("far"))) {
      await("nothing to be pending", () -> !waits(far));
      assertTrue(far.resolves("com.one/module/a@^1"));
      awaitEqual(home, far);
    }
  }

  @Test
  void aLinkMayBeAboutSomeAuthoritiesAlone(@TempDir Path homes) throws IOException {
    try (Node one = new Node(homes.resolve("one"));
        Node two = new Node(homes.resolve("two"))) {
      one.publish("com.one/module/a", "1.0.0");
      one.publish("org.other/module/a", "1.0.0");
      Invitation invitation = one.federation.invite(Link.Policy.FULL, 600);
      // Asked for, the other one would be brought all the same.
      Files.writeString(two.home.resolve("policy.json"), "{\"pullThrough\": \"off\"}");
      two.federation.join(invitation, new Link.Policy(true, List.of("com.*"), true));
      await("what is followed", () -> two.resolves("com.one/module/a"));
      one.publish("org.other/module/a", "1.1.0");
      one.publish("com.one/module/a", "1.1.0");
      await("what is followed", () -> two.resolves("com.one/module/a@1.1.0"));
      assertFalse(two.resolves("org.other/module/a"));
      two.federation.change(one.federation.peerId(), Link.Policy.FULL);
      await("everything", () -> two.resolves("org.other/module/a"));
    }
  }

  @Test
  void manyHeadsOfManyAuthoritiesOnBothSidesComeTogether(@TempDir Path homes) throws IOException {
    try (Node one = new Node(homes.resolve("one"));
        Node two = new Node(homes.resolve("two"))) {
      List<Node> nodes = List.of(one, two);
      for (int i = 0; i < 60; i++) {
        nodes.get(i % 2).publish("com.n" + (i % 10) + "/module/m", "1.0." + i);
      }
      link(one, two);
      awaitEqual(one, two);
      List<String> names = new ArrayList<>();
      for (Node node : nodes) {
        names.add(String.valueOf(node.registry.registrar().authorities().size()));
      }
      assertEquals(List.of("10", "10"), names);
    }
  }

  private static void refused(ErrorCode code, Runnable work) {
    assertEquals(code, assertThrows(SyncException.class, work::run).code());
  }
}
