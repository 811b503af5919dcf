package org.dxos.dmg.care;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * Collects blocks to which nothing leads: state trees of heads that are not the newest, and what
 * never came to anything. Heads, key logs, statements, records, what was put aside, proofs of forks
 * and what waits for its home all stay, whether they stand or not.
 *
 * <p>A block goes if nothing led to it for as long as the grace period: it was found so once, is
 * noted, and is found so again. Commits go on meanwhile. Blocks are taken away a slice at a time;
 * each slice first follows what was committed since, while nothing else is. A statement that relies
 * on a block which is held looks for it once more when it is committed.
 */
public final class Collector {

  private static final int SLICE = 2_000;

  private final BlockStore store;
  private final Whose whose;
  private final Consumer<Runnable> between;

  /**
   * @param between does something while nothing is committed that leads to blocks held already
   */
  public Collector(BlockStore store, Whose whose, Consumer<Runnable> between) {
    this.store = store;
    this.whose = whose;
    this.between = between;
  }

  /**
   * What was found and done.
   *
   * @param linked blocks that something leads to
   * @param unlinked the others, those that were collected among them
   * @param collected blocks that went, or in a dry run would
   * @param collectedBytes of those
   */
  public record Report(
      long linked, long unlinked, long unlinkedBytes, long collected, long collectedBytes) {

    /** As JSON has it. */
    public Node.Map toNode() {
      return new MapBuilder()
          .put("linked", linked)
          .put("unlinked", unlinked)
          .put("unlinkedBytes", unlinkedBytes)
          .put("collected", collected)
          .put("collectedBytes", collectedBytes)
          .build();
    }

    /** Reads what {@link #toNode} gives. */
    public static Report of(Node node) {
      Fields fields = Fields.of("gc", ErrorCode.JSON_SYNTAX, node);
      return new Report(
          fields.uint("linked"),
          fields.uint("unlinked"),
          fields.uint("unlinkedBytes"),
          fields.uint("collected"),
          fields.uint("collectedBytes"));
    }
  }

  /**
   * Looks, and collects.
   *
   * @param now the time of day
   * @param grace how long nothing must have led to a block
   * @param dry whether nothing is to be changed
   * @throws CareException with {@link ErrorCode#NOT_VERIFIED} if a block is missing or damaged that
   *     something leads to: what is behind it is not known, so nothing is collected
   */
  public Report collect(Instant now, Duration grace, boolean dry) {
    Reach reach = new Reach(store, whose.ours(), new Strict("collect blocks", whose));
    reach.follow();
    Map<Cid, Long> before = Doomed.read(store);
    Map<Cid, Long> doomed = new HashMap<>();
    long[] linked = {0};
    List<Cid> unlinked = new ArrayList<>();
    store.eachBlock(
        cid -> {
          if (reach.isLive(cid)) {
            linked[0]++;
          } else {
            unlinked.add(cid);
          }
        });
    List<Cid> due = new ArrayList<>();
    long seconds = now.getEpochSecond();
    long bytes = 0;
    long dueBytes = 0;
    for (Cid cid : unlinked) {
      long since = Math.min(before.getOrDefault(cid, seconds), seconds);
      long size = store.size(cid);
      bytes += size;
      if (since + grace.toSeconds() <= seconds) {
        due.add(cid);
        dueBytes += size;
      } else {
        doomed.put(cid, since);
      }
    }
    if (dry) {
      return new Report(linked[0], unlinked.size(), bytes, due.size(), dueBytes);
    }
    long collected = 0;
    for (int from = 0; from < due.size(); from += SLICE) {
      collected += sweep(due.subList(from, Math.min(from + SLICE, due.size())), reach);
    }
    Doomed.write(doomed, store);
    if (collected > 0) {
      store.compact();
    }
    return new Report(linked[0], unlinked.size(), bytes, collected, dueBytes);
  }

  private long sweep(List<Cid> slice, Reach reach) {
    long[] gone = {0};
    between.accept(
        () -> {
          reach.follow();
          Batch batch = new Batch();
          for (Cid cid : slice) {
            if (!reach.isLive(cid)) {
              batch.discard(cid);
              gone[0]++;
            }
          }
          if (!batch.isEmpty()) {
            store.commit(batch);
          }
        });
    return gone[0];
  }
}
