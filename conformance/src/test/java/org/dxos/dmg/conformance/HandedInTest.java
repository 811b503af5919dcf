package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.HostConfig;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.Invitation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.sync.wire.Frames;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.ItemReader;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.Submitted;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.unixfs.BundleBlocks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a linked node hands in costs little before it is found to be what may be taken: nothing is
 * fetched for what is refused, and what is fetched has to fit in what the link may bring.
 */
class HandedInTest {

  private static final int BUNDLE_BYTES = 3 << 20;

  /** More than links and names may come to, however little a record says. */
  private static final int LARGE_BYTES = 24 << 20;

  @TempDir Path homes;
  private final Map<Cid, byte[]> blocks = new HashMap<>();
  private final SigningKey owner = key(1);
  private final SigningKey recovery = key(2);
  private final SigningKey stranger = key(3);

  /** Blocks that were fetched of the one who hands in. */
  private final AtomicInteger given = new AtomicInteger();

  private LocalRegistry registry;
  private Federation federation;
  private Host other;
  private Connection connection;
  private Cid genesis;
  private Cid keyHead;

  @BeforeEach
  void begin() throws IOException {
    Path home = Files.createDirectories(homes.resolve("home"));
    policy(1L << 30);
    registry = LocalRegistry.open(home, World.real());
    federation = registry.federate(List.of("/ip4/127.0.0.1/tcp/0"));
    keyHead = sign(genesis(owner, recovery), owner, recovery);
    genesis = registry.claim(keyHead, this::block).genesis();
    SecureRandom random = new SecureRandom();
    other = Host.start(HostConfig.of(Identity.generate(random), System::nanoTime, random, 1));
    other.handle(Federation.PROTOCOL, this::serve);
    connection = other.connect(Multiaddr.parse(federation.dialled().getFirst()));
    // Nothing of this name is asked for, so all that comes is handed in.
    Link.Policy wanted = new Link.Policy(true, List.of("com.nothing"), false);
    Invitation invitation = federation.invite(wanted, 600);
    Item said = ask(List.of(new Request.Join(invitation.secret(), List.of()).encode()));
    assertTrue(said.toString().contains("linked"), said.toString());
  }

  @AfterEach
  void end() {
    other.close();
    federation.close();
    registry.close();
  }

  private void policy(long bytes) throws IOException {
    Files.writeString(
        homes.resolve("home/policy.json"),
        "{\"tofu\": \"allow\", \"quota\": {\"authorities\": 16, \"bytes\": " + bytes + "}}\n");
  }

  private static SigningKey key(int number) {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    seed[0] = (byte) number;
    return SigningKey.ofSeed(seed);
  }

  private AuthorityEntry genesis(SigningKey owner, SigningKey recovery) {
    return new AuthorityEntry(
        "com.acme",
        0,
        Optional.empty(),
        Optional.empty(),
        KeySet.of(owner.publicKey()),
        KeySet.of(recovery.publicKey()),
        new AuthorityEntry.Home(registry.node().headKey(), registry.node().peer(), List.of()),
        List.of(),
        List.of(),
        Optional.empty(),
        Stream.of(owner, recovery).map(SigningKey::publicKey).sorted().toList(),
        System.currentTimeMillis() / 1000,
        Optional.empty());
  }

  private Optional<byte[]> block(Cid cid) {
    return Optional.ofNullable(blocks.get(cid));
  }

  private Cid put(byte[] block) {
    Cid cid = DagCbor.cid(block);
    blocks.put(cid, block);
    return cid;
  }

  private Cid sign(Body body, SigningKey... keys) {
    byte[] block = body.encode();
    put(block);
    return put(Envelope.sign(body.type(), block, List.of(keys)).encode());
  }

  private PreparedModule module(String version) throws IOException {
    return module(version, BUNDLE_BYTES);
  }

