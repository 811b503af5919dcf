package org.dxos.dmg.publish;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;

/**
 * Blocks that were built: in memory up to a bound, and beyond it in a file that goes away with the
 * pile. So a folder can be larger than memory, and what is sent is what was hashed, whatever
 * becomes of the folder meanwhile.
 *
 * <p>For one thread while it is filled, then for any.
 */
public final class Pile implements BlockSource, AutoCloseable {

  /** Bytes of blocks kept in memory. */
  static final long IN_MEMORY = 16L << 20;

  private final long inMemory;
  private final Map<Cid, byte[]> near = new LinkedHashMap<>();
  private final Map<Cid, Place> far = new LinkedHashMap<>();
  private Optional<FileChannel> file = Optional.empty();
  private long nearBytes;
  private long farBytes;

  /** Where a block is in the file. */
  private record Place(long offset, int length) {}

  /** An empty one with the usual bound. */
  public Pile() {
    this(IN_MEMORY);
  }

  Pile(long inMemory) {
    this.inMemory = inMemory;
  }

  /** One block alone. */
  static Pile of(Cid cid, byte[] block) {
    Pile pile = new Pile();
    pile.near.put(cid, block);
    pile.nearBytes = block.length;
    return pile;
  }

  /**
   * Adds a block, unless it is there.
   *
   * @throws IOException if the file cannot be written
   */
  void put(Cid cid, byte[] block) throws IOException {
    if (near.containsKey(cid) || far.containsKey(cid)) {
      return;
    }
    if (nearBytes + block.length <= inMemory) {
      near.put(cid, block);
      nearBytes += block.length;
      return;
    }
    if (file.isEmpty()) {
      Path path = Files.createTempFile("dmg-publish-", ".blocks"); // readable by its owner alone
      file =
          Optional.of(
              FileChannel.open(
                  path,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.DELETE_ON_CLOSE));
    }
    ByteBuffer rest = ByteBuffer.wrap(block);
    long at = farBytes;
    while (rest.hasRemaining()) {
      at += file.get().write(rest, at);
    }
    far.put(cid, new Place(farBytes, block.length));
    farBytes = at;
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    byte[] block = near.get(cid);
    if (block != null) {
      return Optional.of(block);
    }
    return Optional.ofNullable(far.get(cid)).map(this::read);
  }

  private byte[] read(Place place) {
    ByteBuffer block = ByteBuffer.allocate(place.length());
    try {
      while (block.hasRemaining()) {
        if (file.orElseThrow().read(block, place.offset() + block.position()) < 0) {
          throw new IOException("the file of built blocks was cut");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("read a block that was built", e);
    }
    return block.array();
  }

  /** Those that are there. */
  public Set<Cid> cids() {
    Set<Cid> all = new java.util.LinkedHashSet<>(near.keySet());
    all.addAll(far.keySet());
    return all;
  }

  /** How many there are. */
  public int size() {
    return near.size() + far.size();
  }

  /** Sum of all blocks. */
  public long bytes() {
    return nearBytes + farBytes;
  }

  /** Takes the file away. What was in memory can still be read. */
  @Override
  public void close() {
    try {
      if (file.isPresent()) {
        file.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("delete the file of built blocks", e);
    }
  }
}
