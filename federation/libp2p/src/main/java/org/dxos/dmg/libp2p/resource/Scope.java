package org.dxos.dmg.libp2p.resource;

/**
 * What one scope spends, seen at one moment.
 *
 * @param memory in bytes
 */
public record Scope(String name, int connections, int streams, long memory) {}
