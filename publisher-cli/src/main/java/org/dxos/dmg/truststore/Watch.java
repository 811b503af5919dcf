package org.dxos.dmg.truststore;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.NearNames;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.policy.Policy;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.HeadChain;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.Signed;

/** Compares what a registry shows of an authority with what was seen, and remembers the newer. */
public final class Watch {

  private final TrustStore store;
  private final Policy policy;
  private final NameProof proof;
  private final InstantSource clock;
  private final boolean accept;
  private final Consumer<String> notes;
  private final Consumer<String> warnings;

  /**
   * @param policy of this reader: pins, what first sight is worth, how old a head may be
   * @param proof asked on first sight, if the policy says {@code dns}
   * @param accept true to believe an authority on first sight though its name is near a known one
   * @param notes lines for a person: whom it met
   * @param warnings the same: what is not as it should be
   */
  public Watch(
      TrustStore store,
      Policy policy,
      NameProof proof,
      InstantSource clock,
      boolean accept,
      Consumer<String> notes,
      Consumer<String> warnings) {
    this.store = store;
    this.policy = policy;
    this.proof = proof;
    this.clock = clock;
    this.accept = accept;
    this.notes = notes;
    this.warnings = warnings;
  }

  /**
   * What a registry shows of an authority.
   *
   * @param name that stands for it there
   * @param keyHead envelope of the newest key log entry
   * @param head envelope of the newest head, if there is one
   * @param place where the registry is, for words
   */
  public record Offer(String name, Cid genesis, Cid keyHead, Optional<Cid> head, String place) {}

  /**
   * Believes an offer, or not; it is on disk when this returns.
   *
   * @param blocks of the registry; each is checked against its CID by the caller's source
   * @return what is seen from now on
   * @throws TrustException if it is older than what was seen, parts from it, cannot be followed to
   *     it, or the name means another authority here
   */
  public Seen meet(Offer offer, BlockSource blocks) {
    while (true) {
      store.refresh(offer.genesis());
      Optional<Seen> before = store.of(offer.genesis());
      requireBound(offer);
      Seen now =
          before.isPresent() && before.get().is(offer.keyHead(), offer.head())
              ? before.get()
              : newer(offer, before, blocks);
      now.head().ifPresent(head -> requireFresh(offer, head));
      Optional<String> met = before.isEmpty() ? firstSight(offer, now) : Optional.empty();
      if (before.equals(Optional.of(now)) || store.accept(before, now, () -> requireBound(offer))) {
        met.ifPresent(notes);
        return now;
      }
    }
  }

  private void requireBound(Offer offer) {
    requireBound(offer.name(), offer.genesis(), offer.place());
  }

  /** The key log that was seen of an authority. */
  Optional<KeyLog> seen(Cid genesis) {
    return store.log(genesis);
  }

  /** The authority that a name means here: by a pin, else by what was seen. */
  Optional<Cid> meant(String name) {
    return Optional.ofNullable(policy.pins().get(name))
        .or(() -> store.ids(name).stream().findFirst());
  }

  /**
   * Checks that a name means the authority that it meant here.
   *
   * @throws TrustException with {@link ErrorCode#AUTHORITY_CHANGED}
   */
  public void requireBound(String name, Cid genesis, String place) {
    Optional<Cid> pinned = Optional.ofNullable(policy.pins().get(name));
    SortedSet<Cid> ids = store.ids(name);
    if (pinned.isEmpty() && ids.size() > 1) {
      throw new TrustException(
          ErrorCode.AUTHORITY_CHANGED,
          "believe %s that `%s` is authority `%s`: the name was met here as %s"
              .formatted(
                  place,
                  name,
                  genesis,
                  String.join(" and as ", ids.stream().map(id -> "`" + id + "`").toList())),
          "say which it is: `dmg trust pin " + name + " ID --reason …`");
    }
    Optional<Cid> meant = meant(name);
    if (meant.isPresent() && !meant.get().equals(genesis)) {
      throw new TrustException(
          ErrorCode.AUTHORITY_CHANGED,
          "believe %s that `%s` is authority `%s`: here it is `%s`, %s"
              .formatted(
                  place, name, genesis, meant.get(), pinned.isPresent() ? "pinned" : "seen before"),
          "if you know that it changed: `dmg trust rebind "
              + name
              + " "
              + genesis
              + " --reason …`");
    }
  }

