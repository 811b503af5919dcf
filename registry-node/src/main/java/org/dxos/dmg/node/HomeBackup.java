package org.dxos.dmg.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.OwnerOnly;
import org.dxos.dmg.block.RocksBlockStore;
import org.dxos.dmg.care.Backup;
import org.dxos.dmg.care.CareException;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.care.Restore;
import org.dxos.dmg.care.Whose;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.trust.PublicKey;

/** Copies a home to a backup, and makes a home of a backup. */
public final class HomeBackup {

  /** Files of a home that say what somebody decided, and are no secret. */
  private static final List<String> FILES = List.of("policy.json", "trust.log", "config.json");

  private static final String KEYS = "keys";

  private HomeBackup() {}

  /**
   * What was written.
   *
   * @param keys names of the private keys that lie beside the CARs now
   * @param spaces that are in it
   * @param spacesLeftOut that are not, as a single file holds none
   */
  public record Written(Backup.Report blocks, List<String> keys, int spaces, int spacesLeftOut) {}

  /**
   * Backs up a home; a node on it goes on serving.
   *
   * @param running the node that has the home open, if one has
   * @param target a file if its name ends with `.car`, else a folder
   * @param keys whether private keys are copied too, which needs a folder
   * @throws CareException if what is held is not sound, or the target does not fit
   */
  public static Written write(
      Path home, World world, Optional<Upkeep> running, Path target, boolean keys)
      throws IOException {
    boolean file = target.getFileName().toString().endsWith(".car");
    if (file && keys) {
      throw new CareException(
          ErrorCode.USAGE,
          "back up keys to `" + target + "`: a CAR is made to be shown, and has no keys",
          "give a folder");
    }
    requireApart(home, target);
    Optional<Path> checkpoint = running.map(Upkeep::checkpoint);
    try (HomeCare care = HomeCare.open(home, checkpoint.orElse(home), world)) {
      Backup.Report report =
          file
              ? Backup.toFile(
                  care.store(), care.whose(), files(home), world.clock().instant(), target)
              : Backup.toFolder(
                  care.store(), care.whose(), files(home), world.clock().instant(), target);
      List<Path> spaces = spaces(checkpoint.orElse(home).resolve(HomeSpaces.FOLDER));
      if (!file) {
        for (Path space : spaces) {
          HomeSpaces.makeFolder(target.resolve(HomeSpaces.FOLDER));
          back(space, care.whose(), world, target.resolve(HomeSpaces.FOLDER));
        }
      }
      return new Written(
          report,
          keys ? copyKeys(home, target) : List.of(),
          file ? 0 : spaces.size(),
          file ? spaces.size() : 0);
    } finally {
      checkpoint.map(Path::getParent).ifPresent(HomeCare::delete);
    }
  }

  /** What lies in the home is lost with it. */
  private static void requireApart(Path home, Path target) throws IOException {
    for (Path at = target; at != null; at = at.getParent()) {
      if (Files.exists(at) && Files.exists(home) && Files.isSameFile(at, home)) {
        throw new CareException(
            ErrorCode.USAGE,
            "write backup `%s`: it is in the home `%s` itself, and is lost with it"
                .formatted(target, home),
            "give a place outside of the home, on another disk");
      }
    }
  }

  private static void back(Path space, Whose whose, World world, Path target) throws IOException {
    try (BlockStore store = RocksBlockStore.open(space, world.random())) {
      var unused =
          Backup.toFolder(
              store, whose, Map.of(), world.clock().instant(), target.resolve(space.getFileName()));
    }
  }

