package org.dxos.dmg.admission;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.Ahead;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.KeyRules;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.SpaceLog;
import org.dxos.dmg.verdict.StatementRules;
import org.dxos.dmg.verdict.Verdict;

/**
 * Takes claims and statements, and orders the statements of the authorities whose home this node is
 * into heads: one head an authority and commit group, however many publishers wait.
 *
 * <p>Threads: callers check signatures and records on their own threads; one thread, the {@link
 * Clerk}, applies statements, signs heads and commits. What {@link Holdings} shows is on disk.
 */
public final class Registrar implements AutoCloseable {

  /** 90 days, the life of a head unless configured otherwise. */
  public static final long HEAD_LIFE_SECONDS = 90L * 86_400;

  /** What becomes of the name of an authority that is learned. */
  public enum Binding {
    /** It has to be free, or bound to this authority; it is bound. */
    CLAIM,
    /** It is bound if it is free. */
    FIRST_USE,
    /** It is not bound: the authority is found by {@code name~id} alone. */
    NEVER
  }

  private final BlockStore store;
  private final Function<String, Optional<Cid>> pins;
  private final Function<String, Optional<AuthorityView>> beyond;
  private final HeadKeys keys;
  private final InstantSource clock;
  private final Holdings holdings;
  private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
  private final Clerk clerk;

  /**
   * Reads what the store holds and begins to take statements.
   *
   * @param keys those that sign heads here
   * @param clock of heads: their {@code issued}
   * @param threads makes the clerk
   */
  public Registrar(BlockStore store, HeadKeys keys, InstantSource clock, ThreadFactory threads) {
    this(store, keys, clock, threads, _ -> Optional.empty());
  }

  /**
   * Reads what the store holds and begins to take statements.
   *
   * @param pins names that an operator has pinned to an authority; asked at each look-up
   */
  public Registrar(
      BlockStore store,
      HeadKeys keys,
      InstantSource clock,
      ThreadFactory threads,
      Function<String, Optional<Cid>> pins) {
    this(store, keys, clock, threads, pins, _ -> Optional.empty());
  }

  /**
   * Reads what the store of a space holds and begins to take statements.
   *
   * @param beyond authorities by name that are not held in the space, and that what is released in
   *     it may lead to
   */
  public Registrar(
      BlockStore store,
      HeadKeys keys,
      InstantSource clock,
      ThreadFactory threads,
      Function<String, Optional<Cid>> pins,
      Function<String, Optional<AuthorityView>> beyond) {
    this.pins = pins;
    this.beyond = beyond;
    this.store = store;
    this.keys = keys;
    this.clock = clock;
    this.holdings = Holdings.load(store);
    this.clerk = new Clerk(store, holdings, keys, clock, threads, listeners);
  }

  /** The authority that a name means here: the one it is pinned to, else the one it is bound to. */
  public Optional<AuthorityView> authority(String name) {
    return pins.apply(name).or(() -> holdings.bound(name)).flatMap(this::authority);
  }

  /** The space that this is of, as its log stands; empty in public, and before its log came. */
  public Optional<SpaceLog> space() {
    return holdings.space();
  }

  /** The chain of heads that is kept here. */
  public Chain chain() {
    return holdings.chain();
  }

  /**
   * Takes entries of the log of the space that this is of.
   *
   * @param envelopes oldest first
   * @param offered their blocks
   */
  public LearnedSpace learnSpace(List<Cid> envelopes, BlockSource offered) {
    if (holdings.chain().space().isEmpty()) {
      throw new IllegalStateException("this is no registrar of a space");
    }
    CompletableFuture<LearnedSpace> answer = new CompletableFuture<>();
    clerk.enqueue(new Clerk.Task.LearnSpace(envelopes, offered, answer));
    return await(answer);
  }

  /** The authority with this id. */
  public Optional<AuthorityView> authority(Cid id) {
    return holdings.authority(id);
  }

  /** The names that mean something here, each with the id of the authority that it means. */
  public Map<String, Cid> names() {
    Map<String, Cid> names = new HashMap<>();
    for (AuthorityView view : holdings.authorities()) {
      authority(view.name()).ifPresent(one -> names.put(view.name(), one.id()));
    }
    return names;
  }

  /** Envelopes of an authority that were found valid once; some of them may not stand. */
  public List<Cid> aside(Cid id) {
    return Evidence.aside(id, store);
  }