  /** A module with a bundle that nobody has seen. */
  private PreparedModule module(String version, int bytes) throws IOException {
    Path folder = Files.createDirectories(homes.resolve("module" + version));
    byte[] file = new byte[bytes];
    new Random(version.hashCode()).nextBytes(file);
    Files.write(folder.resolve("index.js"), file);
    Files.writeString(
        folder.resolve("dmg.json"),
        "{\"name\": \"com.acme/module/big\", \"version\": \"%s\", \"runtimes\": [{\"runtime\": \"nodejs\", \"bundle\": \".\"}]}"
            .formatted(version));
    PreparedModule module = PreparedModule.read(folder, Optional.empty(), Optional.empty());
    module.blocks().cids().forEach(cid -> blocks.put(cid, module.get(cid).orElseThrow()));
    return module;
  }

  private Statement release(PreparedModule module, String version, SigningKey key) {
    return new Statement(
        genesis,
        "module/big",
        keyHead,
        key.publicKey(),
        new Statement.Release(version, module.recordCid(), List.of(), Map.of()),
        Optional.empty(),
        Optional.empty(),
        System.currentTimeMillis() / 1000,
        Optional.empty());
  }

  /** Hands a statement in, its bundle apart. */
  private Submitted handIn(PreparedModule module, Cid envelope) throws IOException {
    byte[] signed = blocks.get(envelope);
    return Submitted.of(
        ((Item.Said)
                ask(
                    List.of(
                        new Request.Submit(Optional.empty()).encode(),
                        blocks.get(module.recordCid()),
                        blocks.get(Envelope.decode(signed).body()),
                        signed)))
            .fields());
  }

  private Item ask(List<byte[]> said) throws IOException {
    try (org.dxos.dmg.libp2p.host.Stream stream = connection.open(Federation.PROTOCOL)) {
      try (OutputStream out = Frames.lots(stream.out(), stream::finish)) {
        for (byte[] one : said) {
          Frames.write(out, one);
        }
      }
      return new ItemReader(Frames.plain(stream.in())).next().orElseThrow();
    }
  }

  /** Gives every block that is asked for, and says nothing else. */
  private void serve(org.dxos.dmg.libp2p.host.Stream stream) throws IOException {
    Optional<byte[]> frame = Frames.read(stream.in(), Request.MAX_BYTES);
    if (frame.isEmpty() || !(Request.decode(frame.get()) instanceof Request.Blocks wanted)) {
      stream.reset();
      return;
    }
    try (stream;
        OutputStream out = Frames.compressed(stream.out(), stream::finish)) {
      ItemWriter items = new ItemWriter(out);
      for (Cid cid : wanted.cids()) {
        given.incrementAndGet();
        items.block(blocks.get(cid));
      }
      items.say(new MapBuilder().put("missing", List.<Cid>of(), Node::of).build());
    }
  }

  private boolean holdsAnythingOf(PreparedModule module) {
    return module.blocks().cids().stream().anyMatch(cid -> registry.store().has(cid));
  }

  @Test
  void nothingIsFetchedForAStatementThatIsRefused() throws IOException {
    PreparedModule first = module("1.0.0");
    Cid fine = sign(release(first, "1.0.0", owner), owner);
    assertEquals(Submitted.Status.ADDED, handIn(first, fine).status());
    assertTrue(
        BundleBlocks.of(registry.store(), first.record().bundles().getFirst().cid()).complete());
    given.set(0);

    PreparedModule module = module("2.0.0");
    Statement wrong = release(module, "2.0.0", owner);
    byte[] body = wrong.encode();
    put(body);
    List<String> codes = new ArrayList<>();
    // Signed by somebody else in the owner's name.
    byte[] message = Body.signedBytes(Statement.TYPE, DagCbor.cid(body));
    codes.add(
        refused(
            module,
            put(
                new Envelope(
                        DagCbor.cid(body),
                        List.of(new Envelope.Signature(owner.publicKey(), stranger.sign(message))))
                    .encode())));
    // By who has nothing to say there.
    codes.add(refused(module, sign(release(module, "2.0.0", stranger), stranger)));
    // Of another version than its record's, of one that is bound, of an authority that is not here.
    codes.add(refused(module, sign(release(module, "3.0.0", owner), owner)));
    codes.add(refused(module, sign(release(module, "1.0.0", owner), owner)));
    Cid home = genesis;
    genesis = DagCbor.cid(new byte[] {1});
    codes.add(refused(module, sign(release(module, "2.0.0", owner), owner)));
    genesis = home;
    assertEquals(
        List.of(
            "SIGNATURE_INVALID", "KEY_SCOPE", "STATEMENT_REFUSED", "CONFLICT", "AUTHORITY_UNKNOWN"),
        codes);
    assertEquals(0, given.get());
    assertFalse(holdsAnythingOf(module));
  }

