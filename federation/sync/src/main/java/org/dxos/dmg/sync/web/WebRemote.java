package org.dxos.dmg.sync.web;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
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

/**
 * Answers what is asked of a node by what its registry lets anybody read. One question at a time.
 */
final class WebRemote implements Remote {

  /** Requests that go ahead of their answers. */
  private static final int AHEAD = 32;

  private static final int MAX_HEADS = 4_096;
  private static final int STATEMENTS_AT_ONCE = 64;
  private static final int MAX_JSON_BYTES = 4 << 20;

  private final String name;
  private final String prefix;
  private final Dial dial;
  private final Map<Cid, Optional<Place>> places = new HashMap<>();
  private Optional<WebConnection> connection = Optional.empty();

  /** Makes a connection. */
  interface Dial {
    WebConnection connect() throws IOException;
  }

  WebRemote(String name, String prefix, Dial dial) {
    this.name = name;
    this.prefix = prefix;
    this.dial = dial;
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
    return switch (request) {
      case Request.Log log -> new Lines(log.want());
      case Request.Blocks some -> new Given(blocks(some.cids()));
      case Request.Forks forks -> {
        for (Cid genesis : forks.genesis()) {
          Optional<Place> unused = place(genesis); // refuses where there are any
        }
        yield new Given(List.of());
      }
      default -> throw notThere(request);
    };
  }

  private SyncException notThere(Request request) {
    return new SyncException(
        ErrorCode.UNSUPPORTED,
        "ask `%s` for `%s`: over https single authorities and blocks are read, and nothing else"
            .formatted(name, request.getClass().getSimpleName()),
        "");
  }

  // ---- what the registry says ----

  /** Answers to paths, in order. */
  private List<Optional<byte[]>> get(List<String> paths, int most) throws IOException {
    List<Optional<byte[]>> answers = new ArrayList<>();
    int asked = 0;
    while (answers.size() < paths.size()) {
      if (connection.isEmpty()) {
        connection = Optional.of(dial.connect());
        asked = answers.size();
      }
      WebConnection over = connection.get();
      try {
        while (asked < paths.size() && asked - answers.size() < AHEAD) {
          over.ask(prefix + paths.get(asked++));
        }
        answers.add(over.answer(most));
        if (!over.lasts()) {
          close();
        }
      } catch (EOFException | SocketException e) {
        close(); // it ends connections after some answers, as proxies do
        if (over.answers() == 0) {
          throw e;
        }
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }
    return answers;
  }

  private void close() {
    connection.ifPresent(WebConnection::close);
    connection = Optional.empty();
  }

  /** Those of the blocks that it gives; each is what its CID says. */
  private Map<Cid, byte[]> fetch(List<Cid> cids) throws IOException {
    List<Optional<byte[]>> answers =
        get(
            cids.stream().map(cid -> "/ipfs/" + cid + "?format=raw").toList(),
            BlockStore.MAX_BLOCK_BYTES);
    Map<Cid, byte[]> blocks = new LinkedHashMap<>();
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

  private List<Item> blocks(List<Cid> cids) throws IOException {
    Map<Cid, byte[]> blocks = fetch(cids);
    List<Item> items = new ArrayList<>();
    blocks.values().forEach(block -> items.add(new Item.Block(block)));
    List<Cid> missing = cids.stream().filter(cid -> !blocks.containsKey(cid)).toList();
    items.add(new Item.Said(new MapBuilder().put("missing", missing, Node::of).build()));
    return items;
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
    Optional<byte[]> first = Optional.ofNullable(fetch(List.of(genesis)).get(genesis));
    if (first.isEmpty() || !(Body.decode(first.get()) instanceof AuthorityEntry entry)) {
      return Optional.empty();
    }
    String path = "/v1/authorities/" + entry.authority() + "~" + genesis;
    Optional<byte[]> answer = get(List.of(path), MAX_JSON_BYTES).getFirst();
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
    return Optional.of(
        new Place(said.list("log", WebRemote::cid), said.optionalText("head").map(Cid::parse)));
  }

  private static Cid cid(Node node) {
    return Cid.parse(node instanceof Node.Text text ? text.value() : "");
  }

  // ---- answers ----

  private final class Given implements Answer {
    private final Deque<Item> items;

    private Given(List<Item> items) {
      this.items = new ArrayDeque<>(items);
    }

    @Override
    public Optional<Item> next() {
      return Optional.ofNullable(items.poll());
    }

    @Override
    public void close() {
      WebRemote.this.close();
    }
  }

  /** A signed thing: its envelope, and the body of it. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  private record Signed(byte[] envelope, byte[] block, Body body) {}

  private List<Signed> signed(List<Cid> envelopes) throws IOException {
    Map<Cid, byte[]> outer = fetch(envelopes);
    List<Cid> bodies = new ArrayList<>();
    for (Cid envelope : envelopes) {
      bodies.add(Envelope.decode(need(outer, envelope)).body());
    }
    Map<Cid, byte[]> inner = fetch(bodies);
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

    /** Of the authority that is told now: what is left of it. */
    private final Deque<Signed> heads = new ArrayDeque<>();

    private final Deque<Cid> added = new ArrayDeque<>();
    private final Set<Cid> told = new HashSet<>();
    private boolean begun;

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
        begin(want, place.get());
      } else if (!added.isEmpty()) {
        statements();
      } else if (!heads.isEmpty()) {
        say(heads.pop());
        next(heads);
      } else {
        end(Optional.empty());
      }
    }

