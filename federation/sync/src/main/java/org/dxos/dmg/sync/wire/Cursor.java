package org.dxos.dmg.sync.wire;

import java.util.Arrays;
import java.util.HexFormat;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * A place in the journal of the one who answers; it means nothing to anybody else.
 *
 * @param journal 16 bytes that name the journal
 * @param at position of the last entry that was told
 */
@SuppressWarnings("ArrayRecordComponent") // compared below
public record Cursor(byte[] journal, long at) {

  static final int JOURNAL_BYTES = 16;

  public Cursor {
    journal = journal.clone();
  }

  /** As it is written. */
  public Node toNode() {
    return new MapBuilder().put("journal", Node.of(journal)).put("at", at).build();
  }

  /** As it was written. */
  public static Cursor of(Node node) {
    Fields fields = Fields.of("cursor", ErrorCode.SYNC_PROTOCOL, node);
    Cursor cursor = new Cursor(fields.bytes("journal", JOURNAL_BYTES), fields.uint("at"));
    fields.end();
    return cursor;
  }

  /** True if it is a place in this journal. */
  public boolean in(byte[] other) {
    return Arrays.equals(journal, other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cursor one && one.at == at && Arrays.equals(journal, one.journal);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(journal) + Long.hashCode(at);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(journal) + "+" + at;
  }
}
