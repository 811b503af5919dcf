package org.dxos.dmg.libp2p;

/** Why something ended; a closed set, so that callers can decide and tests can name it. */
public enum Reason {
  /** Bytes that the specification does not allow. */
  MALFORMED,
  /** The other end spoke against the protocol; the connection is closed. */
  PROTOCOL_VIOLATION,
  /** Data beyond the credit given. */
  WINDOW_VIOLATION,
  /** Too much of something within a time: streams, resets, pings, connections. */
  FLOOD,
  /** A limit of ours is reached. */
  RESOURCE_LIMIT,
  /** The connection gater said no. */
  GATED,
  /** The other end is not who it should be, or its proof does not hold. */
  PEER_IDENTITY,
  /** A message does not decrypt, or a key agreement is void. */
  CRYPTO,
  /** No protocol that both ends speak. */
  NOT_SUPPORTED,
  /** A deadline passed. */
  TIMEOUT,
  /** The other end neither reads nor answers. */
  STALLED,
  /** Dialling this peer failed lately; wait. */
  DIAL_BACKOFF,
  /** No address led to the peer. */
  UNREACHABLE,
  /** The stream was reset by the other end. */
  RESET,
  /** Closed here: in good order, or by a fault of ours, which the words name. */
  CLOSED,
  /** The other end closed the connection, in good order or by breaking it off. */
  REMOTE_CLOSED,
  /** Nobody asked has the block. */
  NOT_FOUND
}
