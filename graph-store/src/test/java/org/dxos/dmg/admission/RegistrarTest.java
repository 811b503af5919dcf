package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.junit.jupiter.api.Test;

/** Who may claim a name, and who may release under it. */
class RegistrarTest extends RegistrarScene {

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
}
