package org.dxos.dmg.record;

import org.dxos.dmg.cid.Cid;

/**
 * A small file that a record links: a JSON Schema in canonical JSON, or an interface as its author
 * wrote it.
 *
 * @param cid of a raw block
 * @param size of that block in bytes, at most {@link #MAX_BYTES}
 */
public record FileRef(Cid cid, long size) {

  /** Sent along with each record that links it, so kept to one chunk. */
  public static final int MAX_BYTES = 1 << 20;

  public FileRef {
    if (!cid.storable() || cid.codec() != Cid.RAW) {
      throw Rules.invalid("cid", "`" + cid + "`, expected the CID of a raw block");
    }
    if (size < 0 || size > MAX_BYTES) {
      throw Rules.invalid("size", "the integer " + size + ", expected 0 to " + MAX_BYTES);
    }
  }

  /** The reference to {@code bytes}. */
  public static FileRef of(byte[] bytes) {
    return new FileRef(Cid.of(Cid.RAW, bytes), bytes.length);
  }
}
