package org.dxos.dmg.graph;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.query.Dataset;
import org.apache.jena.query.DatasetFactory;
import org.apache.jena.query.text.EntityDefinition;
import org.apache.jena.query.text.TextDatasetFactory;
import org.apache.jena.query.text.TextIndexConfig;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.system.Txn;
import org.apache.jena.tdb2.DatabaseMgr;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.NIOFSDirectory;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.rdf.Ontology;

/**
 * The projection of one block store, in one folder.
 *
 * <p>Safe for many threads: queries read their own snapshot; {@code writer} lets one thread at a
 * time bring the projection forward.
 */
public final class GraphIndex implements AutoCloseable {

  /** Journal entries looked at in one go. */
  private static final int ENTRIES = 512;

  /** Releases of one TDB2 commit: each commit costs about as much as some hundreds of them. */
  static final int RELEASES_PER_COMMIT = 5_000;

  /** Lucene advises an incubating module at every start; held here so that the setting stays. */
  private static final java.util.logging.Logger LUCENE_ADVICE =
      java.util.logging.Logger.getLogger(
          "org.apache.lucene.internal.vectorization.VectorizationProvider");

  static {
    LUCENE_ADVICE.setLevel(java.util.logging.Level.SEVERE);
  }

  private final Path folder;
  private final BlockStore store;
  private final Directory words;
  private final DatasetGraph plain;
  private final DatasetGraph graph;
  private final Queries queries;
  private final ReentrantLock writer = new ReentrantLock();
  private volatile long position;

  /** A serialised answer. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  public record Answer(String mediaType, byte[] body) {}

  /**
   * A module that words were found in.
   *
   * @param version its newest release's
   */
  public record Hit(String name, String version, Optional<String> description) {}

  private GraphIndex(
      Path folder,
      BlockStore store,
      Supplier<ModuleGraph> modules,
      Directory words,
      DatasetGraph plain,
      DatasetGraph graph) {
    this.folder = folder;
    this.store = store;
    this.words = words;
    this.plain = plain;
    this.graph = graph;
    this.queries = new Queries(graph, QueryLimits.usual(), modules);
    this.position = Projector.position(graph);
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
      String id = HexFormat.of().formatHex(store.journalId());
      boolean ours =
          Files.exists(journal)
              && Files.readString(journal, StandardCharsets.ISO_8859_1).strip().equals(id)
              && !Files.exists(folder.resolve(DAMAGED))
              && FileSizes.hold(folder.resolve("data/tdb2"), folder.resolve(SIZES));
      if (!ours) {
        delete(folder);
      }
      try {
        return make(folder, folder.resolve("data"), id, store, modules);
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
      String id = HexFormat.of().formatHex(store.journalId());
      String found = Files.readString(journal, StandardCharsets.ISO_8859_1).strip();
      if (!found.equals(id)) {
        return Optional.of(what + "it is of journal `" + found + "`, here is `" + id + "`");
      }
      if (Files.exists(folder.resolve(DAMAGED))) {
        return Optional.of(what + "it was found damaged");
      }
      if (!FileSizes.hold(folder.resolve("data/tdb2"), folder.resolve(SIZES))) {
        return Optional.of(what + "a file of it is gone, or smaller than it was");
      }
      DatasetGraph plain = DatabaseMgr.connectDatasetGraph(folder.resolve("data/tdb2").toString());
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

  private static GraphIndex make(
      Path folder, Path data, String id, BlockStore store, Supplier<ModuleGraph> modules)
      throws IOException {
    Files.createDirectories(data.resolve("tdb2"));
    Files.createDirectories(data.resolve("words"));
    DatasetGraph plain = DatabaseMgr.connectDatasetGraph(data.resolve("tdb2").toString());
    try {
      Directory words = new NIOFSDirectory(data.resolve("words"));
      Dataset text =
          TextDatasetFactory.createLucene(
              DatasetFactory.wrap(plain), words, new TextIndexConfig(entities()));
      GraphIndex index =
          new GraphIndex(folder, store, modules, words, plain, text.asDatasetGraph());
      Files.writeString(folder.resolve("journal"), id + "\n");
      return index;
    } catch (RuntimeException | IOException e) {
      org.apache.jena.tdb2.sys.TDBInternal.expel(plain);
      throw e;
    }
  }

  /** Not kept for a projection that the next process makes anew in any case. */
  private void recordSizes() {
    try {
      if (!Files.exists(folder.resolve(DAMAGED))) {
        FileSizes.record(folder.resolve("data/tdb2"), folder.resolve(SIZES));
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
    try {
      return ask.of(queries);
    } catch (GraphException e) {
      throw e;
    } catch (RuntimeException e) {
      throw damaged(e);
    }
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

  private static EntityDefinition entities() {
    EntityDefinition entities =
        new EntityDefinition("uri", "text", NodeFactory.createURI(Ontology.LABEL));
    entities.set("text", NodeFactory.createURI(Ontology.DESCRIPTION));
    entities.set("text", NodeFactory.createURI(Ontology.KEYWORD));
    return entities;
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
   */
  public void catchUp(long target) {
    if (position >= target) {
      return;
    }
    writer.lock();
    try {
      while (position < target) {
        step();
      }
    } catch (GraphException e) {
      throw e;
    } catch (RuntimeException e) {
      throw damaged(e);
    } finally {
      writer.unlock();
    }
  }

  private void step() {
    List<JournalEntry> entries = store.journal(position, ENTRIES);
    if (entries.isEmpty()) {
      throw new GraphException(
          ErrorCode.INTERNAL, "project journal: nothing after position " + position, "");
    }
    long reached =
        Txn.calculateWrite(
            graph,
            () -> {
              Projector projector = new Projector(store, graph);
              long last = position;
              for (JournalEntry entry : entries) {
                projector.apply(entry);
                last = entry.position();
                if (projector.releases() >= RELEASES_PER_COMMIT) {
                  break;
                }
              }
              projector.setPosition(last);
              return last;
            });
    position = reached;
    recordSizes();
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
      graph.close();
      org.apache.jena.tdb2.sys.TDBInternal.expel(plain);
      words.close();
    } catch (IOException e) {
      throw new GraphException(ErrorCode.STORAGE, "close projection: " + e, "");
    } finally {
      writer.unlock();
    }
  }
}
