package org.dxos.dmg.graph;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
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

  private GraphIndex(BlockStore store, Directory words, DatasetGraph plain, DatasetGraph graph) {
    this.store = store;
    this.words = words;
    this.plain = plain;
    this.graph = graph;
    this.queries = new Queries(graph, QueryLimits.usual());
    this.position = Projector.position(graph);
  }

  /**
   * Opens the projection in a folder, which is made if it is not there, and made anew if it belongs
   * to another journal or cannot be read.
   *
   * @throws GraphException with {@link ErrorCode#STORAGE} if the folder cannot be written
   */
  public static GraphIndex open(Path folder, BlockStore store) {
    try {
      Path journal = folder.resolve("journal");
      String id = HexFormat.of().formatHex(store.journalId());
      if (Files.exists(folder)
          && !(Files.exists(journal) && Files.readString(journal).strip().equals(id))) {
        delete(folder);
      }
      try {
        return make(folder, journal, id, store);
      } catch (RuntimeException unreadable) {
        delete(folder);
        return make(folder, journal, id, store);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new GraphException(
          ErrorCode.STORAGE,
          "open projection `" + folder + "`: " + e,
          "check space and permissions");
    }
  }

  private static GraphIndex make(Path folder, Path journal, String id, BlockStore store)
      throws IOException {
    Files.createDirectories(folder.resolve("tdb2"));
    Files.createDirectories(folder.resolve("words"));
    DatasetGraph plain = DatabaseMgr.connectDatasetGraph(folder.resolve("tdb2").toString());
    Directory words = new NIOFSDirectory(folder.resolve("words"));
    Dataset text =
        TextDatasetFactory.createLucene(
            DatasetFactory.wrap(plain), words, new TextIndexConfig(entities()));
    GraphIndex index = new GraphIndex(store, words, plain, text.asDatasetGraph());
    Files.writeString(journal, id + "\n");
    return index;
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
  }

  /**
   * Answers a query.
   *
   * @param accept media types, as HTTP's {@code Accept}; {@code text/plain} gives a table for
   *     people
   * @throws GraphException if it is refused, runs too long or gives too much
   */
  public Answer query(String text, String accept) {
    return queries.answer(text, accept);
  }

  /**
   * Modules by words, best first: every word has to occur, the last may be the beginning of one.
   */
  public List<Hit> search(String words, int limit) {
    return queries.search(words, limit);
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
