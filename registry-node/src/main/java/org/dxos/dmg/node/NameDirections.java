package org.dxos.dmg.node;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.policy.Policy;
import org.dxos.dmg.sync.pull.Directions;

/** What the policy of a home says of names that are looked for elsewhere. */
final class NameDirections implements Directions {

  private final Supplier<Policy> policy;
  private final Supplier<Policy.Tofu> firstUse;
  private final NameProof proof;
  private final World.Hosts hosts;

  /**
   * @param firstUse what first sight is worth now
   */
  NameDirections(
      Supplier<Policy> policy, Supplier<Policy.Tofu> firstUse, NameProof proof, World.Hosts hosts) {
    this.policy = policy;
    this.firstUse = firstUse;
    this.proof = proof;
    this.hosts = hosts;
  }

  @Override
  public Reach reach() {
    return switch (policy.get().reach().from()) {
      case OFF -> Reach.OFF;
      case PEERS -> Reach.PEERS;
      case ANYONE -> Reach.ANYONE;
    };
  }

  @Override
  public Meaning meaning(String authority) {
    return Optional.ofNullable(policy.get().pins().get(authority))
        .<Meaning>map(Meaning.Is::new)
        .orElseGet(
            () ->
                switch (firstUse.get()) {
                  case ALLOW -> new Meaning.Anyone();
                  case NEVER -> new Meaning.Nobody("the policy believes pins alone");
                  case DNS ->
                      switch (proof.ask(authority)) {
                        case NameProof.Answer.Names names -> new Meaning.Is(names.id());
                        case NameProof.Answer.Silent silent ->
                            new Meaning.Nobody("nothing proves whose name it is: " + silent.why());
                      };
                });
  }

  @Override
  public Optional<Domain> domain(String authority) {
    return switch (proof.ask(authority)) {
      case NameProof.Answer.Names names -> Optional.of(new Domain(names.id(), names.node()));
      case NameProof.Answer.Silent _ -> Optional.empty();
    };
  }

  @Override
  public List<InetAddress> resolve(String host) throws UnknownHostException {
    return hosts.addresses(host);
  }

  @Override
  public SSLContext tls() {
    return hosts.tls();
  }

  @Override
  public boolean mayDial(InetAddress address) {
    return policy.get().reach().mayDial(address);
  }
}
