package org.dxos.dmg.trust;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.dxn.Punycode;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;

/**
 * What a publisher says about one path of an authority, signed with one key.
 *
 * @param genesis the authority id
 * @param path {@code kind/local}, without authority
 * @param auth envelope of the key log entry that the signer knew
 * @param key who signs: an owner or a delegate
 * @param op what is said
 * @param space the blinded tag of a space, 32 bytes; absent for what is public
 * @param replaces envelope in the state tree at this statement's slot; absent if nothing stands
 *     there
 * @param created seconds, UTC
 * @param ext free values
 */
public record Statement(
    Cid genesis,
    String path,
    Cid auth,
    PublicKey key,
    Op op,
    Optional<SpaceTag> space,
    Optional<Cid> replaces,
    long created,
    Optional<Node.Map> ext)
    implements Body {

  public static final String TYPE = "dmg/statement/1";

  /** Function names that one release may carry. */
  public static final int MAX_NAMES = 256;

  /** Statements that one promotion may list. */
  public static final int MAX_PROMOTED = 1000;

  /** SHA-256 that hides the space a statement was made in. */
  @SuppressWarnings("ArrayRecordComponent") // equality is by content, below
  public record SpaceTag(byte[] bytes) {
    public SpaceTag {
      if (bytes.length != 32) {
        throw invalid("space tag of " + bytes.length + " bytes, expected 32");
      }
      bytes = bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof SpaceTag tag && Arrays.equals(bytes, tag.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** What a statement says. */
  public sealed interface Op {
    /** The text of the field {@code op}. */
    String text();

    /** The one version that it is about; empty for what is about a range, or a whole path. */
    default Optional<String> aboutVersion() {
      return switch (this) {
        case Release release -> Optional.of(release.version());
        case Yank yank -> Optional.of(yank.version());
        case Unyank unyank -> Optional.of(unyank.version());
        case Withdraw withdraw -> Optional.of(withdraw.version());
        case Tag tag -> Optional.of(tag.version());
        case Deprecate deprecate -> deprecate.version();
        case Promote _ -> Optional.empty();
      };
    }
  }

  /**
   * A version exists.
   *
   * @param module CID of the record
   * @param names paths of the functions it carries under the same authority, {@code path} left out
   * @param authorities each foreign authority that the record names, with its id
   */
  public record Release(
      String version, Cid module, List<String> names, Map<String, Cid> authorities) implements Op {
    public Release {
      names = List.copyOf(names);
      authorities = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(authorities));
      Rules.version(version);
      Rules.link("module", module);
      Rules.sortedTexts("names", names);
      if (names.size() > MAX_NAMES) {
        throw invalid(names.size() + " names, at most " + MAX_NAMES);
      }
      for (String name : names) {
        if (!name.startsWith("function/") || !Rules.isPath(name)) {
          throw invalid("`names` has `" + Quoted.of(name) + "`, expected paths of functions");
        }
      }
      authorities.forEach(Release::requireBinding);
    }

    private static void requireBinding(String name, Cid id) {
      Rules.link("authorities", id);
      // Whether `xn--` is welcome is for policy to say, which decides no bytes.
      Authority authority;
      try {
        authority = Authority.parse(name, Punycode.ALLOWED);
      } catch (FormatException e) {
        throw new FormatException(ErrorCode.BODY_INVALID, e.message());
      }
      if (!authority.base().equals(name)) {
        throw invalid(
            "`authorities` binds `" + Quoted.of(name) + "`, expected `" + authority.base() + "`");
      }
    }

    @Override
    public String text() {
      return "release";
    }
  }

  public record Yank(String version, String reason) implements Op {
    public Yank {
      Rules.version(version);
      Rules.prose("reason", reason);
    }

    @Override
    public String text() {
      return "yank";
    }
  }

  public record Unyank(String version) implements Op {
    public Unyank {
      Rules.version(version);
    }

    @Override
    public String text() {
      return "unyank";
    }
  }

  /** Exactly one of {@code version} and {@code range} is there. */
  public record Deprecate(
      Optional<String> version, Optional<String> range, String reason, Optional<String> successor)
      implements Op {
    public Deprecate {
      if (version.isPresent() == range.isPresent()) {
        throw invalid("deprecate needs `version` or `range`, and not both");
      }
      version.ifPresent(Rules::version);
      range.ifPresent(Rules::range);
      Rules.prose("reason", reason);
      Rules.text("successor", successor);
    }

    @Override
    public String text() {
      return "deprecate";
    }
  }

  public record Withdraw(String version, String reason) implements Op {
    public Withdraw {
      Rules.version(version);
      Rules.prose("reason", reason);
    }

    @Override
    public String text() {
      return "withdraw";
    }
  }

  /** A movable name for a version; never {@code latest}, which is computed. */
  public record Tag(String tag, String version) implements Op {
    public Tag {
      if (tag.equals("latest")) {
        throw invalid("the tag `latest` is computed and cannot be set");
      }
      requireTag(tag);
      Rules.version(version);
    }

    private static void requireTag(String tag) {
      try {
        new Selector.Tag(tag).text();
      } catch (FormatException e) {
        throw new FormatException(ErrorCode.BODY_INVALID, e.message());
      }
    }

    @Override
    public String text() {
      return "tag";
    }
  }

  /** What was said in a space becomes public. */
  public record Promote(SpaceTag from, List<Cid> statements) implements Op {
    public Promote {
      statements = List.copyOf(statements);
      Rules.links("statements", statements);
      if (statements.isEmpty() || statements.size() > MAX_PROMOTED) {
        throw invalid(statements.size() + " statements promoted, expected 1 to " + MAX_PROMOTED);
      }
    }

    @Override
    public String text() {
      return "promote";
    }
  }

  public Statement {
    ext = Rules.ext(ext);
    Rules.path("path", path);
    Rules.link("genesis", genesis);
    Rules.link("auth", auth);
    Rules.link("replaces", replaces);
    Rules.uint("created", created);
    if (op instanceof Release release && release.names().contains(path)) {
      throw invalid("`names` has the statement's own path `" + path + "`, which is left out");
    }
    if (op instanceof Promote && space.isPresent()) {
      throw invalid("a promotion is public and has no `space`");
    }
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<PublicKey> signers() {
    return List.of(key);
  }

  static Statement decode(Node node) {
    Fields fields = Fields.of("statement", ErrorCode.BODY_INVALID, node);
    fields.text("type");
    Statement statement =
        new Statement(
            fields.link("genesis"),
            fields.text("path"),
            fields.link("auth"),
            PublicKey.of(fields.bytes("key", PublicKey.BYTES)),
            decodeOp(fields.text("op"), fields),
            fields.optionalBytes("space", 32).map(SpaceTag::new),
            fields.optionalLink("replaces"),
            fields.uint("created"),
            fields.ext());
    fields.end();
    return statement;
  }

  private static Op decodeOp(String op, Fields fields) {
    return switch (op) {
      case "release" ->
          new Release(
              fields.text("version"),
              fields.link("module"),
              fields.sortedTexts("names"),
              fields.map("authorities", Statement::authorityId));
      case "yank" -> new Yank(fields.text("version"), fields.prose("reason"));
      case "unyank" -> new Unyank(fields.text("version"));
      case "deprecate" ->
          new Deprecate(
              fields.optionalText("version"),
              fields.optionalText("range"),
              fields.prose("reason"),
              fields.optionalText("successor"));
      case "withdraw" -> new Withdraw(fields.text("version"), fields.prose("reason"));
      case "tag" -> new Tag(fields.text("tag"), fields.text("version"));
      case "promote" ->
          new Promote(new SpaceTag(fields.bytes("from", 32)), fields.links("statements"));
      default -> throw fields.error("has the unknown op `" + Quoted.of(op) + "`");
    };
  }

  private static Cid authorityId(Node node) {
    if (node instanceof Node.Link link) {
      return link.cid();
    }
    throw invalid("`authorities` binds a name to something that is no authority id");
  }

  @Override
  public Node node() {
    MapBuilder map =
        new MapBuilder()
            .put("type", TYPE)
            .put("genesis", Node.of(genesis))
            .put("path", path)
            .put("auth", Node.of(auth))
            .put("key", key.node())
            .put("op", op.text())
            .put("space", space, tag -> Node.of(tag.bytes()))
            .put("replaces", replaces, Node::of)
            .put("created", created)
            .put("ext", ext, one -> one);
    putOp(map);
    return map.build();
  }

  private void putOp(MapBuilder map) {
    switch (op) {
      case Release release ->
          map.put("version", release.version())
              .put("module", Node.of(release.module()))
              .put("names", release.names(), Node::of)
              .put("authorities", release.authorities(), Node::of);
      case Yank yank -> map.put("version", yank.version()).put("reason", yank.reason());
      case Unyank unyank -> map.put("version", unyank.version());
      case Deprecate deprecate ->
          map.put("version", deprecate.version(), Node::of)
              .put("range", deprecate.range(), Node::of)
              .put("reason", deprecate.reason())
              .put("successor", deprecate.successor(), Node::of);
      case Withdraw withdraw ->
          map.put("version", withdraw.version()).put("reason", withdraw.reason());
      case Tag tag -> map.put("tag", tag.tag()).put("version", tag.version());
      case Promote promote ->
          map.put("from", Node.of(promote.from().bytes()))
              .put("statements", promote.statements(), Node::of);
    }
  }

  private static FormatException invalid(String what) {
    return new FormatException(ErrorCode.BODY_INVALID, "read statement: " + what);
  }
}