  private static List<Path> spaces(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isDirectory).sorted().toList();
    }
  }

  private static Map<String, byte[]> files(Path home) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (String name : FILES) {
      if (Files.exists(home.resolve(name))) {
        files.put(name, Files.readAllBytes(home.resolve(name)));
      }
    }
    return files;
  }

  private static List<String> copyKeys(Path from, Path to) throws IOException {
    Path keys = to.resolve(KEYS);
    OwnerOnly.folder(keys);
    List<String> names = new ArrayList<>();
    if (!Files.isDirectory(from.resolve(KEYS))) {
      return names;
    }
    try (Stream<Path> all = Files.list(from.resolve(KEYS))) {
      for (Path key : (Iterable<Path>) all.filter(Files::isRegularFile).sorted()::iterator) {
        // The copy has the mode of what is copied: its owner's alone.
        Files.copy(
            key,
            keys.resolve(key.getFileName()),
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.COPY_ATTRIBUTES);
        names.add(key.getFileName().toString());
      }
    }
    return names;
  }

  /**
   * What was made.
   *
   * @param keys names of the private keys that were taken
   * @param keysLeft whether the backup has keys that were not
   */
  public record Made(
      Restore.Report backup, Fsck.Report checked, List<String> keys, boolean keysLeft) {}

  /**
   * Makes a home of a backup. It is made aside, checked whole, and moved into place then.
   *
   * @param home that is not there, or an empty folder
   * @param keys whether private keys are taken: the home then signs nothing with those that sign
   *     heads until {@link Restored#confirm}
   * @throws CareException if the home is there, or the backup is not sound
   */
  public static Made restore(Path from, Path home, World world, boolean keys) throws IOException {
    requireAbsent(home);
    Path aside = home.resolveSibling(home.getFileName() + ".restoring");
    HomeCare.delete(aside);
    try {
      Made made = fill(from, aside, world, keys);
      Files.deleteIfExists(home);
      Files.move(aside, home, StandardCopyOption.ATOMIC_MOVE);
      return made;
    } finally {
      HomeCare.delete(aside);
    }
  }

  private static Made fill(Path from, Path aside, World world, boolean keys) throws IOException {
    boolean there = Files.isDirectory(from.resolve(KEYS));
    try (BlockStore store = RocksBlockStore.open(aside, world.random())) {
      // Without its keys this is another node to its peers, so links mean nothing.
      Restore.Report report =
          Restore.fill(
              from,
              store,
              // An invitation may have been used since, and is good once.
              name ->
                  !name.startsWith("invite/")
                      && (keys || !(name.startsWith("link/") || name.startsWith("cursor/"))));
      List<String> taken = keys && there ? copyKeys(from, aside) : List.of();
      List<PublicKey> heads =
          new KeyRing(aside, world.random())
              .list().stream()
                  .filter(one -> HomeCare.signsHeads(one.name()))
                  .map(KeyRing.Listed::key)
                  .toList();
      for (Map.Entry<String, byte[]> file : report.files().entrySet()) {
        if (FILES.contains(file.getKey())) {
          Files.write(aside.resolve(file.getKey()), file.getValue());
        }
      }
      Whose whose = new Whose(heads::contains, HomeCare.withheld(aside, new ArrayList<>()));
      Fsck.Report checked = Restore.requireSound(store, whose, report);
      for (Path space : spaces(from.resolve(HomeSpaces.FOLDER))) {
        fillSpace(space, aside.resolve(HomeSpaces.FOLDER), whose, world);
      }
      if (!heads.isEmpty()) {
        Batch batch = new Batch();
        new Restored(report.at(), heads).mark(batch);
        store.commit(batch);
      }
      return new Made(report, checked, taken, there && !keys);
    }
  }

  private static void fillSpace(Path from, Path folder, Whose whose, World world)
      throws IOException {
    HomeSpaces.makeFolder(folder);
    Path aside = folder.resolve(from.getFileName());
    try (BlockStore store = RocksBlockStore.open(aside, world.random())) {
      Restore.Report report = Restore.fill(from, store, _ -> true);
      var unused = Restore.requireSound(store, whose, report);
    }
  }

  private static void requireAbsent(Path home) {
    try {
      if (Files.exists(home)) {
        try (Stream<Path> files = Files.list(home)) {
          if (files.findAny().isPresent()) {
            throw new CareException(
                ErrorCode.TARGET_EXISTS,
                "restore to home `" + home + "`: there is something in it",
                "give another place with --home, or move that one away first");
          }
        }
      } else if (home.getParent() != null) {
        Files.createDirectories(home.getParent());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
