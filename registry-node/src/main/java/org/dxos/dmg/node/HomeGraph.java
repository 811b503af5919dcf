package org.dxos.dmg.node;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.graph.GraphException;
import org.dxos.dmg.graph.GraphIndex;
import org.dxos.dmg.modules.ModuleGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The projection of a home, opened when it is first asked for. */
final class HomeGraph implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HomeGraph.class);

  private final Path folder;
  private final BlockStore store;
  private final Supplier<ModuleGraph> modules;

  /** Guarded by this, as is {@code shut}. */
  private Optional<GraphIndex> graph = Optional.empty();

  private boolean shut;

  HomeGraph(Path folder, BlockStore store, Supplier<ModuleGraph> modules) {
    this.folder = folder;
    this.store = store;
    this.modules = modules;
  }

  /** The graph, if somebody has asked for it. */
  synchronized Optional<GraphIndex> opened() {
    return graph;
  }

  /**
   * The graph, caught up with everything published before this call; where the disk is too full for
   * that it answers as of where it is.
   */
  GraphIndex now() {
    GraphIndex index;
    synchronized (this) {
      if (shut) {
        // Opened once more beside what is being closed it could be taken for damaged, and deleted.
        throw new IllegalStateException("registry is closed");
      }
      if (graph.isEmpty()) {
        graph = Optional.of(GraphIndex.open(folder, store, modules));
      }
      index = graph.get();
    }
    try {
      index.catchUp(store.journalEnd());
    } catch (GraphException e) {
      if (e.code() != ErrorCode.STORAGE_FULL) {
        throw e;
      }
    }
    return index;
  }

  /**
   * Returns once the graph answers.
   *
   * @throws GraphException if it cannot be opened; a disk that is too full for it is told in the
   *     log, as what does not need the graph can be served
   */
  void await() {
    try {
      GraphIndex unused = now();
    } catch (GraphException e) {
      if (e.code() != ErrorCode.STORAGE_FULL) {
        throw e;
      }
      LOG.warn("{}", e.message());
    }
  }

  @Override
  public synchronized void close() {
    shut = true;
    graph.ifPresent(GraphIndex::close);
    graph = Optional.empty();
  }
}