  private Seen newer(Offer offer, Optional<Seen> before, BlockSource blocks) {
    try {
      BlockSource all = before.<BlockSource>map(seen -> withSeen(seen, blocks)).orElse(blocks);
      KeyLog shown = KeyLog.read(all, offer.keyHead());
      if (!shown.id().equals(offer.genesis())
          || !shown.last().body().authority().equals(offer.name())) {
        throw new TrustException(
            ErrorCode.NOT_VERIFIED,
            "believe %s about `%s`: the key log it shows is that of `%s`, authority `%s`"
                .formatted(
                    offer.place(), offer.name(), shown.last().body().authority(), shown.id()),
            "ask another node");
      }
      KeyLog log = before.map(seen -> longer(offer, seen.log(), shown)).orElse(shown);
      Optional<Signed<Head>> head = offer.head().map(cid -> Signed.read(all, cid, Head.class));
      if (head.isPresent() && !HeadChain.stands(all, head.get(), Chain.PUBLIC, log)) {
        throw rollback(
            offer,
            "its head `%s` of epoch %d does not stand under key log entry `%s`"
                .formatted(head.get().cid(), head.get().body().epoch(), log.last().cid()));
      }
      before.flatMap(Seen::head).ifPresent(seen -> requireAfter(offer, seen, head, log, all));
      return new Seen(log, head);
    } catch (RuntimeException e) {
      if (e instanceof Explained explained && explained.code() == ErrorCode.BLOCK_MISSING) {
        throw new TrustException(
            ErrorCode.HISTORY_GAP,
            "follow what %s shows of `%s` to what was seen: %s"
                .formatted(offer.place(), offer.name(), explained.message()),
            "ask another node: this one cannot prove what it says");
      }
      throw e;
    }
  }

  /** The bodies and envelopes that were seen are in no doubt, and need not be fetched. */
  private static BlockSource withSeen(Seen seen, BlockSource blocks) {
    Map<Cid, byte[]> known = new TreeMap<>();
    java.util.stream.Stream.concat(seen.log().entries().stream(), seen.head().stream())
        .forEach(
            one -> {
              known.put(one.cid(), one.envelope().encode());
              known.put(one.envelope().body(), one.body().encode());
            });
    return cid -> Optional.ofNullable(known.get(cid)).or(() -> blocks.get(cid));
  }

  private static KeyLog longer(Offer offer, KeyLog seen, KeyLog shown) {
    int common = seen.common(shown);
    if (common == seen.entries().size()) {
      return common == shown.entries().size() ? seen : shown;
    }
    if (common == shown.entries().size()) {
      throw rollback(
          offer,
          "seen key log entry `%s` of seq %d, offered `%s` of seq %d"
              .formatted(
                  seen.last().cid(),
                  seen.last().body().seq(),
                  shown.last().cid(),
                  shown.last().body().seq()));
    }
    if (shown.beats(seen)) {
      return shown;
    }
    if (seen.beats(shown)) {
      throw rollback(
          offer,
          "it shows key log entry `%s`, on a branch that lost to `%s`, which was seen"
              .formatted(shown.last().cid(), seen.last().cid()));
    }
    throw new TrustException(
        ErrorCode.AUTHORITY_CONTESTED,
        "believe %s about `%s`: its key log parts from what was seen after seq %d: seen `%s`, offered `%s`"
            .formatted(
                offer.place(),
                offer.name(),
                common - 1,
                seen.entries().get(common).cid(),
                shown.entries().get(common).cid()),
        "only the recovery keys can settle it; until then a pin by hand does not help");
  }

  private static void requireAfter(
      Offer offer,
      Signed<Head> seen,
      Optional<Signed<Head>> shown,
      KeyLog log,
      BlockSource blocks) {
    if (!HeadChain.stands(blocks, seen, Chain.PUBLIC, log)) {
      return; // the key log made it void, and only that
    }
    if (shown.isEmpty() || shown.get().body().epoch() < seen.body().epoch()) {
      throw rollback(
          offer,
          "seen head `%s` of epoch %d, offered %s"
              .formatted(
                  seen.cid(),
                  seen.body().epoch(),
                  shown
                      .map(head -> "`" + head.cid() + "` of epoch " + head.body().epoch())
                      .orElse("none")));
    }
    if (!HeadChain.leadsTo(blocks, seen, shown.get())) {
      throw new TrustException(
          ErrorCode.FORKED,
          "believe %s about `%s`: head `%s` of epoch %d does not descend from `%s` of epoch %d, which was seen"
              .formatted(
                  offer.place(),
                  offer.name(),
                  shown.get().cid(),
                  shown.get().body().epoch(),
                  seen.cid(),
                  seen.body().epoch()),
          "two histories are signed: tell the authority, who ends it with `dmg authority heal`");
    }
  }

