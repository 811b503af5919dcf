package org.dxos.dmg.unixfs;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.cid.Cid;

/**
 * Builds the balanced tree of a file while its bytes stream by; holds one chunk and at most one
 * unfinished node a level.
 */
final class FileDag {

  private final Profile profile;
  private final BlockSink sink;

  /** Level 0 takes chunks, level n nodes of height n. Each is emptied only when one more comes. */
  private final List<List<Built>> levels = new ArrayList<>();

  private FileDag(Profile profile, BlockSink sink) {
    this.profile = profile;
    this.sink = sink;
  }

  static Built write(InputStream in, Profile profile, BlockSink sink) throws IOException {
    FileDag dag = new FileDag(profile, sink);
    boolean first = true;
    while (true) {
      byte[] chunk = in.readNBytes(profile.chunk());
      if (chunk.length == 0 && !first) {
        break;
      }
      first = false;
      Cid cid = Cid.of(Cid.RAW, chunk);
      sink.put(cid, chunk);
      dag.add(0, new Built(cid, chunk.length, chunk.length, 0));
      if (chunk.length < profile.chunk()) {
        break;
      }
    }
    return dag.finish();
  }

  private void add(int level, Built piece) {
    if (level == levels.size()) {
      levels.add(new ArrayList<>());
    }
    List<Built> pieces = levels.get(level);
    if (pieces.size() == profile.width()) {
      add(level + 1, close(pieces));
    }
    pieces.add(piece);
  }

  private Built close(List<Built> pieces) {
    byte[] block = node(pieces);
    Cid cid = Cid.of(Cid.DAG_PB, block);
    sink.put(cid, block);
    Built node = sum(cid, block.length, pieces);
    pieces.clear();
    return node;
  }

  private Built finish() {
    int level = 0;
    while (level + 1 < levels.size() || levels.get(level).size() > 1) {
      add(level + 1, close(levels.get(level)));
      level++;
    }
    return levels.get(level).getFirst();
  }

  /** The block of an inner node over {@code pieces}. */
  static byte[] node(List<Built> pieces) {
    long size = pieces.stream().mapToLong(Built::size).sum();
    List<Long> sizes = pieces.stream().map(Built::size).toList();
    return DagPb.encode(
        new DagPb.Node(
            pieces.stream().map(piece -> DagPb.Link.to(piece.cid(), "", piece.weight())).toList(),
            Optional.of(new UnixFsData.Inner(size, sizes).encode())));
  }

  /** What a node with this CID and block length over {@code pieces} comes to. */
  static Built sum(Cid cid, int blockLength, List<Built> pieces) {
    long size = 0;
    long weight = blockLength;
    int height = 0;
    for (Built piece : pieces) {
      size = Math.addExact(size, piece.size());
      weight = Math.addExact(weight, piece.weight());
      height = Math.max(height, piece.height() + 1);
    }
    return new Built(cid, size, weight, height);
  }
}
