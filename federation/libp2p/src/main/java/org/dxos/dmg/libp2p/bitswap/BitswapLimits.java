package org.dxos.dmg.libp2p.bitswap;

import java.time.Duration;

/**
 * What a server does for one peer, and a client for one question.
 *
 * @param wants of one peer, queued at once; later ones are dropped. Over all peers 64 times as many
 *     are kept; where they are spent a peer has a 64th of it
 * @param outstanding bytes of blocks in one message, and so on the way to one peer at once
 * @param message the greatest message taken, in bytes
 * @param workers messages that are made at once, over all peers
 * @param delivery bytes of messages being sent at once, over all peers; who stopped reading gives
 *     way
 * @param send how long a peer may take to read a message, or to write one that it began; for as
 *     long again it is served nothing if it did not read
 * @param retry after so long without an answer another peer is asked for a block
 */
public record BitswapLimits(
    int wants,
    int outstanding,
    int message,
    int workers,
    long delivery,
    Duration send,
    Duration retry) {

  /** A block has at most so many bytes. */
  public static final int MAX_BLOCK = 2 << 20;

  /**
   * 1,024 wants and 1 MiB on its way for a peer, 64 MiB over all, 30 s to read it, 5 s before
   * another is asked.
   */
  public static BitswapLimits standard() {
    return new BitswapLimits(
        1_024, 1 << 20, 4 << 20, 8, 64L << 20, Duration.ofSeconds(30), Duration.ofSeconds(5));
  }
}