  private static TrustException rollback(Offer offer, String what) {
    return new TrustException(
        ErrorCode.ROLLBACK,
        "believe %s about `%s`: %s".formatted(offer.place(), offer.name(), what),
        "ask another node: this one is behind, or hides what is newer");
  }

  private void requireFresh(Offer offer, Signed<Head> head) {
    Instant now = clock.instant();
    Instant issued = Instant.ofEpochSecond(head.body().issued());
    Duration age = Duration.between(issued, now);
    Optional<Duration> most = policy.maxHeadAge();
    if (most.isPresent() && age.compareTo(most.get()) > 0) {
      throw new TrustException(
          ErrorCode.STALE_HEAD,
          "believe %s about `%s`: its newest head, of epoch %d, is of %s; the policy takes none older than %d s"
              .formatted(
                  offer.place(), offer.name(), head.body().epoch(), issued, most.get().toSeconds()),
          "ask another node, or widen `maxHeadAge` in policy.json");
    }
    if (head.body().expires() <= now.getEpochSecond()) {
      warnings.accept(
          "the newest head of `%s` that %s shows, of epoch %d, expired on %s: something newer may be withheld"
              .formatted(
                  offer.name(),
                  offer.place(),
                  head.body().epoch(),
                  Instant.ofEpochSecond(head.body().expires())));
    }
  }

  /**
   * Whether who is met for the first time is believed.
   *
   * @return what to tell, unless a person has said before who it is
   */
  private Optional<String> firstSight(Offer offer, Seen seen) {
    if (policy.pins().containsKey(offer.name())) {
      return Optional.empty();
    }
    String proved = proved(offer);
    Map<String, Cid> known = new TreeMap<>(store.names());
    known.putAll(policy.pins());
    known.remove(offer.name());
    Optional<String> near = NearNames.confusable(offer.name(), known.keySet());
    if (near.isPresent() && !accept) {
      throw new TrustException(
          ErrorCode.AUTHORITY_NEW,
          "meet authority `%s` (`%s`) for the first time: its name is near `%s`, which is known here"
              .formatted(offer.name(), offer.genesis(), near.get()),
          "if it is what you mean, give --accept");
    }
    return Optional.of(
        "first sight of authority `%s`: id %s, %s, %s"
            .formatted(
                offer.name(),
                offer.genesis(),
                proved,
                seen.head()
                    .map(head -> "epoch " + head.body().epoch())
                    .orElse("nothing published yet")));
  }

  private String proved(Offer offer) {
    Policy.Tofu tofu = policy.tofu().orElse(Policy.Tofu.ALLOW);
    switch (tofu) {
      case ALLOW -> {
        return "its domain was not asked (`dmg trust check " + offer.name() + "` does)";
      }
      case NEVER ->
          throw new TrustException(
              ErrorCode.AUTHORITY_NEW,
              "meet authority `%s` (`%s`): the policy believes nobody on first sight"
                  .formatted(offer.name(), offer.genesis()),
              "pin it: `dmg trust pin " + offer.name() + " " + offer.genesis() + " --reason …`");
      case DNS -> {
        NameProof.Answer answer = proof.ask(offer.name());
        if (answer instanceof NameProof.Answer.Names names && names.id().equals(offer.genesis())) {
          return "proved by its domain";
        }
        throw new TrustException(
            ErrorCode.AUTHORITY_NEW,
            "meet authority `%s` (`%s`): its domain %s"
                .formatted(
                    offer.name(),
                    offer.genesis(),
                    switch (answer) {
                      case NameProof.Answer.Names names -> "names `" + names.id() + "`";
                      case NameProof.Answer.Silent silent -> "does not prove it: " + silent.why();
                    }),
            "pin it if you know better: `dmg trust pin`");
      }
    }
    throw new IllegalStateException("every worth of first sight is above");
  }
}
