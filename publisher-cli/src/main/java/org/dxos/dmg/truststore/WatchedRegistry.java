package org.dxos.dmg.truststore;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Dependents;
import org.dxos.dmg.api.ModuleInfo;
import org.dxos.dmg.api.NodeInfo;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.QueryAnswer;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.api.SearchHit;
import org.dxos.dmg.api.SolvedClosure;
import org.dxos.dmg.api.Spaces;
import org.dxos.dmg.api.Why;
import org.dxos.dmg.api.Withdrawal;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Standing;

/**
 * A registry that is somebody else's, watched: what it resolves is proved from the head it shows,
 * and that head has to come after the one seen before; what was, as of an earlier moment, from a
 * head that the newest one follows. Search, SPARQL and who depends on whom are answers of that
 * registry, as ever, and proved by nothing.
 */
public final class WatchedRegistry implements Registry {

  /** How often an answer may be overtaken by a publish before it is called inconsistent. */
  private static final int TRIES = 3;

  private final Registry inner;
  private final Watch watch;
  private final Receipts receipts;

  /**
   * @param inner a registry elsewhere, of what is public
   */
  public WatchedRegistry(Registry inner, Watch watch) {
    this.inner = inner;
    this.watch = watch;
    this.receipts = new Receipts(inner::get, watch::seen);
  }

  @Override
  public ReleaseInfo resolve(String dxn, Optional<Cid> at) {
    if (at.isPresent()) {
      ReleaseInfo release = found(List.of(dxn), () -> inner.resolve(dxn, at));
      Name name = Name.parse(release.name());
      requireProved(
          release,
          name,
          earlier(name.authority().base(), release.genesis(), release.head(), at.get()));
      return release;
    }
    for (int i = 1; ; i++) {
      ReleaseInfo release = found(List.of(dxn), () -> inner.resolve(dxn));
      Name name = Name.parse(release.name());
      Seen seen = meet(name.authority().base(), release.genesis(), Optional.empty());
      Optional<Signed<Head>> head = seen.head();
      if (head.map(Signed::cid).equals(Optional.of(release.head()))) {
        requireProved(release, name, head.orElseThrow());
        return release;
      }
      if (i == TRIES) {
        throw new TrustException(
            ErrorCode.NOT_VERIFIED,
            "resolve `%s` at %s: it answers from head `%s`, and shows %s as the newest"
                .formatted(
                    dxn,
                    place(),
                    release.head(),
                    head.map(one -> "`" + one.cid() + "`").orElse("none")),
            "ask again, or another node");
      }
    }
  }

  @Override
  public ModuleInfo module(String name, Optional<Cid> at) {
    ModuleInfo module = found(List.of(name), () -> inner.module(name, at));
    meet(Name.parse(module.name()).authority().base(), module.genesis(), Optional.empty());
    return module;
  }

  @Override
  public Lock closure(ClosureRequest request) {
    return watched(found(request.roots(), () -> inner.closure(request)), request.at());
  }

  @Override
  public SolvedClosure explain(ClosureRequest request) {
    SolvedClosure solved = found(request.roots(), () -> inner.explain(request));
    watched(solved.lock(), request.at());
    return solved;
  }

  /**
   * The answer. Where it is that there is none, an older head may hide it: each authority asked for
   * that was met before has to be shown as new as it was then.
   */
  private <T> T found(List<String> asked, Supplier<T> answer) {
    try {
      return answer.get();
    } catch (RuntimeException e) {
      if (e instanceof Explained explained && denies(explained.code().outcome())) {
        asked.stream()
            .map(WatchedRegistry::authorityOf)
            .flatMap(Optional::stream)
            .distinct()
            .forEach(this::requireAsNew);
      }
      throw e;
    }
  }

  private static boolean denies(ErrorCode.Outcome outcome) {
    return outcome == ErrorCode.Outcome.NOT_FOUND || outcome == ErrorCode.Outcome.UNSATISFIABLE;
  }

  private static Optional<String> authorityOf(String dxn) {
    try {
      return Dxn.parse(dxn) instanceof Dxn.Named named
          ? Optional.of(named.name().authority().base())
          : Optional.empty();
    } catch (FormatException e) {
      return Optional.empty(); // what was asked is no name; the answer says so
    }
  }

