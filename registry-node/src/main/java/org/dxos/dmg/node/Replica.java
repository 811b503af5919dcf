package org.dxos.dmg.node;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.policy.Policy;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Rules;
import org.dxos.dmg.sync.wire.Submitted;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;

/** A registry as other nodes meet it: what is local alone is not there. */
class Replica implements Holder {

  private final LocalRegistry registry;
  private final Registrar registrar;

  Replica(LocalRegistry registry) {
    this.registry = registry;
    this.registrar = registry.registrar();
  }

  @Override
  public BlockStore store() {
    return registry.store();
  }

  @Override
  public MerkleSearchTree tree() {
    return registrar.tree();
  }

  @Override
  public Optional<AuthorityView> authority(Cid id) {
    return registrar.authority(id).filter(view -> !Registrar.isLocal(view.name()));
  }

  @Override
  public Rules rules() {
    return new Said(registry.policy());
  }

  /** What a policy says of what is let out. */
  private record Said(Policy policy) implements Rules {
    @Override
    public boolean withholds(Cid cid) {
      return policy.deniedBlocks().contains(cid);
    }

    @Override
    public boolean admits(String authority) {
      return !Registrar.isLocal(authority) && policy.admits(authority);
    }

    @Override
    public boolean tellsStrangers() {
      return policy.reach().toAnyone();
    }
  }

  @Override
  public boolean admits(String authority) {
    return !Registrar.isLocal(authority) && registry.admits(authority);
  }

  @Override
  public boolean isPinned(Cid genesis) {
    return registry.policy().pins().containsValue(genesis);
  }

  @Override
  public Quota.Limits quota() {
    Policy.Quota said = registry.policy().quota();
    return new Quota.Limits(
        said.authorities().orElse(Quota.Limits.STANDARD.authorities()),
        said.bytes().orElse(Quota.Limits.STANDARD.bytes()));
  }

  @Override
  public Learned learn(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    return registry.intake().take(genesis, envelopes, offered);
  }

  @Override
  public void keep(Map<Cid, byte[]> blocks) {
    Batch batch = new Batch();
    blocks.forEach(batch::put);
    if (!batch.isEmpty()) {
      store().commit(batch);
      registry.federation().ifPresent(among -> among.came(blocks));
    }
  }

  @Override
  public List<Waiting> waiting() {
    return registry.intake().outbox().toHandOn(registrar);
  }

  @Override
  public void answered(Cid statement, Submitted answer) {
    registry.intake().outbox().answered(statement, answer);
  }

  @Override
  public Weighed weigh(Cid statement, BlockSource offered) {
    if (registry.isMirror()) {
      return Weighed.refused(Submitted.refused(ErrorCode.POLICY_DENIED, Optional.empty()));
    }
    try {
      return Weighed.taken(registry.intake().weigh(statement, offered));
    } catch (RuntimeException e) {
      return Weighed.refused(refusal(e));
    }
  }

  private static Submitted refusal(RuntimeException why) {
    return switch (why) {
      case AdmissionException.Conflict conflict ->
          Submitted.refused(conflict.code(), Optional.of(conflict.standing()));
      case Explained explained -> Submitted.refused(explained.code(), Optional.empty());
      default -> throw why;
    };
  }

  @Override
  public Submitted submit(Cid statement, BlockSource offered) {
    try {
      PublishReceipt receipt = registry.publish(statement, offered);
      return receipt.status() == PublishReceipt.Status.PENDING
          ? Submitted.PENDING
          : Submitted.added(
              new Submitted.Receipt(
                  receipt.statement(), receipt.head().orElseThrow(), receipt.proof()));
    } catch (RuntimeException e) {
      return refusal(e);
    }
  }
}
