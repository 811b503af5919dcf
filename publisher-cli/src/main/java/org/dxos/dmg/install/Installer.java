package org.dxos.dmg.install;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
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
import org.dxos.dmg.verdict.KeyLog;

/**
 * Installs a lock into a folder. Everything is verified before anything is put in its place;
 * modules are built aside, synced and moved; then {@code dmg.lock}, {@code closure.json} and the
 * evidence come in with one rename, so the folder is that of the old lock or of the new one. No
 * code of a module is run.
 */
public final class Installer {

  private final Path into;
  private final Layout layout;
  private final Function<Cid, Optional<KeyLog>> known;

  /**
   * @param into the folder, made if it is not there
   */
  public Installer(Path into) {
    this(into, _ -> Optional.empty());
  }

  /**
   * @param into the folder, made if it is not there
   * @param known what this reader has seen of the key log of an authority id
   */
  public Installer(Path into, Function<Cid, Optional<KeyLog>> known) {
    this.known = known;
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
   * @throws InstallException if the folder is another's, or another install is at work in it
   */
  public Installed install(Lock lock, BlockSource blocks) throws IOException {
    Evidence evidence = Evidence.recording(blocks);
    List<Chain.Verified> verified = new Chain(evidence, known).verify(lock);
    requireOnePlaceEach(verified);
    requireTargetUsable();
    boolean made = !Files.exists(into);
    boolean began = !Files.exists(parent(layout.staging()));
    try (InstallClaim _ = InstallClaim.take(layout.claim(), into)) {
      try {
        finish();
        delete(layout.staging());
        Files.createDirectories(layout.staging());
        Map<Path, Path> built = build(verified, blocks);
        Path next = Files.createDirectory(layout.staging().resolve("next"));
        write(next.resolve(EVIDENCE), out -> evidence.write(out, lock.cid()));
        write(next.resolve(CLOSURE), out -> out.write(orchestration(verified)));
        write(next.resolve(LOCK), out -> out.write(lock.json()));
        began = false; // from here on the folder is an installation, or the beginning of one
        for (Map.Entry<Path, Path> one : built.entrySet()) {
          place(one.getValue(), one.getKey());
        }
        Files.move(next, layout.next(), StandardCopyOption.ATOMIC_MOVE);
        sync(parent(layout.next()));
        finish();
        return new Installed(verified, built.size());
      } finally {
        delete(layout.staging());
        if (began) {
          delete(parent(layout.staging()));
          if (made) {
            Files.deleteIfExists(into);
          }
        }
      }
    }
  }

  private static final String EVIDENCE = "evidence.car";
  private static final String CLOSURE = "closure.json";
  private static final String LOCK = "dmg.lock";

  /** Puts in place what was complete when an install was cut off. */
  private void finish() throws IOException {
    if (!Files.exists(layout.next())) {
      return;
    }
    move(layout.next().resolve(EVIDENCE), layout.evidence());
    move(layout.next().resolve(CLOSURE), layout.closure());
    move(layout.next().resolve(LOCK), layout.lock());
    delete(layout.next());
    sync(parent(layout.next()));
  }

  private static void move(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      sync(parent(to));
    }
  }

  private Path current(String name, Path inPlace) {
    Path coming = layout.next().resolve(name);
    return Files.exists(coming) ? coming : inPlace;
  }

  private static byte[] orchestration(List<Chain.Verified> verified) {
    return Json.pretty(Orchestration.describe(verified)).getBytes(StandardCharsets.UTF_8);
  }

  /** The lock that is installed here. */
  public Lock lock() throws IOException {
    if (!hasLock()) {
      throw new InstallException(
          ErrorCode.LOCK_INVALID,
          "read lock of `" + into + "`: there is no dmg.lock",
          "give a folder that dmg installed into, or install by name to make one");
    }
    return readLock(current(LOCK, layout.lock()));
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
    return Files.exists(current(LOCK, layout.lock()));
  }

