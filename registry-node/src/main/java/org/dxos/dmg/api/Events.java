package org.dxos.dmg.api;

import java.util.List;
import org.dxos.dmg.dagcbor.Node;

/** What is admitted, in order, for those who listen. */
public interface Events {

  /**
   * An admitted thing.
   *
   * @param position where a listener goes on after it
   * @param data what was admitted
   */
  record Event(long position, Node.Map data) {}

  /**
   * Events after {@code position}, oldest first, about {@code limit}: those of one position stay
   * together.
   */
  List<Event> after(long position, int limit);

  /** The newest position. */
  long end();

  /** Waits until there is something after {@code position}, at most {@code millis}. */
  void await(long position, long millis) throws InterruptedException;
}
