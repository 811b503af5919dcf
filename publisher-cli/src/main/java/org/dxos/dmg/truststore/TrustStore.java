package org.dxos.dmg.truststore;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.car.CarReader;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
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
   * Every name that was met, to the authority it meant; one that was met twice is not told apart.
   */
  public synchronized Map<String, Cid> names() {
    Map<String, Cid> names = new TreeMap<>();
    if (!Files.isDirectory(folder)) {
      return names;
    }
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(file -> String.valueOf(file.getFileName()).endsWith(SUFFIX)).forEach(files::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      of(Cid.parse(name.substring(0, name.length() - SUFFIX.length())))
          .ifPresent(seen -> names.putIfAbsent(seen.name(), seen.genesis()));
    }
    return names;
  }

  /**
   * Remembers, on disk when it returns.
   *
   * @param seen comes after what was seen before
   */
  synchronized void accept(Seen seen) {
    try {
      Files.createDirectories(folder);
      Path file = file(seen.genesis());
      Path fresh = Files.createTempFile(folder, seen.genesis() + "-", ".new");
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
        write(seen, out);
        out.flush();
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    } catch (IOException e) {
      throw new TrustException(
          ErrorCode.STORAGE,
          "remember authority `" + seen.name() + "` in `" + folder + "`: " + e,
          "make the home writable; what is not remembered is not used");
    }
    read.put(seen.genesis(), Optional.of(seen));
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
    return new Seen(
        log,
        roots.size() == 1
            ? Optional.empty()
            : Optional.of(Signed.read(blocks, roots.getLast(), Head.class)));
  }

  private static TrustException damaged(Path file, String what) {
    return new TrustException(
        ErrorCode.STORAGE,
        "read what was seen in `" + file + "`: " + what,
        "restore the file; taken away, that authority is met as if for the first time");
  }
}
