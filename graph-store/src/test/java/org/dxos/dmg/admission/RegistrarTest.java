package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.FileRef;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.unixfs.Bundle;
import org.dxos.dmg.unixfs.BundleFile;
import org.dxos.dmg.unixfs.BundleWriter;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.HeadRules;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.KeyRules;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Standing;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class RegistrarTest {

  @TempDir Path folder;
  private World world;

  @BeforeEach
  void open() {
    world = new World(folder.resolve("home"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private static MerkleSearchTree check(
      Signed<Head> head, KeyLog log, Optional<Signed<Head>> prev, BlockSource blocks) {
    return HeadRules.check(
        head,
        org.dxos.dmg.verdict.Chain.PUBLIC,
        log,
        prev,
        java.util.Set.of(),
        blocks,
        (_, _) -> {});
  }

  private static void refused(ErrorCode code, Executable doing) {
    RuntimeException e = assertThrows(RuntimeException.class, doing);
    assertTrue(e instanceof Explained, e.toString());
    assertEquals(code, ((Explained) e).code(), e.getMessage());
  }

  // ---- claims ----

  @Test
  void aClaimIsHeldAndTheSameAgainChangesNothing() {
    AuthorityView view = world.claim("org.dxos");
    Cid root = world.registrar.root();
    assertEquals(view.id(), world.registrar.authority("org.dxos").orElseThrow().id());
    assertEquals(view, world.claim("org.dxos"));
    assertEquals(root, world.registrar.root());
    assertEquals(1, world.store.journalEnd());
  }

  @Test
  void aSecondGenesisForABoundNameIsContested() {
    world.claim("org.dxos");
    Cid root = world.registrar.root();
    SigningKey thief = World.STRANGER;
    Cid other = world.sign(World.genesis("org.dxos", thief), thief, World.RECOVERY);
    refused(ErrorCode.AUTHORITY_CONTESTED, () -> world.registrar.claim(other, world.offered()));
    assertEquals(root, world.registrar.root());
  }

  @Test
  void aClaimWithAnotherHomeIsRefused() {
    AuthorityEntry entry =
        World.genesis(
            "org.dxos", World.OWNER, World.STRANGER, List.of(World.OWNER, World.RECOVERY));
    Cid envelope = world.sign(entry, World.OWNER, World.RECOVERY);
    refused(ErrorCode.NOT_HOME, () -> world.registrar.claim(envelope, world.offered()));
  }

  @Test
  void aClaimNeedsBothThresholdsAndNobodyElse() {
    for (List<SigningKey> signers :
        List.of(
            List.of(World.OWNER),
            List.of(World.RECOVERY),
            List.of(World.OWNER, World.RECOVERY, World.STRANGER))) {
      AuthorityEntry entry = World.genesis("org.dxos", World.OWNER, World.HEAD, signers);
      Cid envelope = world.sign(entry, signers.toArray(SigningKey[]::new));
      refused(ErrorCode.POLICY_INVALID, () -> world.registrar.claim(envelope, world.offered()));
    }
    AuthorityEntry entry = World.genesis("org.dxos", World.OWNER);
    Cid half = world.sign(entry, World.OWNER);
    refused(ErrorCode.SIGNATURE_INVALID, () -> world.registrar.claim(half, world.offered()));
  }

  @Test
  void aKeyAuthorityHasThatKeyAsItsOnlyOwner() {
    String mine = new PeerId(World.OWNER.publicKey().bytes()).keyAuthority();
    String another = new PeerId(World.STRANGER.publicKey().bytes()).keyAuthority();
    assertEquals(mine, world.claim(mine).name());
    Cid envelope = world.sign(World.genesis(another, World.OWNER), World.OWNER, World.RECOVERY);
    refused(ErrorCode.POLICY_INVALID, () -> world.registrar.claim(envelope, world.offered()));
  }

  @Test
  void aClaimToANameThatIsNotSpelledAsOneIsRefused() {
    for (String name : List.of("Org.dxos", "org", "org..dxos", "org.dxos~x", "org/dxos")) {
      Cid envelope = world.sign(World.genesis(name, World.OWNER), World.OWNER, World.RECOVERY);
      assertThrows(
          RuntimeException.class, () -> world.registrar.claim(envelope, world.offered()), name);
    }
    assertEquals(0, world.store.journalEnd());
  }

  // ---- releases ----

  @Test
  void aReleaseIsAddedAndTheSameAgainIsHeld() {
    AuthorityView view = world.claim("org.dxos");
    Receipt added = world.publish(view, "module/bridge", "1.0.0");
    assertEquals(Receipt.Status.ADDED, added.status());
    Cid root = world.registrar.root();
    Receipt again = world.publish(view, "module/bridge", "1.0.0");
    assertEquals(Receipt.Status.HELD, again.status());
    assertEquals(added.statement(), again.statement());
    assertEquals(root, world.registrar.root());
    // Said again a day later by another envelope: what stands is named.
    Statement.Release op = world.release(World.record("org.dxos/module/bridge", "1.0.0").build());
    Statement later =
        World.statement(
            view, "module/bridge", World.OWNER.publicKey(), op, Optional.empty(), World.START + 9);
    Receipt third = world.submit(later, World.OWNER);
    assertEquals(Receipt.Status.HELD, third.status());
    assertEquals(added.statement(), third.statement());
    proves(added, "r/module/bridge@1.0.0");
    proves(third, "r/module/bridge@1.0.0");
  }

  @Test
  void anotherRecordUnderTheSameVersionIsAConflictThatNamesBoth() {
    AuthorityView view = world.claim("org.dxos");
    Receipt first = world.publish(view, "module/bridge", "1.0.0");
    ModuleRecord one = World.record("org.dxos/module/bridge", "1.0.0").build();
    ModuleRecord other = World.record("org.dxos/module/bridge", "1.0.0").license("MIT").build();
    AdmissionException.Conflict conflict =
        assertThrows(AdmissionException.Conflict.class, () -> world.publish(view, other));
    assertEquals(first.statement(), conflict.standing());
    assertTrue(conflict.message().contains(one.cid().toString()), conflict.message());
    assertTrue(conflict.message().contains(other.cid().toString()), conflict.message());
  }

  @Test
  void aSignatureThatDoesNotFitIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    Statement statement = good(view);
    byte[] block = statement.encode();
    world.put(block);
    Envelope right = Envelope.sign(Statement.TYPE, block, List.of(World.OWNER));
    byte[] bytes = right.signatures().getFirst().bytes().clone();
    bytes[7] ^= 1;
    Envelope wrong =
        new Envelope(right.body(), List.of(new Envelope.Signature(World.OWNER.publicKey(), bytes)));
    Cid tampered = world.put(wrong.encode());
    refused(ErrorCode.SIGNATURE_INVALID, () -> submit(tampered));
    Cid forged = world.put(Envelope.sign(Statement.TYPE, block, List.of(World.STRANGER)).encode());
    refused(ErrorCode.SIGNATURE_INVALID, () -> submit(forged));
    Cid asHead = world.put(Envelope.sign(Head.TYPE, block, List.of(World.OWNER)).encode());
    refused(ErrorCode.SIGNATURE_INVALID, () -> submit(asHead));
  }

  /** The bytes of an envelope have one CID; under the codec raw they would have a second. */
  @Test
  void anEnvelopeUnderACidOfAnotherCodecIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    Cid envelope = world.sign(good(view), World.OWNER);
    byte[] block = world.blocks.get(envelope);
    Cid raw = Cid.of(Cid.RAW, block);
    world.blocks.put(raw, block);
    refused(ErrorCode.BODY_INVALID, () -> submit(raw));
  }

  private Statement good(AuthorityView view) {
    return World.statement(
        view,
        "module/bridge",
        World.OWNER.publicKey(),
        world.release(World.record("org.dxos/module/bridge", "1.0.0").build()));
  }

  private Receipt submit(Cid envelope) {
    return Registrar.await(world.registrar.submit(envelope, world.offered()));
  }

  @Test
  void onlyOwnersAndDelegatesSayAnything() {
    AuthorityView view = world.claim("org.dxos");
    for (SigningKey key : List.of(World.STRANGER, World.RECOVERY, World.HEAD)) {
      Statement statement = by(key, good(view));
      refused(ErrorCode.KEY_SCOPE, () -> world.submit(statement, key));
    }
  }

  private static Statement by(SigningKey key, Statement one) {
    return new Statement(
        one.genesis(),
        one.path(),
        one.auth(),
        key.publicKey(),
        one.op(),
        one.space(),
        one.replaces(),
        one.created(),
        one.ext());
  }

  @Test
  void aDelegateStaysWithinScopeCapsAndTime() {
    long until = World.START + 1000;
    AuthorityView view =
        world.claim("org.dxos", World.delegate(World.START + 10, until, Cap.RELEASE));
    Statement release = by(World.DELEGATE, good(view));
    refused(ErrorCode.KEY_EXPIRED, () -> world.submit(release, World.DELEGATE));
    world.time.set(until);
    refused(ErrorCode.KEY_EXPIRED, () -> world.submit(release, World.DELEGATE));
    world.time.set(until - 1);
    assertEquals(Receipt.Status.ADDED, world.submit(release, World.DELEGATE).status());
    Statement outside =
        World.statement(
            view,
            "api/mail",
            World.DELEGATE.publicKey(),
            world.release(World.record("org.dxos/api/mail", "1.0.0").build()));
    refused(ErrorCode.KEY_SCOPE, () -> world.submit(outside, World.DELEGATE));
    Statement tag =
        World.statement(
            view, "module/bridge", World.DELEGATE.publicKey(), new Statement.Tag("beta", "1.0.0"));
    refused(ErrorCode.KEY_SCOPE, () -> world.submit(tag, World.DELEGATE));
  }

  @Test
  void createdIsAtMostNinetyDaysBeforeAndADayAfterTheHead() {
    AuthorityView view = world.claim("org.dxos");
    long day = 86_400;
    Map<String, Long> created = Map.of("1.0.0", World.START - 90 * day, "1.0.1", World.START + day);
    created.forEach(
        (version, time) ->
            assertEquals(
                Receipt.Status.ADDED, world.submit(at(view, version, time), World.OWNER).status()));
    for (long time : new long[] {World.START - 90 * day - 1, World.START + day + 1}) {
      refused(
          ErrorCode.STATEMENT_REFUSED, () -> world.submit(at(view, "2.0.0", time), World.OWNER));
    }
  }

  private Statement at(AuthorityView view, String version, long created) {
    return World.statement(
        view,
        "module/bridge",
        World.OWNER.publicKey(),
        world.release(World.record("org.dxos/module/bridge", version).build()),
        Optional.empty(),
        created);
  }

  @Test
  void anAuthorityThatIsNotHeldIsUnknown() {
    AuthorityView view = world.claim("org.dxos");
    AuthorityView other =
        new AuthorityView(DagCbor.cid(new byte[] {1}), view.standing(), view.state());
    refused(ErrorCode.AUTHORITY_UNKNOWN, () -> world.submit(good(other), World.OWNER));
  }

  @Test
  void aReleaseThatDoesNotFitItsRecordIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    world.claim("com.acme");
    ModuleRecord record =
        World.record("org.dxos/module/bridge", "1.0.0")
            .function(FunctionEntry.of(Name.parse("org.dxos/function/read")))
            .dependency(on("com.acme/module/vault"))
            .build();
    Statement.Release fits = world.release(record);
    Cid acme = world.registrar.authority("com.acme").orElseThrow().id();
    List<Statement> wrong = new ArrayList<>();
    wrong.add(owner(view, "module/other", fits));
    wrong.add(owner(view, "module/bridge", with(fits, "1.0.1", fits.names(), fits.authorities())));
    wrong.add(owner(view, "module/bridge", with(fits, "1.0.0", List.of(), fits.authorities())));
    wrong.add(
        owner(
            view,
            "module/bridge",
            with(fits, "1.0.0", List.of("function/read", "function/write"), fits.authorities())));
    wrong.add(owner(view, "module/bridge", with(fits, "1.0.0", fits.names(), Map.of())));
    wrong.add(
        owner(
            view,
            "module/bridge",
            with(fits, "1.0.0", fits.names(), Map.of("com.acme", acme, "com.other", acme))));
    for (Statement statement : wrong) {
      refused(ErrorCode.STATEMENT_REFUSED, () -> world.submit(statement, World.OWNER));
    }
    Statement rebound =
        owner(
            view,
            "module/bridge",
            with(fits, "1.0.0", fits.names(), Map.of("com.acme", view.id())));
    refused(ErrorCode.DEP_AUTHORITY_MISMATCH, () -> world.submit(rebound, World.OWNER));
    assertEquals(
        Receipt.Status.ADDED,
        world.submit(owner(view, "module/bridge", fits), World.OWNER).status());
    // Another binding of the same record is not the same said again.
    assertThrows(AdmissionException.Conflict.class, () -> world.submit(rebound, World.OWNER));
  }

  private static Statement owner(AuthorityView view, String path, Statement.Op op) {
    return World.statement(view, path, World.OWNER.publicKey(), op);
  }

  private static Statement.Release with(
      Statement.Release one, String version, List<String> names, Map<String, Cid> authorities) {
    return new Statement.Release(version, one.module(), names, authorities);
  }

  private static Dependency on(String name) {
    return new Dependency.One(Name.parse(name), Range.ANY, Optional.empty(), false);
  }

  @Test
  void aDependencyOnAnUnknownOrLocalAuthorityIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    world.claim("local.mine");
    ModuleRecord record =
        World.record("org.dxos/module/bridge", "1.0.0")
            .dependency(on("com.nobody/module/vault"))
            .build();
    Statement.Release release =
        new Statement.Release(
            "1.0.0", world.put(record.encode()), List.of(), Map.of("com.nobody", view.id()));
    refused(
        ErrorCode.AUTHORITY_UNKNOWN,
        () -> world.submit(owner(view, "module/bridge", release), World.OWNER));
    ModuleRecord local =
        World.record("org.dxos/module/bridge", "1.0.0")
            .dependency(on("local.mine/module/vault"))
            .build();
    refused(ErrorCode.STATEMENT_REFUSED, () -> world.publish(view, local));
  }

  @Test
  void aReleaseComesWithAllItsBlocksInTheSizesItSays() throws IOException {
    AuthorityView view = world.claim("org.dxos");
    byte[] schema = "{\"type\":\"object\"}".getBytes(StandardCharsets.US_ASCII);
    FileRef ref = FileRef.of(schema);
    Name api = Name.parse("org.dxos/api/mail");
    Bundle bundle =
        new BundleWriter()
            .write(
                List.of(
                    new BundleFile(
                        "index.js",
                        3,
                        () ->
                            new java.io.ByteArrayInputStream(
                                "abc".getBytes(StandardCharsets.US_ASCII)))),
                world.blocks::put);
    ModuleRecord good = whole(api, ref, bundle.root(), 3);
    refused(ErrorCode.BLOCK_MISSING, () -> world.publish(view, good)); // the schema
    world.blocks.put(ref.cid(), schema);
    ModuleRecord size = whole(api, new FileRef(ref.cid(), ref.size() + 1), bundle.root(), 3);
    refused(ErrorCode.SIZE_EXCEEDED, () -> world.publish(view, size));
    for (long wrong : new long[] {0, 2, 4}) {
      ModuleRecord other = whole(api, ref, bundle.root(), wrong);
      assertThrows(RuntimeException.class, () -> world.publish(view, other), "size " + wrong);
    }
    for (Cid cid : List.copyOf(world.blocks.keySet())) {
      if (cid.codec() == Cid.DAG_PB
          || cid.equals(Cid.of(Cid.RAW, "abc".getBytes(StandardCharsets.US_ASCII)))) {
        byte[] block = world.blocks.remove(cid);
        assertThrows(RuntimeException.class, () -> world.publish(view, good));
        world.blocks.put(cid, block);
      }
    }
    assertEquals(Optional.empty(), world.registrar.authority("org.dxos").orElseThrow().head());
    assertEquals(Receipt.Status.ADDED, world.publish(view, good).status());
    for (Cid cid : List.of(good.cid(), ref.cid(), bundle.root())) {
      assertArrayEquals(world.blocks.get(cid), world.store.get(cid).orElseThrow());
    }
  }

  private static ModuleRecord whole(Name api, FileRef ref, Cid bundle, long size) {
    return World.record("org.dxos/module/bridge", "1.0.0")
        .provides(Map.of(api, new Provided(Version.parse("1.0.0"), Optional.of(ref))))
        .runtime(
            new Variant(
                Runtime.NODEJS,
                Range.ANY,
                List.of(),
                List.of(),
                Optional.of(new org.dxos.dmg.record.Bundle(bundle, size)),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Map.of()))
        .build();
  }

  @Test
  void aFunctionNameBelongsToOneModuleForEver() {
    AuthorityView view = world.claim("org.dxos");
    Receipt first = world.publish(view, carrying("module/bridge", "1.0.0", "read"));
    AdmissionException.Conflict conflict =
        assertThrows(
            AdmissionException.Conflict.class,
            () -> world.publish(view, carrying("module/other", "1.0.0", "read")));
    assertEquals(first.statement(), conflict.standing());
    assertThrows(
        AdmissionException.Conflict.class, () -> world.publish(view, "function/read", "1.0.0"));
    world.publish(view, carrying("module/bridge", "2.0.0", "write"));
    assertThrows(
        AdmissionException.Conflict.class,
        () -> world.publish(view, carrying("module/other", "1.0.0", "write")));
    // A function's own release binds its name in the same way.
    world.publish(view, "function/alone", "1.0.0");
    assertThrows(
        AdmissionException.Conflict.class,
        () -> world.publish(view, carrying("module/other", "1.0.0", "alone")));
    AuthorityView now = world.registrar.authority(view.id()).orElseThrow();
    assertEquals(Optional.of(first.statement()), now.state().get("n/function/read"));
    assertEquals(Optional.empty(), now.state().get("r/module/other@1.0.0"));
  }

  private static ModuleRecord carrying(String path, String version, String function) {
    return World.record("org.dxos/" + path, version)
        .function(FunctionEntry.of(Name.parse("org.dxos/function/" + function)))
        .build();
  }

  // ---- tags, and what is not supported ----

  @Test
  void aTagNeedsItsReleaseAndSaysWhatItReplaces() {
    AuthorityView view = world.claim("org.dxos");
    String path = "module/bridge";
    refused(
        ErrorCode.STATEMENT_REFUSED,
        () -> world.tag(view, path, "beta", "1.0.0", Optional.empty()));
    Cid release = world.publish(view, path, "1.0.0").statement();
    world.publish(view, path, "1.1.0");
    refused(
        ErrorCode.STATEMENT_REFUSED,
        () -> world.tag(view, path, "beta", "1.0.0", Optional.of(release)));
    Receipt first = world.tag(view, path, "beta", "1.0.0", Optional.empty());
    proves(first, "t/module/bridge:beta");
    assertEquals(
        Receipt.Status.HELD, world.tag(view, path, "beta", "1.0.0", Optional.empty()).status());
    AdmissionException.Conflict conflict =
        assertThrows(
            AdmissionException.Conflict.class,
            () -> world.tag(view, path, "beta", "1.1.0", Optional.empty()));
    assertEquals(first.statement(), conflict.standing());
    Receipt moved = world.tag(view, path, "beta", "1.1.0", Optional.of(first.statement()));
    assertEquals(Receipt.Status.ADDED, moved.status());
    proves(moved, "t/module/bridge:beta");
    assertThrows(
        AdmissionException.Conflict.class,
        () -> world.tag(view, path, "beta", "1.0.0", Optional.empty()));
  }

  @Test
  void aPromotionOfWhatIsNoStatementAndWhatWasSaidInASpaceAreRefused() {
    AuthorityView view = world.claim("org.dxos");
    world.publish(view, "module/bridge", "1.0.0");
    Statement.SpaceTag space = new Statement.SpaceTag(new byte[32]);
    Statement.Op promote = new Statement.Promote(space, List.of(view.keyHead().cid()));
    refused(
        ErrorCode.BODY_INVALID,
        () -> world.submit(owner(view, "module/bridge", promote), World.OWNER));
    Statement plain = owner(view, "module/bridge", new Statement.Tag("beta", "1.0.0"));
    Statement inSpace =
        new Statement(
            plain.genesis(),
            plain.path(),
            plain.auth(),
            plain.key(),
            plain.op(),
            Optional.of(space),
            Optional.empty(),
            plain.created(),
            Optional.empty());
    refused(ErrorCode.STATEMENT_REFUSED, () -> world.submit(inSpace, World.OWNER));
  }

  @Test
  void whatIsSaidOfAReleaseTakesItsSlotAndSaysWhatItReplaces() {
    AuthorityView view = world.claim("org.dxos");
    String path = "module/bridge";
    world.publish(view, path, "1.0.0");
    Receipt yank = say(view, path, new Statement.Yank("1.0.0", "bad"), Optional.empty());
    assertThrows(
        AdmissionException.Conflict.class,
        () -> say(view, path, new Statement.Unyank("1.0.0"), Optional.empty()));
    say(view, path, new Statement.Unyank("1.0.0"), Optional.of(yank.statement()));
    say(
        view,
        path,
        new Statement.Deprecate(Optional.of("1.0.0"), Optional.empty(), "old", Optional.empty()),
        Optional.empty());
    say(
        view,
        path,
        new Statement.Deprecate(
            Optional.empty(), Optional.of("<2.0.0"), "old", Optional.of("com.acme/module/new")),
        Optional.empty());
    Receipt withdrawn = say(view, path, new Statement.Withdraw("1.0.0", "gone"), Optional.empty());
    assertThrows(
        AdmissionException.Conflict.class,
        () ->
            say(
                view,
                path,
                new Statement.Withdraw("1.0.0", "again"),
                Optional.of(withdrawn.statement())));
    for (Statement.Op op :
        List.of(
            new Statement.Yank("2.0.0", "bad"),
            new Statement.Unyank("2.0.0"),
            new Statement.Withdraw("2.0.0", "gone"))) {
      refused(ErrorCode.STATEMENT_REFUSED, () -> say(view, path, op, Optional.empty()));
    }
    MerkleSearchTree state = world.registrar.authority("org.dxos").orElseThrow().state();
    for (String slot :
        List.of(
            Slots.status(path, "1.0.0"),
            Slots.deprecation(path),
            Slots.deprecation(path, "1.0.0"),
            Slots.withdrawal(path, "1.0.0"))) {
      assertTrue(state.get(slot).isPresent(), slot);
    }
  }

  private Receipt say(AuthorityView view, String path, Statement.Op op, Optional<Cid> replaces) {
    return world.submit(
        World.statement(view, path, World.OWNER.publicKey(), op, replaces, World.START),
        World.OWNER);
  }

  /** T7: the loser of a race is told what stands, and nobody is harmed by it. */
  @Test
  void ofAHundredPublishersOfOneVersionOneWinsAndTheOthersAreToldWhatStands() throws Exception {
    AuthorityView view = world.claim("org.dxos");
    int publishers = 100;
    List<Cid> statements = new ArrayList<>();
    for (int i = 0; i < publishers; i++) {
      ModuleRecord record =
          World.record("org.dxos/module/raced", "1.0.0").description("by " + i).build();
      statements.add(
          world.sign(
              World.statement(view, "module/raced", World.OWNER.publicKey(), world.release(record)),
              World.OWNER));
    }
    BlockSource offered = world.offered();
    CyclicBarrier start = new CyclicBarrier(publishers);
    ConcurrentLinkedQueue<Receipt> won = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Cid> lost = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (Cid statement : statements) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      start.await();
                      won.add(Registrar.await(world.registrar.submit(statement, offered)));
                    } catch (AdmissionException.Conflict e) {
                      lost.add(e.standing());
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(1, won.size());
    assertEquals(publishers - 1, lost.size());
    assertEquals(java.util.Set.of(won.peek().statement()), java.util.Set.copyOf(lost));
    AuthorityView after = world.registrar.authority("org.dxos").orElseThrow();
    assertEquals(Standing.Contest.NONE, after.standing().contest());
    assertEquals(List.of(), after.standing().forks());
    world.publish(after, "module/raced", "1.0.1");
  }

  // ---- groups, heads, proofs ----

  @Test
  void manyPublishersShareHeadsAndEachReceiptProvesItsOwn() throws Exception {
    AuthorityView view = world.claim("org.dxos");
    int threads = 16;
    int each = 12;
    CyclicBarrier start = new CyclicBarrier(threads);
    Map<String, Receipt> receipts = new java.util.concurrent.ConcurrentHashMap<>();
    ConcurrentLinkedQueue<Throwable> failed = new ConcurrentLinkedQueue<>();
    Map<String, Cid> envelopes = new HashMap<>();
    for (int t = 0; t < threads; t++) {
      for (int i = 0; i < each; i++) {
        ModuleRecord record = World.record("org.dxos/module/m" + t, i + ".0.0").build();
        envelopes.put(
            "module/m" + t + "@" + i + ".0.0",
            world.sign(owner(view, "module/m" + t, world.release(record)), World.OWNER));
      }
    }
    BlockSource offered = world.offered();
    List<Thread> publishers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      String path = "module/m" + t;
      publishers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      start.await();
                      Map<String, CompletableFuture<Receipt>> answers = new HashMap<>();
                      for (int i = 0; i < each; i++) {
                        String key = path + "@" + i + ".0.0";
                        answers.put(key, world.registrar.submit(envelopes.get(key), offered));
                      }
                      answers.forEach((key, answer) -> receipts.put(key, Registrar.await(answer)));
                    } catch (Exception e) {
                      failed.add(e);
                    }
                  }));
    }
    for (Thread publisher : publishers) {
      publisher.join();
    }
    assertEquals(List.of(), List.copyOf(failed));
    assertEquals(threads * each, receipts.size());
    receipts.forEach(
        (key, receipt) -> {
          assertEquals(Receipt.Status.ADDED, receipt.status());
          proves(receipt, "r/" + key);
        });
    List<JournalEntry> heads = world.store.journal(1, 1000);
    assertTrue(heads.size() < threads * each, heads.size() + " heads");
    int added = 0;
    for (JournalEntry entry : heads) {
      added += Signed.read(world.store, entry.envelope(), Head.class).body().added().size();
    }
    assertEquals(threads * each, added);
    assertEquals(replay(view), world.registrar.authority(view.id()).orElseThrow().state().root());
  }

  /** A reader needs the head and the proof's blocks, and nothing else. */
  private void proves(Receipt receipt, String slot) {
    Map<Cid, byte[]> nodes = new HashMap<>();
    receipt.proof().forEach(node -> nodes.put(DagCbor.cid(node), node));
    Head head = Signed.read(world.store, receipt.head(), Head.class).body();
    MerkleSearchTree tree =
        MerkleSearchTree.at(head.state(), cid -> Optional.ofNullable(nodes.get(cid)));
    assertEquals(Optional.of(receipt.statement()), tree.get(slot));
  }

  /** Every head from epoch 0, each checked as a stranger would; the root of the state reached. */
  private Cid replay(AuthorityView view) {
    Optional<Signed<Head>> prev = Optional.empty();
    for (JournalEntry entry : world.store.journal(0, 10_000)) {
      if (entry.kind() == JournalEntry.Kind.HEAD && entry.genesis().equals(view.id())) {
        Signed<Head> head = Signed.read(world.store, entry.envelope(), Head.class);
        check(head, view.log(), prev, world.store);
        prev = Optional.of(head);
      }
    }
    return prev.orElseThrow().body().state();
  }

  @Test
  void headsReplayedFromTheFirstLeadToTheSameStateAndNoOtherOrderHolds() {
    AuthorityView view = world.claim("org.dxos");
    world.publish(view, carrying("module/bridge", "1.0.0", "read"));
    world.time.addAndGet(100);
    world.publish(view, "module/bridge", "1.1.0");
    Receipt tag = world.tag(view, "module/bridge", "beta", "1.0.0", Optional.empty());
    world.tag(view, "module/bridge", "beta", "1.1.0", Optional.of(tag.statement()));
    AuthorityView now = world.registrar.authority(view.id()).orElseThrow();
    assertEquals(3, now.head().orElseThrow().body().epoch());
    assertEquals(now.state().root(), replay(view));
    // The last head beside nothing, and beside a head that is not the one before it.
    Signed<Head> last = now.head().orElseThrow();
    refused(ErrorCode.HEAD_REFUSED, () -> check(last, view.log(), Optional.empty(), world.store));
    refused(ErrorCode.HEAD_REFUSED, () -> check(last, view.log(), Optional.of(last), world.store));
    refused(
        ErrorCode.HEAD_REFUSED,
        () -> check(last, world.claim("com.acme").log(), Optional.empty(), world.store));
  }

  @Test
  void aHeadThatClaimsMoreThanItsStatementsIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    world.publish(view, "module/bridge", "1.0.0");
    Head good = world.registrar.authority(view.id()).orElseThrow().head().orElseThrow().body();
    Cid empty = MerkleSearchTree.empty(world.store).write((_, _) -> {}).root();
    for (Head wrong :
        List.of(
            head(good, good.added(), empty, 0),
            head(good, List.of(), good.state(), 0),
            head(good, good.added(), good.state(), 5))) {
      Cid envelope = world.sign(wrong, World.HEAD);
      Signed<Head> signed = Signed.read(world.offered(), envelope, Head.class);
      refused(
          ErrorCode.HEAD_REFUSED, () -> check(signed, view.log(), Optional.empty(), world.store));
    }
    Cid forged = world.sign(good, World.OWNER);
    Signed<Head> signed = Signed.read(world.offered(), forged, Head.class);
    refused(
        ErrorCode.SIGNATURE_INVALID,
        () -> check(signed, view.log(), Optional.empty(), world.store));
  }

  private static Head head(Head base, List<Cid> added, Cid state, long keySeq) {
    return new Head(
        base.genesis(),
        Optional.empty(),
        keySeq,
        0,
        Optional.empty(),
        base.keyHead(),
        added,
        state,
        base.issued(),
        base.expires(),
        Optional.empty());
  }

  @Test
  void allIsThereAfterReopening() {
    AuthorityView view = world.claim("org.dxos");
    world.publish(view, carrying("module/bridge", "1.0.0", "read"));
    world.tag(view, "module/bridge", "beta", "1.0.0", Optional.empty());
    Cid root = world.registrar.root();
    AuthorityView before = world.registrar.authority("org.dxos").orElseThrow();
    world.close();
    assertThrows(
        IllegalStateException.class,
        () -> world.registrar.claim(before.keyHead().cid(), world.offered()));
    world = new World(folder.resolve("home"));
    assertEquals(root, world.registrar.root());
    AuthorityView after = world.registrar.authority("org.dxos").orElseThrow();
    assertEquals(before.head(), after.head());
    assertEquals(before.keyHead(), after.keyHead());
    assertEquals(
        Receipt.Status.HELD,
        world.publish(after, carrying("module/bridge", "1.0.0", "read")).status());
    assertEquals(Receipt.Status.ADDED, world.publish(after, "module/bridge", "1.1.0").status());
    assertEquals(
        2, world.registrar.authority("org.dxos").orElseThrow().head().orElseThrow().body().epoch());
    assertNotEquals(root, world.registrar.root());
  }

  @Test
  void theRootIsTheSameOnEveryNodeThatTookTheSame() {
    run(world);
    try (World other = new World(folder.resolve("other"))) {
      // Claims in another order: the tree of authorities has no history.
      other.claim("com.acme");
      run(other);
      assertEquals(world.registrar.root(), other.registrar.root());
    }
  }

  private static void run(World world) {
    AuthorityView view = world.claim("org.dxos");
    world.claim("com.acme");
    world.publish(view, "module/bridge", "1.0.0");
    world.publish(view, "module/bridge", "1.1.0");
  }

  /** Genesis, statement, record and head: no bit of any block of a chain can be another. */
  @Test
  void aChainWithAnyByteFlippedIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    Receipt receipt = world.publish(view, carrying("module/bridge", "1.0.0", "read"));
    Map<Cid, byte[]> chain = new HashMap<>();
    for (Cid envelope : List.of(view.keyHead().cid(), receipt.statement(), receipt.head())) {
      byte[] block = world.store.get(envelope).orElseThrow();
      chain.put(envelope, block);
      Cid body = Envelope.decode(block).body();
      chain.put(body, world.store.get(body).orElseThrow());
    }
    Cid record = carrying("module/bridge", "1.0.0", "read").cid();
    chain.put(record, world.store.get(record).orElseThrow());
    verify(view.id(), receipt, chain);
    int refused = 0;
    for (Map.Entry<Cid, byte[]> one : Map.copyOf(chain).entrySet()) {
      for (int i = 0; i < one.getValue().length; i++) {
        byte[] bad = one.getValue().clone();
        bad[i] ^= 1;
        // As a liar would: the block under its old name is noticed by its hash alone, so here the
        // names are those of the flipped bytes wherever the chain does not pin them.
        Map<Cid, byte[]> lie = new HashMap<>(chain);
        lie.put(one.getKey(), bad);
        assertThrows(
            RuntimeException.class,
            () -> verify(view.id(), receipt, lie),
            "byte " + i + " of " + one.getKey());
        refused++;
      }
    }
    assertTrue(refused > 1500, refused + " bytes");
  }

  /** A source that hashes, as every one must. */
  private void verify(Cid id, Receipt receipt, Map<Cid, byte[]> chain) {
    BlockSource checked =
        cid ->
            Optional.ofNullable(chain.get(cid))
                .map(
                    block -> {
                      if (!cid.matches(block)) {
                        throw new IllegalArgumentException("bytes are not those of " + cid);
                      }
                      return block;
                    });
    Signed<Head> head = Signed.read(checked, receipt.head(), Head.class);
    Signed<AuthorityEntry> genesis =
        Signed.read(checked, head.body().keyHead(), AuthorityEntry.class);
    KeyRules.requireGenesis(genesis);
    assertEquals(id, genesis.envelope().body());
    check(head, KeyLog.of(genesis), Optional.empty(), checked);
    Signed<Statement> statement = Signed.read(checked, receipt.statement(), Statement.class);
    Statement.Release release = (Statement.Release) statement.body().op();
    ModuleRecord module = ModuleRecord.decode(checked.get(release.module()).orElseThrow());
    assertEquals(
        Optional.empty(), ReleaseRules.misfit("org.dxos", statement.body(), release, module));
  }

  /**
   * The same without hashes: what signatures, bodies and rules notice by themselves when a body is
   * changed and its envelope is made to name the new one.
   */
  @Test
  void aBodyChangedUnderItsSignaturesIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    Receipt receipt = world.publish(view, "module/bridge", "1.0.0");
    Envelope envelope = Envelope.decode(world.store.get(receipt.statement()).orElseThrow());
    byte[] body = world.store.get(envelope.body()).orElseThrow();
    for (int i = 0; i < body.length; i++) {
      byte[] bad = body.clone();
      bad[i] ^= 1;
      Cid cid = world.put(bad);
      Cid lie = world.put(new Envelope(cid, envelope.signatures()).encode());
      assertThrows(RuntimeException.class, () -> submit(lie), "byte " + i);
    }
  }
}
