package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dxos.dmg.block.RocksBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.RevokedHere;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.SpaceLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A space beside what is public: its log, its chain of heads, and what leaves it by promotion. */
class SpaceTest {

  private static final SigningKey SPACE_OWNER = World.key(40);
  private static final SigningKey SECOND_OWNER = World.key(41);
  private static final PeerId PEER = new PeerId(World.key(50).publicKey().bytes());
  private static final String PATH = "module/bridge";

  @TempDir Path folder;
  private World world;
  private RocksBlockStore store;
  private Registrar space;
  private SpaceEntry genesis;
  private Cid genesisEnvelope;
  private Cid id;

  @BeforeEach
  void open() {
    world = new World(folder.resolve("home"));
    genesis =
        SpaceEntry.genesis(
            new SpaceEntry.Salt(new byte[32]),
            KeySet.of(SPACE_OWNER.publicKey()),
            List.of(new Member(PEER, Role.ADMIN)),
            World.START);
    genesisEnvelope = world.sign(genesis, SPACE_OWNER);
    id = org.dxos.dmg.dagcbor.DagCbor.cid(genesis.encode());
    store = RocksBlockStore.open(folder.resolve("space"), new Random(2));
    SpaceRegisters.found(id, store);
    space = registrar();
  }

  private Registrar registrar() {
    return new Registrar(
        store,
        new HeadKeys(List.of(World.HEAD)),
        world.clock,
        Thread.ofVirtual().factory(),
        name -> world.registrar.authority(name).map(AuthorityView::id),
        world.registrar::authority);
  }

  @AfterEach
  void close() {
    space.close();
    store.close();
    world.close();
  }

  private static void refused(ErrorCode code, Executable doing) {
    RuntimeException e = assertThrows(RuntimeException.class, doing);
    assertEquals(code, assertInstanceOf(Explained.class, e).code(), e.getMessage());
  }

  private SpaceLog begin() {
    return space.learnSpace(List.of(genesisEnvelope), world.offered()).orThrow();
  }

  private Cid next(SpaceEntry before, Cid envelope, List<Member> members, SigningKey... signers) {
    return world.sign(
        before.next(id, envelope, members, before.revoked(), World.sorted(signers), World.START),
        signers);
  }

  private LearnedSpace learn(Cid... envelopes) {
    return space.learnSpace(List.of(envelopes), world.offered());
  }

  // ---- the log ----

  @Test
  void whoIsAMemberIsWhatTheOwnersSayLast() {
    assertEquals(Optional.of(Role.ADMIN), begin().role(PEER));
    Cid none = next(genesis, genesisEnvelope, List.of(), SPACE_OWNER);
    SpaceLog log = learn(none).orThrow();
    assertEquals(Optional.empty(), log.role(PEER));
    assertEquals(none, log.last().cid());
    space.close();
    space = registrar(); // and after a restart
    assertEquals(log, space.space().orElseThrow());
  }

  @Test
  void anEntryThatNoOwnerSignedIsRefused() {
    begin();
    refused(
        ErrorCode.POLICY_INVALID,
        () -> learn(next(genesis, genesisEnvelope, List.of(), World.STRANGER)).orThrow());
    refused(
        ErrorCode.POLICY_INVALID,
        () ->
            learn(next(genesis, genesisEnvelope, List.of(), SPACE_OWNER, World.STRANGER))
                .orThrow());
    SpaceEntry owners =
        new SpaceEntry(
            1,
            Optional.empty(),
            Optional.of(id),
            Optional.of(genesisEnvelope),
            KeySet.of(SECOND_OWNER.publicKey()),
            List.of(),
            List.of(),
            World.sorted(SPACE_OWNER),
            World.START,
            Optional.empty());
    refused(ErrorCode.POLICY_INVALID, () -> learn(world.sign(owners, SPACE_OWNER)).orThrow());
    assertEquals(genesisEnvelope, space.space().orElseThrow().last().cid());
  }

