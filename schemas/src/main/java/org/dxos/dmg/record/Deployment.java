package org.dxos.dmg.record;

import java.util.Optional;

/** How a place is set up. */
public enum Deployment {
  BARE_METAL("bare-metal"),
  DOCKER("docker"),
  KUBERNETES("kubernetes");

  private final String text;

  Deployment(String text) {
    this.text = text;
  }

  /** The value with this spelling, which is exact. */
  public static Optional<Deployment> of(String text) {
    for (Deployment value : values()) {
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