  /** Every authority held, in no order. */
  public List<AuthorityView> authorities() {
    return holdings.authorities();
  }

  /** True if authorities of this name never leave the node. */
  public static boolean isLocal(String authority) {
    return NodeTree.isLocal(authority);
  }

  /** The tree of everything held that may leave the node. */
  public MerkleSearchTree tree() {
    return holdings.tree().tree();
  }

  /** The root of everything held: equal on two nodes if and only if they hold the same. */
  public Cid root() {
    return holdings.tree().root();
  }

  /**
   * Calls back after each commit with the newest journal position, on the clerk's thread: be quick.
   */
  public void onCommit(LongConsumer listener) {
    listeners.add(listener);
  }

  /**
   * Admits the genesis of an authority whose home is this node.
   *
   * @param envelope its envelope
   * @param offered blocks that came with it
   * @return the authority, which may have been there
   * @throws AdmissionException if it is not valid, has another home, or the name is bound to
   *     another id
   */
  public AuthorityView claim(Cid envelope, BlockSource offered) {
    BlockSource all = offered(offered);
    Signed<AuthorityEntry> genesis = Signed.read(all, envelope, AuthorityEntry.class);
    KeyRules.requireGenesis(genesis);
    requireHome(genesis.body());
    return learn(genesis.envelope().body(), List.of(envelope), offered, Binding.CLAIM).orThrow();
  }

  /**
   * Takes key log entries and heads of one authority, whoever carries them and wherever its home
   * is. What is valid is held, and the verdict on the authority follows from all that is held.
   *
   * @param genesis the authority id
   * @param envelopes oldest first
   * @param offered the blocks of the envelopes, of the statements that heads add, and of their
   *     records and bundles as far as they are to be held
   * @param binding what becomes of the name, if the authority is not held yet
   * @return what came of it; what was found valid before a refusal stays
   */
  public Learned learn(Cid genesis, List<Cid> envelopes, BlockSource offered, Binding binding) {
    CompletableFuture<Learned> answer = new CompletableFuture<>();
    clerk.requireOpen();
    // What was judged before it was kept is not verified again.
    List<Cid> fresh = envelopes.stream().filter(one -> !store.has(one)).toList();
    Ahead ahead = Ahead.of(fresh, offered(offered));
    clerk.enqueue(new Clerk.Task.Learn(genesis, envelopes, offered, ahead, binding, answer));
    return await(answer);
  }

  /**
   * Binds a free name to an authority that is held under it; it was not believed when it came.
   *
   * @param genesis the authority id
   */
  public void bind(Cid genesis) {
    between(
        () -> {
          AuthorityView view = holdings.need(genesis);
          if (holdings.bound(view.name()).isPresent()) {
            return;
          }
          Batch batch = new Batch();
          Holdings.bind(view.name(), genesis, batch);
          // Whoever follows the journal reads it anew, under its own name from now on.
          batch.admit(JournalEntry.Kind.STANDING, genesis, view.standing().log().last().cid());
          long position = store.commit(batch);
          holdings.showBound(view.name(), genesis);
          listeners.forEach(listener -> listener.accept(position));
        });
  }

  /**
   * Signs a head that adds nothing, so that readers see that nothing newer is withheld from them.
   *
   * @param genesis of an authority whose home is this node
   * @return the authority with that head, once it is durable
   * @throws AdmissionException if this is not its home, or it is contested
   */
  public AuthorityView renew(Cid genesis) {
    CompletableFuture<AuthorityView> answer = new CompletableFuture<>();
    clerk.enqueue(new Clerk.Task.Renew(genesis, answer));
    return await(answer);
  }

  /**
   * The authorities whose home is this node and whose newest head does not live on for long.
   *
   * @param before seconds, UTC: those that expire earlier
   */
  public List<AuthorityView> expiring(long before) {
    return authorities().stream()
        .filter(view -> keys.of(view.keyHead().body().home().headKey()).isPresent())
        .filter(view -> HomeRules.mayGoOn(view, keys).isEmpty())
        .filter(view -> view.head().map(head -> head.body().expires() < before).orElse(false))
        .toList();
  }

