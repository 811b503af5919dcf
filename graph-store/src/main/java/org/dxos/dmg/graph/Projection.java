package org.dxos.dmg.graph;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.apache.jena.dboe.base.file.Location;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.query.Dataset;
import org.apache.jena.query.DatasetFactory;
import org.apache.jena.query.text.EntityDefinition;
import org.apache.jena.query.text.TextDatasetFactory;
import org.apache.jena.query.text.TextIndexConfig;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.tdb2.DatabaseMgr;
import org.apache.jena.tdb2.params.StoreParams;
import org.apache.jena.tdb2.sys.TDBInternal;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.NIOFSDirectory;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.rdf.Ontology;

/**
 * The databases of one folder: quads and words. Those who query it enter and leave; once it is
 * retired nobody enters any more.
 */
final class Projection {

  /** How long those inside are waited for: longer than any query may run. */
  private static final long RETIRE_SECONDS = 120;

  private final Path data;
  private final Directory words;
  private final DatasetGraph plain;
  private final DatasetGraph graph;
  private final Queries queries;
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  private boolean retired;

  private Projection(
      Path data,
      Directory words,
      DatasetGraph plain,
      DatasetGraph graph,
      Supplier<ModuleGraph> modules) {
    this.data = data;
    this.words = words;
    this.plain = plain;
    this.graph = graph;
    this.queries = new Queries(graph, QueryLimits.usual(), modules);
  }

  /**
   * Which orders of subject, predicate, object and graph are kept, for a database that is made
   * here; one that is there keeps what it has.
   *
   * <p>Two of the six usual ones are left out: each costs a sixth of the writing and of the disk. A
   * pattern in one graph with its predicate, or its object, given is answered from the order that
   * begins with that; graphs are small, but for the registry's own, whose predicates occur nowhere
   * else.
   */
  private static final StoreParams ORDERS =
      StoreParams.builder("dmg")
          .primaryIndexQuads("GSPO")
          .quadIndexes(new String[] {"GSPO", "POSG", "OSPG", "SPOG"})
          .build();

  /** Opens the databases in a folder, which is made if it is not there. */
  static Projection connect(Path data, Supplier<ModuleGraph> modules) throws IOException {
    Files.createDirectories(data.resolve("tdb2"));
    Files.createDirectories(data.resolve("words"));
    DatasetGraph plain =
        DatabaseMgr.connectDatasetGraph(Location.create(data.resolve("tdb2")), ORDERS);
    try {
      Directory words = new NIOFSDirectory(data.resolve("words"));
      Dataset text =
          TextDatasetFactory.createLucene(
              DatasetFactory.wrap(plain), words, new TextIndexConfig(entities()));
      return new Projection(data, words, plain, text.asDatasetGraph(), modules);
    } catch (RuntimeException | IOException e) {
      TDBInternal.expel(plain);
      throw e;
    }
  }

  private static EntityDefinition entities() {
    EntityDefinition entities =
        new EntityDefinition("uri", "text", NodeFactory.createURI(Ontology.LABEL));
    entities.set("text", NodeFactory.createURI(Ontology.DESCRIPTION));
    entities.set("text", NodeFactory.createURI(Ontology.KEYWORD));
    entities.setUidField("uid"); // or words stay that nothing says any more
    return entities;
  }

  Path data() {
    return data;
  }

  DatasetGraph graph() {
    return graph;
  }

  Queries queries() {
    return queries;
  }

  /** False if it was retired: there is another. */
  boolean enter() {
    use.readLock().lock();
    if (retired) {
      use.readLock().unlock();
      return false;
    }
    return true;
  }

  void leave() {
    use.readLock().unlock();
  }

  /**
   * Closes it once nobody is inside. False if somebody does not leave, or it does not close; its
   * files stay until the next start then.
   */
  boolean retire() {
    try {
      if (!use.writeLock().tryLock(RETIRE_SECONDS, TimeUnit.SECONDS)) {
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    try {
      retired = true;
      close();
      return true;
    } catch (RuntimeException e) {
      return false; // the engine does not let go of what it failed in
    } finally {
      use.writeLock().unlock();
    }
  }

  /** Lets go of the files without a word on what is in memory. */
  void expel() {
    TDBInternal.expel(plain);
  }

  void close() {
    try {
      graph.close();
      TDBInternal.expel(plain);
      words.close();
    } catch (IOException e) {
      throw new GraphException(ErrorCode.STORAGE, "close projection: " + e, "");
    }
  }
}
