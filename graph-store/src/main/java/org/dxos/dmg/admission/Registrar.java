package org.dxos.dmg.admission;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
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
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;

/**
 * Takes claims and statements, and orders the statements of the authorities whose home this node is
 * into heads: one head an authority and commit group, however many publishers wait.
 *
 * <p>Threads: callers check signatures and records on their own threads; one thread, the clerk,
 * applies statements, signs heads and commits. {@code views} and {@code nodeTree} are written by
 * the clerk alone and read by anybody; what they show is on disk. A head is signed in memory and
 * leaves the process only after the batch that holds it was synced, so an epoch is never seen
 * signed twice.
 */
public final class Registrar implements AutoCloseable {

  /** 90 days, the life of a head unless configured otherwise. */
  public static final long HEAD_LIFE_SECONDS = 90L * 86_400;

  /**
   * Bytes of blocks in one commit group, beyond which the next statement waits for the next group.
   */
  private static final long MAX_GROUP_BYTES = 32L * 1024 * 1024;

  private static final String CLAIM = "authority/";

  private final BlockStore store;
  private final SigningKey headKey;
  private final InstantSource clock;
  private final Map<Cid, AuthorityView> views = new ConcurrentHashMap<>();
  private final Map<String, Cid> claims = new ConcurrentHashMap<>();
  private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
  private final LinkedBlockingQueue<Task> queue = new LinkedBlockingQueue<>();
  private final Thread clerk;
  private volatile NodeTree nodeTree;
  private volatile boolean closed;

  /** Work for the clerk. */
  private sealed interface Task {
    record Claim(
        Signed<AuthorityEntry> genesis,
        Map<Cid, byte[]> blocks,
        CompletableFuture<AuthorityView> answer)
        implements Task {}

    record Say(
        Signed<Statement> statement, Map<Cid, byte[]> blocks, CompletableFuture<Receipt> answer)
        implements Task {
      long bytes() {
        return blocks.values().stream().mapToLong(block -> block.length).sum();
      }
    }

    record Stop() implements Task {}
  }

  /**
   * Reads what the store holds and begins to take statements.
   *
   * @param headKey the key that signs heads here
   * @param clock of heads: their {@code issued}
   * @param threads makes the clerk
   */
  public Registrar(
      BlockStore store, SigningKey headKey, InstantSource clock, ThreadFactory threads) {
    this.store = store;
    this.headKey = headKey;
    this.clock = clock;
    this.nodeTree = NodeTree.load(store);
    for (Cid id : nodeTree.ids()) {
      AuthorityView view = load(id);
      views.put(id, view);
    }
    for (String register : store.registers(CLAIM)) {
      store
          .register(register)
          .ifPresent(id -> claims.put(register.substring(CLAIM.length()), Cid.fromBytes(id)));
    }
    this.clerk = threads.newThread(this::run);
    clerk.start();
  }

  private AuthorityView load(Cid id) {
    AuthorityState state = nodeTree.state(id, store).orElseThrow();
    Signed<AuthorityEntry> keyHead = Signed.read(store, state.keyHead(), AuthorityEntry.class);
    Optional<Signed<Head>> head =
        state.publicHead().map(cid -> Signed.read(store, cid, Head.class));
    MerkleSearchTree tree =
        head.isPresent()
            ? MerkleSearchTree.at(head.get().body().state(), store)
            : MerkleSearchTree.empty(store);
    return new AuthorityView(id, keyHead, head, tree);
  }

  /** The authority to which the name is bound here. */
  public Optional<AuthorityView> authority(String name) {
    return Optional.ofNullable(claims.get(name)).flatMap(this::authority);
  }

  /** The authority with this id. */
  public Optional<AuthorityView> authority(Cid id) {
    return Optional.ofNullable(views.get(id));
  }

  /** Every authority held, in no order. */
  public List<AuthorityView> authorities() {
    return List.copyOf(views.values());
  }

