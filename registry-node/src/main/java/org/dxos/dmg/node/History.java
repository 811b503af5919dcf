package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.mst.TreeException;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Standing;

/**
 * What authorities were before: their heads, back to the first, and when each statement was added.
 * Read when it is first asked for, and only on from there afterwards. Safe for many threads: {@code
 * this} guards the lines.
 */
final class History {

  /** Of an authority in the tree of everything that a node holds. */
  private static final String KEY = "a/";

  private final BlockSource blocks;
  private final Map<Cid, Line> lines = new HashMap<>();

  /** A head that stands, and the state that it leads to. */
  private record Point(Cid head, long issued, Cid state) {}

  /**
   * Everything up to a head.
   *
   * @param points oldest first
   * @param added of each statement, when it was added first
   */
  private record Line(List<Point> points, Map<Cid, Long> added) {}

  /**
   * An earlier moment.
   *
   * @param root of everything held then, if it is known
   * @param time seconds, UTC
   */
  record Moment(List<AuthorityView> views, Optional<Cid> root, long time) {}

  History(BlockSource blocks) {
    this.blocks = blocks;
  }

  /** When the home of an authority added a statement; empty if it did not, up to this view. */
  synchronized OptionalLong added(AuthorityView view, Cid statement) {
    Long issued = line(view).added().get(statement);
    return issued == null ? OptionalLong.empty() : OptionalLong.of(issued);
  }

  private Line line(AuthorityView view) {
    Line known = lines.get(view.id());
    Optional<Cid> tip = view.head().map(Signed::cid);
    if (known != null && tip.isPresent() && has(known, tip.get())) {
      return known;
    }
    List<Signed<Head>> news = new ArrayList<>();
    while (tip.isPresent() && (known == null || !endsWith(known, tip.get()))) {
      Signed<Head> head = Signed.read(blocks, tip.get(), Head.class);
      news.add(head);
      tip = head.body().prev();
    }
    // Where the line does not go on from what was read, it is another.
    boolean on = known != null && tip.isPresent();
    Line line = on && known != null ? known : new Line(new ArrayList<>(), new HashMap<>());
    for (Signed<Head> head : news.reversed()) {
      Head body = head.body();
      line.points().add(new Point(head.cid(), body.issued(), body.state()));
      body.added().forEach(one -> line.added().putIfAbsent(one, body.issued()));
    }
    lines.put(view.id(), line);
    return line;
  }

  private static boolean endsWith(Line line, Cid head) {
    return !line.points().isEmpty() && line.points().getLast().head().equals(head);
  }

  private static boolean has(Line line, Cid head) {
    return endsWith(line, head)
        || line.points().stream().anyMatch(point -> point.head().equals(head));
  }

  /**
   * What was, as of a head or a root. As of a head, each other authority is at its newest head that
   * was issued no later. What is void now was void then: a key that was stolen proves nothing.
   *
   * @param moment envelope of a head, or a root
   * @param now every authority as it is
   * @throws NotFoundException if it is not held, or is no head that stands and no root
   */
  synchronized Moment at(Cid moment, List<AuthorityView> now) {
    byte[] block =
        blocks
            .get(moment)
            .orElseThrow(
                () ->
                    refused(
                        ErrorCode.BLOCK_MISSING,
                        moment,
                        "it is not held here",
                        "a node keeps the heads of the authorities that it follows, and its own roots; "
                            + "ask one that holds it with --node"));
    try {
      return head(moment).map(head -> atHead(head, now)).orElseGet(() -> atRoot(moment, now));
    } catch (FormatException | TreeException e) {
      throw refused(
          ErrorCode.NOT_FOUND,
          moment,
          "the block of " + block.length + " bytes is neither a head nor a root",
          "`dmg authority show` tells the newest head of an authority, `dmg status` the root");
    }
  }

  private Optional<Signed<Head>> head(Cid moment) {
    try {
      return Signed.read(blocks, moment, Body.class).body() instanceof Head
          ? Optional.of(Signed.read(blocks, moment, Head.class))
          : Optional.empty();
    } catch (FormatException notAnEnvelope) {
      return Optional.empty();
    }
  }

  private Moment atHead(Signed<Head> head, List<AuthorityView> now) {
    List<AuthorityView> views = new ArrayList<>();
    boolean found = false;
    for (AuthorityView view : now) {
      boolean own = view.id().equals(head.body().genesis());
      Optional<Point> last = Optional.empty();
      for (Point point : line(view).points()) {
        if (own ? point.head().equals(head.cid()) : point.issued() <= head.body().issued()) {
          last = Optional.of(point);
        }
      }
      found |= own && last.isPresent();
      last.ifPresent(point -> views.add(at(view, point)));
    }
    if (!found) {
      throw doesNotStand(head.cid());
    }
    return new Moment(views, Optional.empty(), head.body().issued());
  }

  private Moment atRoot(Cid root, List<AuthorityView> now) {
    MerkleSearchTree tree = MerkleSearchTree.at(root, blocks);
    Map<String, Cid> held = new HashMap<>();
    tree.walk(
        "",
        (key, state) -> {
          if (!key.startsWith(KEY)) {
            throw new FormatException(ErrorCode.NOT_FOUND, "`" + key + "` is no authority");
          }
          held.put(key.substring(KEY.length()), state);
          return true;
        });
    List<AuthorityView> views = new ArrayList<>();
    long time = 0;
    for (AuthorityView view : now) {
      Cid was = held.remove(view.id().toString());
      if (was == null) {
        continue;
      }
      Optional<Cid> tip = AuthorityState.decode(Signed.need(blocks, was, "state")).head();
      if (tip.isEmpty()) {
        continue;
      }
      Point point =
          line(view).points().stream()
              .filter(one -> one.head().equals(tip.get()))
              .findFirst()
              .orElseThrow(() -> doesNotStand(tip.get()));
      time = Math.max(time, point.issued());
      views.add(at(view, point));
    }
    if (!held.isEmpty()) {
      throw refused(
          ErrorCode.NOT_FOUND,
          root,
          "it is no root, or names authorities that are not held here",
          "`dmg status` tells the root of a node");
    }
    return new Moment(views, Optional.of(root), time);
  }

  private AuthorityView at(AuthorityView view, Point point) {
    if (blocks.get(point.state()).isEmpty()) {
      throw refused(
          ErrorCode.BLOCK_MISSING,
          point.head(),
          "the state tree that it leads to is not held here",
          "ask the home of the authority with --node");
    }
    Standing is = view.standing();
    return new AuthorityView(
        view.id(),
        new Standing(
            is.log(),
            Optional.of(Signed.read(blocks, point.head(), Head.class)),
            is.voided(),
            is.contest(),
            is.forks(),
            is.awaited()),
        MerkleSearchTree.at(point.state(), blocks));
  }

  private static NotFoundException doesNotStand(Cid head) {
    return refused(
        ErrorCode.NOT_FOUND,
        head,
        "this head does not stand: it is none of those that lead to the newest",
        "take another; a head that was signed with a revoked key proves nothing");
  }

  private static NotFoundException refused(ErrorCode code, Cid moment, String why, String hint) {
    return new NotFoundException(code, "look back to `" + moment + "`: " + why, List.of(), hint);
  }
}
