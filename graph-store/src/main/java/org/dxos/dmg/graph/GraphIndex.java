package org.dxos.dmg.graph;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.system.Txn;
import org.apache.jena.tdb2.DatabaseMgr;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.modules.ModuleGraph;

/**
 * The projection of one block store, in one folder.
 *
 * <p>Safe for many threads: queries read their own snapshot; {@code writer} lets one thread at a
 * time bring the projection forward.
 */
public final class GraphIndex implements AutoCloseable {

  /** Journal entries looked at in one go. */
  private static final int ENTRIES = 512;

  /**
   * Statements of one TDB2 commit, releases and whatever is said of them alike: each commit costs
   * about as much as some hundreds of them. It ends with a journal entry, so it may have as many
   * more as one head comes to.
   */
  static final int STATEMENTS_PER_COMMIT = 5_000;

  /** Lucene advises an incubating module at every start; held here so that the setting stays. */
  private static final java.util.logging.Logger LUCENE_ADVICE =
      java.util.logging.Logger.getLogger(
          "org.apache.lucene.internal.vectorization.VectorizationProvider");

  static {
    LUCENE_ADVICE.setLevel(java.util.logging.Level.SEVERE);
  }

  /** For a projection of which no query is asked. */
  public static final Supplier<ModuleGraph> NO_MODULES =
      () -> {
        throw new IllegalStateException("nothing is asked that needs the module graph");
      };

  private final Path folder;
  private final BlockStore store;
  private final Supplier<ModuleGraph> modules;
  private final ReentrantLock writer = new ReentrantLock();
  private final ReentrantLock rebuilding = new ReentrantLock();
  private volatile Projection now;
  private volatile long position;

  /** Set when a commit failed inside of the databases: what they hold is not known then. */
  private volatile boolean broken;

  /** A serialised answer. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  public record Answer(String mediaType, byte[] body) {}

  /**
   * A module that words were found in.
   *
   * @param version its newest release's
   */
  public record Hit(String name, String version, Optional<String> description) {}

  private GraphIndex(Path folder, BlockStore store, Supplier<ModuleGraph> modules, Projection now) {
    this.folder = folder;
    this.store = store;
    this.modules = modules;
    this.now = now;
    this.position = Projector.position(now.graph());
  }

