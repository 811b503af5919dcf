package org.dxos.dmg.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dxos.dmg.admission.Stored;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.RocksBlockStore;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.care.Collector;
import org.dxos.dmg.care.Fault;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.care.Mending;
import org.dxos.dmg.care.Whose;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.graph.Comparison;
import org.dxos.dmg.graph.GraphException;
import org.dxos.dmg.graph.GraphIndex;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.modules.ModuleIndex;
import org.dxos.dmg.policy.PolicyFile;
import org.dxos.dmg.trust.PublicKey;

/**
 * A home that is looked after while nothing else has it open. Stands on the block store alone, so
 * that it works on a home that no registry opens any more.
 */
public final class HomeCare implements AutoCloseable {

  /** Where checkpoints lie inside of a home, as long as they are needed. */
  static final String CHECKPOINTS = "checkpoints";

  private static final String NONE =
      "begin one with `dmg init` and `dmg publish`, or `dmg node`; or give the home with --home or"
          + " DMG_HOME";

  private final Path home;
  private final RandomGenerator random;

  /** Another one, once its database was written anew. */
  private RocksBlockStore store;

  private final Whose whose;
  private final List<Fault> faults;

  /** Where the blocks are read from, if it is not the home itself, which a node has open then. */
  private final Optional<Path> checkpoint;

  private HomeCare(
      Path home,
      RandomGenerator random,
      RocksBlockStore store,
      Whose whose,
      List<Fault> faults,
      Optional<Path> checkpoint) {
    this.home = home;
    this.random = random;
    this.store = store;
    this.whose = whose;
    this.faults = List.copyOf(faults);
    this.checkpoint = checkpoint;
  }

  /**
   * Opens a home that a node has open, by a checkpoint that the node made for it and that is taken
   * away in the end. What is derived is the node's then, and not looked at.
   */
  public static HomeCare beside(Path home, Upkeep node, World world) {
    Path checkpoint = node.checkpoint();
    try {
      return open(home, checkpoint, world);
    } catch (RuntimeException e) {
      delete(checkpoint);
      throw e;
    }
  }

  /**
   * Opens a home, which has to be there.
   *
   * @throws NotFoundException if there is no home
   * @throws StorageException if a process has it open, its format is newer, or its database cannot
   *     be opened
   */
  public static HomeCare open(Path home, World world) {
    return open(home, home, world);
  }

  /**
   * Opens a home whose blocks, journal and registers are read from a checkpoint of it.
   *
   * @param checkpoint may be the home itself
   */
  static HomeCare open(Path home, Path checkpoint, World world) {
    requireHome(checkpoint);
    List<Fault> faults = new ArrayList<>();
    Set<PublicKey> keys = headKeys(home, world, faults);
    Set<Cid> withheld = withheld(home, faults);
    RocksBlockStore store = RocksBlockStore.open(checkpoint, world.random());
    return new HomeCare(
        home,
        world.random(),
        store,
        new Whose(keys::contains, withheld),
        faults,
        checkpoint.equals(home) ? Optional.empty() : Optional.of(checkpoint));
  }

  /**
   * Asked by what reads a home, or changes one that is there.
   *
   * @throws NotFoundException if there is none in that folder
   */
  public static void requireHome(Path home) {
    if (!RocksBlockStore.isHome(home)) {
      throw new NotFoundException(
          ErrorCode.NOT_FOUND, "open home `" + home + "`: there is none", List.of(), NONE);
    }
  }

  /** The public halves lie open, so no passphrase is asked for. */
  private static Set<PublicKey> headKeys(Path home, World world, List<Fault> faults) {
    try {
      return new KeyRing(home, world.random())
          .list().stream()
              .filter(one -> signsHeads(one.name()))
              .map(KeyRing.Listed::key)
              .collect(Collectors.toSet());
    } catch (RuntimeException e) {
      faults.add(told(e));
      return Set.of();
    }
  }

  /** True for the names of keys with which a home's node signs heads. */
  static boolean signsHeads(String key) {
    return key.matches("head(-[0-9]+)?");
  }

  static Set<Cid> withheld(Path home, List<Fault> faults) {
    try {
      return new HashSet<>(new PolicyFile(home).current().deniedBlocks());
    } catch (RuntimeException e) {
      faults.add(told(e));
      return Set.of();
    }
  }

  private static Fault told(RuntimeException e) {
    if (!(e instanceof Explained explained)) {
      throw e;
    }
    return new Fault(Fault.Kind.UNREADABLE, Optional.empty(), explained.message());
  }

  Whose whose() {
    return whose;
  }

  /** The blocks of the home. */
  public BlockStore store() {
    return store;
  }

  /** Looks at all there is. Changes nothing. */
  public Fsck.Report fsck() {
    List<Fault> all = new ArrayList<>(faults);
    derived().forEach(what -> all.add(new Fault(Fault.Kind.DERIVED, Optional.empty(), what)));
    return Fsck.of(store, whose).with(all);
  }

  /**
   * What {@link #fsckProjection} found.
   *
   * @param compared what of the projection was compared; empty if it was not looked at, as
   *     something else is at fault already
   */
  public record Projected(Fsck.Report report, Optional<Comparison> compared) {}

