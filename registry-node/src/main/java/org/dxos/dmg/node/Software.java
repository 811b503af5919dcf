package org.dxos.dmg.node;

/** This software. */
public final class Software {

  private Software() {}

  /** Its version: that of the jar, or {@code dev} when run from classes. */
  public static String version() {
    String version = Software.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
