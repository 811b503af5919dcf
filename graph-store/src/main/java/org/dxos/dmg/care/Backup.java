package org.dxos.dmg.care;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.car.CarReader;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.verdict.Signed;

/**
 * Copies a store as it is at one moment: to one CAR, or to a folder of CARs of which each has what
 * those before it have not. The root of a CAR is a {@link BackupManifest}. Private keys are in none
 * of them.
 *
 * <p>A file is written under another name, synced and moved into place, so a backup that was cut
 * off leaves those before it as they were.
 */
public final class Backup {

  /** Registers that mean something to the store that wrote them alone, or are noted anew. */
  private static final List<String> LEFT_OUT = List.of("journal/", "gc/", "invite/", "restored");

  private static final int ENTRIES = 2_000;
  private static final String CAR = ".car";

  private Backup() {}

  /**
   * What was written.
   *
   * @param file the new CAR; empty if nothing has changed since the last one
   * @param fresh blocks that it has
   * @param freshBytes its size
   * @param blocks that the backup has now, of this moment
   * @param position of the journal
   */
  public record Report(
      Optional<Path> file, long fresh, long freshBytes, long blocks, long position) {}

  /**
   * Writes one CAR that has everything.
   *
   * @param store nothing may be committed meanwhile; a checkpoint is as good as the store itself
   * @param files of the home, by name, that are kept as they are
   * @throws CareException if something is missing or damaged, or the file is there
   */
  public static Report toFile(
      BlockStore store, Whose whose, Map<String, byte[]> files, Instant now, Path file)
      throws IOException {
    if (Files.exists(file)) {
      throw new CareException(
          ErrorCode.TARGET_EXISTS, "write backup `" + file + "`: it is there", "give another name");
    }
    return write(store, whose, files, now, file, Set.of());
  }

  /**
   * Writes what has changed since the last backup to the same folder.
   *
   * @throws CareException if something is missing or damaged, or the folder is of another store
   */
  public static Report toFolder(
      BlockStore store, Whose whose, Map<String, byte[]> files, Instant now, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    List<Path> before = cars(folder);
    requireWhole(before);
    Set<Cid> known = new HashSet<>();
    for (Path car : before) {
      known.addAll(cids(car));
    }
    if (!before.isEmpty()) {
      BackupManifest last = manifest(before.getLast());
      if (!Arrays.equals(last.journal(), store.journalId())) {
        throw new CareException(
            ErrorCode.CONFLICT,
            "write backup `" + folder + "`: it is of another home, or of this one before a restore",
            "give an empty folder");
      }
    }
    Path next = folder.resolve(name(before.size() + 1));
    return write(store, whose, files, now, next, known);
  }

  private static String name(int number) {
    return "%06d%s".formatted(number, CAR);
  }

  /** Each of them has only what those before it have not: one that is gone is missed by all. */
  private static void requireWhole(List<Path> before) {
    for (int i = 0; i < before.size(); i++) {
      Path found = before.get(i);
      if (!found.getFileName().toString().equals(name(i + 1))) {
        throw new CareException(
            ErrorCode.CONFLICT,
            "write backup `"
                + found.getParent()
                + "`: `"
                + name(i + 1)
                + "` is gone, on which those after it build",
            "put it back, or give an empty folder");
      }
    }
  }

