package org.dxos.dmg.admission;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.mst.TreeException;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.Ahead;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Axiom;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.Dossier;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.SpaceLog;
import org.dxos.dmg.verdict.Standing;
import org.dxos.dmg.verdict.Verdict;

/**
 * The one thread that changes what a node holds: it takes whatever waits, applies it, signs one
 * head an authority, commits all of it with one sync, and answers.
 *
 * <p>A head is signed in memory and leaves the process only after the batch that holds it was
 * synced, so an epoch is never seen signed twice. {@code queue} is shared with callers; everything
 * else here is the clerk's own.
 */
final class Clerk implements AutoCloseable {

  /**
   * Bytes of blocks in one commit group, beyond which the next statement waits for the next group.
   */
  private static final long MAX_GROUP_BYTES = 32L * 1024 * 1024;

  /** Work for the clerk. */
  sealed interface Task {
    /**
     * Envelopes of one authority's key log entries and heads, from whoever carries them.
     *
     * @param offered blocks that came with them
     * @param ahead what of them was read and verified before it was the clerk's turn
     * @param binding what becomes of the name
     */
    record Learn(
        Cid genesis,
        List<Cid> envelopes,
        BlockSource offered,
        Ahead ahead,
        Registrar.Binding binding,
        CompletableFuture<Learned> answer)
        implements Task {}

    /** Entries of the log of the space that the store is of, oldest first. */
    record LearnSpace(
        List<Cid> envelopes, BlockSource offered, CompletableFuture<LearnedSpace> answer)
        implements Task {}

    /**
     * A statement, found in order.
     *
     * @param listed what it promotes, each found in order; empty unless it is a promotion
     * @param blocks of it that were not held
     * @param relied blocks of it that were
     * @param proved whether the receipt is to have its proof
     */
    record Say(
        Signed<Statement> statement,
        List<Signed<Statement>> listed,
        Map<Cid, byte[]> blocks,
        Set<Cid> relied,
        boolean proved,
        CompletableFuture<Receipt> answer)
        implements Task {
      int statements() {
        return 1 + listed.size();
      }

      long bytes() {
        return blocks.values().stream().mapToLong(block -> block.length).sum();
      }
    }

    /**
     * Statements that were handed in together: they share heads and commits, as far as these go.
     */
    record Many(List<Say> says) implements Task {}

    /** Something to be done while nothing else is committed from here. */
    record Between(Runnable work, CompletableFuture<Boolean> answer) implements Task {}

    /** A head that adds nothing, and lives on from now. */
    record Renew(Cid genesis, CompletableFuture<AuthorityView> answer) implements Task {}

    record Stop() implements Task {}
  }

  private final BlockStore store;
  private final Holdings holdings;
  private final HeadKeys keys;
  private final InstantSource clock;
  private final List<LongConsumer> listeners;
  private final LinkedBlockingQueue<Task> queue = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param listeners called with the newest journal position after each commit
   */
  Clerk(
      BlockStore store,
      Holdings holdings,
      HeadKeys keys,
      InstantSource clock,
      ThreadFactory threads,
      List<LongConsumer> listeners) {
    this.store = store;
    this.holdings = holdings;
    this.keys = keys;
    this.clock = clock;
    this.listeners = listeners;
    this.thread = threads.newThread(this::run);
    thread.start();
  }