  /** The root of everything held: equal on two nodes if and only if they hold the same. */
  public Cid root() {
    return nodeTree.root();
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
    Map<Cid, byte[]> blocks = new LinkedHashMap<>();
    blocks.put(envelope, Signed.need(all, envelope, "envelope"));
    blocks.put(genesis.envelope().body(), Signed.need(all, genesis.envelope().body(), "body"));
    CompletableFuture<AuthorityView> answer = new CompletableFuture<>();
    enqueue(new Task.Claim(genesis, blocks, answer));
    return await(answer);
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
    BlockSource all = offered(offered);
    Signed<Statement> signed = Signed.read(all, envelope, Statement.class).requireSigned();
    Statement statement = signed.body();
    AuthorityView view =
        authority(statement.genesis())
            .orElseThrow(
                () ->
                    new AdmissionException.Refused(
                        ErrorCode.AUTHORITY_UNKNOWN,
                        "admit statement `"
                            + envelope
                            + "`: authority `"
                            + statement.genesis()
                            + "` is not held here",
                        "claim the authority first"));
    requireHome(view.keyHead().body());
    requireAuth(view, signed);
    StatementRules.judge(statement, view.keyHead().body(), view.keyHead().body(), now())
        .ifPresent(Registrar::refuse);
    Map<Cid, byte[]> blocks = new LinkedHashMap<>();
    if (statement.op() instanceof Statement.Release release) {
      // A slot that is taken stays taken, so a conflict is told before any file is looked at.
      switch (Slots.apply(view.state(), envelope, statement, all)) {
        case Verdict.Accepted _ -> {
          ReleaseRules.check(view.name(), statement, release, all, this::authority);
          ReleaseRules.eachBlock(release.module(), all, cid -> keepNew(cid, all, blocks));
        }
        case Verdict.Held _ -> {}
        case Verdict.Conflict conflict ->
            throw new AdmissionException.Conflict(conflict.standing(), conflict.message());
        case Verdict.Refused refused -> refuse(refused);
      }
    }
    keepNew(signed.envelope().body(), all, blocks);
    keepNew(envelope, all, blocks);
    CompletableFuture<Receipt> answer = new CompletableFuture<>();
    enqueue(new Task.Say(signed, blocks, answer));
    return answer;
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
    return cid -> offered.get(cid).or(() -> store.get(cid));
  }

  private void keepNew(Cid cid, BlockSource all, Map<Cid, byte[]> blocks) {
    if (!store.has(cid)) {
      blocks.put(cid, Signed.need(all, cid, "block"));
    }
  }

  private void requireHome(AuthorityEntry entry) {
    if (!entry.home().headKey().equals(headKey.publicKey())) {
      throw new AdmissionException.Refused(
          ErrorCode.NOT_HOME,
          "admit for `"
              + entry.authority()
              + "`: its home has head key `"
              + entry.home().headKey()
              + "`, this node `"
              + headKey.publicKey()
              + "`",
          "hand it to the home node");
    }
  }

  private static void requireAuth(AuthorityView view, Signed<Statement> statement) {
    if (!statement.body().auth().equals(view.keyHead().cid())) {
      throw new AdmissionException.Refused(
          ErrorCode.STATEMENT_REFUSED,
          "admit statement `"
              + statement.cid()
              + "`: its `auth` `"
              + statement.body().auth()
              + "` is no entry of the key log of `"
              + view.name()
              + "`");
    }
  }

