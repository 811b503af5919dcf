package org.dxos.dmg.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dxos.dmg.admission.Forge;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.admission.World;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.Standing.Contest;
import org.junit.jupiter.api.Test;

/** What TRUST's rules say of small histories, one rule a test. */
class AxiomTest {

  private static final SigningKey HEAD = Forge.key(1);
  private static final SigningKey OWNER = Forge.key(2);
  private static final SigningKey RECOVERY = Forge.key(3);
  private static final SigningKey OWNER_2 = Forge.key(4);
  private static final SigningKey DELEGATE = Forge.key(5);
  private static final SigningKey HEAD_2 = Forge.key(6);
  private static final SigningKey NEW_OWNER = Forge.key(7);
  private static final SigningKey HEAD_3 = Forge.key(8);

  private final Forge forge = new Forge();
  private final Signed<AuthorityEntry> genesis =
      forge.genesis(
          draft -> {
            draft.owners = Forge.keys(1, OWNER, OWNER_2);
            draft.delegate(DELEGATE, "module/", Cap.RELEASE, Cap.YANK);
          },
          OWNER,
          RECOVERY);
  private final KeyLog log = KeyLog.of(genesis);
  private final Cid id = genesis.envelope().body();
  private final Signed<Statement> one = forge.release(log, OWNER, "module/one", "1.0.0");
  private final Signed<Head> head0 = forge.head(log, Optional.empty(), Set.of(), HEAD, one);
  private final Signed<Statement> two = forge.release(log, DELEGATE, "module/two", "1.0.0");
  private final Signed<Head> head1 = forge.head(log, Optional.of(head0), Set.of(), HEAD, two);
  private final Signed<Statement> three = forge.release(log, DELEGATE, "module/three", "1.0.0");
  private final Signed<Head> head2 = forge.head(log, Optional.of(head1), Set.of(), HEAD, three);

  private Standing verdict(Signed<?>... signed) {
    List<Cid> envelopes = new ArrayList<>();
    for (Signed<?> one : signed) {
      envelopes.add(one.cid());
    }
    Standing standing = forge.verdict(id, envelopes);
    Random random = new Random(envelopes.hashCode());
    for (int i = 0; i < 5; i++) {
      Collections.shuffle(envelopes, random);
      assertEquals(standing, forge.verdict(id, envelopes), "in another order");
    }
    return standing;
  }

  private void refused(ErrorCode code, Signed<?> signed, Signed<?>... before) {
    Dossier dossier = forge.dossier(id);
    for (Signed<?> one : before) {
      assertEquals(Dossier.Offer.ADMITTED, dossier.offer(one.cid()));
    }
    AdmissionException.Refused e =
        assertThrows(AdmissionException.Refused.class, () -> dossier.offer(signed.cid()));
    assertEquals(code, e.code(), e.getMessage());
  }

  @Test
  void aHistoryWithoutConflictStandsToItsEnd() {
    Standing standing = verdict(genesis, head0, head1, head2);
    assertEquals(Optional.of(head2), standing.tip());
    assertEquals(Set.of(), standing.voided());
    assertEquals(Contest.NONE, standing.contest());
    assertEquals(List.of(), standing.forks());
  }

