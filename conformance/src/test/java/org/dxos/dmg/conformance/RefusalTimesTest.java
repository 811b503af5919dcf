package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.HostConfig;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.publish.SpaceOwner;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.Invitation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.sync.wire.Frames;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.ItemReader;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a node takes to refuse something says nothing of whether it is there: times of asking
 * for what is, and for what is not, warm and in turns, are of one distribution. Others use this
 * machine as well: only a difference that shows in three rounds, each of which chance makes once in
 * a million, counts.
 */
class RefusalTimesTest {

  private static final int WARM = 200;
  private static final int COUNT = 400;
  private static final int ROUNDS = 3;
  private static final double CHANCE = 1e-6;

  @TempDir static Path homes;

  private static NodeProcess node;
  private static URI url;
  private static Host stranger;
  private static Host linked;
  private static Connection strangers;
  private static Connection linkeds;
  private static Cid space;
  private static ReleaseInfo secret;
  private static Cid uploaded;
  private static final Random RANDOM = new Random(7);

  /** One question, and how long its answer took, in nanoseconds. */
  private interface Question {
    long ask() throws IOException;
  }

  @BeforeAll
  static void begin() throws Exception {
    Path home = Files.createDirectories(homes.resolve("own"));
    Files.writeString(
        home.resolve("policy.json"), "{\"tofu\": \"allow\", \"serve\": \"anyone\"}\n");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    node = NodeProcess.start(home, "--peer-listen", "/ip4/127.0.0.1/tcp/" + port);
    url = URI.create(node.url());
    KeyRing keys = new KeyRing(home, new Random(1));
    Invitation invitation;
    String address;
    try (Registry registry =
        Registries.open(home, Optional.empty(), Optional.empty(), World.real())) {
      Publisher open = new Publisher(registry, keys, World.real().clock());
      open.publish(module("com.own/module/open"));
      space = new SpaceOwner(registry, keys, new Random(3), World.real().clock()).create("t").id();
      Registry inside = registry.spaces().open(space.toString());
      new Publisher(inside, keys, World.real().clock()).publish(module("com.own/module/secret"));
      secret = inside.resolve("com.own/module/secret");
      byte[] block = new byte[1_000];
      RANDOM.nextBytes(block);
      uploaded = Cid.of(Cid.RAW, block);
      registry.keep(List.of(uploaded), _ -> Optional.of(block));
      assertTrue(registry.missing(List.of(uploaded)).isEmpty());
      invitation =
          Registries.peers(home, Optional.empty(), Optional.empty())
              .invite(Link.Policy.NOTHING, 600, Optional.empty());
      address = "/ip4/127.0.0.1/tcp/" + port + "/p2p/" + invitation.peer();
    }
    stranger = host();
    linked = host();
    strangers = stranger.connect(Multiaddr.parse(address));
    linkeds = linked.connect(Multiaddr.parse(address));
    try (Stream stream = linkeds.open(Federation.PROTOCOL)) {
      say(stream, new Request.Join(invitation.secret(), List.of()));
      assertTrue(
          new ItemReader(Frames.plain(stream.in())).next().orElseThrow() instanceof Item.Said said
              && said.fields().toString().contains("linked"));
    }
  }

  @AfterAll
  static void end() throws InterruptedException {
    stranger.close();
    linked.close();
    node.close();
  }

  private static Host host() throws IOException {
    SecureRandom random = new SecureRandom();
    return Host.start(HostConfig.of(Identity.generate(random), System::nanoTime, random, 1));
  }

  private static PreparedModule module(String name) {
    return PreparedModule.of(
        ModuleRecord.named(Name.parse(name), Version.parse("1.0.0")).description("it is").build());
  }

  private static void say(Stream stream, Request request) throws IOException {
    byte[] said = Frames.framed(request.encode());
    stream.finish(said, 0, said.length);
  }

  /** A CID of which nobody has the block. */
  private static Cid nowhere(long codec) {
    byte[] block = new byte[32];
    RANDOM.nextBytes(block);
    return Cid.of(codec, block);
  }

  // ---- over HTTP ----

  private static Question get(LeanClient client, String path) {
    byte[] request = LeanClient.get(url, path);
    return () -> {
      long from = System.nanoTime();
      int status = client.send(request);
      long took = System.nanoTime() - from;
      assertEquals(404, status, path);
      return took;
    };
  }

