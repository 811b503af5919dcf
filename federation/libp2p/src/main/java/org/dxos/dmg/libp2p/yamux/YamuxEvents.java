package org.dxos.dmg.libp2p.yamux;

import org.dxos.dmg.libp2p.Libp2pException;

/** What a connection tells its owner and asks of it. Called on its threads; must not block. */
public interface YamuxEvents {

  /** Asked before an inbound stream is taken; false resets it. */
  boolean admit();

  /** A stream that the other end opened and that was admitted. */
  void opened(YamuxStream stream);

  /** A stream, of either side, is over; once for each. */
  void ended(YamuxStream stream);

  /** Asked before a window grows, which can wait: less memory is free for it. */
  boolean grow(int bytes);

  /** Asked before bytes that come are kept; false resets their stream. */
  boolean hold(int bytes);

  /** What was granted for either is free. */
  void release(int bytes);

  /** The connection is over; once. */
  void closed(Libp2pException why);
}
