package org.dxos.dmg.libp2p.resource;

/**
 * What one scope may spend at once.
 *
 * @param memory in bytes
 */
public record ScopeLimit(int connections, int streams, long memory) {
  public ScopeLimit {
    if (connections < 0 || streams < 0 || memory < 0) {
      throw new IllegalArgumentException("scope limit: negative");
    }
  }
}