  /**
   * @param path with what is there, or is not
   */
  private void requireAlike(String what, Function<String, String> path, String there, String not)
      throws IOException {
    try (LeanClient client = new LeanClient(url)) {
      requireAlike(
          "http, " + what, get(client, path.apply(there)), () -> get(client, path.apply(not)));
    }
  }

  @Test
  void aSpaceOverHttp() throws IOException {
    requireAlike(
        "a space",
        id -> "/v1/spaces/" + id + "/v1/resolve/com.own/module/secret",
        space.toString(),
        nowhere(Cid.DAG_CBOR).toString());
  }

  @Test
  void aBlockOfASpaceOverHttp() throws IOException {
    requireAlike(
        "a block of a space",
        cid -> "/ipfs/" + cid + "?format=raw",
        secret.record().toString(),
        nowhere(Cid.DAG_CBOR).toString());
  }

  @Test
  void aBlockThatWasOnlyUploadedOverHttp() throws IOException {
    requireAlike(
        "a block that was uploaded",
        cid -> "/ipfs/" + cid + "?format=raw",
        uploaded.toString(),
        nowhere(Cid.RAW).toString());
  }

  @Test
  void aNameOverHttp() throws IOException {
    requireAlike("a name", name -> "/v1/resolve/com.own/module/" + name, "secret", "nobody");
  }

  @Test
  void theVersionsOfANameOverHttp() throws IOException {
    requireAlike("versions", name -> "/v1/modules/com.own/module/" + name, "secret", "nobody");
  }

  @Test
  void aReleaseByItsRecordOverHttp() throws IOException {
    requireAlike(
        "a record",
        cid -> "/v1/resolve/" + cid,
        secret.record().toString(),
        nowhere(Cid.DAG_CBOR).toString());
  }

  // ---- over libp2p ----

  /** Until the last word of the node, whatever that is. */
  private static Question ask(Connection connection, Request request) {
    return () -> {
      try (Stream stream = connection.open(Federation.PROTOCOL)) {
        long from = System.nanoTime();
        say(stream, request);
        try {
          stream.in().readAllBytes();
        } catch (IOException refused) {
          // That is how it refuses.
        }
        return System.nanoTime() - from;
      }
    };
  }

  private void requireAlikeForPeers(
      String what, Connection connection, Function<Cid, Request> request, Cid there)
      throws IOException {
    String who = connection == strangers ? "stranger" : "linked";
    requireAlike(
        who + ", " + what,
        ask(connection, request.apply(there)),
        () -> ask(connection, request.apply(nowhere(Cid.DAG_CBOR))));
  }

  private static Request roots(Cid id) {
    return new Request.Roots(Optional.of(id), id, Optional.empty(), List.of());
  }

  private static Request log(Cid id) {
    return new Request.Log(
        List.of(new Request.Want(Optional.of(id), id, Optional.empty(), List.of())));
  }

  private static Request announced(Cid id) {
    return new Request.Announce(
        List.of(new Request.State(Optional.of(id), id, Optional.of(id), Optional.empty())));
  }

  @Test
  void aSpaceForAStranger() throws IOException {
    requireAlikeForPeers("a space", strangers, RefusalTimesTest::roots, space);
  }

  @Test
  void theLogOfASpaceForAStranger() throws IOException {
    requireAlikeForPeers("the log of a space", strangers, RefusalTimesTest::log, space);
  }

  @Test
  void aBlockOfASpaceForAStranger() throws IOException {
    requireAlikeForPeers(
        "a block of a space", strangers, cid -> new Request.Blocks(List.of(cid)), secret.record());
  }

  @Test
  void aSpaceForALinkedNodeThatIsNoMember() throws IOException {
    requireAlikeForPeers("a space", linkeds, RefusalTimesTest::roots, space);
  }

  @Test
  void theLogOfASpaceForALinkedNodeThatIsNoMember() throws IOException {
    requireAlikeForPeers("the log of a space", linkeds, RefusalTimesTest::log, space);
  }

  @Test
  void newsOfASpaceFromALinkedNodeThatIsNoMember() throws IOException {
    requireAlikeForPeers("news of a space", linkeds, RefusalTimesTest::announced, space);
  }

