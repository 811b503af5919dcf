package org.dxos.dmg.libp2p.resource;

import java.time.Duration;

/**
 * What a host may spend, scope by scope.
 *
 * @param system all of it
 * @param pending connections not yet authenticated
 * @param protocol each protocol
 * @param peer each peer
 * @param connection each connection
 * @param perAddress inbound connections from one IPv4 address or IPv6 /56
 * @param perAddressRate new ones from it a second; three times as many at once
 * @param upgrade from the accepted socket to the muxer, absolute
 * @param reserved connections of the system kept free for the peers named in the configuration
 */
public record ResourceLimits(
    ScopeLimit system,
    int pending,
    ScopeLimit protocol,
    ScopeLimit peer,
    ScopeLimit connection,
    int perAddress,
    int perAddressRate,
    Duration upgrade,
    int reserved) {

  public ResourceLimits {
    if (reserved > system.connections()) {
      throw new IllegalArgumentException(
          "resource limits: more reserved than there are connections");
    }
  }

  /**
   * For a heap from half a gibibyte on: 256 connections and 256 MiB, of which one machine, by its
   * eight connections, gets at most three quarters; windows grow into half of what a scope has, and
   * the first 128 KiB and the first eight streams of a connection are always granted.
   */
  public static ResourceLimits standard() {
    return new ResourceLimits(
        new ScopeLimit(256, 8_192, 256L << 20),
        32,
        new ScopeLimit(0, 4_096, 256L << 20),
        new ScopeLimit(8, 1_024, 24L << 20),
        new ScopeLimit(1, 512, 24L << 20),
        8,
        5,
        Duration.ofSeconds(15),
        16);
  }

  /** For tests and machines that trust each other: many connections from one address. */
  public ResourceLimits withAddressLimits(int count, int rate) {
    return new ResourceLimits(
        system, pending, protocol, peer, connection, count, rate, upgrade, reserved);
  }

  /** How long a connection may take to be authenticated. */
  public ResourceLimits withUpgrade(Duration newUpgrade) {
    return new ResourceLimits(
        system,
        pending,
        protocol,
        peer,
        connection,
        perAddress,
        perAddressRate,
        newUpgrade,
        reserved);
  }

  /** What the host, each peer and each connection may spend. */
  public ResourceLimits withScopes(
      ScopeLimit newSystem, ScopeLimit newPeer, ScopeLimit newConnection) {
    return new ResourceLimits(
        newSystem,
        pending,
        protocol,
        newPeer,
        newConnection,
        perAddress,
        perAddressRate,
        upgrade,
        reserved);
  }

  /** Connections kept free for the peers named in the configuration. */
  public ResourceLimits withReserved(int count) {
    return new ResourceLimits(
        system, pending, protocol, peer, connection, perAddress, perAddressRate, upgrade, count);
  }
}
