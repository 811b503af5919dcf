package org.dxos.dmg.sync.replica;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Fork;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;

/** Answers requests out of what a node holds. It reads only, and keeps nothing between requests. */
public final class Responder {

  /** Authorities named in one answer; who has taken them asks again. */
  static final int MAX_CHANGED = 1000;

  private static final int JOURNAL_PAGE = 1024;

  private final Holder holder;
  private final BlockStore store;
  private final PublicBlocks blocks;

  public Responder(Holder holder) {
    this(holder, new PublicBlocks(holder));
  }

  /**
   * @param blocks of that holder
   */
  public Responder(Holder holder, PublicBlocks blocks) {
    this.holder = holder;
    this.store = holder.store();
    this.blocks = blocks;
  }

  /** What differs from the asker's root. */
  public void roots(Request.Roots request, ItemWriter out) throws IOException {
    Cid root = holder.tree().root();
    long at = store.journalEnd();
    Set<Cid> changed = new LinkedHashSet<>();
    if (!root.equals(request.root())) {
      Optional<Cursor> ours =
          request
              .cursor()
              .filter(cursor -> cursor.in(store.journalId()) && cursor.at() <= store.journalEnd());
      if (ours.isPresent()) {
        at = changedSince(ours.get().at(), request.follow(), changed);
      }
    }
    out.say(
        new MapBuilder()
            .put("root", Node.of(root))
            .put("cursor", new Cursor(store.journalId(), at).toNode())
            .put("changed", changed, Node::of)
            .build());
  }

  /** Adds who changed; answers how far the journal was read. */
  private long changedSince(long from, List<String> follow, Set<Cid> changed) {
    long at = from;
    while (changed.size() < MAX_CHANGED) {
      List<JournalEntry> page = store.journal(at, JOURNAL_PAGE);
      if (page.isEmpty()) {
        return at;
      }
      for (JournalEntry entry : page) {
        if (changed.size() >= MAX_CHANGED && !changed.contains(entry.genesis())) {
          return at;
        }
        at = entry.position();
        holder
            .authority(entry.genesis())
            .filter(view -> Follow.of(follow).follows(view.name()))
            .ifPresent(view -> changed.add(view.id()));
      }
    }
    return at;
  }

  /** One node of a tree; nothing for one that is not here, or not for others. */
  public void tree(Request.Tree request, ItemWriter out) throws IOException {
    // The nodes that are asked for are nearly always these, which are seen for what they are; which
    // blocks are public takes seconds to find out where much is held.
    Optional<byte[]> node =
        store
            .get(request.node())
            .filter(block -> isOfNode(request.node(), block))
            .or(() -> blocks.get(request.node()));
    if (node.isPresent()) {
      out.block(node.get());
    }
  }

  /**
   * True for a node of the node tree, the one that stands or one of before, which somebody may just
   * be walking: all its keys are of authorities, and those of the tree may be told to others.
   */
  private boolean isOfNode(Cid cid, byte[] block) {
    if (cid.codec() != Cid.DAG_CBOR || blocks.isWithheld(cid)) {
      return false;
    }
    try {
      if (!(DagCbor.decode(block) instanceof Node.Map map)
          || map.entries().size() != 2
          || !map.entries().containsKey("l")
          || !(map.entries().get("e") instanceof Node.Array entries)) {
        return false;
      }
      for (Node entry : entries.items()) {
        boolean first = entry.equals(entries.items().getFirst());
        if (!(entry instanceof Node.Map one)
            || !(one.entries().get("k") instanceof Node.Bytes key)
            || !(one.entries().get("p") instanceof Node.Int shared)
            || !(first
                ? isOfTree(key.value())
                : shared.value() >= AUTHORITY.length || holder.space().isPresent())) {
          return false;
        }
      }
      return true;
    } catch (FormatException e) {
      return false;
    }
  }

  private boolean isOfTree(byte[] key) {
    return Bytes.at(key, 0, AUTHORITY) || (holder.space().isPresent() && Bytes.at(key, 0, SPACE));
  }

