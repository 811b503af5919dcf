package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.dxos.dmg.care.Fault;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.replica.Follow;
import org.dxos.dmg.sync.replica.Pull;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.ItemReader;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A peer that answers wrongly, at each place of its answers in turn. What it says is refused with a
 * typed error or told as a fault; nothing of it is held that does not hold; and an honest peer
 * repairs all of it.
 */
class LyingPeerTest {

  @TempDir static Path homes;
  private static LocalRegistry full;
  private static int number;

  @BeforeAll
  static void fill() {
    full = LocalRegistry.open(homes.resolve("full"), World.real());
    Publisher publisher =
        new Publisher(full, new KeyRing(homes.resolve("full"), new Random()), World.real().clock());
    for (String name : List.of("com.one/module/a", "com.one/module/b", "com.two/module/c")) {
      publisher.publish(
          PreparedModule.of(
              ModuleRecord.named(Name.parse(name), Version.parse("1.0.0"))
                  .description("about " + name)
                  .build()));
    }
    publisher.say(Name.parse("com.one/module/a"), new Statement.Yank("1.0.0", "wrong"));
  }

  @AfterAll
  static void close() {
    full.close();
  }

  /** Answers out of the full registry, and lets each answer be changed. */
  private static final class Peer implements Remote {
    private final BiFunction<Request, List<Item>, List<Item>> lie;
    private int asked;

    private Peer(BiFunction<Request, List<Item>, List<Item>> lie) {
      this.lie = lie;
    }

    @Override
    public String name() {
      return "peer";
    }

    @Override
    public Answer ask(Request request) throws IOException {
      asked++;
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ItemWriter out = new ItemWriter(bytes);
      Responder responder = new Responder(full.replica());
      switch (request) {
        case Request.Roots one -> responder.roots(one, out);
        case Request.Tree one -> responder.tree(one, out);
        case Request.Log one -> responder.log(one, out);
        case Request.Blocks one -> responder.blocks(one, out);
        case Request.Forks one -> responder.forks(one, out);
        default -> throw new IllegalStateException("not asked: " + request);
      }
      List<Item> items = new ArrayList<>();
      ItemReader reader = new ItemReader(new ByteArrayInputStream(bytes.toByteArray()));
      for (Optional<Item> item = reader.next(); item.isPresent(); item = reader.next()) {
        items.add(item.get());
      }
      Iterator<Item> changed = lie.apply(request, items).iterator();
      return new Answer() {
        @Override
        public Optional<Item> next() {
          return changed.hasNext() ? Optional.of(changed.next()) : Optional.empty();
        }

        @Override
        public void close() {}
      };
    }
  }

  private static final BiFunction<Request, List<Item>, List<Item>> HONEST = (_, items) -> items;

  private static LocalRegistry empty() {
    return LocalRegistry.open(homes.resolve("empty" + number++), World.real());
  }

  private static Pull.Outcome pull(LocalRegistry into, Peer peer) throws IOException {
    return new Pull(into.replica(), peer, Follow.ALL, Quota.none(), Optional.empty()).all();
  }

  @Test
  void anHonestPeerIsBelieved() throws IOException {
    try (LocalRegistry other = empty()) {
      Pull.Outcome outcome = pull(other, new Peer(HONEST));
      assertTrue(outcome.same());
      assertEquals(List.of(), outcome.faults());
      assertEquals(2, outcome.changed().size());
      Peer again = new Peer(HONEST);
      assertTrue(pull(other, again).same());
      assertEquals(1, again.asked); // one round trip where nothing differs
    }
  }

