package org.dxos.dmg.sync.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * What one node asks another; one a stream. It is about what is public, or about one space; what
 * lists things of authorities may be about several.
 */
public sealed interface Request {

  /** Of an encoded request. */
  int MAX_BYTES = 256 << 10;

  int MAX_WANTS = 1000;
  int MAX_HAVE = 64;
  int MAX_BLOCKS = 4096;
  int MAX_STATES = 256;
  int MAX_FOLLOW = 1000;
  int MAX_ADDRESSES = 64;
  int SECRET_BYTES = 32;

  /**
   * What of yours differs from mine?
   *
   * @param root of the asker's node tree
   * @param cursor where the last answer ended
   * @param follow names of authorities, exact or ending in {@code .*}; empty for all
   */
  record Roots(Optional<Cid> space, Cid root, Optional<Cursor> cursor, List<String> follow)
      implements Request {
    public Roots {
      follow = List.copyOf(follow);
    }

    public Roots(Cid root, Optional<Cursor> cursor, List<String> follow) {
      this(Optional.empty(), root, cursor, follow);
    }
  }

  /** One node of a tree. */
  record Tree(Optional<Cid> space, Cid node) implements Request {
    public Tree(Cid node) {
      this(Optional.empty(), node);
    }
  }

  /**
   * Key logs and heads after what the asker has.
   *
   * @param want of each authority
   */
  record Log(List<Want> want) implements Request {
    public Log {
      want = List.copyOf(want);
    }
  }

  /**
   * @param genesis the authority id; the space's own id for the log of a space
   * @param key envelope of the newest entry of that log held
   * @param have envelopes of heads held: the tip, then 1, 2, 4, 8… back
   */
  record Want(Optional<Cid> space, Cid genesis, Optional<Cid> key, List<Cid> have) {
    public Want {
      have = List.copyOf(have);
    }

    public Want(Cid genesis, Optional<Cid> key, List<Cid> have) {
      this(Optional.empty(), genesis, key, have);
    }
  }

  /** Blocks by their CIDs. */
  record Blocks(Optional<Cid> space, List<Cid> cids) implements Request {
    public Blocks {
      cids = List.copyOf(cids);
    }

    public Blocks(List<Cid> cids) {
      this(Optional.empty(), cids);
    }
  }

  /** Statements for the home of their authority; their blocks follow. */
  record Submit(Optional<Cid> space) implements Request {}

  /** Proofs of forks of these authorities; of the space's log by the space's own id. */
  record Forks(Optional<Cid> space, List<Cid> genesis) implements Request {
    public Forks {
      genesis = List.copyOf(genesis);
    }

    public Forks(List<Cid> genesis) {
      this(Optional.empty(), genesis);
    }
  }

  /** What is new here; nothing is answered. */
  record Announce(List<State> states) implements Request {
    public Announce {
      states = List.copyOf(states);
    }

    /** As many as it takes to say all of it, in order. */
    public static List<Announce> all(List<State> states) {
      List<Announce> parts = new ArrayList<>();
      for (int from = 0; from < states.size(); from += MAX_STATES) {
        parts.add(new Announce(states.subList(from, Math.min(states.size(), from + MAX_STATES))));
      }
      return parts;
    }
  }

  /**
   * Where an authority stands.
   *
   * @param key envelope of the newest key log entry
   * @param head envelope of the newest head
   */
  record State(Optional<Cid> space, Cid genesis, Optional<Cid> key, Optional<Cid> head) {
    public State(Cid genesis, Optional<Cid> key, Optional<Cid> head) {
      this(Optional.empty(), genesis, key, head);
    }
  }

  /**
   * An invitation is taken.
   *
   * @param secret of the invitation, 32 bytes
   * @param addresses where the asker is reached
   */
  @SuppressWarnings("ArrayRecordComponent") // a secret; never compared here
  record Join(byte[] secret, List<String> addresses) implements Request {
    public Join {
      secret = secret.clone();
      addresses = List.copyOf(addresses);
    }

    /** A copy. */
    @Override
    public byte[] secret() {
      return secret.clone();
    }
  }

  /** True if any of it is about a space. */
  default boolean isAboutSpaces() {
    return switch (this) {
      case Roots one -> one.space().isPresent();
      case Tree one -> one.space().isPresent();
      case Log one -> one.want().stream().anyMatch(want -> want.space().isPresent());
      case Blocks one -> one.space().isPresent();
      case Submit one -> one.space().isPresent();
      case Forks one -> one.space().isPresent();
      case Announce one -> one.states().stream().anyMatch(state -> state.space().isPresent());
      case Join _ -> false;
    };
  }

  /** The same, asked about a space. */
  default Request in(Cid space) {
    Optional<Cid> there = Optional.of(space);
    return switch (this) {
      case Roots one -> new Roots(there, one.root(), one.cursor(), one.follow());
      case Tree one -> new Tree(there, one.node());
      case Log one ->
          new Log(
              one.want().stream()
                  .map(want -> new Want(there, want.genesis(), want.key(), want.have()))
                  .toList());
      case Blocks one -> new Blocks(there, one.cids());
      case Submit _ -> new Submit(there);
      case Forks one -> new Forks(there, one.genesis());
      case Announce one ->
          new Announce(
              one.states().stream()
                  .map(state -> new State(there, state.genesis(), state.key(), state.head()))
                  .toList());
      case Join one -> one;
    };
  }

