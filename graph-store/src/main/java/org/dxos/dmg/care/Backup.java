package org.dxos.dmg.care;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.block.OwnerOnly;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.verdict.Signed;

/**
 * Copies a store as it is at one moment: to one CAR, or to a folder of CARs of which each has what
 * those before it have not. The root of a CAR is a {@link BackupManifest}. Private keys are in none
 * of them.
 *
 * <p>A file is written under another name, synced and moved into place, so a backup that was cut
 * off leaves those before it as they were. What is written may be private: only its owner may read
 * it.
 */
public final class Backup {

  /** Registers that mean something to the store that wrote them alone, or are noted anew. */
  private static final List<String> LEFT_OUT = List.of("journal/", "gc/", "invite/", "restored");

  private static final int ENTRIES = 2_000;

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
    return write(store, whose, files, now, new BackupPart(file), Set.of());
  }

  /**
   * Writes what has changed since the last backup to the same folder. What is there is read whole
   * before anything is built on it.
   *
   * @throws CareException if something is missing or damaged, here or in the folder, or the folder
   *     is of another store
   */
  public static Report toFolder(
      BlockStore store, Whose whose, Map<String, byte[]> files, Instant now, Path folder)
      throws IOException {
    OwnerOnly.folder(folder);
    List<BackupPart> before = BackupPart.in(folder);
    requireAll(folder, before);
    Set<Cid> known = new HashSet<>();
    for (BackupPart part : before) {
      BackupPart.Whole whole =
          part.read(
              "write backup `" + folder + "`",
              "those after it build on it: give a new folder, or move it and those after it away"
                  + " and call this again, which writes anew what they had",
              (_, _) -> {});
      known.addAll(whole.cids());
      if (part.equals(before.getLast())
          && !Arrays.equals(whole.manifest().journal(), store.journalId())) {
        throw new CareException(
            ErrorCode.CONFLICT,
            "write backup `" + folder + "`: it is of another home, or of this one before a restore",
            "give an empty folder");
      }
    }
    BackupPart next = new BackupPart(folder.resolve(BackupPart.name(before.size() + 1)));
    return write(store, whose, files, now, next, known);
  }

  /** Each of them has only what those before it have not: one that is gone is missed by all. */
  private static void requireAll(Path folder, List<BackupPart> before) {
    for (int i = 0; i < before.size(); i++) {
      String expected = BackupPart.name(i + 1);
      if (!before.get(i).name().equals(expected)) {
        throw new CareException(
            ErrorCode.CONFLICT,
            "write backup `%s`: `%s` is gone, on which those after it build"
                .formatted(folder, expected),
            "put it back, or give an empty folder");
      }
    }
  }

  private static Report write(
      BlockStore store,
      Whose whose,
      Map<String, byte[]> files,
      Instant now,
      BackupPart part,
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
    Path file = part.car();
    Path beside = file.resolveSibling(part.name() + ".new");
    List<Cid> written = new ArrayList<>();
    try (FileChannel channel = OwnerOnly.file(beside)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
      CarWriter car = new CarWriter(out, List.of(cid));
      put(car, cid, root, written);
      for (Map.Entry<Cid, byte[]> one : parts.entrySet()) {
        if (!known.contains(one.getKey())) {
          put(car, one.getKey(), one.getValue(), written);
        }
      }
      for (Cid block : fresh) {
        put(car, block, Signed.need(store, block, "block"), written);
      }
      out.flush();
      channel.force(true);
    }
    part.writeList(written);
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
}
