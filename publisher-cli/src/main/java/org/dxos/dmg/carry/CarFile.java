package org.dxos.dmg.carry;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.car.CarReader;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** The blocks of a CAR, left in the file: it may be larger than memory. */
public final class CarFile implements BlockSource, AutoCloseable {

  private record Place(long offset, int length) {}

  private final FileChannel channel;
  private final Map<Cid, Place> places;
  private final List<Cid> roots;

  private CarFile(FileChannel channel, Map<Cid, Place> places, List<Cid> roots) {
    this.channel = channel;
    this.places = places;
    this.roots = roots;
  }

  /**
   * Reads a file once, and hashes every block.
   *
   * @throws FormatException if it is no CAR, or a block is not that of its CID
   */
  public static CarFile open(Path file) throws IOException {
    Map<Cid, Place> places = new HashMap<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      CarReader reader = new CarReader(in);
      for (Optional<CarReader.Block> block = reader.next();
          block.isPresent();
          block = reader.next()) {
        int length = block.get().bytes().length;
        places.put(block.get().cid(), new Place(reader.offset() - length, length));
      }
      return new CarFile(FileChannel.open(file), places, reader.roots());
    }
  }

  /** What its header names. */
  public List<Cid> roots() {
    return roots;
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    Place place = places.get(cid);
    if (place == null) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate(place.length());
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, place.offset() + bytes.position()) < 0) {
          throw new IOException("it became shorter while it was read");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!cid.matches(bytes.array())) {
      throw new FormatException(
          ErrorCode.BLOCK_CORRUPT, "read block `" + cid + "`: the file changed while it was read");
    }
    return Optional.of(bytes.array());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