  private String refused(PreparedModule module, Cid envelope) throws IOException {
    Submitted answer = handIn(module, envelope);
    assertEquals(Submitted.Status.REFUSED, answer.status());
    return answer.code().orElseThrow();
  }

  @Test
  void whatALinkMayNotBringIsRefusedAndNothingOfItIsKept() throws IOException {
    policy(BUNDLE_BYTES + (20 << 20));
    PreparedModule first = module("1.0.0");
    assertEquals(
        Submitted.Status.ADDED,
        handIn(first, sign(release(first, "1.0.0", owner), owner)).status());
    int came = given.getAndSet(0);
    assertTrue(came > 1, came + " blocks");

    // Nearly all of the room is left that was kept free for more than came; not enough for two.
    PreparedModule second = module("2.0.0");
    Cid later = sign(release(second, "2.0.0", owner), owner);
    assertEquals("QUOTA", refused(second, later));
    assertEquals(0, given.get());
    assertFalse(holdsAnythingOf(second));

    policy(1L << 30);
    assertEquals(Submitted.Status.ADDED, handIn(second, later).status());
    assertEquals(came, given.get());
  }

  @Test
  void noMoreIsFetchedThanARecordSays() throws IOException {
    PreparedModule small = module("1.0.0", LARGE_BYTES);
    // A record that says it is smaller than it is.
    org.dxos.dmg.record.Bundle real = small.record().bundles().getFirst();
    assertEquals(LARGE_BYTES, real.size());
    byte[] record = blocks.get(small.recordCid());
    byte[] lying = smaller(record);
    Statement statement =
        new Statement(
            genesis,
            "module/big",
            keyHead,
            owner.publicKey(),
            new Statement.Release("1.0.0", put(lying), List.of(), Map.of()),
            Optional.empty(),
            Optional.empty(),
            System.currentTimeMillis() / 1000,
            Optional.empty());
    Cid envelope = sign(statement, owner);
    byte[] signed = blocks.get(envelope);
    Submitted answer =
        Submitted.of(
            ((Item.Said)
                    ask(
                        List.of(
                            new Request.Submit(Optional.empty()).encode(),
                            lying,
                            blocks.get(Envelope.decode(signed).body()),
                            signed)))
                .fields());
    assertEquals(Submitted.Status.REFUSED, answer.status());
    assertTrue(answer.code().isPresent());
    long kept =
        small.blocks().cids().stream()
            .filter(registry.store()::has)
            .mapToLong(cid -> blocks.get(cid).length)
            .sum();
    assertTrue(kept < LARGE_BYTES, kept + " bytes");
  }

  private static byte[] smaller(byte[] record) {
    Node.Map map = (Node.Map) DagCbor.decode(record);
    return DagCbor.encode(smaller(map));
  }

  private static Node smaller(Node node) {
    return switch (node) {
      case Node.Map map -> {
        Map<String, Node> entries = new java.util.LinkedHashMap<>();
        map.entries().forEach((name, value) -> entries.put(name, smaller(value)));
        yield new Node.Map(entries);
      }
      case Node.Array array ->
          new Node.Array(array.items().stream().map(HandedInTest::smaller).toList());
      case Node.Int number when number.value() == LARGE_BYTES -> Node.of(10L);
      default -> node;
    };
  }
}
