package org.dxos.dmg.libp2p.yamux;

import java.time.Duration;

/**
 * The limits of one connection.
 *
 * @param window first receive window of a stream, in bytes; the specification's 256 KiB
 * @param greatestWindow as far as a window grows
 * @param inboundStreams open at once that the other end opened; more are reset
 * @param outboundUnacknowledged opened by us and not yet taken up
 * @param controlBytes control frames that wait for the other end to read
 * @param offencesPerSecond streams refused, streams reset and pings, each, before it is a flood
 * @param offenceBurst as many at once are forgiven
 * @param pingsPerSecond answered; three times as many at once
 * @param keepAlive between pings
 * @param stall how long a write or the answer to a ping may take
 */
public record YamuxLimits(
    int window,
    int greatestWindow,
    int inboundStreams,
    int outboundUnacknowledged,
    int controlBytes,
    int offencesPerSecond,
    int offenceBurst,
    int pingsPerSecond,
    Duration keepAlive,
    Duration stall) {

  public YamuxLimits {
    if (window < 262_144 || greatestWindow < window) {
      throw new IllegalArgumentException("yamux limits: a window has at least 262144 bytes");
    }
  }

  /**
   * 256 streams inbound, windows from 256 KiB to 16 MiB, 64 KiB of control frames unread, pings
   * each 30 s.
   */
  public static YamuxLimits standard() {
    return new YamuxLimits(
        262_144,
        16 << 20,
        256,
        256,
        65_536,
        50,
        500,
        10,
        Duration.ofSeconds(30),
        Duration.ofSeconds(30));
  }

  /** How many streams the other end may have open at once. */
  public YamuxLimits withInboundStreams(int count) {
    return new YamuxLimits(
        window,
        greatestWindow,
        count,
        outboundUnacknowledged,
        controlBytes,
        offencesPerSecond,
        offenceBurst,
        pingsPerSecond,
        keepAlive,
        stall);
  }

  /** Time between pings, and how long nothing may move before the connection ends. */
  public YamuxLimits withTimes(Duration newKeepAlive, Duration newStall) {
    return new YamuxLimits(
        window,
        greatestWindow,
        inboundStreams,
        outboundUnacknowledged,
        controlBytes,
        offencesPerSecond,
        offenceBurst,
        pingsPerSecond,
        newKeepAlive,
        newStall);
  }
}