  /**
   * Hands in a statement. Everything that can be judged from it and its record alone is judged
   * before this returns.
   *
   * @param envelope its envelope
   * @param offered blocks that came with it: body, record, files, bundles; what is held need not
   *     come
   * @return a receipt, once it is durable; completes exceptionally with an {@link
   *     AdmissionException} or {@link org.dxos.dmg.block.StorageException}
   */
  public CompletableFuture<Receipt> submit(Cid envelope, BlockSource offered) {
    Clerk.Task.Say say = judged(envelope, offered, true);
    clerk.enqueue(say);
    return say.answer();
  }

  /**
   * Hands in many statements at once, so that they fill heads: those of one authority are in one
   * head, as far as it takes them, and cost one commit. Nobody else waits for them longer than for
   * that. Each is judged as {@link #submit} does, and is added or refused by itself.
   *
   * @param envelopes in the order in which they are to be added; at most {@link
   *     org.dxos.dmg.trust.Head#MAX_ADDED} of one authority share a head
   * @param offered blocks that came with them
   * @return in that order, a receipt without proof each, or a failure as of {@link #submit}
   */
  public List<CompletableFuture<Receipt>> submitAll(List<Cid> envelopes, BlockSource offered) {
    List<CompletableFuture<Receipt>> answers = new ArrayList<>();
    List<Clerk.Task.Say> says = new ArrayList<>();
    for (Cid envelope : envelopes) {
      try {
        Clerk.Task.Say say = judged(envelope, offered, false);
        says.add(say);
        answers.add(say.answer());
      } catch (RuntimeException e) {
        answers.add(CompletableFuture.failedFuture(e));
      }
    }
    clerk.enqueue(new Clerk.Task.Many(says));
    return answers;
  }

  private Clerk.Task.Say judged(Cid envelope, BlockSource offered, boolean proved) {
    BlockSource all = offered(offered);
    Signed<Statement> signed = Signed.read(all, envelope, Statement.class).requireSigned();
    AuthorityView view = known(signed);
    HomeRules.judge(view, chain(), keys, signed, now()).ifPresent(Registrar::refuse);
    List<Signed<Statement>> listed = listed(signed, view, all);
    Blocks blocks = checked(signed, listed, view, all);
    return new Clerk.Task.Say(
        signed, listed, blocks.fresh(), blocks.relied(), proved, new CompletableFuture<>());
  }

  /**
   * Checks a statement of an authority whose home is elsewhere, as far as it can be judged here.
   *
   * @return the statement, and the blocks of it that are not held
   * @throws AdmissionException if its home would refuse it, for all that is known here
   */
  public Checked check(Cid envelope, BlockSource offered) {
    BlockSource all = offered(offered);
    Signed<Statement> signed = Signed.read(all, envelope, Statement.class).requireSigned();
    AuthorityView view = known(signed);
    HomeRules.judge(view, chain(), signed, now()).ifPresent(Registrar::refuse);
    Blocks blocks = checked(signed, listed(signed, view, all), view, all);
    // The same release signed once more, a second later, is held as well.
    boolean held =
        Slots.apply(view.state(), envelope, signed.body(), view.voided(), all)
            instanceof Verdict.Held;
    return new Checked(signed, view, blocks.fresh(), blocks.relied(), held);
  }

  /**
   * A statement that was found in order.
   *
   * @param blocks of it that are not held
   * @param relied blocks of it that are: to be looked for again where it is kept
   * @param held whether it stands already
   */
  public record Checked(
      Signed<Statement> statement,
      AuthorityView authority,
      Map<Cid, byte[]> blocks,
      Set<Cid> relied,
      boolean held) {}