  /**
   * Verifies what is installed here without a network: the chain from the evidence, every file
   * against its bundle, and {@code closure.json} against the records.
   */
  public List<Chain.Verified> verify() throws IOException {
    Lock lock = lock();
    Path car = current(EVIDENCE, layout.evidence());
    if (!Files.exists(car)) {
      throw new InstallException(
          ErrorCode.NOT_VERIFIED,
          "verify `" + into + "`: its evidence `" + car + "` is missing",
          "install again");
    }
    List<Chain.Verified> verified = new Chain(load(car), known).verify(lock);
    for (Chain.Verified module : verified) {
      if (module.module().bundle().isPresent()) {
        InstalledBundle.requireEqual(
            layout.module(module.module()), module.module(), module.module().bundle().get());
      }
    }
    Path closure = current(CLOSURE, layout.closure());
    if (!Files.isRegularFile(closure)
        || !Arrays.equals(Files.readAllBytes(closure), orchestration(verified))) {
      throw new VerificationException(
          "closure",
          "`" + closure + "`: it is not what the records of the lock say",
          Optional.of("install again with --frozen to write it anew"));
    }
    return verified;
  }

  private static BlockSource load(Path car) throws IOException {
    try {
      return Evidence.load(car);
    } catch (FormatException e) {
      throw new VerificationException(
          "evidence", "`" + car + "`: " + e.message(), Optional.of("install again"));
    }
  }

  /** What is not there yet, or not as it should be, built aside: place to folder. */
  private Map<Path, Path> build(List<Chain.Verified> verified, BlockSource blocks)
      throws IOException {
    Map<Path, Path> built = new LinkedHashMap<>();
    for (Chain.Verified one : verified) {
      Path place = layout.module(one.module());
      if (one.module().bundle().isPresent()) {
        Bundle bundle = one.module().bundle().get();
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)
            || !InstalledBundle.isEqual(place, bundle)) {
          built.put(place, build(one, bundle, built.size(), blocks));
        }
      }
    }
    return built;
  }

  private Path build(Chain.Verified verified, Bundle bundle, int number, BlockSource blocks)
      throws IOException {
    Closure.Module module = verified.module();
    Path built = layout.staging().resolve("module-" + number);
    Variant variant = verified.record().runtimes().get(module.variant().orElseThrow());
    try {
      new BundleReader()
          .extract(
              blocks,
              bundle.cid(),
              Budget.declared(bundle.size()),
              built,
              Set.copyOf(variant.exec()),
              true);
      return built;
    } catch (RuntimeException e) {
      if (e instanceof Explained explained) {
        throw new VerificationException(
            "bundle", "`" + module.reference() + "`: " + explained.message(), explained.hint());
      }
      throw e;
    }
  }

  /** Damaged or changed by hand: what the lock says is put there instead. */
  private void place(Path built, Path place) throws IOException {
    Files.createDirectories(parent(place));
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(
          place,
          layout.staging().resolve("old-" + built.getFileName()),
          StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(built, place, StandardCopyOption.ATOMIC_MOVE);
    sync(parent(place));
  }

  /** Two claims to one name can be in one closure, but not in one folder. */
  private void requireOnePlaceEach(List<Chain.Verified> verified) {
    Set<Path> places = new HashSet<>();
    for (Chain.Verified one : verified) {
      if (!places.add(layout.module(one.module()))) {
        throw new InstallException(
            ErrorCode.CONFLICT,
            "install into `"
                + into
                + "`: `"
                + one.module().reference()
                + "` is in the lock under two authority ids",
            "solve again without one of them");
      }
    }
  }

  private void requireTargetUsable() throws IOException {
    if (Files.exists(into) && !Files.isDirectory(into)) {
      throw new InstallException(
          ErrorCode.TARGET_EXISTS,
          "install into `" + into + "`: it is no folder",
          "give another folder");
    }
    if (Files.isDirectory(into) && !hasLock()) {
      // A first install that was cut off leaves `.dmg`, and perhaps some modules.
      Set<String> ours =
          Files.isDirectory(parent(layout.staging()))
              ? Set.of(".dmg", "modules", CLOSURE)
              : Set.of();
      try (Stream<Path> entries = Files.list(into)) {
        if (entries.anyMatch(entry -> !ours.contains(String.valueOf(entry.getFileName())))) {
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
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }
}
