package org.dxos.dmg.block;

import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * Something that was admitted.
 *
 * @param position its place in the journal, from 1
 * @param kind what it is
 * @param genesis the authority it is of
 * @param envelope the signed thing
 */
public record JournalEntry(long position, Kind kind, Cid genesis, Cid envelope) {

  /** What an entry admits. A head stands for all the statements that it adds. */
  public enum Kind {
    AUTHORITY,
    HEAD,
    /** An entry of a space's own log; {@code genesis} is the space's id. */
    SPACE,
    /** The verdict on what was admitted before has changed: the authority is to be read anew. */
    STANDING
  }

  byte[] encode() {
    return DagCbor.encode(
        new MapBuilder()
            .put("kind", kind.name().toLowerCase(java.util.Locale.ROOT))
            .put("genesis", Node.of(genesis))
            .put("envelope", Node.of(envelope))
            .build());
  }

  static JournalEntry decode(long position, byte[] value) {
    Fields fields =
        Fields.of("journal entry " + position, ErrorCode.STORAGE, DagCbor.decode(value));
    String kind = fields.text("kind");
    JournalEntry entry =
        new JournalEntry(
            position,
            switch (kind) {
              case "authority" -> Kind.AUTHORITY;
              case "head" -> Kind.HEAD;
              case "space" -> Kind.SPACE;
              case "standing" -> Kind.STANDING;
              default -> throw fields.error("is of the unknown kind `" + kind + "`");
            },
            fields.link("genesis"),
            fields.link("envelope"));
    fields.end();
    return entry;
  }
}
