package org.dxos.dmg.install;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.car.CarReader;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;

/**
 * The blocks by which an installation can be verified again: kept as they are read, written as a
 * CAR.
 */
final class Evidence implements BlockSource {

  private final BlockSource source;
  private final Map<Cid, byte[]> read = new LinkedHashMap<>();

  private Evidence(BlockSource source) {
    this.source = source;
  }

  /** Reads from {@code source} and keeps what was read. */
  static Evidence recording(BlockSource source) {
    return new Evidence(source);
  }

  /** Reads from a CAR and nowhere else. */
  static Evidence load(Path car) throws IOException {
    Evidence evidence = new Evidence(_ -> Optional.empty());
    try (InputStream in = Files.newInputStream(car)) {
      CarReader reader = new CarReader(in);
      for (Optional<CarReader.Block> block = reader.next();
          block.isPresent();
          block = reader.next()) {
        evidence.read.put(block.get().cid(), block.get().bytes());
      }
    }
    return evidence;
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    byte[] known = read.get(cid);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<byte[]> block = source.get(cid);
    block.ifPresent(bytes -> read.put(cid, bytes));
    return block;
  }

  void write(OutputStream out, Cid root) throws IOException {
    CarWriter car = new CarWriter(out, List.of(root));
    for (Map.Entry<Cid, byte[]> block : read.entrySet()) {
      car.put(block.getKey(), block.getValue());
    }
  }
}
