package org.dxos.dmg.record;

import java.util.Optional;

/** The kind of place a function runs in. */
public enum Backend {
  BROWSER("browser"),
  CLOUDFLARE("cloudflare"),
  LOCAL("local"),
  SERVER("server");

  private final String text;

  Backend(String text) {
    this.text = text;
  }

  /** The value with this spelling, which is exact. */
  public static Optional<Backend> of(String text) {
    for (Backend value : values()) {
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
