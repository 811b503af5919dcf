package org.dxos.dmg.libp2p.resource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/**
 * Counts what is spent, in every scope that a thing belongs to, all or nothing. One lock for all:
 * the counting is short. Scopes that spend nothing are forgotten, so strangers leave no trace.
 */
public final class ResourceManager {

  static final String PROTOCOL = "protocol ";
  private static final String SYSTEM = "system";
  private static final long GUARANTEED = 128 << 10;
  private static final int FEW_STREAMS = 8;
  private static final String INBOUND = "transient inbound";
  private static final String OUTBOUND = "transient outbound";

  private static final class Spent {
    int connections;
    int streams;
    long memory;

    boolean nothing() {
      return connections == 0 && streams == 0 && memory == 0;
    }
  }

  private final ResourceLimits limits;
  private final Map<String, Spent> scopes = new HashMap<>();
  private int unreserved;

  public ResourceManager(ResourceLimits limits) {
    this.limits = limits;
  }

  public ResourceLimits limits() {
    return limits;
  }

  /** Every scope that spends something, by name, for metrics; see {@link Scope}. */
  public synchronized List<Scope> snapshot() {
    List<Scope> all = new ArrayList<>();
    scopes.forEach(
        (name, spent) -> all.add(new Scope(name, spent.connections, spent.streams, spent.memory)));
    all.sort(java.util.Comparator.comparing(Scope::name));
    return all;
  }

  /**
   * A connection that somebody began and nobody has authenticated. @throws Libp2pException
   * RESOURCE_LIMIT
   */
  public ConnectionShare openInbound() throws Libp2pException {
    return open(INBOUND);
  }

  /**
   * A connection that we begin: strangers who begin many take no place of it. @throws
   * Libp2pException RESOURCE_LIMIT
   */
  public ConnectionShare openOutbound() throws Libp2pException {
    return open(OUTBOUND);
  }

  /** How many began and are not yet authenticated. */
  public synchronized int pendingInbound() {
    Spent inbound = scopes.get(INBOUND);
    return inbound == null ? 0 : inbound.connections;
  }

  private synchronized ConnectionShare open(String pending) throws Libp2pException {
    if (spent(pending).connections >= limits.pending()) {
      throw refused(pending, "connections", limits.pending());
    }
    spent(pending).connections++;
    return new ConnectionShare(this, pending);
  }

  synchronized void authenticate(String pending, String peer, String connection, boolean reserved)
      throws Libp2pException {
    int room = limits.system().connections() - (reserved ? 0 : limits.reserved());
    int taken = reserved ? spent(SYSTEM).connections : unreserved;
    if (taken >= room) {
      tidy(List.of(SYSTEM));
      throw refused(SYSTEM, "connections", room);
    }
    if (spent(peer).connections >= limits.peer().connections()) {
      throw refused(peer, "connections", limits.peer().connections());
    }
    spent(pending).connections--;
    spent(SYSTEM).connections++;
    spent(peer).connections++;
    spent(connection).connections++;
    unreserved += reserved ? 0 : 1;
    tidy(List.of(pending));
  }

  synchronized void endPending(String pending) {
    spent(pending).connections--;
    tidy(List.of(pending));
  }

  synchronized void endConnection(String peer, String connection, boolean reserved) {
    spent(SYSTEM).connections--;
    spent(peer).connections--;
    spent(connection).connections--;
    unreserved -= reserved ? 0 : 1;
    tidy(path(peer, connection));
  }

  /**
   * Counts streams of a connection in the scopes named. A connection that has few goes on where
   * others took all that the host or a protocol has.
   */
  synchronized void stream(String connection, List<String> names, int count)
      throws Libp2pException {
    if (count > 0) {
      int own = spent(connection).streams + (names.contains(connection) ? count : 0);
      boolean few = own <= FEW_STREAMS;
      for (String name : names) {
        boolean full = spent(name).streams + count > limit(name).streams();
        if (full && !(few && isShared(name))) {
          int most = limit(name).streams();
          tidy(names);
          tidy(List.of(connection));
          throw refused(name, "streams", most);
        }
      }
    }
    names.forEach(name -> spent(name).streams += count);
    if (count < 0) {
      tidy(names);
    }
    tidy(List.of(connection));
  }

  private static boolean isShared(String name) {
    return name.equals(SYSTEM) || name.startsWith(PROTOCOL);
  }

  synchronized boolean memory(List<String> names, long bytes, boolean spare) {
    Predicate<String> fits =
        name -> spent(name).memory + bytes <= limit(name).memory() / (spare ? 2 : 1);
    // Where others spent everything, a connection that holds little still goes on.
    boolean little = !spare && spent(names.getLast()).memory + bytes <= GUARANTEED;
    if (bytes > 0 && !little && !names.stream().allMatch(fits)) {
      tidy(names);
      return false;
    }
    names.forEach(name -> spent(name).memory += bytes);
    if (bytes < 0) {
      tidy(names);
    }
    return true;
  }

  static List<String> path(String peer, String connection) {
    return List.of(SYSTEM, peer, connection);
  }

  private Spent spent(String name) {
    return scopes.computeIfAbsent(name, key -> new Spent());
  }

  private ScopeLimit limit(String name) {
    return switch (name.substring(0, 2)) {
      case "sy" -> limits.system();
      case "pr" -> limits.protocol();
      case "co" -> limits.connection();
      default -> limits.peer();
    };
  }

  private void tidy(List<String> names) {
    for (String name : names) {
      Spent spent = scopes.get(name);
      if (spent != null && spent.nothing()) {
        scopes.remove(name);
      }
    }
  }

  private static Libp2pException refused(String scope, String what, long limit) {
    return new Libp2pException(
        Reason.RESOURCE_LIMIT,
        "resource limit: scope `" + scope + "` has its " + limit + " " + what);
  }
}
