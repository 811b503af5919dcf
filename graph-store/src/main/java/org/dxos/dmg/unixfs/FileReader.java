package org.dxos.dmg.unixfs;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Reads files block by block. The length of a file decides its whole shape; every node is held
 * against that before its children are read, and against what they weighed after, so that a file
 * has one DAG only.
 */
final class FileReader {

  private final Profile profile;
  private final BlockCheck blocks;

  FileReader(Profile profile, BlockCheck blocks) {
    this.profile = profile;
    this.blocks = blocks;
  }

  /** The root of a file, read: what is known before its other blocks are. */
  record Root(Cid cid, byte[] block, long size) {}

  /** Reads the root block of a file, {@code depth} links from the root of the bundle. */
  Root root(Cid cid, int depth) {
    byte[] block = blocks.read(cid, depth);
    if (cid.codec() == Cid.RAW) {
      if (block.length > profile.chunk()) {
        throw shape(cid, block.length + " bytes in one chunk, at most " + profile.chunk());
      }
      return new Root(cid, block, block.length);
    }
    UnixFsData.Inner inner = inner(cid, DagPb.decode(block));
    if (inner.size() <= profile.chunk()) {
      throw shape(cid, "a tree for " + inner.size() + " bytes, which are one chunk");
    }
    int height = profile.height(inner.size());
    BlockCheck.requireDepth(depth + height);
    requireSizes(cid, inner, inner.size(), height);
    return new Root(cid, block, inner.size());
  }

  /** Streams the bytes of a file. */
  Built stream(Root root, int depth, OutputStream out) throws IOException {
    return root.cid().codec() == Cid.RAW
        ? chunk(root.cid(), root.block(), out)
        : node(root.cid(), root.block(), root.size(), profile.height(root.size()), depth, out);
  }

  private static Built chunk(Cid cid, byte[] block, OutputStream out) throws IOException {
    out.write(block);
    return new Built(cid, block.length, block.length, 0);
  }

  private Built node(Cid cid, byte[] block, long size, int height, int depth, OutputStream out)
      throws IOException {
    DagPb.Node node = DagPb.decode(block);
    UnixFsData.Inner inner = inner(cid, node);
    requireSizes(cid, inner, size, height);
    if (node.links().size() != inner.blockSizes().size()) {
      throw shape(
          cid, node.links().size() + " links and " + inner.blockSizes().size() + " blocksizes");
    }
    List<Built> pieces = new ArrayList<>(node.links().size());
    for (int i = 0; i < node.links().size(); i++) {
      pieces.add(
          piece(node.links().get(i).cid(), inner.blockSizes().get(i), height - 1, depth + 1, out));
    }
    if (!Arrays.equals(FileDag.node(pieces), block)) {
      throw shape(cid, "its links have a Name, or a Tsize that is not what lies below them");
    }
    return FileDag.sum(cid, block.length, pieces);
  }

  private Built piece(Cid cid, long size, int height, int depth, OutputStream out)
      throws IOException {
    if (cid.codec() != (height == 0 ? Cid.RAW : Cid.DAG_PB)) {
      throw shape(cid, "a block of codec 0x%x at height %d".formatted(cid.codec(), height));
    }
    byte[] block = blocks.read(cid, depth);
    if (height > 0) {
      return node(cid, block, size, height, depth, out);
    }
    if (block.length != size) {
      throw shape(cid, "a chunk of " + block.length + " bytes, expected " + size);
    }
    return chunk(cid, block, out);
  }

  private static UnixFsData.Inner inner(Cid cid, DagPb.Node node) {
    if (node.data().isPresent()
        && UnixFsData.decode(node.data().get()) instanceof UnixFsData.Inner inner) {
      return inner;
    }
    throw shape(cid, "no node of a file");
  }

  /** The blocksizes of a balanced node are full spans, and what is left. */
  private void requireSizes(Cid cid, UnixFsData.Inner inner, long size, int height) {
    long span = profile.span(height - 1);
    long links = size / span + (size % span == 0 ? 0 : 1);
    boolean right = inner.size() == size && inner.blockSizes().size() == links;
    long left = size;
    for (int i = 0; right && i < links; i++) {
      long expected = Math.min(span, left);
      right = inner.blockSizes().get(i) == expected;
      left -= expected;
    }
    if (!right) {
      throw shape(
          cid,
          "filesize %d in %d pieces, expected %d in %d of %d bytes each"
              .formatted(inner.size(), inner.blockSizes().size(), size, links, span));
    }
  }

  private static FormatException shape(Cid cid, String found) {
    return new FormatException(ErrorCode.DAG_PB, "read file at `" + cid + "`: " + found);
  }
}
