package org.dxos.dmg.sync.wire;

import org.dxos.dmg.dagcbor.Node;

/** One item of an answer. */
public sealed interface Item {

  /** A block; which one, its hash says. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Block(byte[] bytes) implements Item {}

  /** Something that is said. */
  record Said(Node.Map fields) implements Item {}
}