  /**
   * As {@link #fsck}, and if what is held is sound compares each quad of the projection, and each
   * word of the text index, with what the records and heads give. The projection is brought up to
   * the journal for it. Takes as long as making it anew.
   */
  public Projected fsckProjection() {
    Fsck.Report report = fsck();
    if (!report.faults().isEmpty() || checkpoint.isPresent()) {
      return new Projected(report, Optional.empty());
    }
    Optional<Comparison> compared = Optional.empty();
    List<Fault> all = new ArrayList<>();
    try {
      compared = Optional.of(GraphIndex.compared(rdf(), store));
      for (String what : compared.get().differences()) {
        String line = "projection `" + rdf() + "`: " + what;
        all.add(new Fault(Fault.Kind.DERIVED, Optional.empty(), line));
      }
    } catch (GraphException e) {
      if (e.code() == ErrorCode.STORAGE_FULL) {
        throw e;
      }
      all.add(new Fault(Fault.Kind.DERIVED, Optional.empty(), e.message()));
    }
    return new Projected(report.with(all), compared);
  }

  /**
   * What was done.
   *
   * @param fetched blocks that came from copies, or were made again
   * @param dropped damaged blocks to which nothing leads, taken away
   * @param rewritten whether the database was written anew from what could be read of it
   * @param kept where the damaged one lies; empty if all that was in it could be read
   * @param after how the home is now, all of it looked at again
   */
  public record Mended(
      long fetched, long dropped, boolean rewritten, Optional<Path> kept, Fsck.Report after) {}

  /**
   * Puts right what can be, and takes away what is derived and does not fit: it is made anew when
   * it is needed. A database whose files are damaged is written anew from what can be read of it,
   * for which there has to be room beside it.
   *
   * @param before what {@link #fsck} found; nothing has changed since
   * @throws StorageException.Damaged if the database is damaged where copies do not help; it is as
   *     it was then
   */
  public Mended mend(Fsck.Report before, BlockSource copies) {
    boolean rewrite =
        checkpoint.isEmpty()
            && before.faults().stream()
                .anyMatch(one -> one.kind() == Fault.Kind.UNREADABLE && !faults.contains(one));
    boolean[] whole = {false};
    Mending.Mended mended =
        rewrite ? rewrite(copies, whole) : Mending.of(store, whose, before, copies);
    boolean projection =
        before.faults().stream()
            .anyMatch(
                one -> one.kind() == Fault.Kind.DERIVED && one.what().contains("projection `"));
    if (projection || GraphIndex.fault(rdf(), store).isPresent()) {
      GraphIndex.drop(rdf());
    }
    if (modulesFault().isPresent()) {
      try {
        Files.delete(modules());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    Fsck.Report after = fsck();
    // Behind a gap there may be what nothing here leads to yet, or was only kept on demand: where
    // one was met, the damaged database is for its owner to take away.
    if (whole[0] && after.faults().stream().noneMatch(one -> one.kind().truth())) {
      store.dropDamaged();
    }
    return new Mended(mended.fetched(), mended.dropped(), rewrite, store.damaged(), after);
  }

  /** What can be read of the database, and then copies, into another, which takes its place. */
  private Mending.Mended rewrite(BlockSource copies, boolean[] whole) {
    store.requireNoneDamaged();
    Path aside = home.resolve("mending");
    delete(aside);
    try {
      Mending.Mended mended;
      try (BlockStore fresh = RocksBlockStore.open(aside, random)) {
        whole[0] = store.copyReadable(fresh) == 0;
        // Where a walk over the files is at an end, a single block may still be found.
        Mending.Mended found = Mending.rescue(fresh, whose, Fsck.of(fresh, whose), this::readable);
        mended = Mending.rescue(fresh, whose, found.after(), copies);
      }
      store = store.replaced(aside, random);
      return mended;
    } finally {
      delete(aside);
    }
  }

  private Optional<byte[]> readable(Cid cid) {
    try {
      return store.get(cid);
    } catch (StorageException e) {
      return Optional.empty();
    }
  }

  /** Makes what SPARQL and search read anew, and nothing else: no key is needed, or made. */
  public void reindex() {
    try (GraphIndex index = GraphIndex.open(rdf(), store, GraphIndex.NO_MODULES)) {
      index.reindex();
    }
  }

  /** As {@link org.dxos.dmg.api.Upkeep#collect}, with nobody publishing. */
  public Collector.Report collect(Instant now, Duration grace, boolean dry) {
    return new Collector(store, whose, Runnable::run).collect(now, grace, dry);
  }

  /** Bytes that the files below a folder take on the disk, as far as they can be looked at. */
  static long bytes(Path folder) {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    long bytes = 0;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        try {
          bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException e) {
          continue; // it went away while it was looked at
        }
      }
    } catch (IOException | UncheckedIOException e) {
      return bytes;
    }
    return bytes;
  }

  /** Deletes a folder with all in it, if it is there. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("delete `" + folder + "`", e);
    }
  }

  private List<String> derived() {
    List<String> faults = new ArrayList<>();
    if (checkpoint.isPresent()) {
      return faults;
    }
    GraphIndex.fault(rdf(), store).ifPresent(faults::add);
    modulesFault().ifPresent(faults::add);
    return faults;
  }

  private Optional<String> modulesFault() {
    try {
      return ModuleIndex.fault(modules(), new HashSet<>(Stored.ids(store)));
    } catch (RuntimeException e) {
      if (e instanceof Explained) {
        return Optional.empty(); // which authorities are held is not known, and told as a fault
      }
      throw e;
    }
  }

  private Path rdf() {
    return home.resolve("rdf");
  }

  private Path modules() {
    return home.resolve("modules");
  }

  @Override
  public void close() {
    store.close();
    checkpoint.ifPresent(HomeCare::delete);
  }
}
