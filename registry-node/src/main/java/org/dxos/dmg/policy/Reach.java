package org.dxos.dmg.policy;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whom a node asks for what it does not hold, and who may ask it.
 *
 * @param pullThrough who is asked; linked nodes, if it is not said
 * @param networks one's own, into which the domain of a name may lead this node; everything outside
 *     of them and of the public internet is never dialled
 * @param toAnyone whether nodes that are not linked may read the authorities whose id they know
 */
public record Reach(Optional<From> pullThrough, List<Network> networks, boolean toAnyone) {

  /** It says nothing. */
  public static final Reach UNSAID = new Reach(Optional.empty(), List.of(), false);

  /** Who is asked. */
  public enum From {
    OFF,
    PEERS,
    ANYONE;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Reach {
    networks =
        networks.stream().distinct().sorted(Comparator.comparing(Network::toString)).toList();
  }

  public From from() {
    return pullThrough.orElse(From.PEERS);
  }

  /** True if a domain may make this node dial an address. */
  public boolean mayDial(InetAddress address) {
    return Network.isPublic(address) || networks.stream().anyMatch(one -> one.contains(address));
  }

  /** As texts, sorted. */
  List<String> written() {
    return networks.stream().map(Network::toString).toList();
  }
}
