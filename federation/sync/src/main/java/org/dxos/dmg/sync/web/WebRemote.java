package org.dxos.dmg.sync.web;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.sync.replica.Records;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.SyncException;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.KeyLog;

/**
 * Answers what is asked of a node by what its registry lets anybody read. One question at a time.
 */
final class WebRemote implements Remote {

  private static final int STATEMENTS_AT_ONCE = 64;

  /** What may be larger than the rest: files of records, and blocks of bundles. */
  private static final int BLOCKS_AT_ONCE = 16;

  /** Ten thousand links, and as much again. */
  private static final int MAX_JSON_BYTES = 1 << 20;

  /** Authorities of which it is remembered where they stand. */
  private static final int MAX_PLACES = 4;

  /** Of what was told, so that it is not told twice; then it is. */
  private static final int MAX_TOLD = 65_536;

  private final String name;
  private final Dial dial;
  private final Limits limits;

  private final Map<Cid, Optional<Place>> places =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Cid, Optional<Place>> eldest) {
          return size() > MAX_PLACES;
        }
      };

  private Optional<Web> web = Optional.empty();

  /** Begins to read the place. */
  interface Dial {
    Web connect() throws IOException;
  }

  /**
   * What one authority may take in memory, all of which its registry decides.
   *
   * @param log entries of its key log
   * @param heads that are new
   * @param headBytes of these, which are read from the newest on and told from the oldest on
   * @param bytes that were read and not told yet, the heads among them
   */
  record Limits(int log, int heads, long headBytes, long bytes) {

    static final Limits STANDARD = new Limits(KeyLog.MAX_ENTRIES, 4_096, 32L << 20, 64L << 20);
  }

  WebRemote(String name, Dial dial) {
    this(name, dial, Limits.STANDARD);
  }

  WebRemote(String name, Dial dial, Limits limits) {
    this.name = name;
    this.dial = dial;
    this.limits = limits;
  }

  /** Where an authority stands there. */
  private record Place(List<Cid> log, Optional<Cid> head) {}

  @Override
  public String name() {
    return name;
  }

  @Override
  public Answer ask(Request request) throws IOException {
    if (request.isAboutSpaces()) {
      throw notThere(request);
    }
    try {
      return switch (request) {
        case Request.Log log -> new Lines(log.want());
        case Request.Blocks some -> new Blocks(some.cids());
        case Request.Forks forks -> {
          for (Cid genesis : forks.genesis()) {
            Optional<Place> unused = place(genesis); // refuses where there are any
          }
          yield new None();
        }
        default -> throw notThere(request);
      };
    } catch (IOException | RuntimeException e) {
      close(); // there is no answer that would be closed
      throw e;
    }
  }

  private SyncException notThere(Request request) {
    return new SyncException(
        ErrorCode.UNSUPPORTED,
        "ask `%s` for `%s`: over https single authorities and blocks are read, and nothing else"
            .formatted(name, request.getClass().getSimpleName()),
        "");
  }

  // ---- what the registry says ----

  private List<Optional<byte[]>> get(List<String> paths, int most, long together)
      throws IOException {
    if (web.isEmpty()) {
      web = Optional.of(dial.connect());
    }
    return web.get().get(paths, most, together);
  }

  private void close() {
    web.ifPresent(Web::close);
    web = Optional.empty();
  }

  /**
   * Those of the blocks that it gives; each is what its CID says.
   *
   * @param together bytes that all of them may have
   */
  private Map<Cid, byte[]> fetch(List<Cid> cids, int most, long together) throws IOException {
    Map<Cid, byte[]> blocks = new LinkedHashMap<>();
    if (cids.isEmpty()) {
      return blocks;
    }
    List<Optional<byte[]>> answers =
        get(cids.stream().map(cid -> "/ipfs/" + cid + "?format=raw").toList(), most, together);
    for (int i = 0; i < cids.size(); i++) {
      Cid cid = cids.get(i);
      Optional<byte[]> block = answers.get(i);
      if (block.isPresent() && !cid.matches(block.get())) {
        throw new SyncException(
            ErrorCode.SYNC_PROTOCOL,
            "read block `" + cid + "` of `" + name + "`: its bytes are of another",
            "");
      }
      block.ifPresent(bytes -> blocks.put(cid, bytes));
    }
    return blocks;
  }

  private byte[] need(Map<Cid, byte[]> blocks, Cid cid) throws IOException {
    return Optional.ofNullable(blocks.get(cid))
        .orElseThrow(() -> new IOException("`" + name + "` does not give block `" + cid + "`"));
  }

  private Optional<Place> place(Cid genesis) throws IOException {
    Optional<Place> known = places.get(genesis);
    if (known == null) {
      known = ask(genesis);
      places.put(genesis, known);
    }
    return known;
  }

  /** The genesis says the name, by which registries are asked. */
  private Optional<Place> ask(Cid genesis) throws IOException {
    Optional<byte[]> first =
        Optional.ofNullable(
            fetch(List.of(genesis), BlockStore.MAX_BLOCK_BYTES, BlockStore.MAX_BLOCK_BYTES)
                .get(genesis));
    if (first.isEmpty() || !(Body.decode(first.get()) instanceof AuthorityEntry entry)) {
      return Optional.empty();
    }
    String path = "/v1/authorities/" + entry.authority() + "~" + genesis;
    Optional<byte[]> answer = get(List.of(path), MAX_JSON_BYTES, MAX_JSON_BYTES).getFirst();
    if (answer.isEmpty()) {
      return Optional.empty();
    }
    Fields said =
        Fields.of("authority of `" + name + "`", ErrorCode.SYNC_PROTOCOL, Json.parse(answer.get()));
    if (!Cid.parse(said.text("authority")).equals(genesis)) {
      throw said.error("is another than `" + genesis + "`, which was asked for");
    }
    if (!said.list("forks", WebRemote::cid).isEmpty()
        || said.optionalText("contested").isPresent()) {
      throw new SyncException(
          ErrorCode.UNSUPPORTED,
          "read authority `%s` of `%s`: it has forks, the proofs of which are not read over https"
              .formatted(genesis, name),
          "let the domain name a multiaddr, as /dns4/node.example.com/tcp/4071/p2p/12D3KooW…");
    }
    List<Cid> log = said.list("log", WebRemote::cid);
    if (log.size() > limits.log() || Set.copyOf(log).size() < log.size()) {
      throw said.error(
          "tells of %d entries of a key log, expected %d at most and none twice"
              .formatted(log.size(), limits.log()));
    }
    return Optional.of(new Place(log, said.optionalText("head").map(Cid::parse)));
  }

  private static Cid cid(Node node) {
    return Cid.parse(node instanceof Node.Text text ? text.value() : "");
  }

  // ---- answers ----

  /** Nothing. */
  private final class None implements Answer {
    @Override
    public Optional<Item> next() {
      return Optional.empty();
    }

    @Override
    public void close() {
      WebRemote.this.close();
    }
  }

  /** Blocks, read as they are asked for; then what is missing. */
  private final class Blocks implements Answer {
    private final Deque<Cid> left;
    private final Deque<Item> ready = new ArrayDeque<>();
    private final List<Cid> missing = new ArrayList<>();
    private boolean ended;

    private Blocks(List<Cid> cids) {
      this.left = new ArrayDeque<>(cids);
    }

    @Override
    public Optional<Item> next() throws IOException {
      while (ready.isEmpty() && !left.isEmpty()) {
        List<Cid> some = some(left, BLOCKS_AT_ONCE);
        Map<Cid, byte[]> blocks = fetch(some, BlockStore.MAX_BLOCK_BYTES, limits.bytes());
        for (Cid cid : some) {
          Optional<byte[]> block = Optional.ofNullable(blocks.get(cid));
          block.ifPresentOrElse(one -> ready.add(new Item.Block(one)), () -> missing.add(cid));
        }
      }
      if (ready.isEmpty() && !ended) {
        ended = true;
        ready.add(new Item.Said(new MapBuilder().put("missing", missing, Node::of).build()));
      }
      return Optional.ofNullable(ready.poll());
    }

    @Override
    public void close() {
      WebRemote.this.close();
    }
  }

  private static <T> List<T> some(Deque<T> of, int most) {
    List<T> some = new ArrayList<>();
    while (!of.isEmpty() && some.size() < most) {
      some.add(of.pop());
    }
    return some;
  }

  /** A signed thing: its envelope, and the body of it. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  private record Signed(byte[] envelope, byte[] block, Body body) {

    private long bytes() {
      return envelope.length + (long) block.length;
    }

    private Optional<Cid> module() {
      return body instanceof Statement said && said.op() instanceof Statement.Release release
          ? Optional.of(release.module())
          : Optional.empty();
    }
  }

  private List<Signed> signed(List<Cid> envelopes, long together) throws IOException {
    Map<Cid, byte[]> outer = fetch(envelopes, Envelope.MAX_BYTES, together);
    List<Cid> bodies = new ArrayList<>();
    for (Cid envelope : envelopes) {
      bodies.add(Envelope.decode(need(outer, envelope)).body());
    }
    Map<Cid, byte[]> inner = fetch(bodies, BlockStore.MAX_BLOCK_BYTES, together);
    List<Signed> all = new ArrayList<>();
    for (int i = 0; i < bodies.size(); i++) {
      byte[] block = need(inner, bodies.get(i));
      all.add(new Signed(need(outer, envelopes.get(i)), block, Body.decode(block)));
    }
    return all;
  }

  /** Key logs and heads, read as they are asked for. */
  private final class Lines implements Answer {
    private final Deque<Request.Want> wants;
    private final Deque<Item> ready = new ArrayDeque<>();

    // Of the authority that is told now, what is left of it, in the order in which it is told.
    private final Deque<Cid> log = new ArrayDeque<>();
    private Optional<Cid> tip = Optional.empty();
    private final Deque<Signed> heads = new ArrayDeque<>();
    private final Deque<Cid> files = new ArrayDeque<>();
    private final Deque<Signed> statements = new ArrayDeque<>();
    private final Deque<Cid> added = new ArrayDeque<>();
    private final Set<Cid> told = new HashSet<>();
    private boolean begun;

    /** Bytes that were read and are not {@code ready} yet. */
    private long held;

    private Lines(List<Request.Want> wants) {
      this.wants = new ArrayDeque<>(wants);
    }

    @Override
    public Optional<Item> next() throws IOException {
      while (ready.isEmpty() && !wants.isEmpty()) {
        try {
          more();
        } catch (IOException e) {
          if (!begun) {
            throw e;
          }
          end(Optional.of(String.valueOf(e.getMessage()))); // what came until now is kept
        }
      }
      return Optional.ofNullable(ready.poll());
    }

    private void more() throws IOException {
      Request.Want want = wants.element();
      if (!begun) {
        Optional<Place> place = place(want.genesis());
        if (place.isEmpty()) {
          end(Optional.of("not held"));
          return;
        }
        int known = want.key().map(place.get().log()::indexOf).orElse(-1);
        log.addAll(place.get().log().subList(known + 1, place.get().log().size()));
        tip = place.get().head();
        begun = true;
      } else if (!log.isEmpty()) {
        signed(some(log, STATEMENTS_AT_ONCE), room()).forEach(this::say);
      } else if (tip.isPresent()) {
        heads(want, tip.get());
        tip = Optional.empty();
        next(heads);
      } else if (!files.isEmpty()) {
        fetch(some(files, BLOCKS_AT_ONCE), BlockStore.MAX_BLOCK_BYTES, room())
            .values()
            .forEach(file -> ready.add(new Item.Block(file)));
      } else if (!statements.isEmpty()) {
        statements.forEach(this::tell);
        statements.clear();
      } else if (!added.isEmpty()) {
        statements();
      } else if (!heads.isEmpty()) {
        tell(heads.pop());
        next(heads);
      } else {
        end(Optional.empty());
      }
    }

    private void heads(Request.Want want, Cid newest) throws IOException {
      Set<Cid> have = Set.copyOf(want.have());
      for (Optional<Cid> at = Optional.of(newest); at.isPresent() && !have.contains(at.get()); ) {
        Signed one = signed(List.of(at.get()), room()).getFirst();
        hold(one.bytes());
        if (!(one.body() instanceof Head head)
            || heads.size() == limits.heads()
            || held > limits.headBytes()) {
          throw new SyncException(
              ErrorCode.SYNC_PROTOCOL,
              "read heads of `%s` of `%s`: `%s` is none, or they are more than %d, or than %d bytes"
                  .formatted(want.genesis(), name, at.get(), limits.heads(), limits.headBytes()),
              "");
        }
        heads.push(one);
        at = head.prev();
      }
    }

    /** What the head adds that is told next. */
    private void next(Deque<Signed> left) {
      if (!left.isEmpty() && left.element().body() instanceof Head head) {
        added.addAll(head.added());
      }
    }

    private void statements() throws IOException {
      List<Signed> some = signed(some(added, STATEMENTS_AT_ONCE), room());
      some.forEach(one -> hold(one.bytes()));
      statements.addAll(some);
      List<Cid> modules = new ArrayList<>();
      for (Signed one : some) {
        one.module().filter(this::isNew).ifPresent(modules::add);
      }
      Map<Cid, byte[]> records = fetch(modules, BlockStore.MAX_BLOCK_BYTES, room());
      for (Cid module : modules) {
        byte[] record = need(records, module);
        ready.add(new Item.Block(record));
        Records.files(record).stream().filter(this::isNew).forEach(files::add);
      }
    }

    private boolean isNew(Cid cid) {
      if (told.size() >= MAX_TOLD) {
        told.clear();
      }
      return told.add(cid);
    }

    /** What may still be read before something is told. */
    private long room() {
      return limits.bytes() - held;
    }

    private void hold(long bytes) {
      held += bytes;
      if (held > limits.bytes()) {
        throw new SyncException(
            ErrorCode.TOO_LARGE,
            "read authority of `%s`: more than %d bytes before any is told"
                .formatted(name, limits.bytes()),
            "");
      }
    }

    /** Says what was held until now. */
    private void tell(Signed one) {
      held -= one.bytes();
      say(one);
    }

    private void say(Signed one) {
      ready.add(new Item.Block(one.block()));
      ready.add(new Item.Block(one.envelope()));
    }

    private void end(Optional<String> error) {
      MapBuilder end = new MapBuilder().put("end", Node.of(wants.remove().genesis()));
      error.ifPresent(why -> end.put("error", why));
      ready.add(new Item.Said(end.build()));
      begun = false;
      held = 0;
      log.clear();
      tip = Optional.empty();
      heads.clear();
      files.clear();
      statements.clear();
      added.clear();
      told.clear();
    }

    @Override
    public void close() {
      WebRemote.this.close();
    }
  }
}
