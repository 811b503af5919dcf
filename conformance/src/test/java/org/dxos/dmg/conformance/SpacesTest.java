package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.authority.Amendments;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.cli.Main;
import org.dxos.dmg.cli.Terminal;
import org.dxos.dmg.client.Peers;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Promotion;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.publish.SpaceOwner;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Invitation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A space among real nodes: who is in it has all of it, and nobody else anything. */
class SpacesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String MODULE = "com.canary-authority/module/canary-name";
  private static final String SPACE = "canary-called";

  /** All of them are in what is published in the space, and none may be seen outside of it. */
  private static final List<String> CANARIES =
      List.of(
          "canary-authority",
          "canary-name",
          "canary-description",
          "canary-keyword",
          "canary-file",
          "canary-content",
          "canary-called",
          "canary-tag");

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

  @AfterEach
  void close() throws InterruptedException {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }

  /** As those see a node who run it. */
  private Registry inside(String name) {
    return Registries.open(home(name), Optional.empty(), Optional.empty(), World.real());
  }

  private <T> T at(String name, Function<Registry, T> question) {
    try (Registry registry = inside(name)) {
      return question.apply(registry);
    }
  }

  private KeyRing keys(String name) {
    return new KeyRing(home(name), new Random(name.hashCode()));
  }

  private Peers peers(String name) {
    return Registries.peers(home(name), Optional.empty(), Optional.empty());
  }

  private SpaceOwner owner(String name, Registry registry) {
    return new SpaceOwner(registry, keys(name), new Random(3), World.real().clock());
  }

  private void invite(String inviter, String joiner, Cid space, Role role) {
    Invitation invitation =
        peers(inviter)
            .invite(Link.Policy.NOTHING, 600, Optional.of(new Invitation.Place(space, role)));
    peers(joiner).join(invitation, Link.Policy.NOTHING);
  }

  private void publish(String at, String keysOf, String space, String version, Path folder) {
    try (Registry registry = inside(at);
        PreparedModule module =
            PreparedModule.read(folder, Optional.empty(), Optional.of(version))) {
      new Publisher(registry.spaces().open(space), keys(keysOf), World.real().clock())
          .publish(module);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Path module() throws IOException {
    return module(MODULE);
  }

  private Path module(String name) throws IOException {
    Path folder =
        Files.createDirectories(
            homes.resolve("module-" + name.substring(name.lastIndexOf('/') + 1)));
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "%s", "version": "1.0.0", "description": "canary-description",
         "keywords": ["canary-keyword"],
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name));
    Files.writeString(folder.resolve("canary-file.js"), "// canary-content\n");
    return folder;
  }

  private Optional<ReleaseInfo> resolved(String name, Cid space, String dxn) {
    try {
      return Optional.of(
          at(name, registry -> registry.spaces().open(space.toString()).resolve(dxn)));
    } catch (RuntimeException e) {
      if (e instanceof Explained explained
          && explained.code().outcome() == ErrorCode.Outcome.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private interface Sought {
    boolean there() throws IOException;
  }

  private static long await(String what, Sought sought) throws Exception {
    long start = System.nanoTime();
    while (!sought.there()) {
      assertTrue(System.nanoTime() - start < PATIENCE.toNanos(), "waited for " + what);
      Thread.sleep(20);
    }
    return (System.nanoTime() - start) / 1_000_000;
  }

  private record Told(int status, byte[] body) {}

  private static Told get(String url, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Told(answer.statusCode(), answer.body());
    }
  }

  private static List<String> canariesIn(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return CANARIES.stream().filter(text::contains).toList();
  }

  @Test
  void membersHaveItAndStrangersNothing() throws Exception {
    NodeProcess own = start("own");
    NodeProcess stranger = start("stranger");
    start("member");
    // The stranger is linked, and follows everything that is public.
    peers("stranger").join(peers("own").invite(Link.Policy.FULL, 600), Link.Policy.FULL);
    Cid space;
    try (Registry registry = inside("own")) {
      space = owner("own", registry).create(SPACE).id();
    }
    invite("own", "member", space, Role.READ);
    publish("own", "own", SPACE, "1.0.0", module());
    long took = await("the member", () -> resolved("member", space, MODULE).isPresent());
    System.out.println("a member resolves what was published in a space after " + took + " ms");
    ReleaseInfo release = resolved("member", space, MODULE).orElseThrow();
    // Who may only read publishes nothing there.
    Explained reader =
        assertThrows(
            Explained.class,
            () ->
                publish(
                    "member",
                    "member",
                    space.toString(),
                    "9.0.0",
                    module("com.reader/module/own")));
    assertEquals(ErrorCode.POLICY_DENIED, reader.code(), reader.getMessage());
    // Everything of it came, bundle and all, and was verified on the way.
    await("the bundle", () -> bundleIsThere("member", space, release));
    await(
        "equal roots",
        () ->
            at("own", one -> one.spaces().show(space.toString()).root())
                .equals(at("member", one -> one.spaces().show(space.toString()).root())));
    // Something public travels after it: what was to come to the stranger has come.
    try (Registry registry = inside("own")) {
      new Publisher(registry, keys("own"), World.real().clock())
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse("com.open/module/plain"), Version.parse("1.0.0"))
                      .build()));
    }
    await(
        "what is public",
        () -> at("stranger", registry -> registry.authority("com.open").isPresent()));
    noCanaryIn(own, space, release);
    noCanaryIn(stranger, space, release);
    filesOfStrangerAreClean();
  }

  private boolean bundleIsThere(String name, Cid space, ReleaseInfo release) {
    return at(
        name,
        registry -> {
          Registry inside = registry.spaces().open(space.toString());
          ModuleRecord record = ModuleRecord.decode(inside.get(release.record()).orElseThrow());
          return inside.get(record.bundles().getFirst().cid()).isPresent();
        });
  }

  /** Whatever a stranger asks over HTTP: nothing private is in any answer. */
  private void noCanaryIn(NodeProcess node, Cid space, ReleaseInfo release) throws Exception {
    String name = MODULE;
    List<String> paths =
        List.of(
            "/v1/resolve/" + name,
            "/v1/modules/" + name,
            "/v1/closure/" + name,
            "/v1/authorities/com.canary-authority",
            "/v1/dependents/" + name,
            "/v1/search?q=description",
            "/v1/status",
            "/v1/node",
            "/v1/events?since=0",
            "/metrics",
            "/openapi.json",
            "/",
            "/v1/spaces",
            "/v1/spaces/" + space,
            "/v1/spaces/" + space + "/v1/resolve/" + name,
            "/v1/spaces/" + SPACE,
            "/ipfs/" + release.record() + "?format=raw",
            "/ipfs/" + release.release() + "?format=raw",
            "/ipfs/" + release.head() + "?format=raw",
            "/ipfs/" + space + "?format=raw",
            "/sparql?query="
                + java.net.URLEncoder.encode(
                    "SELECT ?s ?p ?o { ?s ?p ?o }", StandardCharsets.UTF_8));
    for (String path : paths) {
      if (path.startsWith("/v1/events")) {
        continue; // a stream that does not end
      }
      Told told = get(node.url() + path);
      List<String> asked = CANARIES.stream().filter(path::contains).toList();
      List<String> found = new ArrayList<>(canariesIn(told.body()));
      found.removeAll(asked); // what the question said comes back in the refusal
      assertEquals(List.of(), found, path);
      assertTrue(told.status() == 200 || told.status() >= 400, path);
    }
    // A space that is there, one that is not, and what never was look alike.
    Told there = get(node.url() + "/v1/spaces/" + space);
    String other = space.toString().substring(0, 58) + (space.toString().endsWith("a") ? "b" : "a");
    Told absent = get(node.url() + "/v1/spaces/" + other);
    assertEquals(404, there.status());
    assertEquals(404, absent.status());
    assertArrayEquals(
        new String(there.body(), StandardCharsets.UTF_8)
            .replace(space.toString(), "?")
            .getBytes(StandardCharsets.UTF_8),
        new String(absent.body(), StandardCharsets.UTF_8)
            .replace(other, "?")
            .getBytes(StandardCharsets.UTF_8));
    Told wrong = get(node.url() + "/v1/spaces/" + space, "Authorization", "Bearer guess");
    assertArrayEquals(there.body(), wrong.body());
  }

  /** Nothing of it lies on the stranger's disk either, packed or not. */
  private void filesOfStrangerAreClean() throws IOException {
    try (Stream<Path> files = Files.walk(home("stranger"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertEquals(List.of(), canariesIn(Files.readAllBytes(file)), file.toString());
      }
    }
    assertFalse(Files.exists(home("stranger").resolve("spaces")));
  }

  @Test
  void whoIsRemovedGetsNothingMoreAndWhoPublishesElsewhereReachesTheHome() throws Exception {
    start("own");
    start("second");
    Cid space;
    try (Registry registry = inside("own")) {
      space = owner("own", registry).create(SPACE).id();
    }
    Path folder = module();
    publish("own", "own", SPACE, "1.0.0", folder);
    invite("own", "second", space, Role.PUBLISH);
    await("the member", () -> resolved("second", space, MODULE).isPresent());
    // Published at the member's node with the owner's key: it reaches the home and comes back.
    publish("second", "own", space.toString(), "1.1.0", folder);
    await("the home", () -> resolved("own", space, MODULE + "@1.1.0").isPresent());
    await("the way back", () -> resolved("second", space, MODULE + "@1.1.0").isPresent());
    SpaceInfo now = at("own", registry -> registry.spaces().show(SPACE));
    assertEquals(2, now.members().size());
    List<Member> left = now.members().stream().filter(one -> one.role() == Role.ADMIN).toList();
    try (Registry registry = inside("own")) {
      assertEquals(1, owner("own", registry).change(now, left).members().size());
    }
    publish("own", "own", SPACE, "2.0.0", folder);
    // A round of both later it still has not come.
    peers("second")
        .change(peers("second").around().links().getFirst().link().peer(), Link.Policy.FULL);
    try (Registry registry = inside("own")) {
      new Publisher(registry, keys("own"), World.real().clock())
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse("com.open/module/plain"), Version.parse("1.0.0"))
                      .build()));
    }
    await(
        "what is public",
        () -> at("second", registry -> registry.authority("com.open").isPresent()));
    assertTrue(resolved("second", space, MODULE + "@2.0.0").isEmpty());
    assertTrue(resolved("second", space, MODULE + "@1.1.0").isPresent()); // what it has it keeps
  }

  @Test
  void whatIsPromotedIsPublicWithTheSameCids() throws Exception {
    start("own");
    start("reader");
    peers("reader").join(peers("own").invite(Link.Policy.FULL, 600), Link.Policy.FULL);
    Cid space;
    try (Registry registry = inside("own")) {
      space = owner("own", registry).create(SPACE).id();
    }
    publish("own", "own", SPACE, "1.0.0", module());
    ReleaseInfo inside = resolved("own", space, MODULE).orElseThrow();
    try (Registry registry = inside("own")) {
      Promotion promotion =
          new Promotion(registry.spaces().open(SPACE), registry, keys("own"), World.real().clock());
      Promotion.Promoted promoted = promotion.promote(promotion.plan(Name.parse(MODULE)), false);
      assertEquals(List.of(inside.release()), promoted.statements());
    }
    await(
        "the reader", () -> at("reader", one -> one.authority("com.canary-authority").isPresent()));
    await(
        "the release",
        () -> {
          try {
            return at("reader", one -> one.resolve(MODULE)).release().equals(inside.release());
          } catch (RuntimeException e) {
            return false;
          }
        });
    assertEquals(inside.record(), at("reader", one -> one.resolve(MODULE)).record());
  }

  @Test
  void whoIsNoAdminInvitesNobodyAndAnInvitationIsGoodOnce() throws Exception {
    start("own");
    start("second");
    start("third");
    Cid space;
    try (Registry registry = inside("own")) {
      space = owner("own", registry).create(SPACE).id();
    }
    Invitation invitation =
        peers("own")
            .invite(Link.Policy.NOTHING, 600, Optional.of(new Invitation.Place(space, Role.READ)));
    peers("second").join(invitation, Link.Policy.NOTHING);
    Explained again =
        assertThrows(Explained.class, () -> peers("third").join(invitation, Link.Policy.NOTHING));
    assertEquals(ErrorCode.INVITATION, again.code());
    await(
        "the log",
        () -> at("second", one -> one.spaces().show(space.toString()).entry().isPresent()));
    Explained none =
        assertThrows(
            Explained.class,
            () ->
                peers("second")
                    .invite(
                        Link.Policy.NOTHING,
                        600,
                        Optional.of(new Invitation.Place(space, Role.READ))));
    assertEquals(ErrorCode.INVITATION, none.code());
    // Another user of the machine reaches the node, and does not know its token.
    Explained stranger =
        assertThrows(
            Explained.class,
            () ->
                Registries.peers(home("own"), Optional.of(nodes.getFirst().url()), Optional.empty())
                    .invite(
                        Link.Policy.NOTHING,
                        600,
                        Optional.of(new Invitation.Place(space, Role.READ))));
    assertEquals(none.getMessage(), stranger.getMessage());
    // An edited file gains nothing: the inviter keeps what it grants.
    Invitation real =
        peers("own")
            .invite(Link.Policy.NOTHING, 600, Optional.of(new Invitation.Place(space, Role.READ)));
    Invitation edited =
        new Invitation(
            real.peer(),
            real.addresses(),
            real.secret(),
            real.expires(),
            Optional.of(new Invitation.Place(space, Role.ADMIN)));
    peers("third").join(edited, Link.Policy.NOTHING);
    await("the third", () -> at("own", one -> one.spaces().show(SPACE).members().size()) == 3);
    assertEquals(
        2,
        at("own", one -> one.spaces().show(SPACE)).members().stream()
            .filter(one -> one.role() == Role.READ)
            .count());
  }

  @Test
  void whoIsRemovedStaysOutWhoeverItWasInvitedBy() throws Exception {
    start("own");
    NodeProcess second = start("second");
    Cid space;
    try (Registry registry = inside("own")) {
      space = owner("own", registry).create(SPACE).id();
    }
    Invitation invitation =
        peers("own")
            .invite(
                Link.Policy.NOTHING, 600, Optional.of(new Invitation.Place(space, Role.PUBLISH)));
    // Another user of the machine takes nobody's node into a space.
    Explained stranger =
        assertThrows(
            Explained.class,
            () ->
                Registries.peers(home("other"), Optional.of(second.url()), Optional.empty())
                    .join(invitation, Link.Policy.NOTHING));
    assertEquals(ErrorCode.TOKEN, stranger.code());
    peers("second").join(invitation, Link.Policy.NOTHING);
    SpaceInfo now = at("own", registry -> registry.spaces().show(SPACE));
    assertEquals(2, now.members().size());
    List<Member> left = now.members().stream().filter(one -> one.role() == Role.ADMIN).toList();
    try (Registry registry = inside("own")) {
      assertEquals(1, owner("own", registry).change(now, left).members().size());
    }
    SpaceInfo without = at("own", registry -> registry.spaces().show(SPACE));
    // It has the invitation still, and says that it did not hear the answer.
    peers("second").join(invitation, Link.Policy.NOTHING);
    assertEquals(without, at("own", registry -> registry.spaces().show(SPACE)));
    assertEquals(List.of(), without.guests());
  }

  private PublicKey delegate(String owner, String delegate, String authority) {
    PublicKey key = keys(delegate).make("ci").publicKey();
    long now = World.real().clock().instant().getEpochSecond();
    try (Registry registry = inside(owner)) {
      var done =
          new Amendments(registry, keys(owner), World.real().clock())
              .delegate(
                  authority,
                  new AuthorityEntry.Delegate(
                      key,
                      List.of("module/"),
                      List.of(AuthorityEntry.Cap.RELEASE),
                      now - 60,
                      now + 86_400,
                      Optional.empty()));
      assertEquals(Amendments.Outcome.Done.class, done.getClass());
    }
    return key;
  }

  private int keyLog(String name, Cid space) {
    return at(
        name,
        registry ->
            registry
                .spaces()
                .open(space.toString())
                .authority("com.canary-authority")
                .map(one -> one.log().size())
                .orElse(0));
  }

  private void publishOpen(String name, String module) {
    try (Registry registry = inside(name)) {
      new Publisher(registry, keys(name), World.real().clock())
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse(module), Version.parse("1.0.0")).build()));
    }
  }

  private String peerOf(String name) {
    return peers(name).around().peer();
  }

  @Test
  void aDelegateOfAnotherNodePublishesThroughIt() throws Exception {
    start("own");
    start("second");
    start("third");
    Cid space;
    try (Registry registry = inside("own")) {
      space = owner("own", registry).create(SPACE).id();
    }
    invite("own", "third", space, Role.ADMIN);
    await(
        "the third's log",
        () -> at("third", one -> one.spaces().show(space.toString()).role().isPresent()));
    // The second knows nobody but the third, by whom it is a guest until the owner lists it.
    invite("third", "second", space, Role.PUBLISH);
    try (Registry registry = inside("own")) {
      List<Member> members = new ArrayList<>(registry.spaces().show(SPACE).members());
      members.add(new Member(PeerId.parse(peerOf("second")), Role.PUBLISH));
      assertEquals(
          3,
          owner("own", registry).change(registry.spaces().show(SPACE), members).members().size());
    }
    await(
        "the second's log",
        () -> at("second", one -> one.spaces().show(space.toString()).role().isPresent()));
    assertEquals(1, peers("second").around().links().size());
    Path folder = module();
    publish("own", "own", SPACE, "1.0.0", folder);
    await("the member", () -> resolved("second", space, MODULE).isPresent());
    publishOpen("own", "com.canary-authority/module/open");
    delegate("own", "second", "com.canary-authority");
    await("the delegation", () -> keyLog("second", space) == 2);
    publish("second", "second", space.toString(), "1.1.0", folder);
    await("the home", () -> resolved("own", space, MODULE + "@1.1.0").isPresent());
    await("the way back", () -> resolved("second", space, MODULE + "@1.1.0").isPresent());
    assertEquals(List.of(), pending("second", space));
  }

  private List<Node> pending(String name, Cid space) {
    return at(
        name,
        registry ->
            registry.spaces().open(space.toString()).status().entries().get("pending")
                    instanceof Node.Array waiting
                ? waiting.items()
                : List.of());
  }

  @Test
  void aDelegatePublishesInASpaceWhereItsAuthorityHasSaidNothingYet() throws Exception {
    start("own");
    start("second");
    publishOpen("own", "com.canary-authority/module/open");
    delegate("own", "second", "com.canary-authority");
    peers("second").join(peers("own").invite(Link.Policy.FULL, 600), Link.Policy.FULL);
    await(
        "the authority",
        () -> at("second", one -> one.authority("com.canary-authority")).isPresent());
    Cid space;
    try (Registry registry = inside("own")) {
      space = owner("own", registry).create(SPACE).id();
    }
    invite("own", "second", space, Role.PUBLISH);
    await(
        "the second's log",
        () -> at("second", one -> one.spaces().show(space.toString()).role().isPresent()));
    publish("second", "second", space.toString(), "1.1.0", module());
    await("the home", () -> resolved("own", space, MODULE + "@1.1.0").isPresent());
    await(
        "the way back",
        () ->
            resolved("second", space, MODULE + "@1.1.0")
                .isPresent()); // Whose node may only read there is told so at once, and waits for
    // nothing.
    SpaceInfo now = at("own", registry -> registry.spaces().show(SPACE));
    List<Member> reads =
        now.members().stream()
            .map(one -> one.role() == Role.ADMIN ? one : new Member(one.peer(), Role.READ))
            .toList();
    try (Registry registry = inside("own")) {
      assertEquals(2, owner("own", registry).change(now, reads).members().size());
    }
    await("the role", () -> place("second", space).role().equals(Optional.of(Role.READ)));
    Explained reader =
        assertThrows(
            Explained.class,
            () -> publish("second", "second", space.toString(), "1.2.0", module()));
    assertEquals(ErrorCode.POLICY_DENIED, reader.code(), reader.getMessage());
  }

  private SpaceInfo place(String name, Cid space) {
    return at(name, registry -> registry.spaces().show(space.toString()));
  }

  @Test
  void whoWasShutOutKnowsItAndIsAskedAgainOnceItIsLetIn() throws Exception {
    NodeProcess own = start("own");
    start("second");
    NodeProcess third = start("third");
    Cid space;
    try (Registry registry = inside("own")) {
      space = owner("own", registry).create(SPACE).id();
    }
    invite("own", "second", space, Role.ADMIN);
    await("the second", () -> place("second", space).role().isPresent());
    invite("own", "third", space, Role.READ);
    peers("third").join(peers("second").invite(Link.Policy.NOTHING, 600), Link.Policy.NOTHING);
    await("the third", () -> place("third", space).role().isPresent());
    List<Member> all = place("own", space).members();
    List<Member> some =
        all.stream().filter(one -> !one.peer().toString().equals(peerOf("second"))).toList();
    try (Registry registry = inside("own")) {
      assertEquals(2, owner("own", registry).change(place("own", space), some).members().size());
    }
    await("the third", () -> place("third", space).members().size() == 2);
    await("the second", () -> place("second", space).place() == SpaceInfo.Place.REFUSED);
    third.close();
    nodes.remove(third);
    try (Registry registry = inside("own")) {
      assertEquals(3, owner("own", registry).change(place("own", space), all).members().size());
    }
    await("the second", () -> place("second", space).place() == SpaceInfo.Place.MEMBER);
    await("its log", () -> place("second", space).entry().equals(place("own", space).entry()));
    own.close();
    nodes.remove(own);
    // All that the third has to ask is one whom the log that it holds has shut out.
    start("third");
    await("the third", () -> place("third", space).members().size() == 3);
  }

  private List<String> dmg(int exit, String home, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(told, true, StandardCharsets.UTF_8));
    int code =
        Main.run(List.of(words), terminal, Map.of("DMG_HOME", home(home).toString()), World.real());
    assertEquals(exit, code, told.toString(StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void whatWasInstalledFromASpaceIsUpdatedOverANode() throws Exception {
    start("own");
    start("member");
    Cid space;
    try (Registry registry = inside("own")) {
      space = owner("own", registry).create(SPACE).id();
    }
    invite("own", "member", space, Role.READ);
    publish("own", "own", SPACE, "1.0.0", module());
    await("the member", () -> resolved("member", space, MODULE).isPresent());
    String app = homes.resolve("app").toString();
    dmg(0, "member", "install", MODULE, "--space", space.toString(), "--into", app);
    publish("own", "own", SPACE, "1.1.0", module());
    await("the newer", () -> resolved("member", space, MODULE + "@1.1.0").isPresent());
    List<String> told =
        dmg(0, "member", "update", MODULE, "--space", space.toString(), "--into", app);
    assertTrue(told.contains("~ " + MODULE + " 1.0.0 -> 1.1.0"), told.toString());
    dmg(0, "member", "verify", app);
    told = dmg(0, "member", "update", "--space", space.toString(), "--into", app);
    assertTrue(told.contains("no difference"), told.toString());
    dmg(3, "member", "update", "--into", app);
    assertTrue(Files.readString(Path.of(app, "dmg.lock")).contains("1.1.0"));
  }

  @Test
  void whoJoinsCallsTheSpaceAsHeLikesAndIsToldWhatHeIs() throws Exception {
    start("own");
    start("second");
    String id = dmg(0, "own", "space", "create", "team").getFirst();
    String file = homes.resolve("for-ann.toml").toString();
    dmg(0, "own", "space", "invite", "team", file, "--role", "publish");
    dmg(0, "second", "space", "create", "taken");
    // Neither uses the invitation up.
    dmg(2, "second", "peer", "join", file, "--as", "No good");
    dmg(2, "second", "peer", "join", file, "--as", "taken");
    String joined =
        String.join("", dmg(0, "second", "peer", "join", file, "--as", "ours", "--json"));
    assertTrue(joined.contains(id) && joined.contains("publish"), joined);
    assertEquals(id, dmg(0, "second", "space", "show", "ours").getFirst());
    assertEquals(id, dmg(0, "second", "space", "rename", "ours", "theirs").getFirst());
    dmg(3, "second", "space", "show", "ours");
    String plain = homes.resolve("plain.toml").toString();
    dmg(0, "own", "peer", "invite", plain);
    dmg(2, "second", "peer", "join", plain, "--as", "none");
  }
}
