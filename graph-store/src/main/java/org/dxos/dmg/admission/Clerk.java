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
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
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
     * @param binding what becomes of the name
     */
    record Learn(
        Cid genesis,
        List<Cid> envelopes,
        BlockSource offered,
        Registrar.Binding binding,
        CompletableFuture<Learned> answer)
        implements Task {}

    /**
     * A statement, found in order.
     *
     * @param blocks of it that were not held
     * @param relied blocks of it that were
     */
    record Say(
        Signed<Statement> statement,
        Map<Cid, byte[]> blocks,
        Set<Cid> relied,
        CompletableFuture<Receipt> answer)
        implements Task {
      long bytes() {
        return blocks.values().stream().mapToLong(block -> block.length).sum();
      }
    }

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
    if (closed) {
      throw new IllegalStateException("registrar is closed");
    }
    queue.add(task);
    // The clerk may have gone between the question and the answer; nobody waits for ever.
    if (closed && queue.remove(task)) {
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
    List<Task.Say> says = new ArrayList<>();
    long bytes = 0;
    for (Task task : group) {
      switch (task) {
        case Task.Learn learn -> {
          settle(says);
          says = new ArrayList<>();
          bytes = 0;
          answer(learn);
        }
        case Task.Renew renew -> {
          settle(says);
          says = new ArrayList<>();
          bytes = 0;
          answer(renew);
        }
        case Task.Say say -> {
          bytes += say.bytes();
          says.add(say);
          if (bytes > MAX_GROUP_BYTES) {
            settle(says);
            says = new ArrayList<>();
            bytes = 0;
          }
        }
        case Task.Between between -> {
          settle(says);
          says = new ArrayList<>();
          bytes = 0;
          run(between);
        }
        case Task.Stop _ -> {}
      }
    }
    settle(says);
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
    Learning learning = new Learning(holdings.authority(task.genesis()), store, task, batch);
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
        HomeRules.judge(chapter.before, keys, statement, issued)
            .or(() -> collected(say.relied(), all));
    Verdict verdict =
        late.isPresent()
            ? late.get()
            : Slots.apply(
                chapter.state, statement.cid(), statement.body(), chapter.before.voided(), all);
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
            Optional.empty(),
            before.keyHead().body().seq(),
            before.head().map(prev -> prev.body().epoch() + 1).orElse(0L),
            before.head().map(Signed::cid),
            before.keyHead().cid(),
            chapter.added.stream().map(say -> say.statement().cid()).toList(),
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
    for (Cid node : view.state().path(Slots.of(say.statement().body()))) {
      proof.add(Signed.need(nodes, node, "tree node"));
    }
    return new Receipt(status, standing, head, proof, position);
  }

  private static void fail(List<? extends Task> tasks, RuntimeException e) {
    for (Task task : tasks) {
      switch (task) {
        case Task.Learn learn -> learn.answer().completeExceptionally(e);
        case Task.Say say -> say.answer().completeExceptionally(e);
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
