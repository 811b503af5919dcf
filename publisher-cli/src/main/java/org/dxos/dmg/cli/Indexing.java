package org.dxos.dmg.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.node.World;

/**
 * Brings what queries read along while much is published, on a thread of its own, so that it is
 * ready soon after. Begun only when a part is published: it is the faster of the two, and goes best
 * where it finds its work waiting.
 */
final class Indexing {

  private static final int BEGIN_AT_ONE_OF = 4;

  private final Registry registry;
  private final World world;
  private final CompletableFuture<Boolean> indexed = new CompletableFuture<>();
  private boolean begun;

  Indexing(Registry registry, World world) {
    this.registry = registry;
    this.world = world;
  }

  /** Told from one thread at a time, how much is published. */
  void published(int done, int all) {
    if (!begun && done < all && done >= all / BEGIN_AT_ONE_OF) {
      begun = true;
      world.threads().newThread(this::index).start();
    }
  }

  private void index() {
    try {
      registry.catchUp();
      indexed.complete(true);
    } catch (RuntimeException e) {
      indexed.completeExceptionally(e);
    }
  }

  /**
   * Returns when queries see all that was published.
   *
   * @throws RuntimeException as {@link Registry#catchUp}
   */
  void finish() {
    if (begun) {
      try {
        indexed.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    }
    registry.catchUp();
  }
}
