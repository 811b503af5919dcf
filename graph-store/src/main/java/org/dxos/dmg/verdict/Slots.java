package org.dxos.dmg.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 *   r/path@version   release            n/path           first release that carries the name
 *   s/path@version   yank or unyank     w/path@version   withdrawal
 *   d/path@version   deprecation        d/path           deprecation of a range
 *   t/path:tag       tag                p/path           newest promotion
 * </pre>
 *
 * <p>A statement that is <em>void</em> keeps its slot: its key was revoked, and the head that added
 * it is none that the revocation keeps. What wants the slot then says that it replaces it.
 */
public final class Slots {

  /** {@code path@version} and {@code path:tag}. */
  private static final int MAX_KEY_TAIL = 510;

  /** What every slot of a deprecation begins with. */
  public static final String DEPRECATIONS = "d/";

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

  /** Where a yank, or what takes it back, stands. */
  public static String status(String path, String version) {
    return "s/" + path + "@" + version;
  }

  /** Where a withdrawal stands. */
  public static String withdrawal(String path, String version) {
    return "w/" + path + "@" + version;
  }

  /** Where the deprecation of one version stands. */
  public static String deprecation(String path, String version) {
    return DEPRECATIONS + path + "@" + version;
  }

  /** Where the deprecation of a range of versions stands. */
  public static String deprecation(String path) {
    return DEPRECATIONS + path;
  }

  /** Where the newest promotion stands. */
  public static String promotion(String path) {
    return "p/" + path;
  }

  /** The slot of a statement: for a release, that of the release, first of all those it takes. */
  public static String of(Statement statement) {
    String path = statement.path();
    return switch (statement.op()) {
      case Statement.Release release -> release(path, release.version());
      case Statement.Yank yank -> status(path, yank.version());
      case Statement.Unyank unyank -> status(path, unyank.version());
      case Statement.Withdraw withdraw -> withdrawal(path, withdraw.version());
      case Statement.Deprecate deprecate ->
          deprecate.version().map(one -> deprecation(path, one)).orElse(deprecation(path));
      case Statement.Tag tag -> tag(path, tag.tag());
      case Statement.Promote _ -> promotion(path);
    };
  }

  /**
   * Applies a statement.
   *
   * @param state the tree before
   * @param envelope the statement's envelope, which becomes the value
   * @param voided those in the tree that are void
   * @param blocks where the statements that stand can be read
   */
  public static Verdict apply(
      MerkleSearchTree state,
      Cid envelope,
      Statement statement,
      Set<Cid> voided,
      BlockSource blocks) {
    try {
      return switch (statement.op()) {
        case Statement.Release release ->
            applyRelease(state, envelope, statement, release, voided, blocks);
        default -> applyStatus(state, envelope, statement, voided);
      };
    } catch (FormatException e) {
      return Verdict.refused(ErrorCode.STATEMENT_REFUSED, subject(statement) + e.message());
    }
  }

  private static Verdict applyRelease(
      MerkleSearchTree state,
      Cid envelope,
      Statement statement,
      Statement.Release release,
      Set<Cid> voided,
      BlockSource blocks) {
    String path = statement.path();
    String version = Version.parse(release.version()).toString();
    requirePath(path, true);
    requireTail(path + "@" + version);
    String slot = release(path, version);
    Optional<Cid> standing = state.get(slot);
    if (standing.isPresent()) {
      boolean isVoid = voided.contains(standing.get());
      Statement.Release other = release(standing.get(), slot, blocks);
      if (!isVoid || standing.get().equals(envelope)) {
        return conflictOrHeld(slot, standing.get(), envelope, release, other, isVoid);
      }
      if (!other.module().equals(release.module())) {
        return new Verdict.Conflict(
            slot,
            standing.get(),
            "publish `%s`: a void release has this version with record `%s`, offered `%s`"
                .formatted(slot.substring(2), other.module(), release.module()));
      }
    }
    if (!standing.equals(statement.replaces())) {
      return wrongReplaces(slot, statement, standing);
    }
    MerkleSearchTree next = state.put(slot, envelope);
    for (String carried : carried(path, release)) {
      requirePath(carried, true);
      Optional<Cid> bound = state.get(name(carried));
      if (bound.isEmpty() || voided.contains(bound.get())) {
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

  private static Statement.Release release(Cid envelope, String slot, BlockSource blocks) {
    if (Signed.read(blocks, envelope, Statement.class).body().op()
        instanceof Statement.Release release) {
      return release;
    }
    throw new IllegalStateException("`" + envelope + "` stands at " + slot + ", no release");
  }

  private static Verdict conflictOrHeld(
      String slot,
      Cid standing,
      Cid envelope,
      Statement.Release release,
      Statement.Release other,
      boolean isVoid) {
    if (isVoid) {
      return Verdict.refused(
          ErrorCode.KEY_REVOKED,
          "publish `%s`: release `%s` is void, as its key was revoked"
              .formatted(slot.substring(2), standing));
    }
    if (standing.equals(envelope) || other.equals(release)) {
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

  /** All that is said about a release that is there: it takes one slot, by saying what stood. */
  private static Verdict applyStatus(
      MerkleSearchTree state, Cid envelope, Statement statement, Set<Cid> voided) {
    String path = statement.path();
    requirePath(path, false);
    String slot = of(statement);
    requireTail(slot.substring(2));
    Optional<String> version = statement.op().aboutVersion();
    if (version.isPresent() && state.get(release(path, version.get())).isEmpty()) {
      return Verdict.refused(
          ErrorCode.STATEMENT_REFUSED,
          subject(statement) + "no release `" + path + "@" + version.get() + "`");
    }
    Optional<Cid> standing = state.get(slot);
    if (standing.equals(Optional.of(envelope))) {
      return new Verdict.Held(envelope);
    }
    if (statement.op() instanceof Statement.Withdraw
        && standing.isPresent()
        && !voided.contains(standing.get())) {
      return new Verdict.Conflict(
          slot, standing.get(), subject(statement) + "it is withdrawn, and that is final");
    }
    if (!standing.equals(statement.replaces())) {
      return wrongReplaces(slot, statement, standing);
    }
    return new Verdict.Accepted(state.put(slot, envelope));
  }

  private static Verdict wrongReplaces(String slot, Statement statement, Optional<Cid> standing) {
    if (standing.isEmpty()) {
      return Verdict.refused(
          ErrorCode.STATEMENT_REFUSED,
          subject(statement)
              + "it replaces "
              + text(statement.replaces())
              + " at `"
              + slot
              + "`, and nothing stands there");
    }
    return new Verdict.Conflict(
        slot,
        standing.get(),
        subject(statement)
            + "it replaces %s at `%s`, where %s stands"
                .formatted(text(statement.replaces()), slot, text(standing)));
  }

  private static String subject(Statement statement) {
    return "admit " + statement.op().text() + " of `" + statement.path() + "`: ";
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
