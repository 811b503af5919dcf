package org.dxos.dmg.node;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.admission.Receipt;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.policy.Policy;
import org.dxos.dmg.policy.PolicyException;
import org.dxos.dmg.policy.PolicyFile;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.Signed;

/**
 * What is handed in at a home: let in by its policy, in a space by who may publish there, and
 * handed on where another node is the home.
 */
final class Intake {

  private final Path home;
  private final Registrar registrar;
  private final BlockStore store;
  private final BlockSource blocks;

  private final Optional<SpaceBridge> bridge;
  private final PolicyFile policy;
  private final NameProof proofs;
  private final Outbox outbox;
  private final InstantSource clock;

  private final Supplier<Optional<Federation>> federation;

  /** What first sight is worth where the policy does not say. */
  private volatile Policy.Tofu firstUse = Policy.Tofu.ALLOW;

  Intake(
      Path home,
      Registrar registrar,
      BlockStore store,
      BlockSource blocks,
      Optional<SpaceBridge> bridge,
      PolicyFile policy,
      NameProof proofs,
      InstantSource clock,
      Supplier<Optional<Federation>> federation) {
    this.home = home;
    this.registrar = registrar;
    this.store = store;
    this.blocks = blocks;
    this.bridge = bridge;
    this.policy = policy;
    this.proofs = proofs;
    this.outbox = new Outbox(store);
    this.clock = clock;
    this.federation = federation;
  }

  /** What first sight of a name is worth. */
  Policy.Tofu firstUse() {
    return policy.current().tofu().orElse(firstUse);
  }

  /** From now on first sight is worth what the name's domain says, where the policy is silent. */
  void believeDomainsAlone() {
    firstUse = Policy.Tofu.DNS;
  }

  /** Takes what somebody carries, by the policy of this home. */
  Learned take(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    BlockSource all = cid -> offered.get(cid).or(() -> store.get(cid));
    if (registrar.authority(genesis).isPresent() || envelopes.isEmpty()) {
      // Who was not believed when it was met is believed no more for having news; that its domain
      // proves it since is found out when somebody asks for the name.
      boolean believes = firstUse() == Policy.Tofu.ALLOW;
      return registrar.learn(
          genesis,
          envelopes,
          offered,
          believes ? Registrar.Binding.FIRST_USE : Registrar.Binding.NEVER);
    }
    Signed<Body> first = Signed.read(all, envelopes.getFirst(), Body.class);
    if (!(first.body() instanceof AuthorityEntry entry)
        || !first.envelope().body().equals(genesis)) {
      throw new AdmissionException.Refused(
          ErrorCode.BLOCK_MISSING,
          "admit for authority `"
              + genesis
              + "`: it is not held, and its genesis does not come first",
          "send the key log from its genesis on");
    }
    requireAdmitted(entry.authority());
    return registrar.learn(genesis, envelopes, offered, binding(entry.authority(), genesis));
  }

  /** Refuses an authority that the policy does not let in. */
  void requireAdmitted(String authority) {
    if (!policy.current().admits(authority)) {
      throw new PolicyException(
          ErrorCode.POLICY_DENIED,
          "admit authority `" + authority + "`: the policy of " + home + " does not let it in",
          "see `allow` and `deny` in its policy.json");
    }
  }

  /** What first sight of a claim that somebody carries here is worth. */
  private Registrar.Binding binding(String authority, Cid genesis) {
    if (bridge.isPresent()) {
      return bridge.get().leaves(authority, genesis)
          ? Registrar.Binding.FIRST_USE
          : Registrar.Binding.NEVER;
    }
    if (registrar.authority(authority).isPresent()) {
      return Registrar.Binding.NEVER;
    }
    return switch (firstUse()) {
      case ALLOW -> Registrar.Binding.FIRST_USE;
      case NEVER -> Registrar.Binding.NEVER;
      case DNS ->
          proofs.ask(authority) instanceof NameProof.Answer.Names names
                  && names.id().equals(genesis)
              ? Registrar.Binding.FIRST_USE
              : Registrar.Binding.NEVER;
    };
  }

