package org.dxos.dmg.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.dxos.dmg.admission.Forge;
import org.dxos.dmg.admission.HeadKeys;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.RocksBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.rdf.Ontology;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Standing;
import org.dxos.dmg.verdict.Verdict;
import org.dxos.dmg.version.Version;

/**
 * Whatever happens to an authority, a projection that grew with it says what one says that is made
 * of what is held in the end; and it says the same on every node, in whatever order things came.
 */
class GrownProjectionTest {

  /** Seeds of histories with forks that were healed, and statements that are void in the end. */
  private static final long[] HARD = {3, 11, 28, 43};

  private static final Supplier<ModuleGraph> NO_MODULES =
      () -> {
        throw new IllegalStateException("nothing is asked that needs the module graph");
      };

  private static final SigningKey OWNER = Forge.key(2);
  private static final SigningKey RECOVERY = Forge.key(3);
  private static final SigningKey DELEGATE = Forge.key(5);

  /** One authority whose owner, delegate, home and thief do what comes to them. */
  private static final class History {
    final Forge forge = new Forge();
    final Random random;
    final List<Cid> offered = new ArrayList<>();
    final List<Signed<Head>> heads = new ArrayList<>();
    final Cid genesis;

    /** How often what is hard to project is in it. */
    private int voided;

    private int forked;
    private int healed;
    private int homes = 10;
    private int texts;

    History(Random random, int steps) {
      this.random = random;
      Signed<AuthorityEntry> first =
          forge.genesis(
              draft -> {
                draft.head = Forge.key(homes).publicKey();
                draft.delegate(DELEGATE, "module/", Cap.values());
              },
              OWNER,
              RECOVERY);
      genesis = first.envelope().body();
      offered.add(first.cid());
      for (int i = 0; i < steps; i++) {
        step();
      }
    }

    private void step() {
      Standing standing = forge.verdict(genesis, offered);
      boolean contested = standing.contest() != Standing.Contest.NONE;
      int what = contested ? 9 : random.nextInt(12);
      switch (what) {
        case 7 -> fork(standing);
        case 8, 10, 11 -> revoke(standing);
        case 9 -> {
          move(standing);
          healed += contested ? 1 : 0;
        }
        default -> goOn(standing, standing.tip(), 1 + random.nextInt(4));
      }
      voided += standing.voided().isEmpty() ? 0 : 1;
    }

    private SigningKey headKey(KeyLog log) {
      for (int i = 10; i <= homes; i++) {
        if (Forge.key(i).publicKey().equals(log.last().body().home().headKey())) {
          return Forge.key(i);
        }
      }
      throw new IllegalStateException("a home of which nobody has the key");
    }

    @SuppressWarnings("unchecked")
    private void goOn(Standing standing, Optional<Signed<Head>> prev, int statements) {
      MerkleSearchTree state =
          prev.isPresent()
              ? MerkleSearchTree.at(prev.get().body().state(), forge)
              : MerkleSearchTree.empty(forge);
      List<Signed<Statement>> added = new ArrayList<>();
      for (int i = 0; i < statements; i++) {
        Signed<Statement> one = statement(standing, state);
        Verdict verdict = Slots.apply(state, one.cid(), one.body(), standing.voided(), forge);
        if (verdict instanceof Verdict.Accepted accepted) {
          added.add(one);
          state = accepted.state();
        }
      }
      Signed<Head> head =
          forge.head(
              standing.log(),
              prev,
              standing.voided(),
              headKey(standing.log()),
              added.toArray(Signed[]::new));
      heads.add(head);
      offered.add(head.cid());
    }

    private Signed<Statement> statement(Standing standing, MerkleSearchTree state) {
      String path = "module/m" + random.nextInt(2);
      String version = "1." + random.nextInt(3) + ".0";
      String text = "text " + texts++;
      Statement.Op op =
          switch (random.nextInt(11)) {
            case 0 -> new Statement.Yank(version, text);
            case 1 -> new Statement.Unyank(version);
            case 2 -> new Statement.Withdraw(version, text);
            case 3 ->
                new Statement.Deprecate(
                    Optional.of(version), Optional.empty(), text, Optional.empty());
            case 4 ->
                new Statement.Deprecate(
                    Optional.empty(),
                    Optional.of("<1." + random.nextInt(3) + ".0"),
                    text,
                    Optional.of("com.example/module/next"));
            case 5, 6 -> new Statement.Tag(random.nextBoolean() ? "beta" : "next", version);
            default -> release(path, version);
          };
      SigningKey key =
          op instanceof Statement.Withdraw
                  || random.nextBoolean()
                  || standing.log().last().body().revocation(DELEGATE.publicKey()).isPresent()
              ? OWNER
              : DELEGATE;
      Statement slotted = forge.statement(standing.log(), key, path, Optional.empty(), op).body();
      return forge.statement(standing.log(), key, path, state.get(Slots.of(slotted)), op);
    }

    private Statement.Release release(String path, String version) {
      byte[] module =
          ModuleRecord.named(Name.parse("org.dxos/" + path), Version.parse(version))
              .description("words of " + path + " in " + version + ", " + random.nextInt(2))
              .keywords(List.of("word"))
              .build()
              .encode();
      return new Statement.Release(version, forge.put(module), List.of(), java.util.Map.of());
    }

