package org.dxos.dmg.admission;

import java.util.List;
import org.dxos.dmg.cid.Cid;

/**
 * What a home node answers to a statement.
 *
 * @param status what became of it
 * @param statement the envelope that stands: the one sent, or the one that said the same before
 * @param head envelope of the newest head, whose state tree has the statement
 * @param proof blocks of that tree from its root to the statement's slot; none where many
 *     statements were handed in at once
 * @param position of the journal, for readers who wait until a projection has it
 */
public record Receipt(Status status, Cid statement, Cid head, List<byte[]> proof, long position) {

  public Receipt {
    proof = List.copyOf(proof);
  }

  /** What became of a statement. */
  public enum Status {
    /** It was added by a new head. */
    ADDED,
    /** It, or one that says the same, was there. */
    HELD
  }
}