  @Test
  void everyItemDroppedFlippedDoubledOrCutOffDoesNoHarm() throws IOException {
    int items = 0;
    int refused = 0;
    for (int lie = 0; lie < 4; lie++) {
      for (int at = 0; ; at++) {
        int[] seen = {0};
        boolean[] lied = {false};
        int place = at;
        int kind = lie;
        Peer liar =
            new Peer(
                (_, answer) -> {
                  List<Item> changed = new ArrayList<>();
                  for (Item item : answer) {
                    if (seen[0]++ != place) {
                      changed.add(item);
                      continue;
                    }
                    lied[0] = true;
                    switch (kind) {
                      case 0 -> {} // dropped
                      case 1 -> changed.add(flipped(item));
                      case 2 -> {
                        changed.add(item);
                        changed.add(item);
                      }
                      default -> {
                        return changed; // cut off
                      }
                    }
                  }
                  return changed;
                });
        try (LocalRegistry other = empty()) {
          try {
            Pull.Outcome outcome = pull(other, liar);
            refused += outcome.faults().isEmpty() ? 0 : 1;
          } catch (IOException | RuntimeException e) {
            assertTrue(e instanceof Explained, () -> "untyped: " + e);
            refused++;
          }
          requireNothingWrong(other);
          Pull.Outcome mended = pull(other, new Peer(HONEST));
          assertTrue(mended.same(), "lie " + kind + " at " + place + ": " + mended.faults());
          requireSound(other);
        }
        if (!lied[0]) {
          break;
        }
        items++;
      }
    }
    assertTrue(items > 80, items + " lies");
    // What comes twice is no lie, and what is left out at the end is only late.
    assertTrue(refused > items / 2, refused + " of " + items + " were noticed");
  }

  private static Item flipped(Item item) {
    if (!(item instanceof Item.Block block)) {
      return new Item.Said(new MapBuilder().put("end", Node.of(someCid(9))).build());
    }
    byte[] bytes = block.bytes().clone();
    bytes[bytes.length / 2] ^= 1;
    return new Item.Block(bytes);
  }

  /** What a liar leaves out may be missing, and is said to be; what is held is right. */
  private static void requireNothingWrong(LocalRegistry registry) {
    assertEquals(
        List.of(),
        registry.audit().faults().stream()
            .filter(fault -> fault.kind() != Fault.Kind.MISSING)
            .toList());
  }

  private static void requireSound(LocalRegistry registry) {
    assertEquals(List.of(), registry.audit().faults());
  }

  private static Cid someCid(int n) {
    return DagCbor.cid(new byte[] {(byte) n});
  }

  @Test
  void aRootThatNobodyCanShowIsAFault() throws IOException {
    try (LocalRegistry other = empty()) {
      Peer liar =
          new Peer(
              (request, items) ->
                  request instanceof Request.Roots
                      ? List.of(roots(someCid(1), 1, List.of()))
                      : request instanceof Request.Tree ? List.of() : items);
      RuntimeException e = assertThrows(RuntimeException.class, () -> pull(other, liar));
      assertTrue(e instanceof Explained, () -> "untyped: " + e);
      requireSound(other);
    }
  }

  private static Item roots(Cid root, long at, List<Cid> changed) {
    return new Item.Said(
        new MapBuilder()
            .put("root", Node.of(root))
            .put("cursor", new Cursor(new byte[16], at).toNode())
            .put("changed", changed, Node::of)
            .build());
  }

  @Test
  void whoAlwaysHasSomethingNewOfWhichNothingComesIsLeft() throws IOException {
    try (LocalRegistry other = empty()) {
      int[] round = {0};
      Peer liar =
          new Peer(
              (request, items) -> {
                if (request instanceof Request.Roots) {
                  round[0]++;
                  return List.of(roots(someCid(round[0]), round[0], List.of(someCid(round[0]))));
                }
                return items;
              });
      Pull pull =
          new Pull(
              other.replica(),
              liar,
              Follow.ALL,
              Quota.none(),
              Optional.of(new Cursor(new byte[16], 0)));
      assertFalse(pull.all().same());
      assertTrue(round[0] < 4, round[0] + " rounds");
      requireSound(other);
    }
  }

  @Test
  void blocksWithoutEndAreCutOff() throws IOException {
    try (LocalRegistry other = empty()) {
      byte[] large = new byte[2 << 20];
      Peer liar =
          new Peer(
              (request, items) ->
                  request instanceof Request.Log
                      ? new java.util.AbstractList<>() {
                        @Override
                        public Item get(int index) {
                          large[0]++;
                          return new Item.Block(large.clone());
                        }

                        @Override
                        public int size() {
                          return Integer.MAX_VALUE;
                        }
                      }
                      : items);
      RuntimeException e = assertThrows(RuntimeException.class, () -> pull(other, liar));
      assertTrue(String.valueOf(e.getMessage()).contains("for one head"), () -> "" + e);
      requireSound(other);
      assertTrue(pull(other, new Peer(HONEST)).same());
    }
  }

