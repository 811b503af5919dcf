package org.dxos.dmg.sync.replica;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.SyncException;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Fork;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;

/**
 * Takes from another node what it has and this one lacks. One at a time a remote.
 *
 * <p>Threads: the caller's reads what comes, and {@code lane} judges it, one chunk at a time in the
 * order in which they came. What the lane changes is read by the caller when nothing is in it.
 */
public final class Pull {

  /** What came is taken over at the end of a head, once it is as much as this. */
  private static final long ENOUGH_BYTES = 4L << 20;

  /** Of one head with its statements and records; more cannot be taken over in one commit. */
  private static final long MAX_BYTES = 256L << 20;

  /** Heads looked back over for what to say one has. */
  private static final int MAX_BACK = 4096;

  private static final int MAX_ROUNDS = 1000;
  private static final int AUTHORITIES_AT_ONCE = 200;
  private static final String KEY = "a/";

  private final Holder holder;
  private final Remote remote;
  private final Follow follow;
  private final Quota quota;
  private final Executor lane;
  private final Shares shares;
  private Optional<Cursor> cursor;

  /**
   * @param follow what is wanted of the remote
   * @param quota what the remote may still bring
   * @param cursor where the last pull of it ended
   */
  public Pull(Holder holder, Remote remote, Follow follow, Quota quota, Optional<Cursor> cursor) {
    this(holder, remote, follow, quota, cursor, Runnable::run, new Shares(() -> 0));
  }

  /**
   * @param follow what is wanted of the remote
   * @param quota what the remote may still bring
   * @param cursor where the last pull of it ended
   * @param lane judges what came while more is read
   * @param shares with the pulls of other remotes into the same node
   */
  public Pull(
      Holder holder,
      Remote remote,
      Follow follow,
      Quota quota,
      Optional<Cursor> cursor,
      Executor lane,
      Shares shares) {
    this.lane = lane;
    this.shares = shares;
    this.quota = quota;
    this.holder = holder;
    this.remote = remote;
    this.follow = follow;
    this.cursor = cursor;
  }

  /**
   * What came of it.
   *
   * @param root of the remote's tree when it was asked
   * @param same whether this node's root was that one in the end
   * @param changed authorities of which something new came
   * @param forks authorities of which the remote showed a fork that is known here now
   * @param bytes of blocks that came
   * @param records that came
   * @param faults what was refused, and why; of a fault the rest still came
   */
  public record Outcome(
      Cid root,
      boolean same,
      Set<Cid> changed,
      Set<Cid> forks,
      long bytes,
      List<Cid> records,
      List<String> faults) {
    public Outcome {
      changed = Set.copyOf(changed);
      forks = Set.copyOf(forks);
      records = List.copyOf(records);
      faults = List.copyOf(faults);
    }
  }

  private final Set<Cid> changed = new LinkedHashSet<>();
  private final Set<Cid> forked = new LinkedHashSet<>();
  private final List<Cid> records = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private long bytes;

  /** That more new authorities were offered than the quota takes. */
  private boolean exhausted;

  /** Where the next pull of this remote may begin. */
  public Optional<Cursor> cursor() {
    return cursor;
  }

  /**
   * Asks what differs, and takes it.
   *
   * @throws IOException if the remote breaks off; what was committed stays
   * @throws SyncException if it does not keep to the protocol
   */
  public Outcome all() throws IOException {
    for (int round = 1; ; round++) {
      Cid own = holder.tree().root();
      Roots roots = roots(new Request.Roots(own, cursor, follow.names()));
      if (roots.root().equals(own)) {
        cursor = Optional.of(roots.cursor());
        return outcome(roots.root());
      }
      boolean known = cursor.map(one -> one.in(roots.cursor().journal())).orElse(false);
      Map<Cid, Cid> states = new HashMap<>();
      List<Cid> differ = known ? roots.changed() : walk(own, roots.root(), states);
      int before = changed.size();
      take(
          differ,
          one -> stands(one, Optional.ofNullable(states.get(one))) ? Lack.NOTHING : Lack.SOMETHING);
      cursor = Optional.of(roots.cursor());
      // Who always has something new, of which nothing is, is not listened to for ever.
      boolean stuck = changed.size() == before || round == MAX_ROUNDS;
      if (!known || roots.changed().isEmpty() || stuck) {
        return outcome(roots.root());
      }
    }
  }