  /** The request as dag-cbor. */
  default byte[] encode() {
    MapBuilder map = new MapBuilder();
    switch (this) {
      case Roots one -> {
        map.put("q", "roots").put("space", one.space(), Node::of).put("root", Node.of(one.root()));
        one.cursor().ifPresent(cursor -> map.put("cursor", cursor.toNode()));
        map.put("follow", one.follow(), Node::of);
      }
      case Tree one ->
          map.put("q", "tree").put("space", one.space(), Node::of).put("node", Node.of(one.node()));
      case Log one -> map.put("q", "log").put("want", one.want(), Request::node);
      case Blocks one ->
          map.put("q", "blocks")
              .put("space", one.space(), Node::of)
              .put("cids", one.cids(), Node::of);
      case Submit one -> map.put("q", "submit").put("space", one.space(), Node::of);
      case Forks one ->
          map.put("q", "forks")
              .put("space", one.space(), Node::of)
              .put("genesis", one.genesis(), Node::of);
      case Announce one -> map.put("q", "announce").put("states", one.states(), Request::node);
      case Join one ->
          map.put("q", "join")
              .put("secret", Node.of(one.secret()))
              .put("addrs", one.addresses(), Node::of);
    }
    return DagCbor.encode(map.build());
  }

  private static Node node(Want want) {
    return new MapBuilder()
        .put("genesis", Node.of(want.genesis()))
        .put("space", want.space(), Node::of)
        .put("key", want.key(), Node::of)
        .put("have", want.have(), Node::of)
        .build();
  }

  private static Node node(State state) {
    return new MapBuilder()
        .put("genesis", Node.of(state.genesis()))
        .put("space", state.space(), Node::of)
        .put("key", state.key(), Node::of)
        .put("head", state.head(), Node::of)
        .build();
  }

  /**
   * Reads a request.
   *
   * @throws FormatException if it is none, or over its limits
   */
  static Request decode(byte[] bytes) {
    Fields fields = Fields.of("request", ErrorCode.SYNC_PROTOCOL, DagCbor.decode(bytes));
    String asked = fields.text("q");
    Request request =
        switch (asked) {
          case "roots" ->
              new Roots(
                  fields.optionalLink("space"),
                  fields.link("root"),
                  fields.has("cursor")
                      ? Optional.of(Cursor.of(fields.node("cursor")))
                      : Optional.empty(),
                  limited(fields, "follow", texts(fields, "follow"), 0, MAX_FOLLOW));
          case "tree" -> new Tree(fields.optionalLink("space"), fields.link("node"));
          case "log" ->
              new Log(limited(fields, "want", fields.maps("want", Request::want), 1, MAX_WANTS));
          case "blocks" ->
              new Blocks(
                  fields.optionalLink("space"),
                  limited(fields, "cids", fields.links("cids"), 1, MAX_BLOCKS));
          case "submit" -> new Submit(fields.optionalLink("space"));
          case "forks" ->
              new Forks(
                  fields.optionalLink("space"),
                  limited(fields, "genesis", fields.links("genesis"), 1, MAX_WANTS));
          case "announce" ->
              new Announce(
                  limited(fields, "states", fields.maps("states", Request::state), 1, MAX_STATES));
          case "join" ->
              new Join(
                  fields.bytes("secret", SECRET_BYTES),
                  limited(fields, "addrs", texts(fields, "addrs"), 0, MAX_ADDRESSES));
          default -> throw fields.error("asks for the unknown `" + asked + "`");
        };
    fields.end();
    return request;
  }

  private static <T> List<T> limited(
      Fields fields, String name, List<T> list, int least, int most) {
    if (list.size() < least || list.size() > most) {
      throw fields.error(
          "has %d items in field `%s`, expected %d to %d"
              .formatted(list.size(), name, least, most));
    }
    return list;
  }

  private static Want want(Fields fields) {
    return new Want(
        fields.optionalLink("space"),
        fields.link("genesis"),
        fields.optionalLink("key"),
        limited(fields, "have", fields.links("have"), 0, MAX_HAVE));
  }

  private static State state(Fields fields) {
    State state =
        new State(
            fields.optionalLink("space"),
            fields.link("genesis"),
            fields.optionalLink("key"),
            fields.optionalLink("head"));
    if (state.key().isEmpty() && state.head().isEmpty()) {
      throw fields.error("has neither `key` nor `head`");
    }
    return state;
  }

  private static List<String> texts(Fields fields, String name) {
    return fields.list(
        name,
        node -> {
          if (node instanceof Node.Text text) {
            return text.value();
          }
          throw fields.error("has something other than text in field `" + name + "`");
        });
  }
}
