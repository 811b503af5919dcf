package org.dxos.dmg.truststore;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.car.CarReader;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.Signed;

/**
 * The files of what was seen, one an authority. Two processes may use it at a time: each file is
 * replaced whole, and whoever writes looks again at what is there.
 */
public final class TrustStore {

  /** Bytes of a file; a key log of the most entries that a reader takes has less. */
  static final long MAX_FILE = 64L << 20;

  private static final String SUFFIX = ".car";

  private final Path folder;

  /** Read once a process, by authority id. */
  private final Map<Cid, Optional<Seen>> read = new HashMap<>();

  /**
   * @param home of the reader; {@code seen} in it is made with the first authority
   */
  public TrustStore(Path home) {
    this.folder = home.resolve("seen");
  }

  /**
   * What was last seen of an authority.
   *
   * @throws TrustException with {@link ErrorCode#STORAGE} if its file is damaged
   */
  public synchronized Optional<Seen> of(Cid genesis) {
    return read.computeIfAbsent(genesis, this::load);
  }

  /** What was last seen of the key log of an authority. */
  public Optional<KeyLog> log(Cid genesis) {
    return of(genesis).map(Seen::log);
  }

  /**
   * Every name that was met, to the authority it meant; of one that was met as several, the least
   * id.
   */
  public Map<String, Cid> names() {
    Map<String, Cid> names = new TreeMap<>();
    all().forEach(seen -> names.putIfAbsent(seen.name(), seen.genesis()));
    return names;
  }

  /** The authorities that a name was met as: more than one once a person has rebound it. */
  SortedSet<Cid> ids(String name) {
    SortedSet<Cid> ids = new TreeSet<>();
    all().stream().filter(seen -> seen.name().equals(name)).map(Seen::genesis).forEach(ids::add);
    return ids;
  }

  /**
   * All that was seen, by authority id.
   *
   * @throws TrustException with {@link ErrorCode#STORAGE} if one of the files is damaged
   */
  public synchronized List<Seen> all() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    SortedSet<Cid> ids = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> String.valueOf(file.getFileName()).endsWith(SUFFIX))
          .forEach(file -> ids.add(id(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ids.stream().map(this::of).flatMap(Optional::stream).toList();
  }

  private static Cid id(Path file) {
    String name = String.valueOf(file.getFileName());
    try {
      return Cid.parse(name.substring(0, name.length() - SUFFIX.length()));
    } catch (FormatException e) {
      throw damaged(file, "its name is no authority id");
    }
  }

  /**
   * Remembers, on disk when it returns true.
   *
   * @param before what {@code seen} was found to come after
   * @param seen comes after it
   * @param still asked once nobody else can write: throws if {@code seen} is not to be believed
   * @return false if another process has written meanwhile: what was offered is to be judged anew
   */
  synchronized boolean accept(Optional<Seen> before, Seen seen, Runnable still) {
    synchronized (TrustStore.class) { // a lock of the system is the whole process's
      try {
        Files.createDirectories(folder);
        try (FileChannel lock =
                FileChannel.open(
                    folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock _ = lock.lock()) {
          refresh(seen.genesis());
          if (!of(seen.genesis()).equals(before)) {
            return false;
          }
          still.run();
          replace(seen);
        }
      } catch (IOException e) {
        throw new TrustException(
            ErrorCode.STORAGE,
            "remember authority `" + seen.name() + "` in `" + folder + "`: " + e,
            "make the home writable; what is not remembered is not used");
      }
    }
    read.put(seen.genesis(), Optional.of(seen));
    return true;
  }

  private void replace(Seen seen) throws IOException {
    Path fresh = folder.resolve(seen.genesis() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
      write(seen, out);
      out.flush();
      channel.force(true);
    }
    Files.move(
        fresh,
        file(seen.genesis()),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Reads anew what another process may have written. */
  synchronized void refresh(Cid genesis) {
    read.remove(genesis);
  }

  private Path file(Cid genesis) {
    return folder.resolve(genesis + SUFFIX);
  }

  private static void write(Seen seen, OutputStream out) throws IOException {
    List<Cid> roots = new ArrayList<>(List.of(seen.log().last().cid()));
    seen.head().ifPresent(head -> roots.add(head.cid()));
    CarWriter car = new CarWriter(out, roots);
    List<Signed<?>> all = new ArrayList<>(seen.log().entries());
    seen.head().ifPresent(all::add);
    for (Signed<?> one : all) {
      car.put(one.cid(), one.envelope().encode());
      car.put(one.envelope().body(), one.body().encode());
    }
  }

  private Optional<Seen> load(Cid genesis) {
    Path file = file(genesis);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > MAX_FILE) {
        throw damaged(file, "it has more than " + MAX_FILE + " bytes");
      }
      Map<Cid, byte[]> blocks = new LinkedHashMap<>();
      List<Cid> roots;
      try (InputStream in = Files.newInputStream(file)) {
        CarReader reader = new CarReader(in);
        roots = reader.roots();
        for (Optional<CarReader.Block> block = reader.next();
            block.isPresent();
            block = reader.next()) {
          blocks.put(block.get().cid(), block.get().bytes());
        }
      }
      return Optional.of(read(genesis, file, roots, cid -> Optional.ofNullable(blocks.get(cid))));
    } catch (IOException e) {
      throw damaged(file, e.toString());
    } catch (RuntimeException e) {
      if (e instanceof Explained explained && !(e instanceof TrustException)) {
        throw damaged(file, explained.message());
      }
      throw e;
    }
  }

  /**
   * It was checked when it was written, against blocks that need not be here any more; what is
   * checked now is that it is that file.
   */
  private static Seen read(Cid genesis, Path file, List<Cid> roots, BlockSource blocks) {
    if (roots.isEmpty() || roots.size() > 2) {
      throw damaged(file, "it has " + roots.size() + " roots, expected one or two");
    }
    KeyLog log = KeyLog.kept(blocks, roots.getFirst());
    if (!log.id().equals(genesis)) {
      throw damaged(file, "it is of authority `" + log.id() + "`");
    }
    Optional<Signed<Head>> head =
        roots.size() == 1
            ? Optional.empty()
            : Optional.of(Signed.read(blocks, roots.getLast(), Head.class));
    if (head.isPresent() && !head.get().body().genesis().equals(genesis)) {
      throw damaged(file, "its head is of authority `" + head.get().body().genesis() + "`");
    }
    return new Seen(log, head);
  }

  private static TrustException damaged(Path file, String what) {
    return new TrustException(
        ErrorCode.STORAGE,
        "read what was seen in `" + file + "`: " + what,
        "restore the file; taken away, that authority is met as if for the first time");
  }
}
