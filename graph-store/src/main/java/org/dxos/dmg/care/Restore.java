package org.dxos.dmg.care;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;

/**
 * Fills an empty store from what {@link Backup} wrote, and checks all of it as {@link Fsck} does
 * before anybody may use it. The journal gets an id of its own: what came after the backup may have
 * been another thing than what comes now.
 */
public final class Restore {

  private static final long BATCH_BYTES = 8L * 1024 * 1024;
  private static final int BATCH_ENTRIES = 10_000;

  private static final String DAMAGED =
      "give a folder or a file that `dmg backup` wrote, or another backup; what `dmg export` wrote is"
          + " taken by `dmg import car`";

  private Restore() {}

  /**
   * What was restored.
   *
   * @param at when the backup was made, seconds UTC
   * @param blocks that were taken
   * @param position of the journal
   * @param linked blocks that something led to when the backup was made
   * @param files of the home, by name
   */
  public record Report(
      long at, long blocks, long position, long linked, Map<String, byte[]> files) {}

  /**
   * Fills a store.
   *
   * @param from a CAR, or a folder of them
   * @param store empty
   * @param registers which registers are taken, by name
   * @throws CareException with {@link ErrorCode#NOT_VERIFIED} if a file is no backup or damaged, or
   *     what it holds is not sound
   */
  public static Report fill(
      Path from, BlockStore store, java.util.function.Predicate<String> registers)
      throws IOException {
    List<BackupPart> cars =
        Files.isDirectory(from) ? BackupPart.in(from) : List.of(new BackupPart(from));
    if (cars.isEmpty()) {
      throw new CareException(
          ErrorCode.NOT_FOUND,
          "restore from `" + from + "`: there is no backup in it",
          "give a folder or a file that `dmg backup` wrote");
    }
    Map<Cid, byte[]> parts = new HashMap<>();
    Taking taking = new Taking(store, parts);
    BackupManifest manifest = taking.all(cars);
    Filling filling = new Filling(store, registers);
    for (Cid part : manifest.registers()) {
      BackupManifest.read(part(parts, part), filling);
    }
    for (Cid part : manifest.entries()) {
      BackupManifest.read(part(parts, part), filling);
    }
    for (Cid part : manifest.files()) {
      BackupManifest.read(part(parts, part), filling);
    }
    filling.commit();
    if (store.journalEnd() != manifest.position()) {
      throw new CareException(
          ErrorCode.NOT_VERIFIED,
          "restore: the journal has %d entries, the backup was made at position %d"
              .formatted(store.journalEnd(), manifest.position()),
          "");
    }
    return new Report(
        manifest.at(), taking.blocks, manifest.position(), manifest.blocks(), filling.files());
  }

  /**
   * Checks a store that was filled.
   *
   * @throws CareException with {@link ErrorCode#NOT_VERIFIED} and the first fault
   */
  public static Fsck.Report requireSound(BlockStore store, Whose whose, Report filled) {
    Fsck.Report report = Fsck.of(store, whose);
    report.faults().stream()
        .findFirst()
        .ifPresent(
            fault -> {
              throw new CareException(
                  ErrorCode.NOT_VERIFIED,
                  "restore: what the backup holds is not sound: %s%s"
                      .formatted(
                          fault.what(),
                          report.faults().size() > 1
                              ? ", and " + (report.faults().size() - 1) + " faults more"
                              : ""),
                  "restore another backup; what other nodes hold can be taken from them");
            });
    long linked = report.blocks() - report.unlinked();
    if (linked != filled.linked()) {
      throw new CareException(
          ErrorCode.NOT_VERIFIED,
          "restore: %d blocks of what was held, expected %d".formatted(linked, filled.linked()),
          "give the whole folder: each file of it needs those before");
    }
    return report;
  }

  private static byte[] part(Map<Cid, byte[]> parts, Cid cid) {
    byte[] part = parts.get(cid);
    if (part == null) {
      throw new CareException(
          ErrorCode.BLOCK_MISSING,
          "restore: part `" + cid + "` of the backup is not there",
          "give the whole folder: each file of it needs those before");
    }
    return part;
  }

  /** Takes blocks into the store, and what is of the backup itself aside. */
  private static final class Taking implements BackupPart.Taker {

    private final BlockStore store;
    private final Map<Cid, byte[]> parts;
    private Batch batch = new Batch();
    private long bytes;
    private long blocks;

    private Taking(BlockStore store, Map<Cid, byte[]> parts) {
      this.store = store;
      this.parts = parts;
    }

    /** Reads all files, oldest first; what the newest says that it is. */
    private BackupManifest all(List<BackupPart> cars) throws IOException {
      Optional<BackupManifest> newest = Optional.empty();
      for (BackupPart car : cars) {
        newest = Optional.of(car.read("restore", DAMAGED, this).manifest());
      }
      commit();
      return newest.orElseThrow();
    }

    @Override
    public void take(Cid cid, byte[] block) {
      if (BackupManifest.isOwn(cid, block)) {
        parts.put(cid, block);
        return;
      }
      batch.put(cid, block);
      blocks++;
      bytes += block.length;
      if (bytes > BATCH_BYTES) {
        commit();
      }
    }

    private void commit() {
      if (!batch.isEmpty()) {
        store.commit(batch);
      }
      batch = new Batch();
      bytes = 0;
    }
  }

  private static final class Filling implements BackupManifest.Reader {

    private final BlockStore store;
    private final java.util.function.Predicate<String> wanted;
    private final Map<String, ByteArrayOutputStream> files = new TreeMap<>();
    private Batch batch = new Batch();
    private int items;

    private Filling(BlockStore store, java.util.function.Predicate<String> wanted) {
      this.store = store;
      this.wanted = wanted;
    }

    @Override
    public void register(String name, byte[] value) {
      if (wanted.test(name)) {
        batch.set(name, value);
        step();
      }
    }

    @Override
    public void entry(JournalEntry.Kind kind, Cid genesis, Cid envelope) {
      batch.admit(kind, genesis, envelope);
      step();
    }

    @Override
    public void file(String name, byte[] bytes, boolean first) {
      if (first) {
        files.put(name, new ByteArrayOutputStream());
      }
      files.computeIfAbsent(name, _ -> new ByteArrayOutputStream()).writeBytes(bytes);
    }

    private void step() {
      if (++items >= BATCH_ENTRIES) {
        commit();
      }
    }

    private void commit() {
      if (!batch.isEmpty()) {
        store.commit(batch);
      }
      batch = new Batch();
      items = 0;
    }

    private Map<String, byte[]> files() {
      Map<String, byte[]> all = new TreeMap<>();
      files.forEach((name, bytes) -> all.put(name, bytes.toByteArray()));
      return all;
    }
  }
}