  /**
   * Judges what is handed in as {@link #publish} does, by everything but its bundles.
   *
   * @return the bundles that it leads to
   */
  List<Bundle> weigh(Cid envelope, BlockSource offered) {
    BlockSource all = offered.or(blocks);
    Statement statement = Signed.read(all, envelope, Statement.class).requireSigned().body();
    bridge.ifPresent(one -> one.before(statement));
    Optional<Federation> among = federation.get();
    among.ifPresent(Federation::awaitFirstRound);
    if (registrar.isHome(statement.genesis())) {
      requireConfirmed(statement.genesis());
    } else {
      outbox.requireRoom(envelope);
    }
    return registrar.weigh(envelope, all);
  }

  PublishReceipt publish(Cid envelope, BlockSource offered) {
    BlockSource all = offered.or(blocks);
    Statement statement = Signed.read(all, envelope, Statement.class).body();
    bridge.ifPresent(one -> one.before(statement));
    Optional<Federation> among = federation.get();
    among.ifPresent(Federation::awaitFirstRound);
    if (among.isPresent() && !registrar.isHome(statement.genesis())) {
      return handOn(registrar.check(envelope, all), among.get());
    }
    requireConfirmed(statement.genesis());
    Receipt receipt = Registrar.await(registrar.submit(envelope, all));
    return new PublishReceipt(
        receipt.status() == Receipt.Status.ADDED
            ? PublishReceipt.Status.ADDED
            : PublishReceipt.Status.HELD,
        receipt.statement(),
        Optional.of(receipt.head()),
        receipt.proof(),
        receipt.position());
  }

  /** What a home has signed since the backup that it came from is known, or it signs nothing. */
  void requireConfirmed(Cid genesis) {
    Restored.requireConfirmed(
        bridge.map(SpaceBridge::open).orElse(store), registrar.authority(genesis));
  }

  /** What waits for homes elsewhere. */
  Outbox outbox() {
    return outbox;
  }

  /** Keeps a statement for the home of its authority, which is another node. */
  private PublishReceipt handOn(Registrar.Checked checked, Federation among) {
    if (checked.statement().body().op() instanceof Statement.Promote) {
      // It goes with what it lists, which is private until the home has added it.
      throw new AdmissionException.Refused(
          ErrorCode.NOT_HOME,
          "promote `%s`: this node is not the home of `%s`"
              .formatted(checked.statement().body().path(), checked.authority().name()),
          "promote it at the home, which has to be a member of the space");
    }
    boolean[] kept = {false};
    if (!checked.held()) {
      registrar.between(
          () -> {
            registrar.requireHeld(checked);
            kept[0] = outbox.keep(checked, clock.instant().getEpochSecond());
          });
    }
    if (kept[0]) {
      among.handOn();
    }
    return new PublishReceipt(
        checked.held() ? PublishReceipt.Status.HELD : PublishReceipt.Status.PENDING,
        checked.statement().cid(),
        checked.authority().head().map(Signed::cid),
        List.of(),
        store.journalEnd());
  }

  int publishAll(List<Cid> envelopes, BlockSource offered) {
    BlockSource all = offered.or(blocks);
    Set<Cid> authorities = new LinkedHashSet<>();
    for (Cid envelope : envelopes) {
      Statement statement = Signed.read(all, envelope, Statement.class).body();
      bridge.ifPresent(one -> one.before(statement));
      authorities.add(statement.genesis());
    }
    Optional<Federation> among = federation.get();
    among.ifPresent(Federation::awaitFirstRound);
    if (among.isPresent() && !authorities.stream().allMatch(registrar::isHome)) {
      // They are handed on, one by one.
      return (int) envelopes.stream().filter(one -> publish(one, offered).added()).count();
    }
    authorities.forEach(this::requireConfirmed);
    Optional<RuntimeException> failure = Optional.empty();
    int added = 0;
    for (CompletableFuture<Receipt> answer : registrar.submitAll(envelopes, all)) {
      try {
        added += Registrar.await(answer).status() == Receipt.Status.ADDED ? 1 : 0;
      } catch (RuntimeException e) {
        failure = failure.or(() -> Optional.of(e));
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    return added;
  }
}
