package org.dxos.dmg.install;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.unixfs.Budget;
import org.dxos.dmg.unixfs.BundleReader;

/**
 * Installs a lock into a folder. Everything is verified before it is put in its place; modules are
 * built aside, synced and moved; {@code dmg.lock} is written last, so the folder is that of the old
 * lock or of the new one. No code of a module is run.
 */
public final class Installer {

  private final Path into;
  private final Layout layout;

  /**
   * @param into the folder, made if it is not there
   */
  public Installer(Path into) {
    this.into = into;
    this.layout = new Layout(into);
  }

  /**
   * What an installation did.
   *
   * @param fresh modules written now; the others were there
   */
  public record Installed(List<Chain.Verified> modules, int fresh) {}

  /**
   * Installs.
   *
   * @param blocks where blocks come from; they need not be trusted
   * @throws VerificationException if anything is not what the lock says; nothing is changed then
   */
  public Installed install(Lock lock, BlockSource blocks) throws IOException {
    Evidence evidence = Evidence.recording(blocks);
    List<Chain.Verified> verified = new Chain(evidence).verify(lock);
    requireTargetUsable();
    delete(layout.staging());
    Files.createDirectories(layout.staging());
    int fresh = 0;
    try {
      for (Chain.Verified module : verified) {
        if (module.module().bundle().isPresent()
            && place(module, module.module().bundle().get(), blocks)) {
          fresh++;
        }
      }
      write(layout.evidence(), out -> evidence.write(out, lock.cid()));
      byte[] closure = orchestration(verified);
      write(layout.closure(), out -> out.write(closure));
      write(layout.lock(), out -> out.write(lock.json()));
    } finally {
      delete(layout.staging());
    }
    return new Installed(verified, fresh);
  }

  /** The lock that is installed here. */
  public Lock lock() throws IOException {
    if (!Files.exists(layout.lock())) {
      throw new InstallException(
          ErrorCode.LOCK_INVALID,
          "read lock of `" + into + "`: there is no dmg.lock",
          "give a folder that dmg installed into, or install by name to make one");
    }
    return readLock(layout.lock());
  }

  /**
   * Reads a lock.
   *
   * @throws InstallException with {@link ErrorCode#LOCK_INVALID} if it is none
   */
  public static Lock readLock(Path file) throws IOException {
    try {
      return Lock.parse(Files.readAllBytes(file));
    } catch (FormatException e) {
      throw new InstallException(
          ErrorCode.LOCK_INVALID,
          "read lock `" + file + "`: " + e.message(),
          "restore the file, or take it away and install again");
    }
  }

  /** True if something is installed here. */
  public boolean hasLock() {
    return Files.exists(layout.lock());
  }

  /**
   * Verifies what is installed here without a network: the chain from the evidence, every file
   * against its bundle, and {@code closure.json} against the records.
   */
  public List<Chain.Verified> verify() throws IOException {
    Lock lock = lock();
    if (!Files.exists(layout.evidence())) {
      throw new InstallException(
          ErrorCode.NOT_VERIFIED,
          "verify `" + into + "`: its evidence `" + layout.evidence() + "` is missing",
          "install again");
    }
    List<Chain.Verified> verified = new Chain(Evidence.load(layout.evidence())).verify(lock);
    for (Chain.Verified module : verified) {
      if (module.module().bundle().isPresent()) {
        InstalledBundle.requireEqual(
            layout.module(module.module()), module.module(), module.module().bundle().get());
      }
    }
    if (!Files.exists(layout.closure())
        || !Arrays.equals(Files.readAllBytes(layout.closure()), orchestration(verified))) {
      throw new VerificationException(
          "closure",
          "`" + into + "`: `" + layout.closure() + "` is not what the records say",
          Optional.of("install again to put the right one there"));
    }
    return verified;
  }

  private static byte[] orchestration(List<Chain.Verified> verified) {
    return Json.pretty(Orchestration.describe(verified)).getBytes(StandardCharsets.UTF_8);
  }

  /** Puts one module in its place; false if the same is there already. */
  private boolean place(Chain.Verified verified, Bundle bundle, BlockSource blocks)
      throws IOException {
    Closure.Module module = verified.module();
    Path place = layout.module(module);
    if (Files.exists(place)) {
      if (InstalledBundle.isEqual(place, bundle)) {
        return false;
      }
      // Damaged or changed by hand: what the lock says is put there instead.
    }
    Path built = layout.staging().resolve(bundle.cid().toString());
    delete(built);
    Variant variant = verified.record().runtimes().get(module.variant().orElse(0));
    try {
      new BundleReader()
          .extract(
              blocks,
              bundle.cid(),
              Budget.declared(bundle.size()),
              built,
              Set.copyOf(variant.exec()),
              true);
    } catch (RuntimeException e) {
      if (e instanceof Explained explained) {
        throw new VerificationException(
            "bundle", "`" + module.reference() + "`: " + explained.message(), explained.hint());
      }
      throw e;
    }
    Files.createDirectories(parent(place));
    if (Files.exists(place)) {
      Files.move(
          place, layout.staging().resolve("old-" + bundle.cid()), StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(built, place, StandardCopyOption.ATOMIC_MOVE);
    sync(parent(place));
    return true;
  }

  private void requireTargetUsable() throws IOException {
    if (Files.exists(into) && !Files.isDirectory(into)) {
      throw new InstallException(
          ErrorCode.TARGET_EXISTS,
          "install into `" + into + "`: it is no folder",
          "give another folder");
    }
    if (Files.isDirectory(into) && !hasLock()) {
      try (Stream<Path> entries = Files.list(into)) {
        if (entries.anyMatch(entry -> !entry.getFileName().toString().equals(".dmg"))) {
          throw new InstallException(
              ErrorCode.TARGET_EXISTS,
              "install into `" + into + "`: it has files and no dmg.lock",
              "give an empty folder, or one that dmg installed into");
        }
      }
    }
  }

  private interface Content {
    void write(OutputStream out) throws IOException;
  }

  /** Whole or not at all, and on disk when it returns. */
  private static void write(Path file, Content content) throws IOException {
    Files.createDirectories(parent(file));
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      OutputStream out = new java.io.BufferedOutputStream(Channels.newOutputStream(channel));
      content.write(out);
      out.flush();
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(parent(file));
  }

  private static Path parent(Path path) {
    return java.util.Objects.requireNonNull(path.getParent(), "a path inside of a folder has one");
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }
}