  @Test
  void aBlockThatWasOnlyUploadedForALinkedNode() throws IOException {
    requireAlike(
        "linked, a block that was uploaded",
        ask(linkeds, new Request.Blocks(List.of(uploaded))),
        () -> ask(linkeds, new Request.Blocks(List.of(nowhere(Cid.RAW)))));
  }

  // ---- the comparison ----

  /** Makes questions, each about something else that is not there. */
  private interface Questions {
    Question next() throws IOException;
  }

  private void requireAlike(String what, Question there, Questions not) throws IOException {
    List<String> told = new ArrayList<>();
    boolean differ = true;
    for (int round = 0; round < ROUNDS && differ; round++) {
      Question other = not.next();
      measure(there, other, WARM);
      long[][] times = measure(there, other, COUNT);
      double distance = Samples.distance(times[0], times[1]);
      double chance = Samples.likelihood(distance, COUNT, COUNT);
      differ = chance < CHANCE;
      told.add(
          "%s: median %.0f µs there, %.0f µs not there, distance %.3f, by chance %.1e"
              .formatted(
                  what,
                  Samples.median(times[0]) / 1e3,
                  Samples.median(times[1]) / 1e3,
                  distance,
                  chance));
    }
    System.err.println("refusals: " + String.join("; then ", told));
    assertFalse(differ, () -> String.join("\n", told));
  }

  /** Pairs of both, the one or the other first as chance has it. */
  private static long[][] measure(Question there, Question not, int count) throws IOException {
    long[][] times = new long[2][count];
    for (int i = 0; i < count; i++) {
      boolean first = RANDOM.nextBoolean();
      for (int turn = 0; turn < 2; turn++) {
        boolean isThere = first == (turn == 0);
        times[isThere ? 0 : 1][i] = (isThere ? there : not).ask();
      }
    }
    return times;
  }

  // ---- that it would find something ----

  @Test
  void aDifferenceOfAFifthOfTheSpreadIsFoundInManyAndOneDistributionIsNotTwo() {
    long[] one = new long[5_000];
    long[] same = new long[5_000];
    long[] later = new long[5_000];
    for (int i = 0; i < one.length; i++) {
      one[i] = Math.round(1_000 * RANDOM.nextGaussian());
      same[i] = Math.round(1_000 * RANDOM.nextGaussian());
      later[i] = Math.round(1_000 * RANDOM.nextGaussian()) + 200;
    }
    assertTrue(likelihood(one, same) > 1e-4);
    assertTrue(likelihood(one, later) < CHANCE);
    // Tables have 1.36 for one in twenty: with n samples each, 1.36 * sqrt(2 / n).
    assertEquals(0.05, Samples.likelihood(1.36 * Math.sqrt(2 / 1e6), 1_000_000, 1_000_000), 1e-3);
    assertEquals(1, Samples.likelihood(0, 100, 100));
  }

  private static double likelihood(long[] one, long[] other) {
    return Samples.likelihood(Samples.distance(one, other), one.length, other.length);
  }

  @Test
  void whatIsPublicTakesAnotherTimeThanWhatIsNotThere() throws IOException {
    byte[] held = LeanClient.get(url, "/v1/resolve/com.own/module/open?x=" + "y".repeat(8));
    byte[] absent = LeanClient.get(url, "/v1/resolve/com.own/module/nope?x=" + "y".repeat(8));
    try (LeanClient client = new LeanClient(url)) {
      long[][] times =
          measure(() -> timed(client, held), () -> timed(client, absent), COUNT + WARM);
      System.err.printf(
          "refusals: what is there and public %.0f µs, what is not %.0f µs, by chance %.1e%n",
          Samples.median(times[0]) / 1e3,
          Samples.median(times[1]) / 1e3,
          likelihood(times[0], times[1]));
      assertEquals(200, client.send(held));
      assertEquals(404, client.send(absent));
      assertTrue(likelihood(times[0], times[1]) < CHANCE, "what differs that much is told apart");
    }
  }

  private static long timed(LeanClient client, byte[] request) throws IOException {
    long from = System.nanoTime();
    int unused = client.send(request);
    return System.nanoTime() - from;
  }
}