  private static final byte[] AUTHORITY = {'a', '/'};
  private static final byte[] SPACE = {'s', '/'};

  /** Blocks by their CIDs, in order; then which are not here, or not for others. */
  public void blocks(Request.Blocks request, ItemWriter out) throws IOException {
    List<Cid> missing = new ArrayList<>();
    for (Cid cid : request.cids()) {
      Optional<byte[]> block = blocks.forLinked(cid);
      if (block.isPresent()) {
        out.block(block.get());
      } else {
        missing.add(cid);
      }
    }
    out.say(new MapBuilder().put("missing", missing, Node::of).build());
  }

  /** Key logs and heads after what the asker has. */
  public void log(Request.Log request, ItemWriter out) throws IOException {
    for (Request.Want want : request.want()) {
      MapBuilder end = new MapBuilder().put("end", Node.of(want.genesis()));
      Optional<SpaceLog> own = holder.space().filter(log -> log.id().equals(want.genesis()));
      if (own.isPresent()) {
        space(own.get(), want, out);
        out.say(end.build());
        continue;
      }
      Optional<AuthorityView> view = holder.authority(want.genesis());
      if (view.isPresent()) {
        Telling telling = new Telling(out);
        telling.log(view.get(), want);
        if (telling.withheld) {
          end.put("error", "something of it is withheld");
        }
      } else {
        end.put("error", "not held");
      }
      out.say(end.build());
    }
  }

  /** The log of the space that this is of: what stands after what the asker has, then the rest. */
  private void space(SpaceLog log, Request.Want want, ItemWriter out) throws IOException {
    boolean known =
        log.entries().stream().anyMatch(one -> want.key().equals(Optional.of(one.cid())));
    boolean tell = !known;
    // By envelope, as `prev` names one, and it need not be the one that is shown of that body.
    Set<Cid> told = new HashSet<>();
    for (Signed<SpaceEntry> entry : log.entries()) {
      if (tell) {
        upTo(entry.cid(), told, out);
      } else {
        told.add(entry.cid());
        entry.body().prev().ifPresent(told::add);
      }
      tell |= want.key().equals(Optional.of(entry.cid()));
    }
    // Both sides of a fork: who has but one would go on believing it. A fork may lie on a side of
    // another, so each is told from where it leaves what stands.
    for (Fork fork : log.forks()) {
      upTo(fork.a(), told, out);
      upTo(fork.b(), told, out);
    }
  }

  /** An entry, after those before it that were not told. */
  private void upTo(Cid envelope, Set<Cid> told, ItemWriter out) throws IOException {
    Deque<Cid> path = new ArrayDeque<>();
    for (Optional<Cid> at = Optional.of(envelope); at.isPresent() && told.add(at.get()); ) {
      path.push(at.get());
      at = Signed.read(store, at.get(), SpaceEntry.class).body().prev();
    }
    for (Cid one : path) {
      entry(one, out);
    }
  }

  private void entry(Cid envelope, ItemWriter out) throws IOException {
    Signed<SpaceEntry> entry = Signed.read(store, envelope, SpaceEntry.class);
    out.block(Signed.need(store, entry.envelope().body(), "body"));
    out.block(Signed.need(store, envelope, "envelope"));
  }

  /** Proofs of forks, with the two sides as far back as they have parted. */
  public void forks(Request.Forks request, ItemWriter out) throws IOException {
    for (Cid genesis : request.genesis()) {
      Optional<AuthorityView> view = holder.authority(genesis);
      if (view.isPresent()) {
        for (Fork fork : view.get().standing().forks()) {
          Telling telling = new Telling(out);
          telling.side(fork.a(), view.get());
          telling.side(fork.b(), view.get());
          out.block(fork.encode());
        }
      }
    }
  }

