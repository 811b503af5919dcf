package org.dxos.dmg.record;

import java.util.Optional;

/** What may be done with a resource. */
public enum Access {
  READ("read"),
  WRITE("write"),
  READ_WRITE("read-write");

  private final String text;

  Access(String text) {
    this.text = text;
  }

  /** The value with this spelling, which is exact. */
  public static Optional<Access> of(String text) {
    for (Access value : values()) {
      if (value.text.equals(text)) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  /** The spelling in records, manifests and targets. */
  @Override
  public String toString() {
    return text;
  }
}
