package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.client.Peers;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.verdict.Standing.Contest;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One head key in two homes, each a process, that tell their followers different things. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class EquivocationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String AUTHORITY = "com.two";
  private static final String MODULE = AUTHORITY + "/module/a";

  @TempDir Path homes;
  private final List<NodeProcess> nodes = new ArrayList<>();

  private Path home(String name) {
    return homes.resolve(name);
  }

  private NodeProcess start(String name) throws IOException {
    Files.createDirectories(home(name));
    Files.writeString(home(name).resolve("policy.json"), "{\"tofu\": \"allow\"}\n");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    NodeProcess node = NodeProcess.start(home(name), "--peer-listen", "/ip4/127.0.0.1/tcp/" + port);
    nodes.add(node);
    return node;
  }

  private void publish(NodeProcess at, String home, String version, String about) {
    try (Registry registry = Registries.at(at.url(), Optional.empty())) {
      new Publisher(registry, new KeyRing(home(home), new Random()), World.real().clock())
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse(MODULE), Version.parse(version))
                      .description(about)
                      .build()));
    }
  }

  private void link(NodeProcess inviter, NodeProcess joiner) {
    peers(joiner).join(peers(inviter).invite(Link.Policy.FULL, 600), Link.Policy.FULL);
  }

  private Peers peers(NodeProcess node) {
    return Registries.peers(homes, Optional.of(node.url()), Optional.empty());
  }

  private static <T> T at(NodeProcess node, Function<Registry, T> question) {
    try (Registry registry = Registries.at(node.url(), Optional.empty())) {
      return question.apply(registry);
    }
  }

  /** What a node makes of a version, the refusal too. */
  private static String resolved(NodeProcess node, String version) {
    try {
      return at(node, registry -> registry.resolve(MODULE + "@" + version).toString());
    } catch (RuntimeException e) {
      return "none: " + e.getMessage();
    }
  }

  private static AuthorityInfo authority(NodeProcess node) {
    return at(node, registry -> registry.authority(AUTHORITY).orElseThrow());
  }

  private static <T> Set<T> each(List<NodeProcess> nodes, Function<NodeProcess, T> question) {
    Set<T> answers = new HashSet<>();
    nodes.forEach(node -> answers.add(question.apply(node)));
    return answers;
  }

  private interface Sought {
    boolean there();
  }

  private long await(String what, Sought sought) throws InterruptedException {
    long start = System.nanoTime();
    while (!sought.there()) {
      assertTrue(
          System.nanoTime() - start < PATIENCE.toNanos(),
          () -> {
            StringBuilder text = new StringBuilder("waited for " + what);
            nodes.forEach(node -> text.append('\n').append(peers(node).around()));
            return text.toString();
          });
      Thread.sleep(20);
    }
    return (System.nanoTime() - start) / 1_000_000;
  }

  private static boolean equalRoots(List<NodeProcess> nodes) {
    return each(nodes, node -> at(node, registry -> registry.node().root())).size() == 1;
  }

  @Test
  void whoSaysTwoThingsIsKnownToAllForItAndHealEndsIt() throws Exception {
    try {
      try (NodeProcess first = start("home")) {
        publish(first, "home", "1.0.0", "what both have");
      }
      nodes.clear();
      copy(home("home"), home("copy"));
      NodeProcess home = start("home");
      NodeProcess copy = start("copy");
      List<NodeProcess> followers = new ArrayList<>();
      for (int one = 0; one < 4; one++) {
        followers.add(start("follower" + one));
        link(one < 2 ? home : copy, followers.get(one));
      }
      publish(home, "home", "1.1.0", "one thing");
      publish(copy, "copy", "1.1.0", "another thing");
      List<NodeProcess> half = List.of(home, followers.get(0), followers.get(1));
      List<NodeProcess> other = List.of(copy, followers.get(2), followers.get(3));
      await("one half", () -> equalRoots(half));
      await("the other half", () -> equalRoots(other));
      assertEquals(1, each(half, node -> resolved(node, "1.1.0")).size());
      assertEquals(1, each(other, node -> resolved(node, "1.1.0")).size());
      assertNotEquals(resolved(home, "1.1.0"), resolved(copy, "1.1.0"));
      assertEquals(List.of(), authority(copy).forks());

      // Two followers, one of each half, come to know each other.
      link(followers.get(1), followers.get(2));
      long known =
          await(
              "the fork at every node",
              () -> nodes.stream().noneMatch(node -> authority(node).forks().isEmpty()));
      long equal = await("equal roots", () -> equalRoots(nodes));
      assertEquals(1, each(nodes, node -> authority(node).forks()).size());
      assertEquals(1, authority(home).forks().size());
      await(
          "the link that brought it to tell so",
          () -> peers(followers.get(0)).around().links().getFirst().forks() == 1);
      assertEquals(Set.of(Contest.HEADS), each(nodes, node -> authority(node).contest()));
      for (String version : List.of("1.0.0", "1.1.0", "^1")) {
        assertEquals(1, each(nodes, node -> resolved(node, version)).size(), version);
      }
      assertTrue(resolved(copy, "1.1.0").startsWith("none: "), resolved(copy, "1.1.0"));

      NodeProcess.Finished healed =
          NodeProcess.run(
              List.of(
                  "authority",
                  "heal",
                  AUTHORITY,
                  "--node",
                  home.url(),
                  "--home",
                  home("home").toString()));
      assertEquals(0, healed.code(), healed.err());
      publish(home, "home", "1.2.0", "what follows");
      long over =
          await(
              "the end of it",
              () ->
                  nodes.stream()
                          .allMatch(
                              node ->
                                  authority(node).contest() == Contest.NONE
                                      && !resolved(node, "1.2.0").startsWith("none: "))
                      && equalRoots(nodes));
      for (String version : List.of("1.0.0", "1.1.0", "1.2.0", "^1")) {
        assertEquals(1, each(nodes, node -> resolved(node, version)).size(), version);
        assertTrue(!resolved(home, version).startsWith("none: "), resolved(home, version));
      }
      assertEquals(1, each(nodes, node -> authority(node).forks()).size());
      System.err.printf(
          "equivocation: fork known to all 6 after %d ms, roots equal %d ms later, healed after %d"
              + " ms%n",
          known, equal, over);
    } finally {
      for (NodeProcess node : nodes) {
        node.kill();
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
}
