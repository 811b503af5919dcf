package org.dxos.dmg.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dxos.dmg.admission.Forge;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.junit.jupiter.api.Test;

/**
 * Two nodes that hold the same say the same, in whichever order it reached them. Shown for every
 * set of up to six items of a small world: it is enough that each set, reached by whichever item
 * came last, is the same set with the same verdict, as then so are all its orders.
 */
class AxiomModelTest {

  private static final SigningKey HEAD = Forge.key(1);
  private static final SigningKey OWNER = Forge.key(2);
  private static final SigningKey RECOVERY = Forge.key(3);
  private static final SigningKey OWNER_2 = Forge.key(4);
  private static final SigningKey DELEGATE = Forge.key(5);
  private static final SigningKey HEAD_2 = Forge.key(6);

  private static final int MOST = 6;

  private final Forge forge = new Forge();
  private final Signed<AuthorityEntry> genesis =
      forge.genesis(
          draft -> {
            draft.owners = Forge.keys(1, OWNER, OWNER_2);
            draft.delegate(DELEGATE, "module/", Cap.RELEASE, Cap.YANK);
          },
          OWNER,
          RECOVERY);
  private final Cid id = genesis.envelope().body();
  private final KeyLog log = KeyLog.of(genesis);

  /** What can happen to one authority: publishing, theft, revocation, recovery, a copied home. */
  private List<Signed<?>> world() {
    Signed<Head> head0 =
        forge.head(
            log,
            Optional.empty(),
            Set.of(),
            HEAD,
            forge.release(log, DELEGATE, "module/one", "1.0.0"));
    Signed<Head> head1 =
        forge.head(
            log,
            Optional.of(head0),
            Set.of(),
            HEAD,
            forge.release(log, OWNER, "module/two", "1.0.0"));
    Signed<Head> copied =
        forge.head(
            log,
            Optional.of(head0),
            Set.of(),
            HEAD,
            forge.release(log, OWNER_2, "module/three", "1.0.0"));
    Signed<Head> head2 =
        forge.head(
            log,
            Optional.of(head1),
            Set.of(),
            HEAD,
            forge.release(log, DELEGATE, "module/four", "1.0.0"));
    Signed<AuthorityEntry> revokes =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.of(head0.cid())), OWNER);
    Signed<AuthorityEntry> earlier =
        forge.next(revokes, d -> d.revoke(DELEGATE, Optional.empty()), OWNER_2);
    Signed<AuthorityEntry> heals =
        forge.next(
            genesis,
            d -> {
              d.head = HEAD_2.publicKey();
              d.revoke(HEAD, Optional.of(head1.cid()));
            },
            OWNER_2);
    Signed<AuthorityEntry> thief =
        forge.next(
            genesis,
            d -> {
              d.owners = Forge.keys(1, OWNER);
              d.revoke(OWNER_2, Optional.of(head0.cid()));
            },
            OWNER);
    Signed<AuthorityEntry> recovers =
        forge.next(
            genesis,
            d -> {
              d.owners = Forge.keys(1, OWNER_2);
              d.revoke(OWNER, Optional.of(head0.cid()));
            },
            OWNER_2,
            RECOVERY);
    Signed<AuthorityEntry> recoversToo =
        forge.next(genesis, d -> d.revoke(DELEGATE, Optional.of(head1.cid())), RECOVERY);
    Signed<AuthorityEntry> resolves =
        forge.next(recovers, d -> d.resolves = Optional.of(recoversToo.cid()), RECOVERY);
    KeyLog healed = log.then(heals);
    Signed<Head> afterHeal =
        forge.head(
            healed,
            Optional.of(head1),
            Set.of(),
            HEAD_2,
            forge.release(healed, OWNER, "module/five", "1.0.0"));
    KeyLog after = log.then(revokes);
    Signed<Head> underRevokes =
        forge.head(
            after,
            Optional.of(head1),
            Set.of(),
            HEAD,
            forge.release(after, OWNER, "module/six", "1.0.0"));
    return List.of(
        head0,
        head1,
        copied,
        head2,
        revokes,
        earlier,
        heals,
        thief,
        recovers,
        recoversToo,
        resolves,
        afterHeal,
        underRevokes);
  }

  /** All that can be seen of a dossier. */
  private record Seen(Set<Cid> held, Set<Cid> waiting, Optional<Standing> verdict) {
    static Seen of(Dossier dossier) {
      return new Seen(
          dossier.envelopes(),
          dossier.waiting(),
          dossier.entries().isEmpty() ? Optional.empty() : Optional.of(Axiom.of(dossier)));
    }
  }

  @Test
  void everySetOfUpToSixItemsHasOneVerdictInWhicheverOrderItCame() {
    List<Signed<?>> world = new ArrayList<>(world());
    world.addFirst(genesis);
    Map<Integer, Dossier> reached = new HashMap<>();
    reached.put(0, forge.dossier(id));
    Map<Integer, Seen> seen = new HashMap<>();
    Set<Optional<Standing>> verdicts = new HashSet<>();
    int steps = 0;
    for (int size = 1; size <= MOST + 1; size++) {
      Map<Integer, Dossier> next = new HashMap<>();
      for (Map.Entry<Integer, Dossier> before : reached.entrySet()) {
        for (int item = 0; item < world.size(); item++) {
          int set = before.getKey() | 1 << item;
          // Seven items are looked at only if the genesis is one of them: six, and where they
          // began.
          if (set == before.getKey() || size > MOST && (set & 1) == 0) {
            continue;
          }
          Dossier dossier = before.getValue().copy();
          dossier.offer(world.get(item).cid());
          steps++;
          Seen now = Seen.of(dossier);
          Seen other = seen.putIfAbsent(set, now);
          if (other == null) {
            next.put(set, dossier);
            verdicts.add(now.verdict());
          } else {
            assertEquals(other, now, "set " + Integer.toBinaryString(set) + ", last " + item);
          }
        }
      }
      reached = next;
    }
    assertTrue(seen.size() > 5_000, seen.size() + " sets");
    assertTrue(steps > 20_000, steps + " steps");
    assertTrue(verdicts.size() > 50, verdicts.size() + " verdicts");
  }

  @Test
  void aLargeHistoryHasOneVerdictInWhicheverOrderItCame() {
    Random random = new Random(5);
    for (int round = 0; round < 6; round++) {
      List<Signed<AuthorityEntry>> entries = new ArrayList<>(List.of(genesis));
      Map<Cid, KeyLog> logs = new HashMap<>(Map.of(genesis.cid(), log));
      List<Signed<Head>> heads = new ArrayList<>();
      Dossier dossier = forge.dossier(id);
      dossier.offer(genesis.cid());
      for (int i = 0; i < 60; i++) {
        KeyLog under = logs.get(entries.get(random.nextInt(entries.size())).cid());
        try {
          if (random.nextInt(4) == 0) {
            Signed<AuthorityEntry> entry = entry(under, entries, heads, random);
            if (dossier.offer(entry.cid()) == Dossier.Offer.ADMITTED) {
              entries.add(entry);
              logs.put(entry.cid(), under.then(entry));
            }
          } else {
            Signed<Head> head = head(under, heads, i, random);
            if (dossier.offer(head.cid()) == Dossier.Offer.ADMITTED) {
              heads.add(head);
            }
          }
        } catch (RuntimeException refused) {
          assertTrue(refused instanceof Explained, refused.toString());
        }
      }
      assertTrue(heads.size() > 5, heads.size() + " heads");
      Seen all = Seen.of(dossier);
      List<Cid> envelopes = new ArrayList<>(dossier.envelopes());
      for (int order = 0; order < 4; order++) {
        Collections.shuffle(envelopes, random);
        Dossier other = forge.dossier(id);
        envelopes.forEach(other::offer);
        assertEquals(all, Seen.of(other), "round " + round);
      }
    }
  }

  private Signed<AuthorityEntry> entry(
      KeyLog under, List<Signed<AuthorityEntry>> entries, List<Signed<Head>> heads, Random random) {
    Optional<Cid> lastGood =
        heads.isEmpty() || random.nextBoolean()
            ? Optional.empty()
            : Optional.of(heads.get(random.nextInt(heads.size())).cid());
    return switch (random.nextInt(5)) {
      case 0 -> forge.next(under.last(), d -> d.revoke(DELEGATE, lastGood), OWNER);
      case 1 -> forge.next(under.last(), d -> d.revoke(DELEGATE, lastGood), OWNER_2, RECOVERY);
      case 2 ->
          forge.next(
              under.last(),
              d -> {
                d.owners = Forge.keys(1, OWNER_2);
                d.revoke(OWNER, lastGood);
              },
              RECOVERY,
              OWNER_2);
      case 3 ->
          forge.next(
              under.last(),
              d -> {
                d.head = HEAD_2.publicKey();
                d.revoke(HEAD, lastGood);
              },
              OWNER_2);
      default ->
          forge.next(
              under.last(),
              d -> d.resolves = Optional.of(entries.get(random.nextInt(entries.size())).cid()),
              RECOVERY);
    };
  }

  private Signed<Head> head(KeyLog under, List<Signed<Head>> heads, int i, Random random) {
    Optional<Signed<Head>> prev =
        heads.isEmpty()
            ? Optional.empty()
            : Optional.of(heads.get(heads.size() - 1 - random.nextInt(Math.min(3, heads.size()))));
    SigningKey by = List.of(OWNER, OWNER_2, DELEGATE).get(random.nextInt(3));
    SigningKey headKey =
        under.last().body().home().headKey().equals(HEAD.publicKey()) ? HEAD : HEAD_2;
    Signed<Statement> release = forge.release(under, by, "module/m" + i, "1.0.0");
    return forge.head(under, prev, Set.of(), headKey, release);
  }
}
