package org.dxos.dmg.truststore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.policy.Policy;
import org.dxos.dmg.policy.Reach;
import org.dxos.dmg.truststore.History.Entry;
import org.dxos.dmg.verdict.AdmissionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Registries that show less, other or nothing of what was seen of an authority. */
class WatchTest {

  @TempDir Path home;
  private final History dxos = new History("org.dxos", 1);
  private final List<String> notes = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private long now = History.TIME + 1000;
  private Policy policy = Policy.OPEN;
  private NameProof proof = NameProof.NONE;
  private boolean accept;
  private List<Cid> heads = List.of();

  @BeforeEach
  void sign() {
    heads = dxos.heads(dxos.first, Optional.empty(), 0, 6, 0);
  }

  /** A reader that starts: it knows what is on disk. */
  private Watch watch() {
    return new Watch(
        new TrustStore(home),
        policy,
        proof,
        () -> Instant.ofEpochSecond(now),
        accept,
        notes::add,
        warnings::add);
  }

  private Seen meet(History history, Entry keyHead, Cid head) {
    return watch().meet(history.offer(keyHead, head), history.source);
  }

  private TrustException refused(ErrorCode code, History history, Entry keyHead, Cid head) {
    Optional<Seen> before = new TrustStore(home).of(history.genesis);
    TrustException refused = assertThrows(TrustException.class, () -> meet(history, keyHead, head));
    assertEquals(code, refused.code(), refused.message());
    assertTrue(refused.hint().isPresent());
    assertEquals(before, new TrustStore(home).of(history.genesis), "what was seen has changed");
    return refused;
  }

  @Test
  void whatComesAfterIsBelievedAndOutlivesTheProcess() {
    meet(dxos, dxos.first, heads.get(0));
    meet(dxos, dxos.first, heads.get(3));
    Seen seen = meet(dxos, dxos.first, heads.get(5));
    assertEquals(5, seen.head().orElseThrow().body().epoch());
    assertEquals(Optional.of(seen), new TrustStore(home).of(dxos.genesis));
    assertEquals(Map.of("org.dxos", dxos.genesis), new TrustStore(home).names());
    assertEquals(1, notes.size(), "it was met once: " + notes);
  }

  @Test
  void anOlderHeadIsARollbackThatSaysWhatWasSeenAndWhatWasOffered() {
    meet(dxos, dxos.first, heads.get(4));
    for (int older = 0; older < 4; older++) {
      TrustException refused = refused(ErrorCode.ROLLBACK, dxos, dxos.first, heads.get(older));
      assertTrue(
          refused.message().contains("epoch 4")
              && refused.message().contains("epoch " + older)
              && refused.message().contains("the mirror"),
          refused.message());
    }
    TrustException none =
        assertThrows(
            TrustException.class,
            () ->
                watch()
                    .meet(
                        new Watch.Offer(
                            "org.dxos",
                            dxos.genesis,
                            dxos.first.envelope(),
                            Optional.empty(),
                            "the mirror"),
                        dxos.source));
    assertEquals(ErrorCode.ROLLBACK, none.code());
  }

  @Test
  void anOlderKeyLogIsARollbackEvenWithANewerHead() {
    Entry second = dxos.moved(dxos.first, 50, Optional.of(heads.get(2)), dxos.owner);
    List<Cid> after = dxos.heads(second, Optional.of(heads.get(2)), 3, 2, 100);
    meet(dxos, second, after.getLast());
    refused(ErrorCode.ROLLBACK, dxos, dxos.first, heads.get(5));
    refused(ErrorCode.ROLLBACK, dxos, dxos.first, heads.get(2));
  }

  @Test
  void aHeadThatTheKeyLogMadeVoidMayBeLeft() {
    meet(dxos, dxos.first, heads.get(5)); // 3 to 5 are void once the home has moved on from 2
    Entry second = dxos.moved(dxos.first, 50, Optional.of(heads.get(2)), dxos.owner);
    List<Cid> after = dxos.heads(second, Optional.of(heads.get(2)), 3, 1, 100);
    Seen seen = meet(dxos, second, after.getFirst());
    assertEquals(3, seen.head().orElseThrow().body().epoch());
    refused(ErrorCode.ROLLBACK, dxos, second, heads.get(5)); // and does not come back
  }

