package org.dxos.dmg.sync.pull;

import java.net.InetAddress;
import java.util.List;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.wire.SyncException;

/** Addresses that were looked at: nobody asks for the name again behind this. */
public final class Dialled {

  /** Addresses of one name that are tried. */
  private static final int MAX_ADDRESSES = 4;

  private Dialled() {}

  /**
   * Those of {@code found} that may be dialled, at most four.
   *
   * @param node where they came from, for people
   * @throws SyncException with {@link ErrorCode#POLICY_DENIED} if there are none
   */
  public static List<InetAddress> of(Directions directions, String node, List<InetAddress> found) {
    List<InetAddress> good =
        found.stream().filter(directions::mayDial).limit(MAX_ADDRESSES).toList();
    if (good.isEmpty()) {
      throw new SyncException(
          ErrorCode.POLICY_DENIED,
          "dial node `%s`: it leads to %s, which a domain may not make this node dial"
              .formatted(
                  node,
                  found.isEmpty()
                      ? "nowhere"
                      : "`"
                          + String.join(
                              "`, `", found.stream().map(InetAddress::getHostAddress).toList())
                          + "`"),
          "if it is one of your own networks, list that in `pullNetworks` of policy.json");
    }
    return good;
  }
}
