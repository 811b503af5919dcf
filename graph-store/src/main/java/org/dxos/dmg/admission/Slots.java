package org.dxos.dmg.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.version.Version;

/**
 * The state tree of an authority: which keys a statement takes, and when they let it.
 *
 * <pre>
 *   r/path@version   release           n/path   first release that carries the name
 *   t/path:tag       tag
 * </pre>
 */
public final class Slots {

  /** {@code path@version} and {@code path:tag}. */
  private static final int MAX_KEY_TAIL = 510;

  private Slots() {}

  /** Where the release of {@code version} stands. */
  public static String release(String path, String version) {
    return "r/" + path + "@" + version;
  }

  /** What every release of {@code path} begins with. */
  public static String releases(String path) {
    return "r/" + path + "@";
  }

  /** Where it stands which release carries the function {@code path}. */
  public static String name(String path) {
    return "n/" + path;
  }

  /** Where a tag stands. */
  public static String tag(String path, String tag) {
    return "t/" + path + ":" + tag;
  }

  /** What every tag of {@code path} begins with. */
  public static String tags(String path) {
    return "t/" + path + ":";
  }

  /** The slot in which a release or a tag stands, first of all those it takes. */
  static String of(Statement statement) {
    return switch (statement.op()) {
      case Statement.Release release -> release(statement.path(), release.version());
      case Statement.Tag tag -> tag(statement.path(), tag.tag());
      default -> throw new IllegalStateException("no slot for " + statement.op().text());
    };
  }

  /**
   * Applies a statement.
   *
   * @param state the tree before
   * @param envelope the statement's envelope, which becomes the value
   * @param blocks where the statements that stand can be read
   */
  static Verdict apply(
      MerkleSearchTree state, Cid envelope, Statement statement, BlockSource blocks) {
    try {
      return switch (statement.op()) {
        case Statement.Release release -> applyRelease(state, envelope, statement, release, blocks);
        case Statement.Tag tag -> applyTag(state, envelope, statement, tag);
        default ->
            Verdict.refused(
                ErrorCode.UNSUPPORTED,
                "apply " + statement.op().text() + ": this version takes release and tag");
      };
    } catch (FormatException e) {
      return Verdict.refused(
          ErrorCode.STATEMENT_REFUSED,
          "admit " + statement.op().text() + " of `" + statement.path() + "`: " + e.message());
    }
  }

  private static Verdict applyRelease(
      MerkleSearchTree state,
      Cid envelope,
      Statement statement,
      Statement.Release release,
      BlockSource blocks) {
    String path = statement.path();
    String version = Version.parse(release.version()).toString();
    requirePath(path, true);
    requireTail(path + "@" + version);
    String slot = release(path, version);
    Optional<Cid> standing = state.get(slot);
    if (standing.isPresent()) {
      return conflictOrHeld(slot, standing.get(), envelope, release, blocks);
    }
    if (statement.replaces().isPresent()) {
      return Verdict.refused(
          ErrorCode.STATEMENT_REFUSED,
          "admit release `"
              + slot
              + "`: it replaces `"
              + statement.replaces().get()
              + "`, and nothing stands there");
    }
    MerkleSearchTree next = state.put(slot, envelope);
    for (String carried : carried(path, release)) {
      requirePath(carried, true);
      Optional<Cid> bound = state.get(name(carried));
      if (bound.isEmpty()) {
        next = next.put(name(carried), envelope);
        continue;
      }
      String owner = Signed.read(blocks, bound.get(), Statement.class).body().path();
      if (!owner.equals(path)) {
        return new Verdict.Conflict(
            name(carried),
            bound.get(),
            "publish `%s@%s`: the function name `%s` belongs to `%s` for ever"
                .formatted(path, version, carried, owner));
      }
    }
    return new Verdict.Accepted(next);
  }

