package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.RocksBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Standing.Contest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Heads that follow what is held are judged without all that came before. It must not show: whoever
 * was told of them in another way says the same.
 */
class HeadsGoOnTest {

  private static final int HEADS = 6;

  @TempDir Path folder;
  private World world;
  private AuthorityView view;
  private List<Cid> envelopes = List.of();
  private int readers;

  @BeforeEach
  void open() {
    world = new World(folder.resolve("home"));
    AuthorityView claimed = world.claim("org.dxos");
    for (int i = 0; i < HEADS; i++) {
      world.publish(claimed, "module/m" + i, "1.0.0");
    }
    view = world.registrar.authority("org.dxos").orElseThrow();
    envelopes =
        Carried.envelopes(
            view.keyHead().cid(), Optional.of(view.head().orElseThrow().cid()), world.store);
    assertEquals(1 + HEADS, envelopes.size());
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** What all of this leads to. */
  private record Verdict(Cid root, Contest contest, List<Optional<ErrorCode>> refusals) {}

  private BlockSource offered() {
    BlockSource made = world.offered();
    return cid -> made.get(cid).or(() -> world.store.get(cid));
  }

  /** The verdict of a reader to whom lots are told one after the other. */
  private Verdict told(List<List<Cid>> lots) {
    readers++;
    try (RocksBlockStore store =
            RocksBlockStore.open(folder.resolve("reader" + readers), new Random(readers));
        Registrar reader =
            new Registrar(
                store,
                new HeadKeys(List.of(World.key(8))),
                () -> Instant.ofEpochSecond(World.START + 10),
                Thread.ofVirtual().factory())) {
      List<Optional<ErrorCode>> refusals = new ArrayList<>();
      for (List<Cid> lot : lots) {
        Learned learned = reader.learn(view.id(), lot, offered(), Registrar.Binding.FIRST_USE);
        refusals.add(learned.refusal().map(AdmissionException::code));
      }
      AuthorityView seen = reader.authority(view.id()).orElseThrow();
      // Its tree is there to be read by others, not in memory alone.
      seen.head()
          .ifPresent(
              head -> MerkleSearchTree.at(head.body().state(), store).eachNode(_ -> true, _ -> {}));
      Audit.Report report = Audit.of(view.id(), store);
      assertEquals(List.of(), report.faults());
      return new Verdict(reader.root(), seen.standing().contest(), refusals);
    }
  }

  private List<List<Cid>> oneByOne(List<Cid> all) {
    return all.stream().map(List::of).toList();
  }

  @Test
  void headsThatComeOneByOneLeadToWhatComesOfAllAtOnce() {
    Verdict atOnce = told(List.of(envelopes));
    assertEquals(world.registrar.root(), atOnce.root());
    assertEquals(atOnce.root(), told(oneByOne(envelopes)).root());
  }

  @Test
  void whatIsHeldMayComeAgainBeforeWhatIsNot() {
    List<List<Cid>> lots =
        List.of(
            envelopes.subList(0, 3),
            envelopes.subList(2, 5),
            envelopes,
            List.of(envelopes.getLast()));
    Verdict verdict = told(lots);
    assertEquals(world.registrar.root(), verdict.root());
    assertTrue(verdict.refusals().stream().allMatch(Optional::isEmpty));
  }

  @Test
  void aRivalOfAHeadThatWentOnIsAForkHoweverItCame() {
    Signed<Head> tip = view.head().orElseThrow();
    Cid rival = head(tip.body().epoch(), tip.body().prev(), tip.body().added(), tip.body().state());
    List<Cid> all = new ArrayList<>(envelopes);
    all.add(rival);
    Verdict atOnce = told(List.of(all));
    assertEquals(Contest.HEADS, atOnce.contest());
    assertEquals(atOnce.root(), told(oneByOne(all)).root());
    // Nor does it go on quickly from there.
    Cid after = head(tip.body().epoch() + 1, Optional.of(tip.cid()), List.of(), tip.body().state());
    List<Cid> more = new ArrayList<>(all);
    more.add(after);
    Verdict later = told(oneByOne(more));
    assertEquals(told(List.of(more)).root(), later.root());
    assertEquals(Contest.HEADS, later.contest());
  }

  @Test
  void aHeadThatDoesNotHoldIsRefusedWithTheSameCodeAndWhatFollowsIsNotTaken() {
    Signed<Head> tip = view.head().orElseThrow();
    Signed<Head> first = Signed.read(world.store, envelopes.get(1), Head.class);
    Cid wrong =
        head(tip.body().epoch() + 1, Optional.of(tip.cid()), List.of(), first.body().state());
    Cid after = head(tip.body().epoch() + 2, Optional.of(wrong), List.of(), tip.body().state());
    List<List<Cid>> lots = List.of(envelopes, List.of(wrong, after));
    Verdict verdict = told(lots);
    assertEquals(world.registrar.root(), verdict.root());
    assertEquals(Optional.of(ErrorCode.HEAD_REFUSED), verdict.refusals().getLast());
    List<Cid> all = new ArrayList<>(envelopes);
    all.addAll(List.of(wrong, after));
    assertEquals(verdict.root(), told(List.of(all)).root());
  }

  @Test
  void aHeadSignedByAnotherIsRefused() {
    Signed<Head> tip = view.head().orElseThrow();
    Cid forged =
        world.sign(
            body(tip.body().epoch() + 1, Optional.of(tip.cid()), List.of(), tip.body().state()),
            World.STRANGER);
    Verdict verdict = told(List.of(envelopes, List.of(forged)));
    assertEquals(world.registrar.root(), verdict.root());
    assertEquals(Optional.of(ErrorCode.SIGNATURE_INVALID), verdict.refusals().getLast());
  }

  private Cid head(long epoch, Optional<Cid> prev, List<Cid> added, Cid state) {
    return world.sign(body(epoch, prev, added, state), World.HEAD);
  }

  private Head body(long epoch, Optional<Cid> prev, List<Cid> added, Cid state) {
    return new Head(
        view.id(),
        Optional.empty(),
        0,
        epoch,
        prev,
        view.keyHead().cid(),
        added,
        state,
        World.START + 5,
        World.START + 500,
        Optional.empty());
  }

  // ---- many handed in together ----

  @Test
  void statementsThatAreHandedInTogetherShareOneHeadAndFailByThemselves() {
    List<Cid> statements = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      statements.add(release("module/lot" + i, "1.0.0", false));
    }
    Cid forged = release("module/forged", "1.0.0", true);
    statements.add(100, forged);
    Cid conflict = release("module/m0", "1.0.0", false, "another");
    statements.add(200, conflict);
    List<CompletableFuture<Receipt>> answers =
        world.registrar.submitAll(statements, world.offered());
    assertEquals(302, answers.size());
    for (int i = 0; i < answers.size(); i++) {
      if (statements.get(i).equals(forged) || statements.get(i).equals(conflict)) {
        CompletableFuture<Receipt> answer = answers.get(i);
        CompletionException e = assertThrows(CompletionException.class, answer::join);
        assertTrue(e.getCause() instanceof org.dxos.dmg.error.Explained, e.toString());
      } else {
        Receipt receipt = answers.get(i).join();
        assertEquals(Receipt.Status.ADDED, receipt.status());
        assertEquals(statements.get(i), receipt.statement());
        assertEquals(List.of(), receipt.proof());
      }
    }
    AuthorityView after = world.registrar.authority("org.dxos").orElseThrow();
    Head head = after.head().orElseThrow().body();
    assertEquals(HEADS, head.epoch());
    assertEquals(300, head.added().size());
    assertTrue(after.state().get(Slots.release("module/lot299", "1.0.0")).isPresent());
    // The same again changes nothing.
    List<CompletableFuture<Receipt>> again =
        world.registrar.submitAll(statements.subList(0, 50), world.offered());
    again.forEach(answer -> assertEquals(Receipt.Status.HELD, answer.join().status()));
    assertEquals(after.head(), world.registrar.authority("org.dxos").orElseThrow().head());
  }

  private Cid release(String path, String version, boolean forged) {
    return release(path, version, forged, "");
  }

  private Cid release(String path, String version, boolean forged, String description) {
    var record = World.record("org.dxos/" + path, version);
    if (!description.isEmpty()) {
      record.description(description);
    }
    Statement statement =
        World.statement(view, path, World.OWNER.publicKey(), world.release(record.build()));
    return world.sign(statement, forged ? World.STRANGER : World.OWNER);
  }
}
