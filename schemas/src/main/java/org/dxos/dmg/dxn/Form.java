package org.dxos.dmg.dxn;

import java.util.Locale;

/** In which of its spellings a DXN was written. */
public enum Form {
  /** The slash form, bare or as a {@code dxn://} URI. */
  NAME,
  /** Dotted, with the last label in camelCase: {@code org.dxos.function.universalIndexer}. */
  NSID,
  /** A CID, bare or as an {@code ipfs://} URI. */
  CID;

  /** The form as programs are told it, in lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