  /** Hands a task in; its answer is completed, whatever happens. */
  void enqueue(Task task) {
    requireOpen();
    queue.add(task);
    // The clerk may have gone between the question and the answer; nobody waits for ever.
    if (closed && queue.remove(task)) {
      throw new IllegalStateException("registrar is closed");
    }
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("registrar is closed");
    }
  }

  private void run() {
    List<Task> group = new ArrayList<>();
    try {
      while (true) {
        group.add(queue.take());
        queue.drainTo(group, Head.MAX_ADDED - 1);
        boolean stop = group.removeIf(task -> task instanceof Task.Stop);
        work(group);
        group.clear();
        if (stop) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closed = true;
      group.addAll(queue);
      fail(group, new IllegalStateException("registrar is closed"));
    }
  }

  private void work(List<Task> group) {
    Gathered gathered = new Gathered();
    for (Task task : group) {
      switch (task) {
        case Task.Learn learn -> {
          gathered.settle();
          answer(learn);
        }
        case Task.LearnSpace learn -> {
          gathered.settle();
          answer(learn);
        }
        case Task.Renew renew -> {
          gathered.settle();
          answer(renew);
        }
        case Task.Say say -> gathered.add(say);
        case Task.Many many -> many.says().forEach(gathered::add);
        case Task.Between between -> {
          gathered.settle();
          run(between);
        }
        case Task.Stop _ -> {}
      }
    }
    gathered.settle();
  }

  /** Statements that will be settled together: no more than one head takes. */
  private final class Gathered {
    private List<Task.Say> says = new ArrayList<>();
    private long bytes;
    private int statements;

    private void add(Task.Say say) {
      if (statements + say.statements() > Head.MAX_ADDED) {
        settle();
      }
      says.add(say);
      bytes += say.bytes();
      statements += say.statements();
      if (bytes > MAX_GROUP_BYTES) {
        settle();
      }
    }

    private void settle() {
      List<Task.Say> all = says;
      says = new ArrayList<>();
      bytes = 0;
      statements = 0;
      Clerk.this.settle(all);
    }
  }

  private static void run(Task.Between between) {
    try {
      between.work().run();
      between.answer().complete(true);
    } catch (RuntimeException e) {
      between.answer().completeExceptionally(e);
    }
  }

  private void answer(Task.Learn task) {
    try {
      task.answer().complete(learn(task));
    } catch (RuntimeException e) {
      task.answer().completeExceptionally(e);
    }
  }

  private void answer(Task.LearnSpace task) {
    try {
      task.answer().complete(learn(task));
    } catch (RuntimeException e) {
      task.answer().completeExceptionally(e);
    }
  }

  private LearnedSpace learn(Task.LearnSpace task) {
    Cid space = holdings.chain().space().orElseThrow();
    SpaceLearning learning = new SpaceLearning(space, store, task.envelopes(), task.offered());
    Optional<SpaceLog> log = learning.log();
    if (learning.added().isEmpty() || log.isEmpty()) {
      return learning.answer();
    }
    Batch batch = new Batch();
    learning.write(batch);
    NodeTree next = holdings.tree().with(log.get(), batch);
    List<AuthorityView> judged = new ArrayList<>();
    Chain chain = Chain.of(log.get());
    if (!chain.equals(holdings.chain())) {
      // It is for the space to say what revoked keys have left standing in it.
      for (AuthorityView view : holdings.authorities()) {
        AuthorityView now = judge(view, chain, batch);
        judged.add(now);
        next = next.with(now, batch);
      }
    }
    next = next.write(batch);
    long position = store.commit(batch);
    holdings.show(log.get());
    holdings.show(judged, next);
    listeners.forEach(listener -> listener.accept(position));
    return learning.answer();
  }

  private AuthorityView judge(AuthorityView view, Chain chain, Batch batch) {
    BlockSource all = cid -> batch.get(cid).or(() -> store.get(cid));
    Dossier dossier =
        Evidence.dossier(view.id(), view.standing().state(), chain, all, batch::put, store);
    Standing standing = Axiom.of(dossier);
    Evidence.putAside(dossier, standing, all, batch);
    standing.forks().forEach(fork -> batch.put(Axiom.cid(fork), fork.encode()));
    standing.tip().ifPresent(dossier::requireTree);
    batch.admit(JournalEntry.Kind.STANDING, view.id(), standing.log().last().cid());
    return new AuthorityView(
        view.id(),
        standing,
        standing
            .tip()
            .map(head -> MerkleSearchTree.at(head.body().state(), store))
            .orElseGet(() -> MerkleSearchTree.empty(store)));
  }

  private void answer(Task.Renew task) {
    try {
      task.answer().complete(renew(holdings.need(task.genesis())));
    } catch (RuntimeException e) {
      task.answer().completeExceptionally(e);
    }
  }

  private AuthorityView renew(AuthorityView before) {
    HomeRules.mayGoOn(before, keys)
        .ifPresent(
            refused -> {
              throw new AdmissionException.Refused(
                  refused.code(), refused.message(), refused.hint());
            });
    Batch batch = new Batch();
    AuthorityView after = sign(new Chapter(before), clock.instant().getEpochSecond(), batch);
    NodeTree next = holdings.tree().with(after, batch).write(batch);
    long position = store.commit(batch);
    holdings.show(List.of(after), next);
    listeners.forEach(listener -> listener.accept(position));
    return after;
  }

  private Learned learn(Task.Learn task) {
    Batch batch = new Batch();
    Learning learning =
        new Learning(holdings.authority(task.genesis()), holdings.chain(), store, task, batch);
    if (learning.added().isEmpty()) {
      return learning.answer(holdings.authority(task.genesis()), store.journalEnd());
    }
    AuthorityView view = learning.view();
    Optional<Cid> bound = holdings.bound(view.name());
    if (task.binding() == Registrar.Binding.CLAIM
        && bound.isPresent()
        && !bound.get().equals(view.id())) {
      throw new AdmissionException.Refused(
          ErrorCode.AUTHORITY_CONTESTED,
          "claim `"
              + view.name()
              + "`: the name is bound to authority `"
              + bound.get()
              + "`, offered `"
              + view.id()
              + "`",
          "publish with the keys of the authority that is there, or under a name of your own");
    }
    NodeTree next = holdings.tree().with(view, batch).write(batch);
    boolean binds = bound.isEmpty() && task.binding() != Registrar.Binding.NEVER;
    if (binds) {
      Holdings.bind(view.name(), view.id(), batch);
    }
    long position = store.commit(batch);
    holdings.show(List.of(view), next);
    if (binds) {
      holdings.showBound(view.name(), view.id());
    }
    listeners.forEach(listener -> listener.accept(position));
    return learning.answer(Optional.of(view), position);
  }

  /**
   * Settles a group with one commit; if that cannot be written as a whole, one by one, so that only
   * what is at fault fails.
   */
  private void settle(List<Task.Say> says) {
    if (says.isEmpty()) {
      return;
    }
    try {
      commit(says);
    } catch (TreeException e) {
      if (says.size() == 1) {
        fail(says, e);
      } else {
        says.forEach(say -> settle(List.of(say)));
      }
    } catch (RuntimeException e) {
      fail(says, e);
    }
  }

  /** Statements of one authority in one group, as they are applied. */
  private static final class Chapter {
    private final AuthorityView before;
    private final List<Task.Say> added = new ArrayList<>();
    private final List<Task.Say> held = new ArrayList<>();
    private final List<Cid> standing = new ArrayList<>();
    private MerkleSearchTree state;

    private Chapter(AuthorityView before) {
      this.before = before;
      this.state = before.state();
    }
  }

  private void commit(List<Task.Say> says) {
    Batch batch = new Batch();
    BlockSource all = cid -> batch.get(cid).or(() -> store.get(cid));
    Map<Cid, Chapter> chapters = new LinkedHashMap<>();
    long issued = clock.instant().getEpochSecond();
    for (Task.Say say : says) {
      Cid id = say.statement().body().genesis();
      Chapter chapter = chapters.computeIfAbsent(id, _ -> new Chapter(holdings.need(id)));
      try {
        apply(say, chapter, issued, batch, all);
      } catch (RuntimeException e) {
        // One that cannot be judged fails alone. What it left in the batch is linked by nothing.
        say.answer().completeExceptionally(e);
      }
    }
    NodeTree next = holdings.tree();
    List<AuthorityView> after = new ArrayList<>();
    for (Chapter chapter : chapters.values()) {
      if (chapter.added.isEmpty()) {
        continue;
      }
      AuthorityView view = sign(chapter, issued, batch);
      after.add(view);
      next = next.with(view, batch);
    }
    long position = store.journalEnd();
    if (!after.isEmpty()) {
      next = next.write(batch);
      position = store.commit(batch);
    }
    holdings.show(after, next);
    long end = position;
    // The nodes near the root are in every proof, and most of them were written just now.
    Map<Cid, byte[]> nodes = new HashMap<>();
    BlockSource known =
        cid -> Optional.of(nodes.computeIfAbsent(cid, one -> Signed.need(all, one, "tree node")));
    chapters.values().forEach(chapter -> answer(chapter, end, known));
    if (!after.isEmpty()) {
      listeners.forEach(listener -> listener.accept(end));
    }
  }

  private void apply(Task.Say say, Chapter chapter, long issued, Batch batch, BlockSource all) {
    Signed<Statement> statement = say.statement();
    // The key log may have gone on since the statement was handed in.
    Optional<Verdict.Refused> late =
        HomeRules.judge(chapter.before, holdings.chain(), keys, statement, issued)
            .or(() -> HomeRules.judgeListed(chapter.before, statement, say.listed()))
            .or(() -> collected(say.relied(), all));
    Verdict verdict = late.isPresent() ? late.get() : apply(say, chapter, all);
    switch (verdict) {
      case Verdict.Accepted accepted -> {
        say.blocks().forEach(batch::put);
        chapter.state = accepted.state();
        chapter.added.add(say);
      }
      case Verdict.Held held -> {
        chapter.held.add(say);
        chapter.standing.add(held.standing());
      }
      case Verdict.Conflict conflict ->
          say.answer()
              .completeExceptionally(
                  new AdmissionException.Conflict(conflict.standing(), conflict.message()));
      case Verdict.Refused refused ->
          say.answer()
              .completeExceptionally(
                  new AdmissionException.Refused(
                      refused.code(), refused.message(), refused.hint()));
    }
  }

  /** A promotion takes its slot with all that it lists, or nothing does. */
  private static Verdict apply(Task.Say say, Chapter chapter, BlockSource all) {
    Set<Cid> voided = chapter.before.voided();
    Verdict verdict =
        Slots.apply(chapter.state, say.statement().cid(), say.statement().body(), voided, all);
    BlockSource readable = cid -> Optional.ofNullable(say.blocks().get(cid)).or(() -> all.get(cid));
    for (Signed<Statement> one : say.listed()) {
      if (!(verdict instanceof Verdict.Accepted so)) {
        return verdict;
      }
      verdict = Slots.apply(so.state(), one.cid(), one.body(), voided, readable);
      if (verdict instanceof Verdict.Held) {
        return Verdict.refused(
            ErrorCode.STATEMENT_REFUSED,
            "promote `" + say.statement().body().path() + "`: `" + one.cid() + "` is public");
      }
    }
    return verdict;
  }

  /** What was held when the statement was handed in may have been collected since. */
  private static Optional<Verdict.Refused> collected(Set<Cid> relied, BlockSource all) {
    return relied.stream()
        .filter(cid -> all.get(cid).isEmpty())
        .findFirst()
        .map(Registrar::collected);
  }

  private AuthorityView sign(Chapter chapter, long issued, Batch batch) {
    AuthorityView before = chapter.before;
    MerkleSearchTree state = chapter.state.write(batch);
    Head head =
        new Head(
            before.id(),
            holdings.chain().space(),
            before.keyHead().body().seq(),
            before.head().map(prev -> prev.body().epoch() + 1).orElse(0L),
            before.head().map(Signed::cid),
            before.keyHead().cid(),
            chapter.added.stream()
                .flatMap(say -> Stream.concat(Stream.of(say.statement()), say.listed().stream()))
                .map(Signed::cid)
                .toList(),
            state.root(),
            issued,
            issued + Registrar.HEAD_LIFE_SECONDS,
            Optional.empty());
    byte[] body = head.encode();
    SigningKey key = keys.of(before.keyHead().body().home().headKey()).orElseThrow();
    Envelope envelope = Envelope.sign(Head.TYPE, body, List.of(key));
    byte[] block = envelope.encode();
    Cid cid = DagCbor.cid(block);
    batch.put(envelope.body(), body);
    batch.put(cid, block);
    batch.admit(JournalEntry.Kind.HEAD, before.id(), cid);
    Standing standing = before.standing();
    return new AuthorityView(
        before.id(),
        new Standing(
            standing.log(),
            Optional.of(new Signed<>(cid, envelope, head)),
            standing.voided(),
            standing.contest(),
            standing.forks(),
            standing.awaited()),
        state);
  }

  private void answer(Chapter chapter, long position, BlockSource nodes) {
    AuthorityView view = holdings.authority(chapter.before.id()).orElse(chapter.before);
    for (Task.Say say : chapter.added) {
      say.answer()
          .complete(
              receipt(Receipt.Status.ADDED, say, say.statement().cid(), view, position, nodes));
    }
    for (int i = 0; i < chapter.held.size(); i++) {
      Task.Say say = chapter.held.get(i);
      say.answer()
          .complete(
              receipt(Receipt.Status.HELD, say, chapter.standing.get(i), view, position, nodes));
    }
  }

  private Receipt receipt(
      Receipt.Status status,
      Task.Say say,
      Cid standing,
      AuthorityView view,
      long position,
      BlockSource nodes) {
    Cid head = view.head().map(Signed::cid).orElseThrow();
    List<byte[]> proof = new ArrayList<>();
    List<Cid> path = say.proved() ? view.state().path(Slots.of(say.statement().body())) : List.of();
    for (Cid node : path) {
      proof.add(Signed.need(nodes, node, "tree node"));
    }
    return new Receipt(status, standing, head, proof, position);
  }

  private static void fail(List<? extends Task> tasks, RuntimeException e) {
    for (Task task : tasks) {
      switch (task) {
        case Task.Learn learn -> learn.answer().completeExceptionally(e);
        case Task.LearnSpace learn -> learn.answer().completeExceptionally(e);
        case Task.Say say -> say.answer().completeExceptionally(e);
        case Task.Many many -> fail(many.says(), e);
        case Task.Between between -> between.answer().completeExceptionally(e);
        case Task.Renew renew -> renew.answer().completeExceptionally(e);
        case Task.Stop _ -> {}
      }
    }
  }

  /** Finishes what was handed in, then stops. The store stays open. */
  @Override
  public void close() {
    if (!closed) {
      queue.add(new Task.Stop());
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
