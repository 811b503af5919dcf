package org.dxos.dmg.api;

import java.util.List;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;

/**
 * A closure, and why it is this one.
 *
 * @param why lines for a person: each release, why none newer, and what it is there for
 */
public record SolvedClosure(Lock lock, List<String> why) {

  public SolvedClosure {
    why = List.copyOf(why);
  }

  /**
   * As JSON.
   *
   * @param lock the lock as JSON already
   */
  public Node.Map toNode(Node lock) {
    return new MapBuilder().put("lock", lock).put("why", why, Node::of).build();
  }
}
