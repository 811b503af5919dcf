package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import javax.net.ssl.SSLContext;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.pull.Answer;
import org.dxos.dmg.sync.pull.Directions;
import org.dxos.dmg.sync.pull.Limits;
import org.dxos.dmg.sync.pull.PullThrough;
import org.dxos.dmg.sync.pull.Source;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.ItemReader;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looking elsewhere for what is not held: over real stores, with sources that behave as said. */
class PullThroughTest {

  private static final Limits LIMITS =
      new Limits(
          Duration.ofSeconds(20),
          Duration.ofSeconds(30),
          Duration.ofMillis(100),
          4,
          8,
          Duration.ofSeconds(20),
          100,
          5,
          6);

  @TempDir static Path homes;
  private static LocalRegistry full;
  private static Cid one;
  private static int number;

  private LocalRegistry empty;
  private ExecutorService threads;
  private Instant now = Instant.ofEpochSecond(1_000_000);
  private Directions.Reach reach = Directions.Reach.PEERS;
  private final List<Source> linked = new ArrayList<>();
  private final List<Cid> came = new ArrayList<>();

  private static LocalRegistry filled(String home, String... names) {
    LocalRegistry registry = LocalRegistry.open(homes.resolve(home), World.real());
    Publisher publisher =
        new Publisher(
            registry, new KeyRing(homes.resolve(home), new Random()), World.real().clock());
    for (String name : names) {
      publisher.publish(
          PreparedModule.of(ModuleRecord.named(Name.parse(name), Version.parse("1.0.0")).build()));
    }
    return registry;
  }

  @BeforeAll
  static void fill() {
    full = filled("full", "com.one/module/a", "com.two/module/b");
    one = full.authority("com.one").orElseThrow().genesis();
  }

  @AfterAll
  static void close() {
    full.close();
  }

  @BeforeEach
  void begin() {
    empty = LocalRegistry.open(homes.resolve("empty" + number++), World.real());
    threads = Executors.newVirtualThreadPerTaskExecutor();
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
    empty.close();
  }

  /** Answers out of a registry, and lets each answer be changed or held up. */
  private static final class Peer implements Remote, Source {
    private final String name;
    private final LocalRegistry holder;
    private final BiFunction<Request, List<Item>, List<Item>> change;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger logs = new AtomicInteger();

    private Peer(
        String name, LocalRegistry holder, BiFunction<Request, List<Item>, List<Item>> change) {
      this.name = name;
      this.holder = holder;
      this.change = change;
    }