  @Test
  void whatAStolenDelegateKeySaidAfterLastGoodIsVoidAndTheHeadsStand() {
    Signed<AuthorityEntry> revoked =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.of(head1.cid())), OWNER);
    Standing standing = verdict(genesis, head0, head1, head2, revoked);
    assertEquals(Optional.of(head2), standing.tip());
    assertEquals(Set.of(three.cid()), standing.voided());
    Signed<AuthorityEntry> whole =
        forge.next(revoked, d -> d.revoke(DELEGATE, Optional.empty()), OWNER_2);
    assertEquals(
        Set.of(two.cid(), three.cid()),
        verdict(genesis, head0, head1, head2, revoked, whole).voided());
  }

  @Test
  void lastGoodMovesToAnAncestorOnly() {
    Signed<AuthorityEntry> revoked =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.of(head1.cid())), OWNER);
    Signed<AuthorityEntry> earlier =
        forge.next(revoked, d -> d.revoke(DELEGATE, Optional.of(head0.cid())), OWNER);
    assertEquals(
        Set.of(two.cid(), three.cid()),
        verdict(genesis, head0, head1, head2, revoked, earlier).voided());
    Signed<AuthorityEntry> later =
        forge.next(revoked, d -> d.revoke(DELEGATE, Optional.of(head2.cid())), OWNER);
    refused(ErrorCode.POLICY_INVALID, later, genesis, head0, head1, head2, revoked);
    Signed<AuthorityEntry> none =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.empty()), OWNER);
    Signed<AuthorityEntry> some =
        forge.next(none, d -> d.revoke(DELEGATE, Optional.of(head0.cid())), OWNER);
    refused(ErrorCode.POLICY_INVALID, some, genesis, head0, none);
  }

  @Test
  void aRevokedKeyStaysRevoked() {
    Signed<AuthorityEntry> revoked =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.empty()), OWNER);
    refused(
        ErrorCode.POLICY_INVALID,
        forge.next(revoked, d -> d.revoked.clear(), OWNER),
        genesis,
        revoked);
  }

  @Test
  void theHomeMovesAndWhatTheOldOneAddedAfterwardsDoesNotStand() {
    Signed<AuthorityEntry> moved =
        forge.next(
            genesis,
            d -> {
              d.head = HEAD_2.publicKey();
              d.revoke(HEAD, Optional.of(head1.cid()));
            },
            OWNER);
    assertEquals(Optional.of(head1), verdict(genesis, head0, head1, head2, moved).tip());
    KeyLog log2 = log.then(moved);
    Signed<Statement> four = forge.release(log2, OWNER, "module/four", "1.0.0");
    Signed<Head> next = forge.head(log2, Optional.of(head1), Set.of(), HEAD_2, four);
    Standing standing = verdict(genesis, head0, head1, head2, moved, next);
    assertEquals(Optional.of(next), standing.tip());
    assertEquals(List.of(), standing.forks(), "another key is another slot");
    // The new home adds the statement of the void head again, as it is.
    Signed<Head> again = forge.head(log2, Optional.of(next), Set.of(), HEAD_2, three);
    standing = verdict(genesis, head0, head1, head2, moved, next, again);
    assertEquals(Optional.of(again), standing.tip());
    assertEquals(Set.of(), standing.voided());
  }

  @Test
  void aChangeOfHomeThatKeepsTheOldHeadKeyIsRefused() {
    refused(
        ErrorCode.POLICY_INVALID,
        forge.next(genesis, d -> d.head = HEAD_2.publicKey(), OWNER),
        genesis);
  }

  @Test
  void twoHeadsOfOneEpochFreezeAndARevocationHeals() {
    Signed<Statement> other = forge.release(log, OWNER, "module/other", "1.0.0");
    Signed<Head> fork = forge.head(log, Optional.of(head0), Set.of(), HEAD, other);
    Standing standing = verdict(genesis, head0, head1, head2, fork);
    assertEquals(Optional.of(head0), standing.tip());
    assertEquals(Contest.HEADS, standing.contest());
    assertEquals(1, standing.forks().size());
    Signed<AuthorityEntry> healed =
        forge.next(
            genesis,
            d -> {
              d.head = HEAD_2.publicKey();
              d.revoke(HEAD, Optional.of(head2.cid()));
            },
            OWNER);
    Standing after = verdict(genesis, head0, head1, head2, fork, healed);
    assertEquals(Optional.of(head2), after.tip());
    assertEquals(Contest.NONE, after.contest());
    assertEquals(standing.forks(), after.forks(), "the proof is kept for ever");
  }

  @Test
  void aRecoverySignedBranchBeatsOneOfAStolenOwnerKey() {
    Signed<AuthorityEntry> thief =
        forge.next(
            genesis,
            d -> {
              d.owners = Forge.keys(1, OWNER, NEW_OWNER);
              d.revoke(OWNER_2, Optional.empty());
            },
            OWNER,
            NEW_OWNER);
    Signed<AuthorityEntry> rightful =
        forge.next(
            genesis,
            d -> {
              d.owners = Forge.keys(1, OWNER_2);
              d.revoke(OWNER, Optional.of(head0.cid()));
            },
            OWNER_2,
            RECOVERY);
    assertEquals(thief.cid(), verdict(genesis, head0, thief).log().last().cid());
    Standing standing = verdict(genesis, head0, thief, rightful);
    assertEquals(rightful.cid(), standing.log().last().cid());
    assertEquals(Contest.NONE, standing.contest());
    assertEquals(1, standing.forks().size());
    // What the thief does on his branch changes nothing.
    Signed<AuthorityEntry> more =
        forge.next(thief, d -> d.delegate(HEAD_3, "module/", Cap.RELEASE), NEW_OWNER);
    assertEquals(rightful.cid(), verdict(genesis, head0, thief, rightful, more).log().last().cid());
  }

  @Test
  void twoBranchesOfOwnersAreContestedAtTheLastCommonEntry() {
    Signed<AuthorityEntry> a =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.empty()), OWNER);
    Signed<AuthorityEntry> b =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.of(head1.cid())), OWNER_2);
    Standing standing = verdict(genesis, head0, head1, a, b);
    assertEquals(genesis.cid(), standing.log().last().cid());
    assertEquals(Contest.KEYS, standing.contest());
    assertEquals(Optional.of(head1), standing.tip(), "what stood before goes on standing");
    Signed<AuthorityEntry> settled =
        forge.next(a, d -> d.resolves = Optional.of(b.cid()), OWNER, RECOVERY);
    assertEquals(settled.cid(), verdict(genesis, head0, head1, a, b, settled).log().last().cid());
  }

  @Test
  void recoveryResolvesAnotherRecoveryOnceAndIsContestedIfBothDo() {
    Signed<AuthorityEntry> a =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.empty()), RECOVERY);
    Signed<AuthorityEntry> b =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.of(head0.cid())), RECOVERY);
    assertEquals(Contest.KEYS, verdict(genesis, head0, a, b).contest());
    Signed<AuthorityEntry> settled =
        forge.next(a, d -> d.resolves = Optional.of(b.cid()), RECOVERY);
    Standing standing = verdict(genesis, head0, a, b, settled);
    assertEquals(settled.cid(), standing.log().last().cid());
    assertEquals(Contest.NONE, standing.contest());
    Signed<AuthorityEntry> defied = forge.next(b, d -> d.resolves = Optional.of(a.cid()), RECOVERY);
    standing = verdict(genesis, head0, a, b, settled, defied);
    assertEquals(genesis.cid(), standing.log().last().cid());
    assertEquals(Contest.KEYS, standing.contest());
  }

  @Test
  void thresholdsAreThoseOfTheEntryBeforeAndOfWhatChanges() {
    refused(
        ErrorCode.POLICY_INVALID,
        forge.next(genesis, d -> d.owners = Forge.keys(1, NEW_OWNER), OWNER),
        genesis);
    refused(
        ErrorCode.POLICY_INVALID,
        forge.next(genesis, d -> d.recovery = Forge.keys(1, HEAD_3), OWNER, HEAD_3),
        genesis);
    refused(
        ErrorCode.POLICY_INVALID,
        forge.next(genesis, d -> d.recovery = Forge.keys(1, HEAD_3), OWNER, RECOVERY),
        genesis);
    refused(ErrorCode.POLICY_INVALID, forge.next(genesis, d -> {}, DELEGATE), genesis);
    refused(ErrorCode.POLICY_INVALID, forge.next(genesis, d -> {}, OWNER, DELEGATE), genesis);
    Signed<AuthorityEntry> both =
        forge.next(genesis, d -> d.recovery = Forge.keys(1, HEAD_3), RECOVERY, HEAD_3);
    assertEquals(both.cid(), verdict(genesis, both).log().last().cid());
    refused(
        ErrorCode.POLICY_INVALID,
        forge.next(genesis, d -> d.resolves = Optional.of(genesis.cid()), OWNER),
        genesis);
  }

  @Test
  void seqGenesisAndNameAreThoseOfTheLog() {
    refused(ErrorCode.SEQ_GAP, forge.next(genesis, d -> d.seq = 2, OWNER), genesis);
    refused(ErrorCode.SEQ_GAP, forge.next(genesis, d -> d.seq = (1L << 53) - 1, OWNER), genesis);
    refused(
        ErrorCode.POLICY_INVALID,
        forge.next(genesis, d -> d.authority = "org.dxos.labs", OWNER),
        genesis);
    refused(
        ErrorCode.POLICY_INVALID,
        forge.next(genesis, d -> d.genesis = Optional.of(one.envelope().body()), OWNER),
        genesis);
    Signed<AuthorityEntry> another = forge.genesis(d -> d.created = 7, OWNER, RECOVERY);
    refused(ErrorCode.AUTHORITY_CONTESTED, another, genesis);
  }

  @Test
  void aHeadUnderAnEntryThatIsNotOnTheWinningBranchDoesNotStand() {
    Signed<AuthorityEntry> thief =
        forge.next(
            genesis, d -> d.revoke(OWNER_2, Optional.empty()).owners = Forge.keys(1, OWNER), OWNER);
    KeyLog stolen = log.then(thief);
    Signed<Head> his =
        forge.head(
            stolen,
            Optional.of(head0),
            Set.of(),
            HEAD,
            forge.release(stolen, OWNER, "module/malware", "1.0.0"));
    assertEquals(Optional.of(his), verdict(genesis, head0, thief, his).tip());
    Signed<AuthorityEntry> recovered =
        forge.next(
            genesis,
            d -> {
              d.owners = Forge.keys(1, OWNER_2);
              d.revoke(OWNER, Optional.of(head0.cid()));
            },
            RECOVERY,
            OWNER_2);
    Standing standing = verdict(genesis, head0, thief, his, recovered);
    assertEquals(Optional.of(head0), standing.tip());
  }

  @Test
  void aVoidReleaseIsBoundAgainOnlyWithTheSameRecord() {
    Signed<AuthorityEntry> revoked =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.of(head1.cid())), OWNER);
    KeyLog log2 = log.then(revoked);
    Set<Cid> voided = Set.of(three.cid());
    Signed<Statement> same =
        forge.statement(
            log2,
            OWNER,
            "module/three",
            Optional.of(three.cid()),
            Forge.release("module/three", "1.0.0"));
    Signed<Head> rebound = forge.head(log2, Optional.of(head2), voided, HEAD, same);
    Standing standing = verdict(genesis, head0, head1, head2, revoked, rebound);
    assertEquals(Optional.of(rebound), standing.tip());
    assertEquals(voided, standing.voided());
    Signed<Statement> other =
        forge.statement(
            log2,
            OWNER,
            "module/three",
            Optional.of(three.cid()),
            new Statement.Release(
                "1.0.0", forge.put(new byte[] {(byte) 0xa0}), List.of(), java.util.Map.of()));
    Signed<Head> swapped = forge.head(log2, Optional.of(head2), voided, HEAD, other);
    refused(ErrorCode.HEAD_REFUSED, swapped, genesis, head0, head1, head2, revoked);
    Signed<Statement> silent =
        forge.statement(
            log2, OWNER, "module/three", Optional.empty(), Forge.release("module/three", "1.0.0"));
    refused(
        ErrorCode.HEAD_REFUSED,
        forge.head(log2, Optional.of(head2), voided, HEAD, silent),
        genesis,
        head0,
        head1,
        head2,
        revoked);
  }

  @Test
  void aRevokedOrUnknownKeyAddsNothing() {
    Signed<AuthorityEntry> revoked =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.of(head1.cid())), OWNER);
    KeyLog log2 = log.then(revoked);
    Signed<Statement> late = forge.release(log, DELEGATE, "module/late", "1.0.0");
    refused(
        ErrorCode.KEY_REVOKED,
        forge.head(log2, Optional.of(head1), Set.of(), HEAD, late),
        genesis,
        head0,
        head1,
        revoked);
    Signed<Statement> out = forge.release(log, DELEGATE, "function/out-of-scope", "1.0.0");
    refused(
        ErrorCode.KEY_SCOPE,
        forge.head(log, Optional.of(head1), Set.of(), HEAD, out),
        genesis,
        head0,
        head1);
    Signed<Statement> withdraw =
        forge.statement(
            log, DELEGATE, "module/two", Optional.empty(), new Statement.Withdraw("1.0.0", "no"));
    refused(
        ErrorCode.KEY_SCOPE,
        forge.head(log, Optional.of(head1), Set.of(), HEAD, withdraw),
        genesis,
        head0,
        head1);
  }

  @Test
  void aLastGoodThatIsNoHeadKeepsNothing() {
    Signed<AuthorityEntry> wrong =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.of(genesis.cid())), OWNER);
    assertEquals(
        Set.of(two.cid(), three.cid()), verdict(genesis, head0, head1, head2, wrong).voided());
    Signed<AuthorityEntry> home =
        forge.next(
            genesis,
            d -> {
              d.head = HEAD_2.publicKey();
              d.revoke(HEAD, Optional.of(genesis.cid()));
            },
            OWNER);
    assertEquals(Optional.empty(), verdict(genesis, head0, head1, home).tip());
  }

  @Test
  void aLastGoodThatIsNotHeldIsAwaited() {
    Signed<AuthorityEntry> revoked =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.of(head2.cid())), OWNER);
    assertEquals(Set.of(head2.cid()), verdict(genesis, head0, head1, revoked).awaited());
    assertEquals(Set.of(), verdict(genesis, head0, head1, head2, revoked).awaited());
  }

  /** A signer that draws its nonces makes several envelopes of one body; links may name any. */
  @Test
  void aHeadIsCheckedBesideTheOneBeforeItByWhicheverEnvelope() {
    org.dxos.dmg.trust.Envelope first = head0.envelope();
    byte[] block = first.encode();
    Signed<Head> later = forge.head(log, Optional.of(head0), Set.of(), HEAD, two);
    Dossier dossier = forge.dossier(id);
    dossier.offer(genesis.cid());
    dossier.offer(head0.cid());
    assertEquals(Dossier.Offer.KNOWN, dossier.offer(org.dxos.dmg.dagcbor.DagCbor.cid(block)));
    assertEquals(Dossier.Offer.ADMITTED, dossier.offer(later.cid()));
    // The check itself does not look at which envelope it was.
    HeadRules.check(
        later,
        Chain.PUBLIC,
        log,
        Optional.of(new Signed<>(genesis.cid(), first, head0.body())),
        Set.of(),
        forge,
        (_, _) -> {});
  }

  @Test
  void hundredsOfRivalBranchesAreContestedAtTheirLastCommonEntry() {
    List<Cid> envelopes = new ArrayList<>(List.of(genesis.cid()));
    for (int i = 0; i < 200; i++) {
      long created = i;
      envelopes.add(forge.next(genesis, d -> d.created = created, OWNER).cid());
    }
    Standing standing = forge.verdict(id, envelopes);
    assertEquals(Contest.KEYS, standing.contest());
    assertEquals(genesis.cid(), standing.log().last().cid());
  }

  @Test
  void whatWasAdmittedIsReadBackThoughLastGoodLiesAside(
      @org.junit.jupiter.api.io.TempDir java.nio.file.Path folder) {
    // The delegate is kept up to a head that the change of homes leaves aside.
    Signed<AuthorityEntry> moved =
        forge.next(
            genesis,
            d -> {
              d.head = HEAD_2.publicKey();
              d.revoke(HEAD, Optional.of(head1.cid()));
              d.revoke(DELEGATE, Optional.of(head2.cid()));
            },
            OWNER);
    KeyLog after = log.then(moved);
    Signed<Head> next =
        forge.head(
            after,
            Optional.of(head1),
            Set.of(),
            HEAD_2,
            forge.release(after, OWNER, "module/next", "1.0.0"));
    Standing standing;
    try (World world = new World(folder)) {
      standing =
          world
              .registrar
              .learn(
                  id,
                  List.of(
                      genesis.cid(),
                      head0.cid(),
                      head1.cid(),
                      head2.cid(),
                      moved.cid(),
                      next.cid()),
                  forge,
                  Registrar.Binding.FIRST_USE)
              .orThrow()
              .standing();
      assertEquals(Optional.of(next), standing.tip());
    }
    try (World again = new World(folder)) {
      AuthorityView view = again.registrar.authority(id).orElseThrow();
      assertEquals(standing, view.standing());
      assertEquals(
          standing,
          again
              .registrar
              .learn(id, List.of(head2.cid()), forge, Registrar.Binding.NEVER)
              .orThrow()
              .standing());
    }
  }

  @Test
  void aRecordOfALaterVersionIsCarriedWithWhatItLinks(
      @org.junit.jupiter.api.io.TempDir java.nio.file.Path folder) {
    byte[] file = "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Cid raw = Cid.of(Cid.RAW, file);
    forge.blocks.put(raw, file);
    Cid record =
        forge.put(
            org.dxos.dmg.dagcbor.DagCbor.encode(
                new org.dxos.dmg.dagcbor.MapBuilder()
                    .put("type", "dmg/module/2")
                    .put("name", "org.dxos/module/later")
                    .put("version", "1.0.0")
                    .put("glue", org.dxos.dmg.dagcbor.Node.of(raw))
                    .build()));
    Signed<Statement> release =
        forge.statement(
            log,
            OWNER,
            "module/later",
            Optional.empty(),
            new Statement.Release("1.0.0", record, List.of(), java.util.Map.of()));
    Signed<Head> head = forge.head(log, Optional.empty(), Set.of(), HEAD, release);
    try (World world = new World(folder)) {
      world
          .registrar
          .learn(id, List.of(genesis.cid(), head.cid()), forge, Registrar.Binding.FIRST_USE)
          .orThrow();
      assertTrue(world.store.has(record));
      assertTrue(world.store.has(raw));
    }
  }
}