  /**
   * Does something while no head is signed and nothing else is committed through {@link #between}:
   * collecting, and keeping what relies on blocks that are held.
   *
   * @param work short, as all publishers wait for it; it must not call a registrar
   */
  public void between(Runnable work) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    clerk.enqueue(new Clerk.Task.Between(work, answer));
    await(answer);
  }

  /** Why a statement is not taken that relied on a block which has gone. */
  static Verdict.Refused collected(Cid cid) {
    return new Verdict.Refused(
        ErrorCode.BLOCK_MISSING,
        "admit statement: block `" + cid + "` was held when it came, and was collected since",
        "hand it in again, with all its blocks");
  }

  /**
   * Checks that what a statement relied on is still there; to be asked in {@link #between}.
   *
   * @throws AdmissionException.Refused if it is not
   */
  public void requireHeld(Checked checked) {
    checked.relied().stream()
        .filter(cid -> !store.has(cid))
        .findFirst()
        .ifPresent(cid -> refuse(collected(cid)));
  }

  /**
   * The blocks of a statement.
   *
   * @param fresh those that are not held
   * @param relied those that are
   */
  private record Blocks(Map<Cid, byte[]> fresh, Set<Cid> relied) {}

  /** True if this node signs the heads of an authority. */
  public boolean isHome(Cid genesis) {
    return authority(genesis)
        .map(view -> keys.of(view.keyHead().body().home().headKey()).isPresent())
        .orElse(false);
  }

  private AuthorityView known(Signed<Statement> signed) {
    Cid genesis = signed.body().genesis();
    return authority(genesis)
        .orElseThrow(
            () ->
                new AdmissionException.Refused(
                    ErrorCode.AUTHORITY_UNKNOWN,
                    "admit statement `"
                        + signed.cid()
                        + "`: authority `"
                        + genesis
                        + "` is not held here",
                    "claim the authority first"));
  }

  /** The blocks of a statement that are not held, once it was found to say what its record says. */
  private Blocks checked(
      Signed<Statement> signed,
      List<Signed<Statement>> listed,
      AuthorityView view,
      BlockSource all) {
    Blocks blocks = new Blocks(new LinkedHashMap<>(), new LinkedHashSet<>());
    for (Signed<Statement> one : listed) {
      check(one, view, all, blocks);
    }
    check(signed, view, all, blocks);
    return blocks;
  }

  private void check(Signed<Statement> signed, AuthorityView view, BlockSource all, Blocks blocks) {
    Statement statement = signed.body();
    if (statement.op() instanceof Statement.Release release) {
      // A slot that is taken stays taken, so a conflict is told before any file is looked at.
      switch (Slots.apply(view.state(), signed.cid(), statement, view.voided(), all)) {
        case Verdict.Accepted _ -> {
          ModuleRecord record =
              ReleaseRules.check(
                  view.name(), statement, release, all, name -> named(name).map(AuthorityView::id));
          ReleaseRules.eachBlock(release.module(), record, all, cid -> keepNew(cid, all, blocks));
        }
        case Verdict.Held _ -> {}
        case Verdict.Conflict conflict ->
            throw new AdmissionException.Conflict(conflict.standing(), conflict.message());
        case Verdict.Refused refused -> refuse(refused);
      }
    }
    keepNew(signed.envelope().body(), all, blocks);
    keepNew(signed.cid(), all, blocks);
  }

  /** What a release may lead to by its name. */
  private Optional<AuthorityView> named(String name) {
    return authority(name).or(() -> beyond.apply(name));
  }

  /** The statements that a promotion lists, each found to be one that it may list. */
  private static List<Signed<Statement>> listed(
      Signed<Statement> signed, AuthorityView view, BlockSource all) {
    if (!(signed.body().op() instanceof Statement.Promote promote)) {
      return List.of();
    }
    List<Signed<Statement>> listed = new ArrayList<>();
    for (Cid cid : promote.statements()) {
      Signed<Statement> one = Signed.read(all, cid, Statement.class).requireSigned();
      StatementRules.listed(signed.body(), promote, one.body()).ifPresent(Registrar::refuse);
      listed.add(one);
    }
    HomeRules.judgeListed(view, signed, listed).ifPresent(Registrar::refuse);
    return listed;
  }

  /** Waits for what {@link #submit} answers, and throws its failure as it is. */
  public static <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.join();
    } catch (java.util.concurrent.CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private BlockSource offered(BlockSource offered) {
    return offered.or(store);
  }

  private void keepNew(Cid cid, BlockSource all, Blocks blocks) {
    if (store.has(cid)) {
      blocks.relied().add(cid);
    } else {
      blocks.fresh().put(cid, Signed.need(all, cid, "block"));
    }
  }

  private void requireHome(AuthorityEntry entry) {
    if (keys.of(entry.home().headKey()).isEmpty()) {
      refuse(HomeRules.notHome(entry, keys));
    }
  }

  private static void refuse(Verdict.Refused refused) {
    throw new AdmissionException.Refused(refused.code(), refused.message(), refused.hint());
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  /** Finishes what was handed in, then stops. The store stays open. */
  @Override
  public void close() {
    clerk.close();
  }
}