  /**
   * The blocks of a statement, each after what it links to: what is submitted with it.
   *
   * @param envelope the statement's
   */
  public static List<byte[]> statement(Cid envelope, BlockSource blocks) {
    Signed<Statement> statement = Signed.read(blocks, envelope, Statement.class);
    List<byte[]> all = new ArrayList<>();
    if (statement.body().op() instanceof Statement.Release release) {
      byte[] record = Signed.need(blocks, release.module(), "record");
      all.add(record);
      Records.files(record).forEach(file -> blocks.get(file).ifPresent(all::add));
    }
    all.add(Signed.need(blocks, statement.envelope().body(), "body"));
    all.add(Signed.need(blocks, envelope, "envelope"));
    return all;
  }

  /** One authority as it is told: what links to something comes after it. */
  private final class Telling {
    private final ItemWriter out;
    private final Set<Cid> told = new HashSet<>();
    private boolean withheld;

    private Telling(ItemWriter out) {
      this.out = out;
    }

    private void log(AuthorityView view, Request.Want want) throws IOException {
      List<Signed<AuthorityEntry>> entries = view.log().entries();
      int from = 0;
      for (int i = 0; i < entries.size(); i++) {
        if (want.key().equals(Optional.of(entries.get(i).cid()))) {
          from = i + 1;
        }
      }
      for (Signed<AuthorityEntry> entry : entries.subList(from, entries.size())) {
        tell(read(entry.cid()));
      }
      Set<Cid> have = Set.copyOf(want.have());
      for (Cid head : back(view.head().map(Signed::cid), have)) {
        head(head);
      }
    }

    /** An entry or a head of a fork, and those before it that do not stand. */
    private void side(Cid envelope, AuthorityView view) throws IOException {
      Set<Cid> standing = new HashSet<>();
      view.log().entries().forEach(entry -> standing.add(entry.cid()));
      standing.addAll(back(view.head().map(Signed::cid), Set.of()));
      for (Cid one : back(Optional.of(envelope), standing)) {
        Read read = read(one);
        if (read.decoded() instanceof Head) {
          head(one);
        } else {
          tell(read);
        }
      }
    }

    /** From the first that is not among {@code known} to {@code tip}. */
    private Deque<Cid> back(Optional<Cid> tip, Set<Cid> known) {
      Deque<Cid> chain = new ArrayDeque<>();
      Optional<Cid> at = tip;
      while (at.isPresent() && !known.contains(at.get())) {
        chain.push(at.get());
        at =
            switch (Signed.read(store, at.get(), Body.class).body()) {
              case Head head -> head.prev();
              case AuthorityEntry entry -> entry.prev();
              default -> Optional.empty();
            };
      }
      return chain;
    }

    private void head(Cid envelope) throws IOException {
      Read head = read(envelope);
      if (!(head.decoded() instanceof Head body)) {
        throw new IllegalStateException("`" + envelope + "` is no head");
      }
      for (Cid added : body.added()) {
        statement(added);
      }
      tell(head);
    }

    private void statement(Cid envelope) throws IOException {
      Read statement = read(envelope);
      if (statement.decoded() instanceof Statement said
          && said.op() instanceof Statement.Release release) {
        record(release.module());
      }
      tell(statement);
    }

    private void record(Cid cid) throws IOException {
      Optional<byte[]> block = told.add(cid) ? held(cid) : Optional.empty();
      if (block.isEmpty()) {
        return;
      }
      out.block(block.get());
      for (Cid link : Records.files(block.get())) {
        if (told.add(link)) {
          Optional<byte[]> file = held(link);
          if (file.isPresent()) {
            out.block(file.get());
          }
        }
      }
    }

    /** Without what is withheld nobody can take the head over: whoever asks has to see why. */
    private Optional<byte[]> held(Cid cid) {
      withheld |= blocks.isWithheld(cid);
      return blocks.isWithheld(cid) ? Optional.empty() : store.get(cid);
    }

    private void tell(Read signed) throws IOException {
      out.block(signed.body());
      out.block(signed.envelope());
    }
  }

  /** An envelope and its body as they are kept, each read once. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  private record Read(byte[] envelope, byte[] body, Body decoded) {}

  private Read read(Cid cid) {
    byte[] envelope = Signed.need(store, cid, "envelope");
    byte[] body = Signed.need(store, Envelope.decode(envelope).body(), "body");
    return new Read(envelope, body, Body.decode(body));
  }
}
