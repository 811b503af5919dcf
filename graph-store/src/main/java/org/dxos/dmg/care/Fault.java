package org.dxos.dmg.care;

import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;

/**
 * Something wrong with a store.
 *
 * @param block the block that it is about, if it is about one
 * @param what for a person: one line, lower case
 */
public record Fault(Kind kind, Optional<Cid> block, String what) {

  /** What sort of fault; a program may go by it. */
  public enum Kind {
    /** Bytes on disk that are not those of their CID. */
    CORRUPT(true),
    /** A block that something leads to is not there. */
    MISSING(true),
    /** What is there breaks a rule of trust or form. */
    INVALID(true),
    /** A file of the database cannot be read. */
    UNREADABLE(true),
    /** A projection does not fit what is held; it can be made anew. */
    DERIVED(false);

    private final boolean truth;

    Kind(boolean truth) {
      this.truth = truth;
    }

    /** False if nothing is lost: what is at fault is derived from the rest. */
    public boolean truth() {
      return truth;
    }

    /** The kind in lower case. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
