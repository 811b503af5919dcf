package org.dxos.dmg.car;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.Varint;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;

/**
 * Writes a CAR to a stream: the header at once, then blocks as they come, each CID once. Does not
 * close the stream. For one thread. The caller vouches that blocks hash to their CIDs; readers
 * check.
 */
public final class CarWriter {

  private final OutputStream out;
  private final Set<Cid> written = new HashSet<>();

  /**
   * Writes the header.
   *
   * @param roots what the CAR is about, in this order; may be empty
   * @throws IllegalArgumentException if the header would be longer than {@link
   *     CarReader#MAX_HEADER}
   */
  public CarWriter(OutputStream out, List<Cid> roots) throws IOException {
    this.out = out;
    roots.forEach(Cid::requireStorable);
    byte[] header =
        DagCbor.encode(
            new Node.Map(
                Map.of(
                    "roots",
                    new Node.Array(roots.stream().map(Node::of).toList()),
                    "version",
                    Node.of(1))));
    if (header.length > CarReader.MAX_HEADER) {
      throw new IllegalArgumentException(roots.size() + " roots");
    }
    out.write(Varint.of(header.length));
    out.write(header);
  }

  /** Writes a block, unless a block of this CID was written before; true if it was written. */
  public boolean put(Cid cid, byte[] block) throws IOException {
    cid.requireStorable();
    if (block.length > CarReader.MAX_BLOCK) {
      throw new IllegalArgumentException("block of " + block.length + " bytes");
    }
    if (!written.add(cid)) {
      return false;
    }
    out.write(Varint.of((long) Cid.STORED_BYTES + block.length));
    out.write(cid.bytes());
    out.write(block);
    return true;
  }
}
