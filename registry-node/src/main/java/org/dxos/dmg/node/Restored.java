package org.dxos.dmg.node;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;

/**
 * The mark on a home that came from a backup with the keys that sign its heads: what it signed
 * after the backup is not known to it, and to sign again from there would be a fork. It signs
 * nothing with those keys until somebody says that it may.
 *
 * @param at when the backup was made, seconds UTC
 * @param keys that may have signed since
 */
public record Restored(long at, List<PublicKey> keys) {

  private static final String REGISTER = "restored";

  public Restored {
    keys = List.copyOf(keys);
  }

  /** The mark on a store, if it has one. */
  public static Optional<Restored> of(BlockStore store) {
    return store
        .register(REGISTER)
        .map(
            value -> {
              Fields fields = Fields.of("restored", ErrorCode.STORAGE, DagCbor.decode(value));
              Restored restored =
                  new Restored(
                      fields.uint("at"),
                      fields.list(
                          "keys",
                          node ->
                              node instanceof Node.Bytes bytes
                                  ? PublicKey.of(bytes.value())
                                  : PublicKey.of(new byte[0])));
              fields.end();
              return restored;
            });
  }

  /** Marks what a batch will make. */
  void mark(Batch batch) {
    batch.set(
        REGISTER,
        DagCbor.encode(
            new MapBuilder().put("at", at).put("keys", keys, key -> Node.of(key.bytes())).build()));
  }

  /** Takes the mark away: what others hold was looked at, or nothing was signed since. */
  public static void confirm(BlockStore store) {
    Batch batch = new Batch();
    batch.unset(REGISTER);
    store.commit(batch);
  }

  /**
   * Asked before something is signed for an authority.
   *
   * @throws AdmissionException.Refused with {@link ErrorCode#ROLLBACK} if this store may not sign
   *     for it
   */
  static void requireConfirmed(BlockStore store, Optional<AuthorityView> authority) {
    Optional<Restored> restored = of(store);
    if (restored.isPresent()
        && authority.isPresent()
        && restored.get().keys().contains(authority.get().keyHead().body().home().headKey())) {
      throw new AdmissionException.Refused(
          ErrorCode.ROLLBACK,
          "sign for `"
              + authority.get().name()
              + "`: this home came from a backup of "
              + Instant.ofEpochSecond(restored.get().at())
              + ", and what it signed after that is not known here",
          "take what others hold (`dmg import car`, or `dmg node` among its peers), then `dmg restore --confirm`");
    }
  }
}
