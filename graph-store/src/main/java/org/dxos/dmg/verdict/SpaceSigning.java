package org.dxos.dmg.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.RevokedHere;

/** Signs entries of a space's log. */
public final class SpaceSigning {

  private SpaceSigning() {}

  /** The id of the space that begins with {@code genesis}. */
  public static Cid id(SpaceEntry genesis) {
    return DagCbor.cid(genesis.encode());
  }

  /**
   * Signs an entry.
   *
   * @param keys exactly the signers that it names
   * @param sink takes the two blocks
   * @return the envelope
   */
  public static Cid sign(SpaceEntry entry, List<SigningKey> keys, BlockSink sink) {
    byte[] body = entry.encode();
    Envelope envelope = Envelope.sign(SpaceEntry.TYPE, body, keys);
    byte[] block = envelope.encode();
    sink.put(envelope.body(), body);
    sink.put(DagCbor.cid(block), block);
    return DagCbor.cid(block);
  }

  /**
   * What an entry says.
   *
   * @param members who is in
   * @param revoked how far revoked keys' heads still stand
   */
  public record Said(List<Member> members, List<RevokedHere> revoked) {
    public Said {
      members = List.copyOf(members);
      revoked = List.copyOf(revoked);
    }

    /** The same with other members. */
    public Said with(List<Member> now) {
      return new Said(now, revoked);
    }
  }

  /**
   * Signs the entry after one.
   *
   * @param space its id
   * @param last envelope of the newest entry
   * @param blocks has that
   * @param change what is otherwise from now on
   * @param keys the secrets of owners, as far as they are here
   * @param at seconds, UTC
   * @return the envelope; empty if too few owners' keys are here
   */
  public static Optional<Cid> next(
      Cid space,
      Cid last,
      BlockSource blocks,
      UnaryOperator<Said> change,
      Function<PublicKey, Optional<SigningKey>> keys,
      long at,
      BlockSink sink) {
    SpaceEntry before = Signed.read(blocks, last, SpaceEntry.class).body();
    List<SigningKey> here = new ArrayList<>();
    for (PublicKey owner : before.owners().keys()) {
      if (here.size() < before.owners().threshold()) {
        keys.apply(owner).ifPresent(here::add);
      }
    }
    if (here.size() < before.owners().threshold()) {
      return Optional.empty();
    }
    Said now = change.apply(new Said(before.members(), before.revoked()));
    List<PublicKey> signers = here.stream().map(SigningKey::publicKey).sorted().toList();
    return Optional.of(
        sign(before.next(space, last, now.members(), now.revoked(), signers, at), here, sink));
  }
}
