package org.dxos.dmg.libp2p.resource;

/**
 * What one scope spends, seen at one moment.
 *
 * @param name {@code system}, {@code peer 12D3Koo…}, {@code connection 7}, {@code protocol
 *     /echo/1.0.0}, or {@code transient inbound} and {@code transient outbound}, which are those
 *     not yet authenticated
 * @param connections open ones; a protocol has none
 * @param streams of both ends; those that a protocol has are the ones served here
 * @param memory in bytes
 */
public record Scope(String name, int connections, int streams, long memory) {}