  /** A genesis of a name that nobody has heard of, as blocks: body and envelope. */
  private static List<byte[]> junk(int number) {
    SigningKey owner = SigningKey.ofSeed(seed(number, 1));
    SigningKey recovery = SigningKey.ofSeed(seed(number, 2));
    PublicKey head = SigningKey.ofSeed(seed(number, 3)).publicKey();
    AuthorityEntry genesis =
        new AuthorityEntry(
            "com.junk" + number,
            0,
            Optional.empty(),
            Optional.empty(),
            KeySet.of(owner.publicKey()),
            KeySet.of(recovery.publicKey()),
            new AuthorityEntry.Home(head, new PeerId(head.bytes()), List.of()),
            List.of(),
            List.of(),
            Optional.empty(),
            Stream.of(owner, recovery).map(SigningKey::publicKey).sorted().toList(),
            1_800_000_000,
            Optional.empty());
    byte[] body = genesis.encode();
    return List.of(
        body, Envelope.sign(AuthorityEntry.TYPE, body, List.of(owner, recovery)).encode());
  }

  private static byte[] seed(int number, int which) {
    return java.nio.ByteBuffer.allocate(32).putInt(number).putInt(which).array();
  }

  @Test
  void tenThousandJunkClaimsOfOnePeerAreSixteenAnHour() throws IOException {
    int claims = 10_000;
    Map<Cid, Integer> numbers = new HashMap<>();
    List<Cid> all = new ArrayList<>();
    for (int i = 0; i < claims; i++) {
      Cid genesis = DagCbor.cid(junk(i).getFirst());
      numbers.put(genesis, i);
      all.add(genesis);
    }
    int[] sent = {0};
    int[] from = {0};
    Peer flood =
        new Peer(
            (request, items) ->
                switch (request) {
                  case Request.Roots _ ->
                      List.of(roots(someCid(1), 1, all.subList(from[0], from[0] + 1000)));
                  case Request.Forks _ -> List.of();
                  case Request.Log log -> {
                    List<Item> answer = new ArrayList<>();
                    for (Request.Want want : log.want()) {
                      sent[0]++;
                      junk(numbers.get(want.genesis()))
                          .forEach(block -> answer.add(new Item.Block(block)));
                      answer.add(
                          new Item.Said(
                              new MapBuilder().put("end", Node.of(want.genesis())).build()));
                    }
                    yield answer;
                  }
                  default -> items;
                });
    long[] now = {1_800_000_000};
    InstantSource clock = () -> Instant.ofEpochSecond(now[0]);
    try (LocalRegistry other = empty()) {
      pull(other, new Peer(HONEST));
      Cid before = other.authority("com.one").orElseThrow().genesis();
      int held = other.registrar().authorities().size();
      Quota quota = Quota.of(Quota.Limits.STANDARD, clock);
      for (int hour = 1; hour <= 2; hour++) {
        for (int again = 0; again < 5; again++) {
          from[0] = (5 * (hour - 1) + again) * 1000;
          Pull.Outcome outcome =
              new Pull(
                      other.replica(),
                      flood,
                      Follow.of(List.of("com.*")),
                      quota,
                      Optional.of(new Cursor(new byte[16], 0)))
                  .all();
          assertTrue(
              outcome.faults().stream().anyMatch(fault -> fault.contains("quota")),
              outcome.faults().toString());
        }
        assertEquals(held + 16 * hour, other.registrar().authorities().size());
        now[0] += 3600;
      }
      assertTrue(sent[0] <= 10 * 200, sent[0] + " were asked for");
      assertEquals(before, other.authority("com.one").orElseThrow().genesis());
      requireSound(other);
      // Who is pinned counts for nothing, and bytes have their own end.
      Quota none = Quota.of(new Quota.Limits(0, 64), clock);
      RuntimeException e =
          assertThrows(
              RuntimeException.class,
              () ->
                  new Pull(
                          other.replica(),
                          flood,
                          Follow.of(List.of("com.*")),
                          none,
                          Optional.of(new Cursor(new byte[16], 0)))
                      .all());
      assertTrue(e instanceof Explained explained && explained.code() == ErrorCode.QUOTA, "" + e);
    }
  }
}