  private static Verdict conflictOrHeld(
      String slot, Cid standing, Cid envelope, Statement.Release release, BlockSource blocks) {
    if (standing.equals(envelope)) {
      return new Verdict.Held(standing);
    }
    if (!(Signed.read(blocks, standing, Statement.class).body().op()
        instanceof Statement.Release other)) {
      throw new IllegalStateException("`" + standing + "` stands at " + slot + ", no release");
    }
    if (other.equals(release)) {
      return new Verdict.Held(standing);
    }
    if (other.module().equals(release.module())) {
      return new Verdict.Conflict(
          slot,
          standing,
          "publish `%s`: the record is published, with other names or authorities bound than offered"
              .formatted(slot.substring(2)));
    }
    return new Verdict.Conflict(
        slot,
        standing,
        "publish `%s`: record `%s` is published under this version, offered `%s`"
            .formatted(slot.substring(2), other.module(), release.module()));
  }

  private static Verdict applyTag(
      MerkleSearchTree state, Cid envelope, Statement statement, Statement.Tag tag) {
    String path = statement.path();
    requirePath(path, false);
    requireTag(tag.tag());
    requireTail(path + ":" + tag.tag());
    String slot = tag(path, tag.tag());
    if (state.get(release(path, tag.version())).isEmpty()) {
      return Verdict.refused(
          ErrorCode.STATEMENT_REFUSED,
          "admit tag `" + tag.tag() + "`: no release `" + path + "@" + tag.version() + "`");
    }
    Optional<Cid> standing = state.get(slot);
    if (standing.isPresent() && standing.get().equals(envelope)) {
      return new Verdict.Held(envelope);
    }
    if (standing.isEmpty() && statement.replaces().isPresent()) {
      return Verdict.refused(
          ErrorCode.STATEMENT_REFUSED,
          "admit tag `"
              + tag.tag()
              + "` of `"
              + path
              + "`: it replaces `"
              + statement.replaces().get()
              + "`, and nothing stands there");
    }
    if (!standing.equals(statement.replaces())) {
      return new Verdict.Conflict(
          slot,
          standing.orElseThrow(),
          "set tag `%s` of `%s`: it replaces %s, %s stands"
              .formatted(tag.tag(), path, text(statement.replaces()), text(standing)));
    }
    return new Verdict.Accepted(state.put(slot, envelope));
  }

  /**
   * The function paths that a release binds: its own, if it is a function's, and the names it
   * lists.
   */
  private static List<String> carried(String path, Statement.Release release) {
    List<String> carried = new ArrayList<>();
    if (path.startsWith("function/")) {
      carried.add(path);
    }
    for (String name : release.names()) {
      if (!name.startsWith("function/") || name.equals(path)) {
        throw new FormatException(
            ErrorCode.STATEMENT_REFUSED,
            "it carries `" + name + "`, expected other function paths");
      }
      carried.add(name);
    }
    return carried;
  }

  /** A path is the part of a name after the authority, so any authority will do to check it. */
  private static void requirePath(String path, boolean publishable) {
    Name name = Name.parse("org.dxos/" + path);
    if (!name.path().equals(path) || (publishable && !name.kind().publishable())) {
      throw new FormatException(ErrorCode.NAME_SYNTAX, "path `" + path + "` cannot be published");
    }
  }

  private static void requireTag(String tag) {
    if (!(org.dxos.dmg.dxn.Dxn.parse("org.dxos/module/x@" + tag)
            instanceof org.dxos.dmg.dxn.Dxn.Named named)
        || !(named.selector() instanceof org.dxos.dmg.dxn.Selector.Tag)) {
      throw new FormatException(ErrorCode.NAME_SYNTAX, "`" + tag + "` is no tag");
    }
  }

  private static void requireTail(String tail) {
    if (tail.length() > MAX_KEY_TAIL) {
      throw new FormatException(
          ErrorCode.TOO_LARGE,
          "`" + tail + "` has " + tail.length() + " octets, at most " + MAX_KEY_TAIL);
    }
  }

  private static String text(Optional<Cid> cid) {
    return cid.map(one -> "`" + one + "`").orElse("nothing");
  }
}