    private static Peer honest(LocalRegistry holder) {
      return new Peer("honest", holder, (_, items) -> items);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Remote remote() {
      return this;
    }

    @Override
    public Quota quota() {
      return Quota.none();
    }

    @Override
    public Optional<String> address() {
      return Optional.empty();
    }

    @Override
    public Answer ask(Request request) throws IOException {
      asked.incrementAndGet();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ItemWriter out = new ItemWriter(bytes);
      Responder responder = new Responder(holder.replica());
      switch (request) {
        case Request.Roots roots -> responder.roots(roots, out);
        case Request.Log log -> {
          logs.incrementAndGet();
          responder.log(log, out);
        }
        case Request.Forks forks -> responder.forks(forks, out);
        default -> throw new IllegalStateException("not asked: " + request);
      }
      List<Item> items = new ArrayList<>();
      ItemReader reader = new ItemReader(new ByteArrayInputStream(bytes.toByteArray()));
      for (Optional<Item> item = reader.next(); item.isPresent(); item = reader.next()) {
        items.add(item.get());
      }
      Iterator<Item> changed = change.apply(request, items).iterator();
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

  private PullThrough pull(Limits limits) {
    return new PullThrough(
        empty.replica(),
        new Directions() {
          @Override
          public Reach reach() {
            return reach;
          }

          @Override
          public Meaning meaning(String authority) {
            return new Meaning.Anyone();
          }

          @Override
          public Optional<Domain> domain(String authority) {
            return Optional.empty();
          }

          @Override
          public List<InetAddress> resolve(String host) {
            throw new AssertionError("nothing is dialled here");
          }

          @Override
          public SSLContext tls() {
            throw new AssertionError("nothing is dialled here");
          }

          @Override
          public boolean mayDial(InetAddress address) {
            return false;
          }
        },
        new PullThrough.Places() {
          @Override
          public List<Source> linked() {
            return linked;
          }

          @Override
          public Source at(String address) {
            throw new AssertionError("no domain names a node here");
          }

          @Override
          public void came(String name, Cid id, Source source) {
            came.add(id);
          }
        },
        threads,
        () -> now,
        limits);
  }

  private static Answer find(PullThrough pull, String name, boolean stranger) {
    return pull.find(List.of(new PullThrough.Wanted(name, Optional.empty())), stranger, pull.hold())
        .getFirst();
  }

  private static Answer find(PullThrough pull, String name, Cid id) {
    return pull.find(List.of(new PullThrough.Wanted(name, Optional.of(id))), false, pull.hold())
        .getFirst();
  }

  @Test
  void whatAPeerHoldsIsFoundByNameAndKept() {
    linked.add(Peer.honest(full));
    assertEquals(new Answer.Held(one), find(pull(LIMITS), "com.one", false));
    assertEquals("1.0.0", empty.resolve("com.one/module/a").version());
    assertEquals(List.of(one), came);
    assertTrue(empty.registrar().authority("com.two").isEmpty(), "nobody asked for that");
  }

  @Test
  void aHundredWhoAskShareOneSearch() throws Exception {
    CountDownLatch all = new CountDownLatch(1);
    Peer slow =
        new Peer(
            "slow",
            full,
            (_, items) -> {
              try {
                all.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return items;
            });
    linked.add(slow);
    PullThrough pull = pull(LIMITS);
    List<Future<Answer>> answers = new ArrayList<>();
    AtomicInteger begun = new AtomicInteger();
    try (ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        Callable<Answer> ask =
            () -> {
              begun.incrementAndGet();
              return find(pull, "com.one", one);
            };
        answers.add(askers.submit(ask));
      }
      while (begun.get() < 100 || slow.asked.get() == 0) {
        Thread.onSpinWait();
      }
      all.countDown();
      for (Future<Answer> answer : answers) {
        assertEquals(new Answer.Held(one), answer.get());
      }
    }
    assertEquals(1, slow.logs.get());
    assertEquals(new PullThrough.Figures(1, 1, 0, 0, 0), pull.figures());
  }

  @Test
  void whatNobodyHadIsNotAskedForAgainAtOnce() {
    Peer peer = Peer.honest(full);
    linked.add(peer);
    PullThrough pull = pull(LIMITS);
    assertInstanceOf(Answer.Nowhere.class, find(pull, "com.nobody", false));
    int asked = peer.asked.get();
    now = now.plus(LIMITS.missed()).minusMillis(1);
    assertEquals(
        new Answer.Nowhere("the linked node does not have it"), find(pull, "com.nobody", false));
    assertEquals(asked, peer.asked.get());
    now = now.plusMillis(1);
    assertInstanceOf(Answer.Nowhere.class, find(pull, "com.nobody", false));
    assertEquals(2 * asked, peer.asked.get());
    assertEquals(1, pull.figures().remembered());
  }

  @Test
  void thatNobodyWasConnectedIsNotRemembered() {
    PullThrough pull = pull(LIMITS);
    assertEquals(new Answer.Nowhere("no linked node is connected"), find(pull, "com.one", false));
    linked.add(Peer.honest(full));
    assertEquals(new Answer.Held(one), find(pull, "com.one", false));
  }

  @Test
  void aLiarIsRefusedAndTheNextIsAsked() {
    Peer liar =
        new Peer(
            "liar",
            full,
            (request, items) ->
                request instanceof Request.Log
                    ? items.stream().map(PullThroughTest::flipped).toList()
                    : items);
    Peer honest = Peer.honest(full);
    linked.addAll(List.of(liar, honest));
    assertEquals(new Answer.Held(one), find(pull(LIMITS), "com.one", one));
    assertEquals(1, liar.logs.get());
    assertEquals(1, honest.logs.get());
    assertEquals("1.0.0", empty.resolve("com.one/module/a").version());
    assertEquals(1, empty.registrar().authorities().size());
  }

  @Test
  void ofALiarAloneNothingIsHeld() {
    linked.add(
        new Peer(
            "liar", full, (_, items) -> items.stream().map(PullThroughTest::flipped).toList()));
    assertInstanceOf(Answer.Nowhere.class, find(pull(LIMITS), "com.one", one));
    assertTrue(empty.registrar().authorities().isEmpty());
    assertEquals(List.of(), came);
  }

  private static Item flipped(Item item) {
    if (item instanceof Item.Block block) {
      byte[] bytes = block.bytes().clone();
      bytes[bytes.length / 2] ^= 1;
      return new Item.Block(bytes);
    }
    return item;
  }

  /** One that says nothing for ever. */
  private static Peer silent() {
    return new Peer(
        "silent",
        full,
        (_, _) -> {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return List.of();
        });
  }

  @Test
  void aSilentPeerHoldsNobodyUpForLong() {
    linked.addAll(List.of(silent(), Peer.honest(full)));
    assertEquals(new Answer.Held(one), find(pull(LIMITS), "com.one", one));
    linked.clear();
    linked.add(silent());
    Limits short_ =
        new Limits(
            Duration.ofMillis(200),
            Duration.ofSeconds(30),
            Duration.ofMillis(50),
            4,
            8,
            Duration.ofSeconds(20),
            100,
            5,
            6);
    PullThrough pull = pull(short_);
    Cid two = full.authority("com.two").orElseThrow().genesis();
    long from = System.nanoTime();
    Answer answer = find(pull, "com.two", two);
    long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
    assertEquals(new Answer.Nowhere("it is still looked for; ask again in a while"), answer);
    assertTrue(took < 20 * 200, () -> took + " ms");
  }

  @Test
  void aSearchThatNobodyAnswersEnds() {
    linked.add(silent());
    Limits limits =
        new Limits(
            Duration.ofSeconds(20),
            Duration.ofMillis(200),
            Duration.ofMillis(50),
            4,
            8,
            Duration.ofSeconds(20),
            100,
            5,
            6);
    assertEquals(
        new Answer.Nowhere("1 did not answer in time"), find(pull(limits), "com.one", one));
  }

  @Test
  void strangersBeginNoMoreSearchesThanTheirBudget() {
    Peer peer = Peer.honest(full);
    linked.add(peer);
    PullThrough pull = pull(LIMITS);
    for (int i = 0; i < 10_000; i++) {
      assertInstanceOf(Answer.Nowhere.class, find(pull, "com.x" + i, true));
    }
    // Two questions each: where its journal begins, and who has the name.
    assertEquals(2 * LIMITS.strangers(), peer.asked.get());
    assertEquals(10_000 - LIMITS.strangers(), pull.figures().refused());
    assertEquals(new Answer.Held(one), find(pull, "com.one", false), "the operator is served");
    now = now.plusSeconds(10);
    assertInstanceOf(Answer.Held.class, find(pull, "com.two", true));
  }

  @Test
  void whereLinkedNodesHoldTwoOfOneNameNeitherIsTaken() {
    try (LocalRegistry other = filled("other", "com.one/module/a")) {
      linked.addAll(List.of(Peer.honest(full), Peer.honest(other)));
      assertEquals(
          new Answer.Nowhere(
              "linked nodes hold 2 authorities of that name: pin the one that is meant"),
          find(pull(LIMITS), "com.one", false));
      assertTrue(empty.registrar().authorities().isEmpty());
      // Named exactly there is nothing to decide.
      assertEquals(new Answer.Held(one), find(pull(LIMITS), "com.one", one));
    }
  }

  @Test
  void anIdOfAnotherNameIsNotTaken() {
    linked.add(Peer.honest(full));
    assertInstanceOf(Answer.Nowhere.class, find(pull(LIMITS), "com.two", one));
    assertTrue(empty.registrar().authorities().isEmpty());
  }

  @Test
  void nobodyIsAskedWherePolicySaysSo() throws IOException {
    Peer peer = Peer.honest(full);
    linked.add(peer);
    reach = Directions.Reach.OFF;
    assertInstanceOf(Answer.Nowhere.class, find(pull(LIMITS), "com.one", false));
    reach = Directions.Reach.PEERS;
    Files.writeString(Path.of(empty.place()).resolve("policy.json"), "{\"deny\": [\"com.one\"]}");
    assertInstanceOf(Answer.Nowhere.class, find(pull(LIMITS), "com.one", one));
    assertEquals(0, peer.asked.get());
  }
}