  /** The CARs of a folder, oldest first. */
  static List<Path> cars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9]{6}\\.car"))
          .sorted()
          .toList();
    }
  }

  /** What a CAR says that it is. */
  static BackupManifest manifest(Path car) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(car), 1 << 16)) {
      CarReader reader = new CarReader(in);
      Optional<CarReader.Block> first = reader.next();
      if (reader.roots().size() != 1
          || first.isEmpty()
          || !first.get().cid().equals(reader.roots().getFirst())) {
        throw new FormatException(
            ErrorCode.CAR_SYNTAX, "read backup `" + car + "`: it does not begin with its root");
      }
      return BackupManifest.decode(first.get().bytes());
    }
  }

  private static Report write(
      BlockStore store,
      Whose whose,
      Map<String, byte[]> files,
      Instant now,
      Path file,
      Set<Cid> known)
      throws IOException {
    Reach reach = new Reach(store, whose.ours(), new Strict("back up", whose));
    reach.follow();
    List<Cid> blocks = new ArrayList<>();
    store.eachBlock(
        cid -> {
          if (reach.isLive(cid)) {
            blocks.add(cid);
          }
        });
    Map<Cid, byte[]> parts = new TreeMap<>();
    BackupManifest manifest =
        new BackupManifest(
            now.getEpochSecond(),
            store.journalId(),
            store.journalEnd(),
            blocks.size(),
            registers(store, parts),
            entries(store, parts),
            files(files, parts));
    byte[] root = manifest.encode();
    Cid cid = DagCbor.cid(root);
    List<Cid> fresh = blocks.stream().filter(one -> !known.contains(one)).toList();
    boolean same = fresh.isEmpty() && !known.isEmpty() && known.containsAll(parts.keySet());
    if (same) {
      return new Report(Optional.empty(), 0, 0, blocks.size(), store.journalEnd());
    }
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    List<Cid> written = new ArrayList<>();
    try (FileChannel channel =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
      CarWriter car = new CarWriter(out, List.of(cid));
      put(car, cid, root, written);
      for (Map.Entry<Cid, byte[]> part : parts.entrySet()) {
        if (!known.contains(part.getKey())) {
          put(car, part.getKey(), part.getValue(), written);
        }
      }
      for (Cid block : fresh) {
        put(car, block, Signed.need(store, block, "block"), written);
      }
      out.flush();
      channel.force(true);
    }
    writeCids(index(file), written);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    return new Report(
        Optional.of(file), fresh.size(), Files.size(file), blocks.size(), store.journalEnd());
  }

  private static void put(CarWriter car, Cid cid, byte[] block, List<Cid> written)
      throws IOException {
    if (car.put(cid, block)) {
      written.add(cid);
    }
  }

  private static List<Cid> registers(BlockStore store, Map<Cid, byte[]> parts) {
    BackupManifest.Parts all = new BackupManifest.Parts(parts);
    for (String name : store.registers("")) {
      if (LEFT_OUT.stream().noneMatch(name::startsWith)) {
        store.register(name).ifPresent(value -> all.register(name, value));
      }
    }
    return all.end();
  }

  private static List<Cid> entries(BlockStore store, Map<Cid, byte[]> parts) {
    BackupManifest.Parts all = new BackupManifest.Parts(parts);
    long position = 0;
    while (position < store.journalEnd()) {
      for (JournalEntry entry : store.journal(position, ENTRIES)) {
        all.entry(entry);
        position = entry.position();
      }
    }
    return all.end();
  }

  private static List<Cid> files(Map<String, byte[]> files, Map<Cid, byte[]> parts) {
    BackupManifest.Parts all = new BackupManifest.Parts(parts);
    new TreeMap<>(files).forEach(all::file);
    return all.end();
  }

  /** Beside a CAR, the CIDs in it: to know them without reading all of it. */
  private static Path index(Path car) {
    return car.resolveSibling(car.getFileName().toString().replace(CAR, ".cids"));
  }

  private static void writeCids(Path file, List<Cid> cids) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(cids.size() * Cid.STORED_BYTES);
    cids.forEach(cid -> bytes.put(cid.bytes()));
    Files.write(file, bytes.array());
  }

  private static List<Cid> cids(Path car) throws IOException {
    List<Cid> cids = new ArrayList<>();
    if (Files.exists(index(car)) && Files.size(index(car)) % Cid.STORED_BYTES == 0) {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(index(car)));
      byte[] cid = new byte[Cid.STORED_BYTES];
      while (bytes.hasRemaining()) {
        bytes.get(cid);
        cids.add(Cid.fromBytes(cid.clone()));
      }
      return cids;
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(car), 1 << 16)) {
      CarReader reader = new CarReader(in);
      for (Optional<CarReader.Block> block = reader.next();
          block.isPresent();
          block = reader.next()) {
        cids.add(block.get().cid());
      }
    }
    return cids;
  }
}
