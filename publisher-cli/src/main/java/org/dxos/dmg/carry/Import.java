package org.dxos.dmg.carry;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.car.CarReader;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.verdict.Signed;

/** Learns authorities from a file. */
public final class Import {

  private Import() {}

  /**
   * Hands everything in a file to a registry. What is held already does no harm, and what was
   * learned before a failure stays.
   *
   * @return the authorities as they stand now
   * @throws FormatException if it is no such file; every block is hashed before any is used
   */
  public static List<AuthorityInfo> read(Path file, Registry registry) throws IOException {
    try (Blocks blocks = Blocks.open(file)) {
      Manifest manifest = Manifest.decode(Signed.need(blocks, blocks.root, "list of what it has"));
      List<AuthorityInfo> learned = new ArrayList<>();
      for (Manifest.Log log : manifest.logs()) {
        learned.add(registry.learn(log.genesis(), log.items(), blocks));
      }
      return learned;
    }
  }

  /** The blocks of a CAR, left in the file: it may be larger than memory. */
  private static final class Blocks implements BlockSource, AutoCloseable {

    private record Place(long offset, int length) {}

    private final FileChannel channel;
    private final Map<Cid, Place> places;
    private final Cid root;

    private Blocks(FileChannel channel, Map<Cid, Place> places, Cid root) {
      this.channel = channel;
      this.places = places;
      this.root = root;
    }

    static Blocks open(Path file) throws IOException {
      Map<Cid, Place> places = new HashMap<>();
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        CarReader reader = new CarReader(in);
        if (reader.roots().size() != 1) {
          throw new FormatException(
              ErrorCode.CAR_SYNTAX,
              "read `"
                  + file
                  + "`: it has "
                  + reader.roots().size()
                  + " roots, expected the one of an export");
        }
        for (Optional<CarReader.Block> block = reader.next();
            block.isPresent();
            block = reader.next()) {
          int length = block.get().bytes().length;
          places.put(block.get().cid(), new Place(reader.offset() - length, length));
        }
        return new Blocks(FileChannel.open(file), places, reader.roots().getFirst());
      }
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
            ErrorCode.BLOCK_CORRUPT,
            "read block `" + cid + "`: the file changed while it was read");
      }
      return Optional.of(bytes.array());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
