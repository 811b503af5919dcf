package org.dxos.dmg.record;

import java.util.List;
import java.util.Optional;

/** What runs a bundle or an image. */
public enum Runtime {
  NODEJS("nodejs"),
  PYTHON("python"),
  WASI("wasi"),
  BROWSER("browser"),
  EDGE_WORKER("edge-worker"),
  OCI("oci"),
  FAASD("faasd"),
  JVM("jvm");

  private static final List<Backend> LOCAL_AND_SERVER = List.of(Backend.LOCAL, Backend.SERVER);
  private static final List<Backend> EVERYWHERE =
      List.of(Backend.BROWSER, Backend.CLOUDFLARE, Backend.LOCAL, Backend.SERVER);
  private static final List<Runtime> ALL = List.of(values());

  private final String text;

  Runtime(String text) {
    this.text = text;
  }

  /** The value with this spelling, which is exact. */
  public static Optional<Runtime> of(String text) {
    for (Runtime value : ALL) {
      if (value.text.equals(text)) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  /** Where this runtime runs if a variant does not say: sorted. */
  public List<Backend> defaultBackends() {
    return switch (this) {
      case NODEJS, PYTHON, JVM, OCI -> LOCAL_AND_SERVER;
      case WASI -> EVERYWHERE;
      case BROWSER -> List.of(Backend.BROWSER);
      case EDGE_WORKER -> List.of(Backend.CLOUDFLARE);
      case FAASD -> List.of(Backend.SERVER);
    };
  }

  /** The spelling in records, manifests and targets. */
  @Override
  public String toString() {
    return text;
  }
}