  /** A registry that shows nothing of the authority is believed that it holds nothing of it. */
  private void requireAsNew(String name) {
    watch
        .meant(name)
        .filter(genesis -> inner.authority(name + "~" + genesis).isPresent())
        .ifPresent(genesis -> meet(name, genesis, Optional.empty()));
  }

  /**
   * A lock is made from one head of each authority: these have to be as new as what was seen.
   *
   * @param at the moment they are of, if that is not now
   */
  private Lock watched(Lock lock, Optional<Cid> at) {
    Map<Cid, String> names = new HashMap<>();
    for (Closure.Module module : lock.closure().modules()) {
      names.put(module.genesis(), module.name().authority().base());
    }
    names.forEach(
        (genesis, name) -> {
          Cid head =
              Optional.ofNullable(lock.evidence().heads().get(genesis))
                  .orElseThrow(
                      () ->
                          new TrustException(
                              ErrorCode.NOT_VERIFIED,
                              "believe the lock of %s: it names no head of `%s`"
                                  .formatted(place(), name),
                              "ask another node"));
          if (at.isPresent()) {
            earlier(name, genesis, head, at.get());
          } else {
            meet(name, genesis, Optional.of(head));
          }
        });
    return lock;
  }

  /**
   * @param head the one to believe; empty for the newest that the registry shows
   */
  private Seen meet(String name, Cid genesis, Optional<Cid> head) {
    AuthorityInfo shown =
        inner
            .authority(Authority.parse(name).base() + "~" + genesis)
            .orElseThrow(
                () ->
                    new TrustException(
                        ErrorCode.NOT_VERIFIED,
                        "believe %s about `%s`: it shows no key log of authority `%s`"
                            .formatted(place(), name, genesis),
                        "ask another node"));
    return watch.meet(
        new Watch.Offer(name, genesis, shown.keyHead(), head.or(shown::head), place()), this::get);
  }

  /**
   * The head of an authority as of a moment: the newest one shown, or one that it follows. What the
   * moment says comes from its own block, not from the answer.
   *
   * @param answered from which head the registry says that it answers
   */
  private Signed<Head> earlier(String name, Cid genesis, Cid answered, Cid moment) {
    Predicate<Signed<Head>> isIt = isOf(moment, genesis);
    Optional<Signed<Head>> one = meet(name, genesis, Optional.empty()).head();
    while (one.isPresent() && !isIt.test(one.get())) {
      one = one.get().body().prev().map(cid -> Signed.read(this::get, cid, Head.class));
    }
    return one.filter(head -> head.cid().equals(answered))
        .orElseThrow(
            () ->
                new TrustException(
                    ErrorCode.NOT_VERIFIED,
                    "believe %s about `%s` as of `%s`: it answers from head `%s`, which is not the one of then"
                        .formatted(place(), name, moment, answered),
                    "do not trust this node; use another"));
  }

  /** True for the head at which an authority was, of those from its newest one backwards. */
  private Predicate<Signed<Head>> isOf(Cid moment, Cid genesis) {
    Optional<Signed<Head>> of = head(moment);
    if (of.isPresent()) {
      Head then = of.get().body();
      return then.genesis().equals(genesis)
          ? head -> head.cid().equals(moment)
          : head -> head.body().issued() <= then.issued();
    }
    Optional<Cid> held =
        MerkleSearchTree.at(moment, this::get)
            .get("a/" + genesis)
            .map(state -> AuthorityState.decode(Signed.need(this::get, state, "state")))
            .flatMap(AuthorityState::publicHead);
    return head -> held.equals(Optional.of(head.cid()));
  }

  /** The moment as a head; empty if it is a root. */
  private Optional<Signed<Head>> head(Cid moment) {
    try {
      return Optional.of(Signed.read(this::get, moment, Head.class));
    } catch (FormatException notAnEnvelope) {
      return Optional.empty();
    }
  }

