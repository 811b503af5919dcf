package org.dxos.dmg.admission;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;

/**
 * The keys with which a node signs heads. It has more than one after an authority was healed: the
 * new key signs for that one, the old goes on for all whose key log names it. Safe for many
 * threads.
 */
public final class HeadKeys {

  private final List<SigningKey> keys;

  /**
   * @param keys oldest first, one at least
   */
  public HeadKeys(List<SigningKey> keys) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("a node has a head key");
    }
    this.keys = new CopyOnWriteArrayList<>(keys);
  }

  /** The key for authorities that are claimed or moved here from now on. */
  public SigningKey current() {
    return keys.getLast();
  }

  /** The secret of a public key, if it is one of these. */
  public Optional<SigningKey> of(PublicKey key) {
    return keys.stream().filter(one -> one.publicKey().equals(key)).findFirst();
  }

  /** Makes {@code key} the current one. */
  public void add(SigningKey key) {
    keys.add(key);
  }
}
