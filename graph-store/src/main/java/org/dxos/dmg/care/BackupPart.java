package org.dxos.dmg.care;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dxos.dmg.block.OwnerOnly;
import org.dxos.dmg.car.CarReader;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * One CAR of a backup, and the list of the CIDs in it that lies beside it: by the list it is seen
 * that a CAR was cut off between two blocks, where it is sound in itself.
 */
record BackupPart(Path car) {

  private static final String CAR = ".car";

  /** What is done with each block of a part, in the order of the file. */
  interface Taker {
    void take(Cid cid, byte[] block) throws IOException;
  }

  /** The parts in a folder, oldest first. */
  static List<BackupPart> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9]{6}\\.car"))
          .sorted()
          .map(BackupPart::new)
          .toList();
    }
  }

  /** The name of a part of a folder, counted from 1. */
  static String name(int number) {
    return "%06d%s".formatted(number, CAR);
  }

  String name() {
    return car.getFileName().toString();
  }

  private Path list() {
    return car.resolveSibling(name().replace(CAR, ".cids"));
  }

  void writeList(List<Cid> cids) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(cids.size() * Cid.STORED_BYTES);
    cids.forEach(cid -> bytes.put(cid.bytes()));
    try (FileChannel channel = OwnerOnly.file(list())) {
      bytes.flip();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** What it says that it is, and the CIDs of the blocks in it. */
  record Whole(BackupManifest manifest, List<Cid> cids) {}

  /**
   * Reads all of it, and checks each block against its CID, and that its end is there.
   *
   * @param what is done, for words
   * @param hint the next step, should it be damaged
   * @throws CareException with {@link ErrorCode#NOT_VERIFIED} if it is damaged, or no backup
   */
  Whole read(String what, String hint, Taker taker) throws IOException {
    Optional<BackupManifest> manifest = Optional.empty();
    List<Cid> cids = new ArrayList<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(car), 1 << 16)) {
      CarReader reader = new CarReader(in);
      for (Optional<CarReader.Block> block = reader.next();
          block.isPresent();
          block = reader.next()) {
        Cid cid = block.get().cid();
        if (cids.isEmpty()) {
          manifest = Optional.of(first(reader, block.get()));
        }
        cids.add(cid);
        taker.take(cid, block.get().bytes());
      }
    } catch (FormatException e) {
      throw damaged(what, e.message(), hint);
    }
    if (manifest.isEmpty()) {
      throw damaged(what, "it has no block", hint);
    }
    long listed = listed(cids);
    if (listed > cids.size()) {
      throw damaged(
          what,
          "it ends after %d blocks, by `%s` it had %d"
              .formatted(cids.size(), list().getFileName(), listed),
          hint);
    }
    return new Whole(manifest.get(), cids);
  }

  private static BackupManifest first(CarReader reader, CarReader.Block block) {
    if (!reader.roots().equals(List.of(block.cid()))) {
      throw new FormatException(
          ErrorCode.CAR_SYNTAX, "it does not begin with its root, as a backup does");
    }
    return BackupManifest.decode(block.bytes());
  }

  /** How many blocks the list has, if it begins with those; it is not asked if it is damaged. */
  private long listed(List<Cid> cids) throws IOException {
    if (!name().endsWith(CAR) || !Files.isRegularFile(list())) {
      return 0;
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(list()));
    byte[] cid = new byte[Cid.STORED_BYTES];
    for (Cid one : cids) {
      if (bytes.remaining() < cid.length) {
        return 0;
      }
      bytes.get(cid);
      if (!java.util.Arrays.equals(cid, one.bytes())) {
        return 0;
      }
    }
    return cids.size() + bytes.remaining() / Cid.STORED_BYTES;
  }

  private CareException damaged(String what, String found, String hint) {
    return new CareException(
        ErrorCode.NOT_VERIFIED,
        "%s: `%s` is damaged, or no backup: %s".formatted(what, car, found),
        hint);
  }
}