  /** Takes what is new of some authorities, without asking about others. */
  public Outcome some(List<Cid> genesis) throws IOException {
    return some(genesis, _ -> Lack.SOMETHING);
  }

  /** What of an authority that a remote has is not held, as far as can be seen from here. */
  public enum Lack {
    /** Nothing: it has come meanwhile, from another remote. */
    NOTHING,
    /** A proof of a fork at most: the remote stands where this node once stood. */
    FORKS,
    /** Key log entries or heads. */
    SOMETHING
  }

  /**
   * Takes what is new of some authorities, without asking about others.
   *
   * @param lack asked about each when its turn comes
   */
  public Outcome some(List<Cid> genesis, Function<Cid, Lack> lack) throws IOException {
    take(genesis, lack);
    return outcome(holder.tree().root());
  }

  /** True if an authority stands here as it does at the remote, as far as that is known. */
  private boolean stands(Cid genesis, Optional<Cid> there) {
    return there.isPresent() && holder.tree().get(KEY + genesis).equals(there);
  }

  private Outcome outcome(Cid root) {
    return new Outcome(
        root, holder.tree().root().equals(root), changed, forked, bytes, records, faults);
  }

  private record Roots(Cid root, Cursor cursor, List<Cid> changed) {}

  private Roots roots(Request.Roots request) throws IOException {
    try (Remote.Answer answer = remote.ask(request)) {
      Fields fields = said(answer.next(), "roots");
      Roots roots =
          new Roots(fields.link("root"), Cursor.of(fields.node("cursor")), fields.links("changed"));
      fields.end();
      if (roots.changed().size() > Responder.MAX_CHANGED) {
        throw fields.error("names " + roots.changed().size() + " authorities");
      }
      return roots;
    }
  }

  private static Fields said(Optional<Item> item, String what) {
    if (item.isPresent() && item.get() instanceof Item.Said said) {
      return Fields.of("answer to `" + what + "`", ErrorCode.SYNC_PROTOCOL, said.fields());
    }
    throw new SyncException(
        ErrorCode.SYNC_PROTOCOL,
        "read answer to `"
            + what
            + "`: "
            + (item.isPresent() ? "a block" : "nothing")
            + ", expected a map",
        "");
  }

  /**
   * The authorities in which two trees differ, by asking for the nodes that are not equal.
   *
   * @param states takes where each stands there: the CID of the block that says it
   */
  private List<Cid> walk(Cid own, Cid theirs, Map<Cid, Cid> states) {
    Map<Cid, byte[]> fetched = new HashMap<>();
    BlockSource blocks =
        cid ->
            holder
                .store()
                .get(cid)
                .or(() -> Optional.ofNullable(fetched.get(cid)))
                .or(() -> node(cid, fetched));
    List<Cid> differ = new ArrayList<>();
    MerkleSearchTree.at(own, holder.store())
        .diff(
            MerkleSearchTree.at(theirs, blocks),
            (key, _, is) -> {
              if (is.isPresent() && key.startsWith(KEY)) {
                Cid genesis = Cid.parse(key.substring(KEY.length()));
                differ.add(genesis);
                states.put(genesis, is.get());
              }
            });
    return differ;
  }