  /**
   * Opens the projection in a folder, which is made if it is not there, and made anew if it belongs
   * to another journal or cannot be read.
   *
   * @param modules the module graph of now, which answers {@code dmg:closure} and {@code
   *     dmg:dependents}
   * @throws GraphException with {@link ErrorCode#STORAGE} if the folder cannot be written
   */
  public static GraphIndex open(Path folder, BlockStore store, Supplier<ModuleGraph> modules) {
    try {
      Path journal = folder.resolve("journal");
      String id = origin(store);
      boolean ours =
          Files.exists(journal)
              && Files.readString(journal, StandardCharsets.ISO_8859_1).strip().equals(id)
              && !Files.exists(folder.resolve(DAMAGED))
              && FileSizes.hold(current(folder).resolve("tdb2"), folder.resolve(SIZES));
      if (!ours) {
        requireRoom(folder, store, 0);
        delete(folder);
      } else {
        deleteStrays(folder);
      }
      try {
        return make(folder, current(folder), id, store, modules);
      } catch (RuntimeException | IOException unreadable) {
        // The engine may hold on to the folder that it could not open: the new one is beside it,
        // and
        // the next process, which finds the mark, goes back.
        delete(folder);
        Files.createDirectories(folder);
        Files.createFile(folder.resolve(DAMAGED));
        return make(folder, folder.resolve("data-again"), id, store, modules);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new GraphException(
          ErrorCode.STORAGE,
          "open projection `" + folder + "`: " + e,
          "check space and permissions");
    }
  }

  /**
   * What of a projection does not fit the store, if something does not: the next {@link #open}
   * makes it anew. Not to be asked while the projection is open.
   */
  public static Optional<String> fault(Path folder, BlockStore store) {
    if (!Files.exists(folder)) {
      return Optional.empty();
    }
    String what = "projection `" + folder + "`: ";
    try {
      Path journal = folder.resolve("journal");
      if (!Files.exists(journal)) {
        return Optional.of(what + "it was cut off while it was made");
      }
      String id = origin(store);
      String found = Files.readString(journal, StandardCharsets.ISO_8859_1).strip();
      if (!found.equals(id)) {
        return Optional.of(what + "it was made from journal `" + found + "`, here is `" + id + "`");
      }
      if (Files.exists(folder.resolve(DAMAGED))) {
        return Optional.of(what + "it was found damaged");
      }
      if (!FileSizes.hold(current(folder).resolve("tdb2"), folder.resolve(SIZES))) {
        return Optional.of(what + "a file of it is gone, or smaller than it was");
      }
      DatasetGraph plain =
          DatabaseMgr.connectDatasetGraph(current(folder).resolve("tdb2").toString());
      try {
        long position = Projector.position(plain);
        return position <= store.journalEnd()
            ? Optional.empty()
            : Optional.of(
                what + "it is at position " + position + ", the journal at " + store.journalEnd());
      } finally {
        org.apache.jena.tdb2.sys.TDBInternal.expel(plain);
      }
    } catch (IOException | RuntimeException e) {
      return Optional.of(what + "it cannot be read: " + e);
    }
  }

  /**
   * Compares a projection, brought up to the journal, with one that is made for it from what is
   * held, and taken away again: takes as long, and as much of the disk, as {@link #reindex}. Not to
   * be asked while the projection is open, nor of one that has a {@link #fault}.
   *
   * @return what was compared, and each difference; nothing of both if there is no projection
   * @throws GraphException if it cannot be read, or the disk refuses
   */
  public static Comparison compared(Path folder, BlockStore store) {
    if (!Files.exists(folder)) {
      return Comparison.NONE;
    }
    try {
      TextWords unused = TextWords.of(current(folder));
    } catch (IOException e) {
      // Before it is opened: what cannot be opened is made anew, and nobody would hear of it.
      String words = "the words cannot be read: " + e.getMessage();
      return new Comparison(List.of(words), 0, 0, 0, 0);
    }
    Path check = folder.resolve(CHECK);
    try (GraphIndex index = open(folder, store, NO_MODULES)) {
      index.catchUp(store.journalEnd());
      delete(check);
      Projection fresh = Projection.connect(check, NO_MODULES);
      try {
        long at = 0;
        while (at < store.journalEnd()) {
          at = index.step(fresh, at);
        }
        return Comparison.of(index.now, fresh);
      } catch (GraphException e) {
        throw e;
      } catch (RuntimeException e) {
        throw index.damaged(e);
      } finally {
        fresh.close();
        delete(check);
      }
    } catch (IOException e) {
      throw new GraphException(
          ErrorCode.STORAGE,
          "check projection `" + folder + "`: " + e,
          "check space and permissions");
    }
  }

  /** Takes a projection away. Not to be called while it is open. */
  public static void drop(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      throw new GraphException(
          ErrorCode.STORAGE, "delete projection `" + folder + "`: " + e, "check permissions");
    }
  }

  /** Lies in the folder of a projection that the next process makes anew. */
  private static final String DAMAGED = "damaged";

  private static final String SIZES = "sizes";

  /** Names the folder that the projection is in, once it was made anew beside another. */
  private static final String CURRENT = "current";

  private static final String FIRST = "data";

  /** A projection that another is compared with. */
  private static final String CHECK = "check";

  private static final Pattern NUMBERED = Pattern.compile(FIRST + "-([0-9]{1,9})");

  /** What a record is projected to, counted up with each change: one of another is made anew. */
  private static final int PROJECTED_AS = 3;

