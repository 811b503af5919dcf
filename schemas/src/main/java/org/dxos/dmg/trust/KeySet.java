package org.dxos.dmg.trust;

import java.util.Collection;
import java.util.List;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Keys of which a number has to sign.
 *
 * @param threshold how many, from 1 to 4 and at most as many as there are keys
 * @param keys 1 to 16, sorted by bytes, distinct
 */
public record KeySet(int threshold, List<PublicKey> keys) {

  public static final int MAX_KEYS = 16;
  public static final int MAX_THRESHOLD = 4;

  public KeySet {
    keys = List.copyOf(keys);
    requireSorted("key set", keys);
    if (keys.isEmpty() || keys.size() > MAX_KEYS) {
      throw invalid("key set has " + keys.size() + " keys, expected 1 to " + MAX_KEYS);
    }
    if (threshold < 1 || threshold > Math.min(MAX_THRESHOLD, keys.size())) {
      throw invalid(
          "key set of %d keys has threshold %d, expected 1 to %d"
              .formatted(keys.size(), threshold, Math.min(MAX_THRESHOLD, keys.size())));
    }
  }

  /** One key, which alone suffices. */
  public static KeySet of(PublicKey key) {
    return new KeySet(1, List.of(key));
  }

  /** True if enough of these keys are among {@code signers}. */
  public boolean reachedBy(Collection<PublicKey> signers) {
    return keys.stream().filter(signers::contains).count() >= threshold;
  }

  static KeySet decode(Node node) {
    Fields fields = Fields.of("key set", ErrorCode.BODY_INVALID, node);
    Node threshold = fields.node("threshold");
    List<PublicKey> keys = fields.list("keys", KeySet::key);
    fields.end();
    if (!(threshold instanceof Node.Int number)) {
      throw invalid("threshold is not an integer from 1 to " + MAX_THRESHOLD);
    }
    return new KeySet((int) Math.clamp(number.value(), -1, MAX_KEYS + 1), keys);
  }

  Node node() {
    return new MapBuilder().put("threshold", threshold).put("keys", keys, PublicKey::node).build();
  }

  /** Reads a key as an item of a list. */
  static PublicKey key(Node node) {
    if (node instanceof Node.Bytes bytes) {
      return PublicKey.of(bytes.value());
    }
    throw new FormatException(ErrorCode.BODY_INVALID, "read key: it is not bytes");
  }

  /** Refuses keys that are not in ascending order without doubles. */
  static void requireSorted(String subject, List<PublicKey> keys) {
    for (int i = 1; i < keys.size(); i++) {
      if (keys.get(i - 1).compareTo(keys.get(i)) >= 0) {
        throw invalid(subject + " is not sorted and distinct at key " + i);
      }
    }
  }

  private static FormatException invalid(String what) {
    return new FormatException(ErrorCode.POLICY_INVALID, "read keys: " + what);
  }
}