    /** The home's key was copied: a head beside one that is there. */
    private void fork(Standing standing) {
      List<Optional<Signed<Head>>> before = new ArrayList<>();
      before.add(Optional.empty());
      heads.stream()
          .filter(one -> one.body().keyHead().equals(standing.log().last().cid()))
          .forEach(one -> before.add(Optional.of(one)));
      int count = offered.size();
      goOn(standing, before.get(random.nextInt(before.size())), 1 + random.nextInt(2));
      if (forge.verdict(genesis, offered.subList(0, count)).forks().size()
          < forge.verdict(genesis, offered).forks().size()) {
        forked++;
      }
    }

    private Optional<Cid> someHead(Standing standing) {
      if (standing.tip().isEmpty() || random.nextInt(5) == 0) {
        return Optional.empty();
      }
      Signed<Head> at = standing.tip().get();
      for (int back = random.nextInt(4); back > 0 && at.body().prev().isPresent(); back--) {
        at = Signed.read(forge, at.body().prev().get(), Head.class);
      }
      return Optional.of(at.cid());
    }

    private void revoke(Standing standing) {
      if (standing.log().last().body().revocation(DELEGATE.publicKey()).isPresent()) {
        goOn(standing, standing.tip(), 2);
        return;
      }
      Optional<Cid> lastGood = someHead(standing);
      offered.add(
          forge.next(standing.log().last(), d -> d.revoke(DELEGATE, lastGood), OWNER).cid());
    }

    /** Also what ends a fork of heads. */
    private void move(Standing standing) {
      SigningKey old = headKey(standing.log());
      Optional<Cid> lastGood = someHead(standing);
      homes++;
      offered.add(
          forge
              .next(
                  standing.log().last(),
                  d -> {
                    d.head = Forge.key(homes).publicKey();
                    d.revoke(old, lastGood);
                  },
                  OWNER)
              .cid());
    }
  }

  /** A node that is not the home, and its projection. */
  private static final class Mirror implements AutoCloseable {
    private final Path folder;
    private final RocksBlockStore store;
    private final Registrar registrar;
    private GraphIndex index;

    Mirror(Path folder) {
      this.folder = folder;
      store = RocksBlockStore.open(folder.resolve("db"), new Random(1));
      registrar =
          new Registrar(
              store,
              new HeadKeys(List.of(Forge.key(99))),
              () -> Instant.ofEpochSecond(Forge.START),
              Thread.ofVirtual().factory());
      index = open();
    }

    private GraphIndex open() {
      return GraphIndex.open(folder.resolve("rdf"), store, NO_MODULES);
    }

    Learned learn(History history, List<Cid> some) {
      return registrar.learn(history.genesis, some, history.forge, Registrar.Binding.FIRST_USE);
    }

    void catchUp() {
      index.catchUp(store.journalEnd());
    }

    void reopen() {
      index.close();
      index = open();
    }

    List<String> differences() {
      index.close();
      try {
        return GraphIndex.compared(folder.resolve("rdf"), store).differences();
      } finally {
        index = open();
      }
    }

    /** Everything it says, but for how far it has come. */
    String says() {
      catchUp();
      return new String(
          index
              .query(
                  "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } FILTER (?p != <"
                      + Ontology.POSITION
                      + ">) } ORDER BY ?g ?s ?p ?o",
                  "text/tab-separated-values")
              .body(),
          StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
      index.close();
      registrar.close();
      store.close();
    }
  }

  /** Whatever chance brings, these have something of everything. */
  @Example
  void theHardestHistoriesAreAmongThem() throws IOException {
    for (long seed : HARD) {
      History history = new History(new Random(seed), 20);
      assertTrue(history.voided > 0 && history.forked > 0 && history.healed > 0, "seed " + seed);
      growsAsMade(history);
    }
  }

  @Property(tries = 15, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
  void whatGrewSaysWhatIsMadeAtOnceAndTheSameInEveryOrder(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    growsAsMade(new History(random, 4 + random.nextInt(16)));
  }

  private static void growsAsMade(History history) throws IOException {
    Path folder = Files.createTempDirectory("grown");
    Random random = history.random;
    try (Mirror one = new Mirror(folder.resolve("one"));
        Mirror two = new Mirror(folder.resolve("two"))) {
      grow(one, history, history.offered);
      assertEquals(List.of(), one.differences());
      List<Cid> shuffled = new ArrayList<>(history.offered);
      Collections.shuffle(shuffled, random);
      Set<Cid> left = new HashSet<>(shuffled);
      for (int before = -1; before != left.size(); ) {
        before = left.size();
        shuffled.stream()
            .filter(left::contains)
            .forEach(
                cid -> {
                  if (two.learn(history, List.of(cid)).added().contains(cid)) {
                    left.remove(cid);
                  }
                  if (random.nextInt(3) == 0) {
                    two.catchUp();
                  }
                });
      }
      assertEquals(List.of(), two.differences());
      assertEquals(one.registrar.root(), two.registrar.root());
      assertEquals(one.says(), two.says());
      assertTrue(one.says().lines().count() > 2);
    }
    // Of a history that failed the folder stays, to be looked at.
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }

  private static void grow(Mirror mirror, History history, List<Cid> offered) {
    for (int at = 0; at < offered.size(); ) {
      int next = Math.min(offered.size(), at + 1 + history.random.nextInt(3));
      mirror.learn(history, offered.subList(at, next));
      at = next;
      switch (history.random.nextInt(4)) {
        case 0 -> mirror.reopen();
        case 1 -> {}
        default -> mirror.catchUp();
      }
    }
  }
}
