package org.dxos.dmg.node;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.dxos.dmg.policy.DomainProof;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.policy.NetLookups;
import org.dxos.dmg.sync.web.WebClient;

/**
 * What a node takes from outside, so that tests can stand in for it.
 *
 * @param clock the time of day
 * @param random cryptographically secure
 * @param threads for the few that a node keeps
 * @param proof asks DNS and the web which authority a name is
 * @param hosts finds the addresses of nodes that a domain names
 */
public record World(
    InstantSource clock,
    RandomGenerator random,
    ThreadFactory threads,
    NameProof proof,
    Hosts hosts) {

  /** Finds the addresses of a host. */
  public interface Hosts {
    List<InetAddress> addresses(String host) throws UnknownHostException;

    /** Whose certificates are believed of a host. */
    default SSLContext tls() {
      return WebClient.believed();
    }
  }

  /** One that finds hosts as this machine does. */
  public World(
      InstantSource clock, RandomGenerator random, ThreadFactory threads, NameProof proof) {
    this(clock, random, threads, proof, host -> List.of(InetAddress.getAllByName(host)));
  }

  /** One in which nobody is asked what a name is. */
  public World(InstantSource clock, RandomGenerator random, ThreadFactory threads) {
    this(clock, random, threads, NameProof.NONE);
  }

  /** Secure randomness for connections, whose keys nobody has to be able to guess again. */
  SecureRandom secure() {
    return random instanceof SecureRandom secure ? secure : new SecureRandom();
  }

  /** This machine's. */
  public static World real() {
    return new World(
        InstantSource.system(),
        new SecureRandom(),
        Thread.ofPlatform().daemon().name("dmg-", 0).factory(),
        name -> new DomainProof(new NetLookups()).ask(name));
  }
}
