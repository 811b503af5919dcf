package org.dxos.dmg.sync.pull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.dxos.dmg.cid.Cid;

/**
 * What the operator of a node and the world around it say: whom to ask, and what a name means
 * before anybody was met who holds it. Safe for many threads; calls may take seconds.
 */
public interface Directions {

  /** Who is asked for what is not held here. */
  enum Reach {
    /** Nobody. */
    OFF,
    /** Linked nodes. */
    PEERS,
    /** Linked nodes, then the node that the name's domain names. */
    ANYONE
  }

  /** Which authority a name means. */
  sealed interface Meaning {

    /** This one: it is pinned, or its domain proves it. */
    record Is(Cid id) implements Meaning {}

    /** The only one that is met. */
    record Anyone() implements Meaning {}

    /** None that could be met. */
    record Nobody(String why) implements Meaning {}
  }

  /**
   * What a domain says of the authority with its name.
   *
   * @param node multiaddr or URL where it can be had
   */
  record Domain(Cid id, Optional<String> node) {}

  Reach reach();

  Meaning meaning(String authority);

  /** Asks the domain of a name; empty if it says nothing. */
  Optional<Domain> domain(String authority);

  /** The addresses of a host; asked once for each dial, and nobody asks again behind this. */
  List<InetAddress> resolve(String host) throws UnknownHostException;

  /** Whose certificates are believed of a node that a domain names by its URL. */
  SSLContext tls();

  /** True if an address that a domain leads to may be dialled. */
  boolean mayDial(InetAddress address);
}