  private Optional<byte[]> node(Cid cid, Map<Cid, byte[]> fetched) {
    try (Remote.Answer answer = remote.ask(new Request.Tree(cid))) {
      Optional<Item> item = answer.next();
      if (item.isPresent()
          && item.get() instanceof Item.Block block
          && cid.matches(block.bytes())) {
        count(block);
        fetched.put(cid, block.bytes());
        return Optional.of(block.bytes());
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new SyncException(
          ErrorCode.UNREACHABLE,
          "ask `" + remote.name() + "` for a tree node: " + e.getMessage(),
          "",
          e);
    }
  }

  private void take(List<Cid> differ, Function<Cid, Lack> lack) throws IOException {
    // What is known comes first, so that no flood of new ones keeps it back.
    List<Cid> ordered = new ArrayList<>(differ);
    ordered.sort(Comparator.comparing(one -> holder.authority(one).isEmpty()));
    Set<Cid> left = new LinkedHashSet<>(ordered);
    shares.enter(this);
    try {
      while (!left.isEmpty() && !exhausted) {
        List<Cid> some = shares.claim(left, this, AUTHORITIES_AT_ONCE);
        if (some.isEmpty()) {
          // Others take them. What comes of that is seen by asking for it, so it is waited for.
          shares.await();
          continue;
        }
        left.removeAll(some);
        List<Cid> asked = some.stream().filter(one -> lack.apply(one) != Lack.NOTHING).toList();
        Map<Cid, Arriving> forks = asked.isEmpty() ? Map.of() : forks(asked);
        List<Cid> lacking =
            asked.stream()
                .filter(one -> forks.containsKey(one) || lack.apply(one) == Lack.SOMETHING)
                .toList();
        if (!lacking.isEmpty()) {
          logs(lacking, forks);
        }
        forks.keySet().stream().filter(this::isForked).forEach(forked::add);
        some.forEach(one -> shares.release(one, this));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while others took what is lacking");
    } finally {
      shares.leave(this);
    }
  }

  private boolean isForked(Cid genesis) {
    return holder.authority(genesis).map(view -> !view.standing().forks().isEmpty()).orElse(false);
  }

  /** Of each authority that may have forked, what proves it: offered before anything else. */
  private Map<Cid, Arriving> forks(List<Cid> genesis) throws IOException {
    Map<Cid, Arriving> forks = new HashMap<>();
    Arriving arriving = new Arriving(holder.store());
    try (Remote.Answer answer = remote.ask(new Request.Forks(genesis))) {
      for (Optional<Item> item = answer.next(); item.isPresent(); item = answer.next()) {
        if (!(item.get() instanceof Item.Block block)) {
          throw new SyncException(
              ErrorCode.SYNC_PROTOCOL, "read answer to `forks`: a map, expected blocks", "");
        }
        Optional<Cid> of = forkOf(block.bytes());
        count(block);
        if (of.isPresent()) {
          forks.put(of.get(), arriving);
          arriving = new Arriving(holder.store());
        } else {
          arriving.take(block.bytes());
          requireBounded(arriving);
        }
      }
    }
    return forks;
  }

  private static Optional<Cid> forkOf(byte[] block) {
    try {
      return Optional.of(Fork.decode(block).genesis());
    } catch (FormatException e) {
      return Optional.empty();
    }
  }

  private void logs(List<Cid> genesis, Map<Cid, Arriving> forks) throws IOException {
    List<Request.Want> wants = genesis.stream().map(this::want).toList();
    try (Remote.Answer answer = remote.ask(new Request.Log(wants))) {
      for (Request.Want want : wants) {
        log(want.genesis(), Optional.ofNullable(forks.get(want.genesis())), answer);
        shares.release(want.genesis(), this);
      }
    }
  }

  private Request.Want want(Cid genesis) {
    Optional<AuthorityView> view = holder.authority(genesis);
    return new Request.Want(
        genesis, view.map(one -> one.keyHead().cid()), view.map(this::have).orElse(List.of()));
  }

  private List<Cid> have(AuthorityView view) {
    List<Cid> have = new ArrayList<>();
    Optional<Cid> at = view.head().map(Signed::cid);
    int next = 0;
    for (int back = 0; at.isPresent() && back <= MAX_BACK; back++) {
      if (back == next) {
        have.add(at.get());
        next = Math.max(1, 2 * next);
      }
      at = Signed.read(holder.store(), at.get(), Head.class).body().prev();
    }
    return have;
  }

  private void log(Cid genesis, Optional<Arriving> fork, Remote.Answer answer) throws IOException {
    Judging judging = new Judging(genesis, fork);
    try {
      Arriving arriving = new Arriving(holder.store());
      while (true) {
        Optional<Item> item = answer.next();
        if (item.isEmpty()) {
          throw new SyncException(
              ErrorCode.SYNC_PROTOCOL,
              "read answer to `log`: it ends before `" + genesis + "` does",
              "");
        }
        switch (item.get()) {
          case Item.Block block -> {
            count(block);
            if (judging.wanted
                && arriving.take(block.bytes())
                && arriving.bytes() >= ENOUGH_BYTES) {
              judging.begin(arriving);
              arriving = arriving.next();
            }
            requireBounded(arriving);
          }
          case Item.Said said -> {
            Fields fields = Fields.of("answer to `log`", ErrorCode.SYNC_PROTOCOL, said.fields());
            Cid end = fields.link("end");
            Optional<String> error = fields.optionalText("error");
            fields.end();
            if (!end.equals(genesis)) {
              throw fields.error("ends `" + end + "`, expected `" + genesis + "`");
            }
            judging.await();
            error.ifPresent(why -> faults.add("`" + genesis + "`: " + why));
            if (judging.wanted) {
              judging.wanted = learn(genesis, arriving, fork);
            }
            return;
          }
        }
      }
    } finally {
      judging.settle();
    }
  }

  /** Chunks of one authority on their way through the lane, at most one at a time. */
  private final class Judging {
    private final Cid genesis;
    private final Optional<Arriving> fork;
    private CompletableFuture<Boolean> under = CompletableFuture.completedFuture(true);

    /** False once something was refused: the rest is read and left. */
    private boolean wanted = true;

    private Judging(Cid genesis, Optional<Arriving> fork) {
      this.genesis = genesis;
      this.fork = fork;
    }

    private void begin(Arriving chunk) {
      await();
      if (wanted) {
        under = CompletableFuture.supplyAsync(() -> learn(genesis, chunk, fork), lane);
      }
    }

    private void await() {
      wanted &= Registrar.await(under);
    }

    /** Nothing is at work after this, whatever became of it. */
    private void settle() {
      Optional<Throwable> unused = under.handle((_, e) -> Optional.ofNullable(e)).join();
    }
  }

  private void count(Item.Block block) {
    bytes += block.bytes().length;
    if (bytes / Shares.STEP_BYTES > (bytes - block.bytes().length) / Shares.STEP_BYTES) {
      shares.progressed(this);
    }
    if (!quota.takes(block.bytes().length)) {
      throw new SyncException(
          ErrorCode.QUOTA,
          "take from `" + remote.name() + "`: it brought more bytes within an hour than its quota",
          "widen `quota` in policy.json, or follow it for everything");
    }
  }

  /** True if an authority that is not held may be taken of this remote. */
  private boolean isWithinQuota(Cid genesis) {
    if (holder.isPinned(genesis) || quota.takesAuthority()) {
      return true;
    }
    if (!exhausted) {
      faults.add(
          "`%s` brought more new authorities within an hour than its quota, the first of them `%s`"
              .formatted(remote.name(), genesis));
    }
    exhausted = true;
    return false;
  }

  private static void requireBounded(Arriving arriving) {
    if (arriving.cost() > MAX_BYTES) {
      throw new SyncException(
          ErrorCode.TOO_LARGE, "read answer: more than " + MAX_BYTES + " bytes for one head", "");
    }
  }

  /** Takes over what came. False if nothing more of this authority is wanted. */
  private boolean learn(Cid genesis, Arriving arriving, Optional<Arriving> fork) {
    List<Cid> envelopes = new ArrayList<>(arriving.envelopes());
    fork.ifPresent(one -> envelopes.addAll(one.envelopes()));
    if (envelopes.isEmpty()) {
      return true;
    }
    if (holder.authority(genesis).isEmpty()
        && !(isWanted(genesis, arriving) && isWithinQuota(genesis))) {
      return false;
    }
    Optional<Cid> leftOut = arriving.leftOut();
    if (leftOut.isPresent()) {
      // Taken over without it, nobody would ask for it again: the roots would be equal.
      faults.add("`" + leftOut.get() + "` of `" + genesis + "` did not come with its release");
      return false;
    }
    try {
      Learned learned =
          holder.learn(
              genesis,
              envelopes,
              cid -> arriving.get(cid).or(() -> fork.flatMap(one -> one.get(cid))));
      if (!learned.added().isEmpty()) {
        changed.add(genesis);
        records.addAll(arriving.records());
      }
      learned.refusal().ifPresent(why -> faults.add(why.message()));
      learned.waiting().stream()
          .findFirst()
          .ifPresent(
              one ->
                  faults.add(
                      "`" + one + "` of `" + genesis + "` links to what did not come with it"));
      return learned.refusal().isEmpty();
    } catch (AdmissionException e) {
      faults.add(e.message());
      return false;
    } catch (RuntimeException e) {
      if (e instanceof Explained explained) {
        faults.add(explained.message());
        return false;
      }
      throw e;
    }
  }

  /** The genesis comes first, and says the name. */
  private boolean isWanted(Cid genesis, Arriving arriving) {
    return arriving
        .get(genesis)
        .map(Body::decode)
        .filter(AuthorityEntry.class::isInstance)
        .map(AuthorityEntry.class::cast)
        .map(entry -> follow.follows(entry.authority()) && holder.admits(entry.authority()))
        .orElse(false);
  }
}