  @Test
  void theGenesisOfAnotherSpaceIsRefusedAndAnEntryWithoutTheOneBeforeItToo() {
    SpaceEntry other =
        SpaceEntry.genesis(
            new SpaceEntry.Salt(filled(1)), genesis.owners(), List.of(), World.START);
    refused(ErrorCode.POLICY_INVALID, () -> learn(world.sign(other, SPACE_OWNER)).orThrow());
    refused(
        ErrorCode.BLOCK_MISSING,
        () -> learn(next(genesis, genesisEnvelope, List.of(), SPACE_OWNER)).orThrow());
    assertTrue(space.space().isEmpty());
    assertTrue(begin().forks().isEmpty());
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void twoContinuationsFreezeTheLogInWhateverOrderTheyCome() {
    List<Signed<SpaceEntry>> entries = new ArrayList<>();
    Cid one = next(genesis, genesisEnvelope, List.of(), SPACE_OWNER);
    Cid other = next(genesis, genesisEnvelope, List.of(new Member(PEER, Role.READ)), SPACE_OWNER);
    SpaceEntry oneBody = Signed.read(world.offered(), one, SpaceEntry.class).body();
    Cid later = next(oneBody, one, List.of(), SPACE_OWNER);
    for (Cid cid : List.of(genesisEnvelope, one, other, later)) {
      entries.add(Signed.read(world.offered(), cid, SpaceEntry.class));
    }
    Set<SpaceLog> verdicts = new java.util.HashSet<>();
    Random random = new Random(7);
    for (int i = 0; i < 24; i++) {
      Collections.shuffle(entries, random);
      verdicts.add(SpaceLog.of(entries));
    }
    assertEquals(1, verdicts.size());
    begin();
    SpaceLog log = learn(one, later, other).orThrow();
    assertEquals(verdicts, Set.of(log));
    assertTrue(log.contested());
    assertEquals(genesisEnvelope, log.last().cid());
    assertEquals(Optional.of(Role.ADMIN), log.role(PEER));
    assertTrue(store.has(org.dxos.dmg.verdict.Axiom.cid(log.forks().getFirst())));
  }

  @Test
  void ofTooManyEntriesTheNextIsRefused() {
    begin();
    List<Cid> envelopes = new ArrayList<>();
    SpaceEntry before = genesis;
    Cid at = genesisEnvelope;
    for (int i = 1; i < 40; i++) {
      at = next(before, at, List.of(), SPACE_OWNER);
      before = Signed.read(world.offered(), at, SpaceEntry.class).body();
      envelopes.add(at);
    }
    SpaceLearning within =
        new SpaceLearning(id, store, envelopes, world.offered(), 1 + envelopes.size());
    assertTrue(within.answer().refusal().isEmpty());
    SpaceLearning beyond =
        new SpaceLearning(id, store, envelopes, world.offered(), envelopes.size());
    assertEquals(ErrorCode.SIZE_EXCEEDED, beyond.answer().refusal().orElseThrow().code());
  }

  // ---- the chain ----

  private AuthorityView bring(AuthorityView view) {
    return space
        .learn(
            view.id(),
            view.log().entries().stream().map(Signed::cid).toList(),
            world.store,
            Registrar.Binding.FIRST_USE)
        .orThrow();
  }

  private Statement inside(AuthorityView view, String path, Statement.Op op) {
    Statement plain = World.statement(view, path, World.OWNER.publicKey(), op);
    return new Statement(
        plain.genesis(),
        plain.path(),
        plain.auth(),
        plain.key(),
        plain.op(),
        Optional.of(SpaceEntry.tag(id, path)),
        plain.replaces(),
        plain.created(),
        plain.ext());
  }

  private Statement.Release release(String version) {
    ModuleRecord record = World.record("org.dxos/" + PATH, version).build();
    return world.release(record);
  }

  private Cid publish(AuthorityView view, String version) {
    return Registrar.await(
            space.submit(
                world.sign(inside(view, PATH, release(version)), World.OWNER), world.offered()))
        .statement();
  }

  @Test
  void whatIsReleasedInASpaceIsInItsTreeAndNotInThePublicOne() {
    begin();
    AuthorityView view = world.claim("org.dxos");
    Cid before = world.registrar.root();
    bring(view);
    Cid release = publish(view, "1.0.0");
    AuthorityView there = space.authority(view.id()).orElseThrow();
    assertEquals(Optional.of(release), there.state().get(Slots.release(PATH, "1.0.0")));
    assertEquals(Optional.of(id), there.head().orElseThrow().body().space());
    assertEquals(there.head().map(Signed::cid), there.standing().state().spaceHead());
    assertEquals(Optional.empty(), there.standing().state().publicHead());
    assertEquals(before, world.registrar.root());
    assertFalse(world.store.has(release));
    assertNotEquals(world.registrar.root(), space.root());
    assertTrue(Audit.of(view.id(), store).faults().isEmpty());
  }

  @Test
  void aStatementIsAddedToTheChainThatItNamesAndToNoOther() {
    begin();
    AuthorityView view = world.claim("org.dxos");
    bring(view);
    Statement inside = inside(view, PATH, release("1.0.0"));
    refused(ErrorCode.STATEMENT_REFUSED, () -> world.submit(inside, World.OWNER));
    Statement open = World.statement(view, PATH, World.OWNER.publicKey(), release("1.0.0"));
    refused(
        ErrorCode.STATEMENT_REFUSED,
        () -> Registrar.await(space.submit(world.sign(open, World.OWNER), world.offered())));
    Statement elsewhere =
        new Statement(
            open.genesis(),
            open.path(),
            open.auth(),
            open.key(),
            open.op(),
            Optional.of(SpaceEntry.tag(view.id(), PATH)),
            open.replaces(),
            open.created(),
            open.ext());
    refused(
        ErrorCode.STATEMENT_REFUSED,
        () -> Registrar.await(space.submit(world.sign(elsewhere, World.OWNER), world.offered())));
  }

  @Test
  void aHeadOfASpaceIsNoneOfThePublicChain() {
    begin();
    AuthorityView view = world.claim("org.dxos");
    bring(view);
    publish(view, "1.0.0");
    Cid head = space.authority(view.id()).orElseThrow().head().orElseThrow().cid();
    Learned learned =
        world.registrar.learn(view.id(), List.of(head), store, Registrar.Binding.NEVER);
    assertEquals(ErrorCode.HEAD_REFUSED, learned.refusal().orElseThrow().code());
    assertEquals(Optional.empty(), world.registrar.authority(view.id()).orElseThrow().head());
    // And the other way about.
    world.publish(world.registrar.authority(view.id()).orElseThrow(), "module/open", "1.0.0");
    Cid open = world.registrar.authority(view.id()).orElseThrow().head().orElseThrow().cid();
    Learned other = space.learn(view.id(), List.of(open), world.store, Registrar.Binding.NEVER);
    assertEquals(ErrorCode.HEAD_REFUSED, other.refusal().orElseThrow().code());
  }

  // ---- promotion ----

  private Statement promote(AuthorityView view, List<Cid> statements) {
    return World.statement(
        view,
        PATH,
        World.OWNER.publicKey(),
        new Statement.Promote(SpaceEntry.tag(id, PATH), statements),
        world.registrar.authority(view.id()).orElseThrow().state().get(Slots.promotion(PATH)),
        World.START);
  }

  private Receipt say(Statement statement) {
    return Registrar.await(
        world.registrar.submit(
            world.sign(statement, World.OWNER),
            cid -> world.offered().get(cid).or(() -> store.get(cid))));
  }

  @Test
  void aPromotionBringsTheSameStatementsIntoPublic() {
    begin();
    AuthorityView view = world.claim("org.dxos");
    bring(view);
    Cid one = publish(view, "1.0.0");
    Cid two = publish(view, "1.1.0");
    refused(ErrorCode.BODY_INVALID, () -> say(promote(view, List.of(one, view.keyHead().cid()))));
    Receipt receipt = say(promote(view, List.of(one, two)));
    AuthorityView open = world.registrar.authority(view.id()).orElseThrow();
    assertEquals(Optional.of(one), open.state().get(Slots.release(PATH, "1.0.0")));
    assertEquals(Optional.of(two), open.state().get(Slots.release(PATH, "1.1.0")));
    assertEquals(Optional.of(receipt.statement()), open.state().get(Slots.promotion(PATH)));
    assertEquals(List.of(receipt.statement(), one, two), open.head().orElseThrow().body().added());
    assertTrue(Audit.of(view.id(), world.store).faults().isEmpty());
    // Whoever holds the head judges it alike.
    try (World reader = new World(folder.resolve("reader"))) {
      List<Cid> all =
          Carried.envelopes(view.keyHead().cid(), open.head().map(Signed::cid), world.store);
      AuthorityView read =
          reader
              .registrar
              .learn(view.id(), all, world.store, Registrar.Binding.FIRST_USE)
              .orThrow();
      assertEquals(open.state().root(), read.state().root());
    }
    refused(ErrorCode.STATEMENT_REFUSED, () -> say(promote(view, List.of(one))));
  }

  @Test
  void aPromotionOfAnotherPathOrSpaceIsRefused() {
    begin();
    AuthorityView view = world.claim("org.dxos");
    bring(view);
    Cid one = publish(view, "1.0.0");
    Statement other =
        World.statement(
            view,
            "module/other",
            World.OWNER.publicKey(),
            new Statement.Promote(SpaceEntry.tag(id, "module/other"), List.of(one)));
    refused(ErrorCode.STATEMENT_REFUSED, () -> say(other));
    Statement elsewhere =
        World.statement(
            view,
            PATH,
            World.OWNER.publicKey(),
            new Statement.Promote(SpaceEntry.tag(view.id(), PATH), List.of(one)));
    refused(ErrorCode.STATEMENT_REFUSED, () -> say(elsewhere));
    // A space has nothing to promote into itself.
    refused(
        ErrorCode.STATEMENT_REFUSED,
        () ->
            Registrar.await(
                space.submit(
                    world.sign(promote(view, List.of(one)), World.OWNER), world.offered())));
  }

  // ---- revoked keys ----

  @Test
  void whatARevokedKeyHasLeftStandingInASpaceIsForTheSpaceToSay() {
    begin();
    AuthorityView view =
        world.claim(
            "org.dxos",
            World.delegate(World.START - 10, World.START + 86_400, AuthorityEntry.Cap.RELEASE));
    bring(view);
    Statement by = inside(view, PATH, release("1.0.0"));
    Statement delegated =
        new Statement(
            by.genesis(),
            by.path(),
            by.auth(),
            World.DELEGATE.publicKey(),
            by.op(),
            by.space(),
            by.replaces(),
            by.created(),
            by.ext());
    Cid release =
        Registrar.await(space.submit(world.sign(delegated, World.DELEGATE), world.offered()))
            .statement();
    Cid head = space.authority(view.id()).orElseThrow().head().orElseThrow().cid();
    AuthorityEntry last = view.keyHead().body();
    AuthorityEntry revokes =
        new AuthorityEntry(
            last.authority(),
            1,
            Optional.of(view.id()),
            Optional.of(view.keyHead().cid()),
            last.owners(),
            last.recovery(),
            last.home(),
            List.of(),
            List.of(new Revoked(World.DELEGATE.publicKey(), Optional.empty(), "stolen")),
            Optional.empty(),
            World.sorted(World.OWNER),
            World.START,
            Optional.empty());
    Cid entry = world.sign(revokes, World.OWNER);
    AuthorityView after =
        space.learn(view.id(), List.of(entry), world.offered(), Registrar.Binding.NEVER).orThrow();
    assertEquals(Set.of(release), after.voided());
    SpaceEntry keeps =
        new SpaceEntry(
            1,
            Optional.empty(),
            Optional.of(id),
            Optional.of(genesisEnvelope),
            genesis.owners(),
            genesis.members(),
            List.of(new RevokedHere(view.id(), World.DELEGATE.publicKey(), Optional.of(head))),
            World.sorted(SPACE_OWNER),
            World.START,
            Optional.empty());
    var unused = learn(world.sign(keeps, SPACE_OWNER)).orThrow();
    assertEquals(Set.of(), space.authority(view.id()).orElseThrow().voided());
    space.close();
    space = registrar();
    assertEquals(Set.of(), space.authority(view.id()).orElseThrow().voided());
  }

  private AuthorityEntry revokes(AuthorityView view, List<Revoked> revoked) {
    AuthorityEntry last = view.keyHead().body();
    return new AuthorityEntry(
        last.authority(),
        last.seq() + 1,
        Optional.of(view.id()),
        Optional.of(view.keyHead().cid()),
        last.owners(),
        last.recovery(),
        last.home(),
        List.of(),
        revoked,
        Optional.empty(),
        World.sorted(World.OWNER),
        World.START,
        Optional.empty());
  }

  /** The entry of the space's log after the newest, that lets a key's heads stand up to one. */
  private Cid keeps(AuthorityView view, Optional<Cid> head) {
    Signed<SpaceEntry> last = space.space().orElseThrow().last();
    return world.sign(
        last.body()
            .next(
                id,
                last.cid(),
                last.body().members(),
                List.of(new RevokedHere(view.id(), World.DELEGATE.publicKey(), head)),
                World.sorted(SPACE_OWNER),
                World.START),
        SPACE_OWNER);
  }

  private Cid publishBy(SigningKey key, AuthorityView view, Optional<Cid> replaces) {
    Statement plain = inside(view, PATH, release("1.0.0"));
    Statement by =
        new Statement(
            plain.genesis(),
            plain.path(),
            plain.auth(),
            key.publicKey(),
            plain.op(),
            plain.space(),
            replaces,
            plain.created(),
            plain.ext());
    return Registrar.await(space.submit(world.sign(by, key), world.offered())).statement();
  }

  private AuthorityView withDelegate() {
    return world.claim(
        "org.dxos",
        World.delegate(World.START - 10, World.START + 86_400, AuthorityEntry.Cap.RELEASE));
  }

  @Test
  void aHeadHoldsForWhoeverComesLateAsItDidWhenItWasSigned() {
    begin();
    AuthorityView view = withDelegate();
    bring(view);
    Cid stolen = publishBy(World.DELEGATE, view, Optional.empty());
    Cid head = space.authority(view.id()).orElseThrow().head().orElseThrow().cid();
    Cid entry =
        world.sign(
            revokes(
                view, List.of(new Revoked(World.DELEGATE.publicKey(), Optional.empty(), "stolen"))),
            World.OWNER);
    AuthorityView after =
        space.learn(view.id(), List.of(entry), world.offered(), Registrar.Binding.NEVER).orThrow();
    Cid none = keeps(view, Optional.empty());
    var unused = learn(none).orThrow();
    // Said again in the place of what is void; then the owners let stand what was void.
    publishBy(World.OWNER, after, Optional.of(stolen));
    Cid again = keeps(view, Optional.of(head));
    unused = learn(again).orThrow();
    AuthorityView here = space.authority(view.id()).orElseThrow();
    assertEquals(Set.of(), here.voided());
    assertTrue(Audit.of(view.id(), store).faults().isEmpty());

    List<Cid> log = List.of(genesisEnvelope, none, again);
    List<Cid> all = Carried.envelopes(here.keyHead().cid(), here.head().map(Signed::cid), store);
    for (int known = 1; known <= log.size(); known++) {
      try (RocksBlockStore late =
          RocksBlockStore.open(folder.resolve("late" + known), new Random(known))) {
        SpaceRegisters.found(id, late);
        try (Registrar reader =
            new Registrar(
                late,
                new HeadKeys(List.of(World.STRANGER)),
                world.clock,
                Thread.ofVirtual().factory())) {
          unused = reader.learnSpace(log.subList(0, known), world.offered()).orThrow();
          AuthorityView there =
              reader.learn(view.id(), all, store, Registrar.Binding.FIRST_USE).orThrow();
          assertEquals(here.state().root(), there.state().root());
          unused = reader.learnSpace(log, world.offered()).orThrow();
          assertEquals(space.root(), reader.root());
        }
      }
    }
  }

  @Test
  void whereThePublicHeadsOfARevokedKeyEndIsNoMatterOfASpace() {
    begin();
    AuthorityView view = withDelegate();
    bring(view);
    List<Cid> heads = new ArrayList<>();
    for (String version : List.of("1.0.0", "1.1.0")) {
      world.publish(world.registrar.authority(view.id()).orElseThrow(), "module/open", version);
      heads.add(world.registrar.authority(view.id()).orElseThrow().head().orElseThrow().cid());
    }
    AuthorityView now = view;
    for (Cid head : heads.reversed()) {
      Cid entry =
          world.sign(
              revokes(
                  now,
                  List.of(new Revoked(World.DELEGATE.publicKey(), Optional.of(head), "stolen"))),
              World.OWNER);
      var unused =
          world
              .registrar
              .learn(view.id(), List.of(entry), world.offered(), Registrar.Binding.NEVER)
              .orThrow();
      now = world.registrar.authority(view.id()).orElseThrow();
      // To the space comes the entry alone, and none of the heads that it names.
      Learned learned =
          space.learn(view.id(), List.of(entry), world.offered(), Registrar.Binding.NEVER);
      assertEquals(Set.of(), learned.waiting());
      assertEquals(entry, learned.orThrow().keyHead().cid());
    }
  }
}
