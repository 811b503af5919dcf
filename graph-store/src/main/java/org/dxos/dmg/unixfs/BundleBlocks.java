package org.dxos.dmg.unixfs;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * The blocks of a DAG of raw and dag-pb blocks, found by following links: for sending a bundle, and
 * for asking what is still missing of one. Looks at links only; whether they make a bundle is
 * {@link BundleReader}'s to say.
 *
 * @param held blocks that the source has, depth first, a node before what it links, each once
 * @param missing blocks that it does not have, in the same order; what lies below them is unknown
 */
public record BundleBlocks(List<Cid> held, List<Cid> missing) {

  public BundleBlocks {
    held = List.copyOf(held);
    missing = List.copyOf(missing);
  }

  /** True if nothing is missing. */
  public boolean complete() {
    return missing.isEmpty();
  }

  /**
   * Follows the links from {@code root}. Raw blocks are read too, to know that they are there;
   * every block is checked against its CID.
   *
   * @throws FormatException with {@link ErrorCode#DAG_BUDGET} over {@link Budget#MAX_BLOCKS}
   *     distinct blocks or {@link Budget#MAX_DEPTH} links; with {@link ErrorCode#BLOCK_CORRUPT},
   *     {@link ErrorCode#BLOCK_TOO_LARGE}, {@link ErrorCode#DAG_PB} or {@link
   *     ErrorCode#CID_UNSUPPORTED} for a bad block or link
   */
  public static BundleBlocks of(BlockSource source, Cid root) {
    Search search = new Search(source);
    search.visit(root.requireStorable(), 0);
    return new BundleBlocks(new ArrayList<>(search.held), new ArrayList<>(search.missing));
  }

  private static final class Search {

    private final BlockSource source;
    private final Set<Cid> held = new LinkedHashSet<>();
    private final Set<Cid> missing = new LinkedHashSet<>();

    private Search(BlockSource source) {
      this.source = source;
    }

    void visit(Cid cid, int depth) {
      if (held.contains(cid) || missing.contains(cid)) {
        return;
      }
      BlockCheck.requireDepth(depth);
      if (held.size() + missing.size() == Budget.MAX_BLOCKS) {
        throw new FormatException(
            ErrorCode.DAG_BUDGET, "find blocks: more than " + Budget.MAX_BLOCKS);
      }
      Optional<byte[]> block = source.get(cid);
      if (block.isEmpty()) {
        missing.add(cid);
        return;
      }
      byte[] bytes = BlockCheck.checked(source, cid, block.get());
      held.add(cid);
      if (cid.codec() == Cid.DAG_PB) {
        for (DagPb.Link link : DagPb.decode(bytes).links()) {
          visit(link.cid(), depth + 1);
        }
      } else if (cid.codec() != Cid.RAW) {
        throw new FormatException(
            ErrorCode.BUNDLE_ENTRY, "find blocks: `" + cid + "` is neither raw nor dag-pb");
      }
    }
  }
}