  @Test
  void anotherHistoryIsAForkAndNeverAnUpdate() {
    meet(dxos, dxos.first, heads.get(3));
    List<Cid> other = dxos.heads(dxos.first, Optional.of(heads.get(1)), 2, 4, 7);
    refused(ErrorCode.FORKED, dxos, dxos.first, other.get(1)); // the same epoch
    refused(ErrorCode.FORKED, dxos, dxos.first, other.get(3)); // a later one
    refused(ErrorCode.ROLLBACK, dxos, dxos.first, other.get(0));
  }

  @Test
  void aBranchOfTheKeyLogWinsByRecoveryAloneAndStaysWon() {
    Entry thief = dxos.moved(dxos.first, 60, Optional.of(heads.get(3)), dxos.owner);
    Entry rival = dxos.moved(dxos.first, 61, Optional.of(heads.get(3)), dxos.owner);
    Entry rescue = dxos.moved(dxos.first, 62, Optional.of(heads.get(3)), dxos.owner, dxos.recovery);
    List<Cid> stolen = dxos.heads(thief, Optional.of(heads.get(3)), 4, 2, 10);
    List<Cid> rivals = dxos.heads(rival, Optional.of(heads.get(3)), 4, 2, 20);
    List<Cid> saved = dxos.heads(rescue, Optional.of(heads.get(3)), 4, 1, 30);
    meet(dxos, thief, stolen.getLast());
    refused(ErrorCode.AUTHORITY_CONTESTED, dxos, rival, rivals.getLast());
    assertEquals(saved.getLast(), meet(dxos, rescue, saved.getLast()).head().orElseThrow().cid());
    refused(ErrorCode.ROLLBACK, dxos, thief, stolen.getLast());
  }

  @Test
  void whatCannotBeFollowedIsAGap() {
    meet(dxos, dxos.first, heads.get(1));
    byte[] lost = dxos.blocks.remove(heads.get(3));
    TrustException refused = refused(ErrorCode.HISTORY_GAP, dxos, dxos.first, heads.get(5));
    assertTrue(refused.message().contains(heads.get(3).toString()), refused.message());
    dxos.blocks.put(heads.get(3), lost);
    meet(dxos, dxos.first, heads.get(5));
  }

  @Test
  void aFrozenHeadWarnsAfterItsTimeAndIsRefusedWhereThePolicySaysSo() {
    meet(dxos, dxos.first, heads.get(5));
    now += 100L * 86_400;
    meet(dxos, dxos.first, heads.get(5));
    assertEquals(1, warnings.size(), warnings.toString());
    assertTrue(warnings.getFirst().contains("expired on 2027-"), warnings.getFirst());
    policy =
        new Policy(
            Map.of(),
            Optional.empty(),
            List.of(),
            List.of(),
            Set.of(),
            Optional.empty(),
            Optional.of(Duration.ofDays(7)),
            Policy.Quota.UNSAID,
            Reach.UNSAID);
    refused(ErrorCode.STALE_HEAD, dxos, dxos.first, heads.get(5));
  }

  @Test
  void anEpochFarAheadThatDoesNotFollowIsNoUpdate() {
    meet(dxos, dxos.first, heads.get(1));
    List<Cid> ahead = dxos.heads(dxos.first, Optional.of(heads.get(5)), 1L << 52, 1, 0);
    AdmissionException refused =
        assertThrows(AdmissionException.class, () -> meet(dxos, dxos.first, ahead.getFirst()));
    assertEquals(ErrorCode.SEQ_GAP, refused.code());
    meet(dxos, dxos.first, heads.get(5));
  }

  @Test
  void aHeadByAnotherKeyIsRefused() {
    Entry second = dxos.moved(dxos.first, 50, Optional.of(heads.get(5)), dxos.owner);
    History thief = new History("org.dxos", 70);
    thief.blocks.putAll(dxos.blocks);
    List<Cid> forged =
        thief.heads(
            new Entry(dxos.first.body(), dxos.first.envelope(), History.key(72)),
            Optional.of(heads.get(5)),
            6,
            1,
            0);
    meet(dxos, dxos.first, heads.get(5));
    dxos.blocks.putAll(thief.blocks);
    RuntimeException refused =
        assertThrows(RuntimeException.class, () -> meet(dxos, dxos.first, forged.getFirst()));
    assertTrue(refused instanceof org.dxos.dmg.error.Explained, refused.toString());
    assertEquals(
        heads.get(5),
        new TrustStore(home).of(dxos.genesis).orElseThrow().head().orElseThrow().cid());
    meet(dxos, second, heads.get(5));
  }