  /** The release is in the state that the head signs, and its statement says what was answered. */
  private void requireProved(ReleaseInfo release, Name name, Signed<Head> head) {
    Optional<Cid> stated =
        MerkleSearchTree.at(head.body().state(), this::get)
            .get(Slots.release(name.path(), release.version()));
    if (!stated.equals(Optional.of(release.release()))) {
      throw unproved(
          release, head, "has " + stated.map(cid -> "`" + cid + "`").orElse("nothing") + " for it");
    }
    Statement statement =
        Signed.read(this::get, release.release(), Statement.class).requireSigned().body();
    if (!(statement.op() instanceof Statement.Release said)
        || !said.module().equals(release.record())) {
      throw unproved(release, head, "says another record than `" + release.record() + "`");
    }
  }

  private TrustException unproved(ReleaseInfo release, Signed<Head> head, String what) {
    return new TrustException(
        ErrorCode.NOT_VERIFIED,
        "believe %s about `%s`: the state of head `%s` %s"
            .formatted(place(), release.reference(), head.cid(), what),
        "do not trust this node; use another");
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    return inner.get(cid);
  }

  // ---- what is passed on as it is ----

  @Override
  public Spaces spaces() {
    return inner.spaces();
  }

  @Override
  public String place() {
    return inner.place();
  }

  @Override
  public NodeInfo node() {
    return inner.node();
  }

  @Override
  public Why why(String from, String to, int limit) {
    return inner.why(from, to, limit);
  }

  @Override
  public Dependents dependents(String of, boolean direct, int limit) {
    return inner.dependents(of, direct, limit);
  }

  @Override
  public Withdrawal withdrawal(String of, int limit) {
    return inner.withdrawal(of, limit);
  }

  @Override
  public List<SearchHit> search(String words, int limit) {
    return inner.search(words, limit);
  }

  @Override
  public QueryAnswer sparql(String query, String accept) {
    return inner.sparql(query, accept);
  }

  /**
   * What is signed for an authority, or says that another is meant, begins here: it has to be the
   * one that the name means to this reader, and as new as it was seen. One that is contested is
   * shown as it is, so that it can be settled.
   */
  @Override
  public Optional<AuthorityInfo> authority(String name) {
    Optional<AuthorityInfo> shown = inner.authority(name);
    if (shown.isPresent()) {
      AuthorityInfo info = shown.get();
      int tilde = name.indexOf('~');
      if (tilde >= 0 ? !name.endsWith("~" + info.genesis()) : !name.equals(info.name())) {
        throw new TrustException(
            ErrorCode.NOT_VERIFIED,
            "believe %s about `%s`: it shows `%s`, authority `%s`"
                .formatted(place(), name, info.name(), info.genesis()),
            "do not trust this node; use another");
      }
      if (tilde >= 0 && !watch.meant(info.name()).equals(Optional.of(info.genesis()))) {
        return shown; // named exactly, and no question of what the name means
      }
      if (info.contest() == Standing.Contest.NONE) {
        watch.meet(
            new Watch.Offer(info.name(), info.genesis(), info.keyHead(), info.head(), place()),
            this::get);
      } else {
        watch.requireBound(info.name(), info.genesis(), place());
      }
    }
    return shown;
  }

  @Override
  public AuthorityInfo claim(Cid envelope, BlockSource offered) {
    return inner.claim(envelope, offered);
  }

  @Override
  public AuthorityInfo learn(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    return inner.learn(genesis, envelopes, offered);
  }

  @Override
  public NodeInfo freshHeadKey() {
    return inner.freshHeadKey();
  }

  @Override
  public AuthorityInfo renew(Cid genesis) {
    return inner.renew(genesis);
  }

  @Override
  public PublishReceipt publish(Cid envelope, BlockSource offered) {
    PublishReceipt receipt = inner.publish(envelope, offered);
    Statement statement = Signed.read(offered, envelope, Statement.class).body();
    receipts.require(receipt, envelope, statement, place());
    return receipt;
  }

  @Override
  public int publishesAtOnce() {
    return inner.publishesAtOnce();
  }

  @Override
  public void keep(Collection<Cid> cids, BlockSource offered) {
    inner.keep(cids, offered);
  }

  @Override
  public void catchUp() {
    inner.catchUp();
  }

  @Override
  public Set<Cid> missing(Collection<Cid> cids) {
    return inner.missing(cids);
  }

  @Override
  public Node.Map status() {
    return inner.status();
  }

  @Override
  public void close() {
    inner.close();
  }
}