  /** What a projection was made from, and how. */
  private static String origin(BlockStore store) {
    return HexFormat.of().formatHex(store.journalId()) + " " + PROJECTED_AS;
  }

  private static Path current(Path folder) throws IOException {
    Path file = folder.resolve(CURRENT);
    String name =
        Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1).strip() : FIRST;
    return folder.resolve(NUMBERED.matcher(name).matches() ? name : FIRST);
  }

  /** What was cut off while it was made beside the one in use, or could not be deleted after. */
  private static void deleteStrays(Path folder) throws IOException {
    Path current = current(folder);
    try (Stream<Path> all = Files.list(folder)) {
      for (Path one : (Iterable<Path>) all::iterator) {
        String name = String.valueOf(one.getFileName());
        boolean data = name.equals(FIRST) || name.equals(CHECK) || NUMBERED.matcher(name).matches();
        if (data && !one.equals(current)) {
          delete(one);
        }
      }
    }
  }

  private static GraphIndex make(
      Path folder, Path data, String id, BlockStore store, Supplier<ModuleGraph> modules)
      throws IOException {
    Projection projection = Projection.connect(data, modules);
    try {
      GraphIndex index = new GraphIndex(folder, store, modules, projection);
      Files.writeString(folder.resolve("journal"), id + "\n");
      return index;
    } catch (RuntimeException | IOException e) {
      projection.expel();
      throw e;
    }
  }

  /** Not kept for a projection that the next process makes anew in any case. */
  private void recordSizes() {
    try {
      if (!Files.exists(folder.resolve(DAMAGED))) {
        FileSizes.record(now.data().resolve("tdb2"), folder.resolve(SIZES));
      }
    } catch (IOException e) {
      throw new GraphException(
          ErrorCode.STORAGE, "write projection `" + folder + "`: " + e, "check the space");
    }
  }

  private interface Ask<T> {
    T of(Queries queries);
  }

  /** What fails inside of the database, and not on account of the query, is damage. */
  private <T> T ask(Ask<T> ask) {
    requireWhole();
    Projection asked = enter();
    try {
      return ask.of(asked.queries());
    } catch (GraphException e) {
      throw e;
    } catch (RuntimeException e) {
      throw damaged(e);
    } finally {
      asked.leave();
    }
  }

  /** The projection in use, held so until it is left: it may be replaced at any time. */
  private Projection enter() {
    Projection asked = now;
    while (!asked.enter()) {
      asked = now;
    }
    return asked;
  }

  static boolean isDamage(RuntimeException e) {
    return Stream.iterate((Throwable) e, cause -> cause != null, Throwable::getCause)
        .limit(10)
        .flatMap(cause -> Stream.of(cause.getStackTrace()).limit(INNERMOST))
        .map(StackTraceElement::getClassName)
        .anyMatch(
            name ->
                name.startsWith("org.apache.jena.dboe.")
                    || name.startsWith("org.apache.jena.tdb2.store.")
                    || name.startsWith("org.apache.lucene.codecs.")
                    || name.startsWith("org.apache.lucene.index."));
  }

  /** Frames from the failure outwards: further out, every query passes through the database. */
  private static final int INNERMOST = 12;

  private RuntimeException damaged(RuntimeException e) {
    if (!isDamage(e)) {
      return e;
    }
    try {
      if (!Files.exists(folder.resolve(DAMAGED))) {
        Files.createFile(folder.resolve(DAMAGED));
      }
    } catch (IOException unmarked) {
      e.addSuppressed(unmarked);
    }
    return new GraphException(
        ErrorCode.STORAGE,
        "read projection `" + folder + "`: it is damaged: " + e,
        "start the node again: the projection is then made anew from what is held");
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

  /** The journal position up to which the projection has come. */
  public long position() {
    return position;
  }

  /**
   * Brings the projection to {@code target} at least, a position of the journal. Returns at once if
   * it is there.
   *
   * @throws GraphException with {@link ErrorCode#STORAGE_FULL} if the disk has too little room;
   *     what it has come to still answers
   */
  public void catchUp(long target) {
    if (position >= target) {
      return;
    }
    writer.lock();
    try {
      requireWhole();
      while (position < target) {
        step();
      }
    } catch (GraphException e) {
      throw e;
    } catch (RuntimeException e) {
      broken |= isDamage(e);
      throw damaged(e);
    } finally {
      writer.unlock();
    }
  }

  /** What the commit of an entry takes at least; with many of them it takes less for each. */
  private static final long ENTRY_BYTES = 1L << 20;

  private static final long COMMIT_BYTES = 160L << 20;

  /** The first commit has everything. */
  private static final long FIRST_COMMIT_BYTES = 1L << 30;

  /**
   * The files are mapped: where the disk is full, a write to them is a fault that ends the process.
   * So the half of what is kept back is not touched by what can be made again.
   */
  private static void requireRoom(Path folder, BlockStore store, long from) {
    long entries = Math.max(1, store.journalEnd() - from);
    long most = from == 0 ? FIRST_COMMIT_BYTES : COMMIT_BYTES;
    long need = Math.min(entries * ENTRY_BYTES, most) - BlockStore.KEPT_FREE / 2;
    long room = store.room();
    if (room < need) {
      throw new GraphException(
          ErrorCode.STORAGE_FULL,
          "project "
              + entries
              + " journal entries into `"
              + folder
              + "`: the disk is full, "
              + (room + BlockStore.KEPT_FREE)
              + " bytes are left",
          "make room on the disk; what was projected before answers, and it goes on by itself");
    }
  }

  private void step() {
    boolean first = position == 0;
    position = step(now, position);
    recordSizes();
    if (first) {
      try {
        recordCompact(now); // all of it in one commit: as small as if it were made anew
      } catch (IOException e) {
        throw new GraphException(
            ErrorCode.STORAGE, "write projection `" + folder + "`: " + e, "check the space");
      }
    }
  }

  private void recordCompact(Projection made) throws IOException {
    Files.writeString(folder.resolve(COMPACTED), FileSizes.total(made.data()) + "\n");
  }

  /** Brings a projection forward by one commit; the position that it has then. */
  private long step(Projection projection, long from) {
    // Where there is nothing yet nobody misses it meanwhile, and in one commit nothing is written
    // twice.
    return step(projection, from, from == 0 ? Integer.MAX_VALUE : STATEMENTS_PER_COMMIT);
  }

  /**
   * Brings a projection forward by one commit, to the end of the journal or to the entry with which
   * so many statements are reached.
   */
  private long step(Projection projection, long from, int statements) {
    requireRoom(folder, store, from);
    return Txn.calculateWrite(
        projection.graph(),
        () -> {
          Projector projector = new Projector(store, projection);
          long last = from;
          List<JournalEntry> entries = store.journal(from, ENTRIES);
          if (entries.isEmpty()) {
            throw new GraphException(
                ErrorCode.INTERNAL, "project journal: nothing after position " + from, "");
          }
          while (!entries.isEmpty() && projector.statements() < statements) {
            for (JournalEntry entry : entries) {
              projector.apply(entry);
              last = entry.position();
              if (projector.statements() >= statements) {
                break;
              }
            }
            entries = store.journal(last, ENTRIES);
          }
          projector.setPosition(last);
          return last;
        });
  }

  private void requireWhole() {
    if (broken) {
      throw new GraphException(
          ErrorCode.STORAGE,
          "read projection `" + folder + "`: a write to it failed, so that it may not be whole",
          "ask again in a while: a node makes it anew from what is held");
    }
  }

  /**
   * Makes the projection anew if a write to it failed.
   *
   * @throws GraphException if the disk refuses again
   */
  public void mend() {
    if (broken) {
      reindex();
    }
  }

  /** Bytes of its files. */
  public long bytes() {
    try {
      return FileSizes.total(folder);
    } catch (IOException e) {
      throw new GraphException(ErrorCode.STORAGE, "measure projection `" + folder + "`: " + e, "");
    }
  }

  /** Below this there is little to gain. */
  private static final long SMALL_BYTES = 256L << 20;

  private static final String COMPACTED = "compacted";

  /**
   * Makes the projection anew if that pays: each commit leaves pages behind that nothing reads any
   * more, and it has become twice as large as it was when it was last made at once.
   *
   * @return true if it was made anew
   */
  public boolean compactIfItPays() {
    try {
      Path file = folder.resolve(COMPACTED);
      String told = Files.exists(file) ? Files.readString(file).strip() : "0";
      long before = told.matches("[0-9]{1,18}") ? Long.parseLong(told) : 0;
      if (bytes() < Math.max(SMALL_BYTES, 2 * before)) {
        return false;
      }
    } catch (IOException e) {
      return false; // asked again another time
    }
    reindex();
    return true;
  }

  /**
   * Makes the projection anew beside the one in use, compact, and puts it in its place. Queries are
   * answered from the old one until then, and it goes on with the journal meanwhile.
   *
   * @throws GraphException if it is being made anew already, or the disk refuses
   */
  public void reindex() {
    if (!rebuilding.tryLock()) {
      throw new GraphException(
          ErrorCode.CONFLICT, "reindex: the projection is being made anew already", "wait for it");
    }
    try {
      Matcher number = NUMBERED.matcher(String.valueOf(now.data().getFileName()));
      int next = Math.max(tried, number.matches() ? Integer.parseInt(number.group(1)) : 0) + 1;
      tried = next;
      Path data = folder.resolve(FIRST + "-" + next);
      delete(data);
      Projection fresh = Projection.connect(data, modules);
      Projection old;
      try {
        long at = 0;
        while (at < store.journalEnd()) {
          at = step(fresh, at);
        }
        old = replace(fresh, at);
      } catch (RuntimeException | IOException e) {
        fresh.expel();
        delete(data);
        throw e;
      }
      if (old.retire()) {
        delete(old.data());
      }
    } catch (IOException e) {
      throw new GraphException(
          ErrorCode.STORAGE, "reindex `" + folder + "`: " + e, "check space and permissions");
    } finally {
      rebuilding.unlock();
    }
  }

  /** The engine may hold on to a folder that it failed in: in this process it is not used again. */
  private int tried;

  private Projection replace(Projection fresh, long from) throws IOException {
    writer.lock();
    try {
      long at = from;
      while (at < Math.max(position, store.journalEnd())) {
        at = step(fresh, at);
      }
      Path beside = folder.resolve(CURRENT + ".new");
      Files.writeString(beside, fresh.data().getFileName() + "\n");
      Files.deleteIfExists(folder.resolve(SIZES));
      Files.move(
          beside,
          folder.resolve(CURRENT),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      Projection old = now;
      now = fresh;
      broken = false;
      position = at;
      Files.deleteIfExists(folder.resolve(DAMAGED));
      recordSizes();
      recordCompact(fresh);
      return old;
    } finally {
      writer.unlock();
    }
  }

  /**
   * Answers a query.
   *
   * @param accept media types, as HTTP's {@code Accept}; {@code text/plain} gives a table for
   *     people
   * @throws GraphException if it is refused, runs too long or gives too much
   */
  public Answer query(String text, String accept) {
    return ask(asked -> asked.answer(text, accept));
  }

  /**
   * Modules by words, best first: every word has to occur, the last may be the beginning of one.
   */
  public List<Hit> search(String words, int limit) {
    return ask(asked -> asked.search(words, limit));
  }

  @Override
  public void close() {
    writer.lock();
    try {
      now.close();
    } catch (RuntimeException e) {
      if (!broken) {
        throw e;
      }
    } finally {
      writer.unlock();
    }
  }
}