  @Test
  void aNameThatMeantOneAuthorityMeansNoOtherUnlessPinned() {
    meet(dxos, dxos.first, heads.get(0));
    History other = new History("org.dxos", 40);
    List<Cid> others = other.heads(other.first, Optional.empty(), 0, 1, 0);
    refused(ErrorCode.AUTHORITY_CHANGED, other, other.first, others.getFirst());
    policy = Policy.OPEN.pinned("org.dxos", other.genesis);
    meet(other, other.first, others.getFirst());
    refused(ErrorCode.AUTHORITY_CHANGED, dxos, dxos.first, heads.get(1));
  }

  @Test
  void aDomainThatChangedHandsChangesNothingForWhoHasSeenIt() {
    policy =
        new Policy(
            Map.of(),
            Optional.of(Policy.Tofu.DNS),
            List.of(),
            List.of(),
            Set.of(),
            Optional.empty(),
            Optional.empty(),
            Policy.Quota.UNSAID,
            Reach.UNSAID);
    proof = _ -> new NameProof.Answer.Names(dxos.genesis, Optional.empty());
    meet(dxos, dxos.first, heads.get(0));
    History buyer = new History("org.dxos", 40);
    List<Cid> bought = buyer.heads(buyer.first, Optional.empty(), 0, 1, 0);
    proof = _ -> new NameProof.Answer.Names(buyer.genesis, Optional.empty());
    refused(ErrorCode.AUTHORITY_CHANGED, buyer, buyer.first, bought.getFirst());
    meet(dxos, dxos.first, heads.get(5));
  }

  @Test
  void firstSightIsWorthWhatThePolicySays() {
    policy =
        new Policy(
            Map.of(),
            Optional.of(Policy.Tofu.DNS),
            List.of(),
            List.of(),
            Set.of(),
            Optional.empty(),
            Optional.empty(),
            Policy.Quota.UNSAID,
            Reach.UNSAID);
    refused(ErrorCode.AUTHORITY_NEW, dxos, dxos.first, heads.get(0));
    proof = _ -> new NameProof.Answer.Names(dxos.genesis, Optional.empty());
    meet(dxos, dxos.first, heads.get(0));
    assertTrue(notes.getFirst().contains("proved by its domain"), notes.toString());
  }

  @ParameterizedTest
  @CsvSource({"org.dxo5", "org.dxo", "org.dxoss", "org.dx0s", "dxos.org", "org.dxso", "org.d-xos"})
  void aNameNearOneThatIsKnownWaitsForAPerson(String squat) {
    meet(dxos, dxos.first, heads.get(0));
    History near = new History(squat, 30);
    List<Cid> nears = near.heads(near.first, Optional.empty(), 0, 1, 0);
    TrustException refused = refused(ErrorCode.AUTHORITY_NEW, near, near.first, nears.getFirst());
    assertTrue(refused.message().contains("org.dxos"), refused.message());
    accept = true;
    meet(near, near.first, nears.getFirst());
    accept = false;
    meet(near, near.first, nears.getFirst());
  }

  @Test
  void aNameThatIsNotNearIsMetWithANote() {
    meet(dxos, dxos.first, heads.get(0));
    History far = new History("com.example", 30);
    meet(far, far.first, far.heads(far.first, Optional.empty(), 0, 1, 0).getFirst());
    assertEquals(2, notes.size());
    assertTrue(notes.getLast().contains(far.genesis.toString()), notes.toString());
  }