    private void begin(Request.Want want, Place place) throws IOException {
      int known = want.key().map(place.log()::indexOf).orElse(-1);
      List<Signed> entries = signed(place.log().subList(known + 1, place.log().size()));
      Set<Cid> have = Set.copyOf(want.have());
      for (Optional<Cid> at = place.head(); at.isPresent() && !have.contains(at.get()); ) {
        Signed one = signed(List.of(at.get())).getFirst();
        if (!(one.body() instanceof Head head) || heads.size() == MAX_HEADS) {
          throw new SyncException(
              ErrorCode.SYNC_PROTOCOL,
              "read heads of `%s` of `%s`: `%s` is none, or they are more than %d"
                  .formatted(want.genesis(), name, at.get(), MAX_HEADS),
              "");
        }
        heads.push(one);
        at = head.prev();
      }
      begun = true;
      entries.forEach(this::say);
      next(heads);
    }

    /** What the head adds that is told next. */
    private void next(Deque<Signed> left) {
      if (!left.isEmpty() && left.element().body() instanceof Head head) {
        added.addAll(head.added());
      }
    }

    private void statements() throws IOException {
      List<Cid> some = new ArrayList<>();
      while (!added.isEmpty() && some.size() < STATEMENTS_AT_ONCE) {
        some.add(added.pop());
      }
      List<Signed> statements = signed(some);
      List<Cid> modules = new ArrayList<>();
      for (Signed one : statements) {
        module(one).filter(told::add).ifPresent(modules::add);
      }
      Map<Cid, byte[]> records = fetch(modules);
      List<Cid> links = new ArrayList<>();
      for (Cid module : modules) {
        Records.files(need(records, module)).stream().filter(told::add).forEach(links::add);
      }
      Map<Cid, byte[]> files = fetch(links);
      for (Signed one : statements) {
        Optional<byte[]> record =
            module(one).flatMap(module -> Optional.ofNullable(records.remove(module)));
        if (record.isPresent()) {
          ready.add(new Item.Block(record.get()));
          for (Cid link : Records.files(record.get())) {
            Optional.ofNullable(files.remove(link)).ifPresent(b -> ready.add(new Item.Block(b)));
          }
        }
        say(one);
      }
    }

    private static Optional<Cid> module(Signed statement) {
      return statement.body() instanceof Statement said
              && said.op() instanceof Statement.Release release
          ? Optional.of(release.module())
          : Optional.empty();
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
      heads.clear();
      added.clear();
      told.clear();
    }

    @Override
    public void close() {
      WebRemote.this.close();
    }
  }
}
