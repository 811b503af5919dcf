package org.dxos.dmg.sync.wire;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** What one node asks another; one a stream. */
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
  record Roots(Cid root, Optional<Cursor> cursor, List<String> follow) implements Request {
    public Roots {
      follow = List.copyOf(follow);
    }
  }

  /** One node of a tree. */
  record Tree(Cid node) implements Request {}

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
   * @param key envelope of the newest key log entry held
   * @param have envelopes of heads held: the tip, then 1, 2, 4, 8… back
   */
  record Want(Cid genesis, Optional<Cid> key, List<Cid> have) {
    public Want {
      have = List.copyOf(have);
    }
  }

  /** Blocks by their CIDs. */
  record Blocks(List<Cid> cids) implements Request {
    public Blocks {
      cids = List.copyOf(cids);
    }
  }

  /** Statements for the home of their authority; their blocks follow. */
  record Submit() implements Request {}

  /** Proofs of forks of these authorities. */
  record Forks(List<Cid> genesis) implements Request {
    public Forks {
      genesis = List.copyOf(genesis);
    }
  }

  /** What is new here; nothing is answered. */
  record Announce(List<State> states) implements Request {
    public Announce {
      states = List.copyOf(states);
    }
  }

  /**
   * Where an authority stands.
   *
   * @param key envelope of the newest key log entry
   * @param head envelope of the newest head
   */
  record State(Cid genesis, Optional<Cid> key, Optional<Cid> head) {}

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

  /** The request as dag-cbor. */
  default byte[] encode() {
    MapBuilder map = new MapBuilder();
    switch (this) {
      case Roots one -> {
        map.put("q", "roots").put("root", Node.of(one.root()));
        one.cursor().ifPresent(cursor -> map.put("cursor", cursor.toNode()));
        map.put("follow", one.follow(), Node::of);
      }
      case Tree one -> map.put("q", "tree").put("node", Node.of(one.node()));
      case Log one -> map.put("q", "log").put("want", one.want(), Request::node);
      case Blocks one -> map.put("q", "blocks").put("cids", one.cids(), Node::of);
      case Submit _ -> map.put("q", "submit");
      case Forks one -> map.put("q", "forks").put("genesis", one.genesis(), Node::of);
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
        .put("key", want.key(), Node::of)
        .put("have", want.have(), Node::of)
        .build();
  }

  private static Node node(State state) {
    return new MapBuilder()
        .put("genesis", Node.of(state.genesis()))
        .put("key", state.key(), Node::of)
        .put("head", state.head(), Node::of)
        .build();
  }

  /**
   * Reads a request.
   *
   * @throws FormatException if it is none, or over its limits; {@link ErrorCode#UNSUPPORTED} if it
   *     is about a space
   */
  static Request decode(byte[] bytes) {
    Fields fields = Fields.of("request", ErrorCode.SYNC_PROTOCOL, DagCbor.decode(bytes));
    String asked = fields.text("q");
    if (fields.has("space")) {
      throw new FormatException(
          ErrorCode.UNSUPPORTED, "read request `" + asked + "`: it is about a space");
    }
    Request request =
        switch (asked) {
          case "roots" ->
              new Roots(
                  fields.link("root"),
                  fields.has("cursor")
                      ? Optional.of(Cursor.of(fields.node("cursor")))
                      : Optional.empty(),
                  limited(fields, "follow", texts(fields, "follow"), 0, MAX_FOLLOW));
          case "tree" -> new Tree(fields.link("node"));
          case "log" ->
              new Log(limited(fields, "want", fields.maps("want", Request::want), 1, MAX_WANTS));
          case "blocks" -> new Blocks(limited(fields, "cids", fields.links("cids"), 1, MAX_BLOCKS));
          case "submit" -> new Submit();
          case "forks" ->
              new Forks(limited(fields, "genesis", fields.links("genesis"), 1, MAX_WANTS));
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
        fields.link("genesis"),
        fields.optionalLink("key"),
        limited(fields, "have", fields.links("have"), 0, MAX_HAVE));
  }

  private static State state(Fields fields) {
    State state =
        new State(fields.link("genesis"), fields.optionalLink("key"), fields.optionalLink("head"));
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