  @Test
  void eachByteOfAFileFlippedIsRefusedOrMeansTheSame() throws IOException {
    meet(dxos, dxos.first, heads.get(5));
    Path file = home.resolve("seen").resolve(dxos.genesis + ".car");
    byte[] whole = Files.readAllBytes(file);
    Seen seen = new TrustStore(home).of(dxos.genesis).orElseThrow();
    int refused = 0;
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 1;
      Files.write(file, flipped);
      try {
        assertEquals(seen, new TrustStore(home).of(dxos.genesis).orElseThrow(), "byte " + at);
      } catch (TrustException e) {
        assertEquals(ErrorCode.STORAGE, e.code());
        refused++;
      }
    }
    assertTrue(refused > whole.length * 9 / 10, refused + " of " + whole.length);
  }

  @Test
  void whatCannotBeRememberedIsNotUsed() throws IOException {
    Files.writeString(home.resolve("seen"), "in the way");
    TrustException refused =
        assertThrows(TrustException.class, () -> meet(dxos, dxos.first, heads.get(0)));
    assertEquals(ErrorCode.STORAGE, refused.code());
    Files.delete(home.resolve("seen"));
    meet(dxos, dxos.first, heads.get(5));
    // A file that a process was writing when it was killed is no file of an authority.
    Files.writeString(home.resolve("seen").resolve(dxos.genesis + "-1.new"), "half");
    refused(ErrorCode.ROLLBACK, dxos, dxos.first, heads.get(0));
    assertFalse(new TrustStore(home).names().isEmpty());
  }

  @Test
  void ofManyReadersAtATimeNoneTakesBackWhatAnotherSaw() throws Exception {
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int round = 0; round < 10; round++) {
        for (Cid head : heads) {
          all.add(
              threads.submit(
                  () -> {
                    try {
                      // Each with a memory of its own, as another process would have it.
                      new Watch(
                              new TrustStore(home),
                              policy,
                              proof,
                              () -> Instant.ofEpochSecond(now),
                              accept,
                              _ -> {},
                              _ -> {})
                          .meet(dxos.offer(dxos.first, head), dxos.source);
                    } catch (TrustException e) {
                      assertEquals(ErrorCode.ROLLBACK, e.code(), e.message());
                    }
                  }));
        }
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    Seen seen = new TrustStore(home).of(dxos.genesis).orElseThrow();
    assertEquals(5, seen.head().orElseThrow().body().epoch());
  }

  @Test
  void aNameThatWasMetAsTwoMeansNeitherUntilItIsPinned() {
    meet(dxos, dxos.first, heads.get(1));
    History other = new History("org.dxos", 7);
    List<Cid> others = other.heads(other.first, Optional.empty(), 0, 1, 0);
    refused(ErrorCode.AUTHORITY_CHANGED, other, other.first, others.getFirst());
    policy = Policy.OPEN.pinned("org.dxos", other.genesis); // by `dmg trust rebind`
    meet(other, other.first, others.getFirst());
    policy = Policy.OPEN; // and by `dmg trust unpin`
    TrustException refused =
        refused(ErrorCode.AUTHORITY_CHANGED, other, other.first, others.getFirst());
    assertTrue(refused.message().contains(dxos.genesis.toString()), refused.message());
    refused(ErrorCode.AUTHORITY_CHANGED, dxos, dxos.first, heads.get(1));
    policy = Policy.OPEN.pinned("org.dxos", dxos.genesis);
    meet(dxos, dxos.first, heads.get(2));
  }

  @Test
  void aFileWithAForeignNameOrOfAnotherAuthorityIsNamedAndNotUsed() throws IOException {
    meet(dxos, dxos.first, heads.get(1));
    History acme = new History("com.acme", 3);
    meet(acme, acme.first, acme.heads(acme.first, Optional.empty(), 0, 1, 0).getFirst());
    Path seen = home.resolve("seen");
    Files.copy(
        seen.resolve(dxos.genesis + ".car"),
        seen.resolve(acme.genesis + ".car"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    TrustException swapped =
        assertThrows(TrustException.class, () -> new TrustStore(home).of(acme.genesis));
    assertEquals(ErrorCode.STORAGE, swapped.code());
    Files.delete(seen.resolve(acme.genesis + ".car"));
    Files.writeString(seen.resolve("notes.car"), "mine");
    TrustException foreign = assertThrows(TrustException.class, () -> new TrustStore(home).names());
    assertTrue(foreign.message().contains("notes.car"), foreign.message());
  }
}