  private static void refuse(Verdict.Refused refused) {
    throw new AdmissionException.Refused(refused.code(), refused.message(), refused.hint());
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  private void enqueue(Task task) {
    if (closed) {
      throw new IllegalStateException("registrar is closed");
    }
    queue.add(task);
    // The clerk may have gone between the question and the answer; nobody waits for ever.
    if (closed && queue.remove(task)) {
      throw new IllegalStateException("registrar is closed");
    }
  }

  // ---- the clerk ----

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
        case Task.Claim claim -> {
          settle(says);
          says = new ArrayList<>();
          bytes = 0;
          answer(claim);
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
        case Task.Stop _ -> {}
      }
    }
    settle(says);
  }

  private void answer(Task.Claim task) {
    try {
      task.answer().complete(admit(task));
    } catch (RuntimeException e) {
      task.answer().completeExceptionally(e);
    }
  }

  private AuthorityView admit(Task.Claim task) {
    Signed<AuthorityEntry> genesis = task.genesis();
    Cid id = genesis.envelope().body();
    String name = genesis.body().authority();
    Cid bound = claims.get(name);
    if (bound != null && bound.equals(id)) {
      return view(id);
    }
    if (bound != null) {
      throw new AdmissionException.Refused(
          ErrorCode.AUTHORITY_CONTESTED,
          "claim `"
              + name
              + "`: the name is bound to authority `"
              + bound
              + "`, offered `"
              + id
              + "`",
          "publish with the keys of the authority that is there, or under a name of your own");
    }
    Batch batch = new Batch();
    task.blocks().forEach(batch::put);
    NodeTree next =
        nodeTree
            .with(
                id,
                new AuthorityState(genesis.cid(), Optional.empty(), Optional.empty(), List.of()),
                batch)
            .write(batch);
    batch.set(CLAIM + name, id.bytes());
    batch.admit(JournalEntry.Kind.AUTHORITY, id, genesis.cid());
    long position = store.commit(batch);
    AuthorityView view =
        new AuthorityView(id, genesis, Optional.empty(), MerkleSearchTree.empty(store));
    views.put(id, view);
    claims.put(name, id);
    nodeTree = next;
    listeners.forEach(listener -> listener.accept(position));
    return view;
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
    long issued = now();
    for (Task.Say say : says) {
      Cid id = say.statement().body().genesis();
      Chapter chapter = chapters.computeIfAbsent(id, _ -> new Chapter(view(id)));
      try {
        apply(say, chapter, issued, batch, all);
      } catch (RuntimeException e) {
        // One that cannot be judged fails alone. What it left in the batch is linked by nothing.
        say.answer().completeExceptionally(e);
      }
    }
    NodeTree next = nodeTree;
    List<AuthorityView> after = new ArrayList<>();
    for (Chapter chapter : chapters.values()) {
      if (chapter.added.isEmpty()) {
        continue;
      }
      AuthorityView view = sign(chapter, issued, batch);
      after.add(view);
      next =
          next.with(
              view.id(),
              new AuthorityState(
                  view.keyHead().cid(), view.head().map(Signed::cid), Optional.empty(), List.of()),
              batch);
    }
    long position = store.journalEnd();
    if (!after.isEmpty()) {
      next = next.write(batch);
      position = store.commit(batch);
    }
    after.forEach(view -> views.put(view.id(), view));
    nodeTree = next;
    long end = position;
    chapters.values().forEach(chapter -> answer(chapter, end));
    if (!after.isEmpty()) {
      listeners.forEach(listener -> listener.accept(end));
    }
  }

  private static void apply(
      Task.Say say, Chapter chapter, long issued, Batch batch, BlockSource all) {
    Signed<Statement> statement = say.statement();
    AuthorityEntry keyHead = chapter.before.keyHead().body();
    Optional<Verdict.Refused> late =
        StatementRules.judge(statement.body(), keyHead, keyHead, issued);
    Verdict verdict =
        late.isPresent()
            ? late.get()
            : Slots.apply(chapter.state, statement.cid(), statement.body(), all);
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

  private AuthorityView view(Cid id) {
    return authority(id).orElseThrow();
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
            issued + HEAD_LIFE_SECONDS,
            Optional.empty());
    byte[] body = head.encode();
    Envelope envelope = Envelope.sign(Head.TYPE, body, List.of(headKey));
    byte[] block = envelope.encode();
    Cid cid = DagCbor.cid(block);
    batch.put(envelope.body(), body);
    batch.put(cid, block);
    batch.admit(JournalEntry.Kind.HEAD, before.id(), cid);
    return new AuthorityView(
        before.id(), before.keyHead(), Optional.of(new Signed<>(cid, envelope, head)), state);
  }

  private void answer(Chapter chapter, long position) {
    AuthorityView view = views.getOrDefault(chapter.before.id(), chapter.before);
    for (Task.Say say : chapter.added) {
      say.answer()
          .complete(receipt(Receipt.Status.ADDED, say, say.statement().cid(), view, position));
    }
    for (int i = 0; i < chapter.held.size(); i++) {
      Task.Say say = chapter.held.get(i);
      say.answer()
          .complete(receipt(Receipt.Status.HELD, say, chapter.standing.get(i), view, position));
    }
  }

  private Receipt receipt(
      Receipt.Status status, Task.Say say, Cid standing, AuthorityView view, long position) {
    Cid head = view.head().map(Signed::cid).orElseThrow();
    List<byte[]> proof = new ArrayList<>();
    for (Cid node : view.state().path(Slots.of(say.statement().body()))) {
      proof.add(Signed.need(store, node, "tree node"));
    }
    return new Receipt(status, standing, head, proof, position);
  }

  private static void fail(List<? extends Task> tasks, RuntimeException e) {
    for (Task task : tasks) {
      switch (task) {
        case Task.Claim claim -> claim.answer().completeExceptionally(e);
        case Task.Say say -> say.answer().completeExceptionally(e);
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
      clerk.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
