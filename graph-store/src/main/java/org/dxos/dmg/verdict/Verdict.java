package org.dxos.dmg.verdict;

import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.mst.MerkleSearchTree;

/** What admission says of a statement beside a state tree. */
public sealed interface Verdict {

  /** It applies; {@code state} is the tree after it. */
  record Accepted(MerkleSearchTree state) implements Verdict {}

  /** Nothing changes: the same was said before, by the envelope {@code standing}. */
  record Held(Cid standing) implements Verdict {}

  /** Something else stands in the slot. It proves nothing against anybody. */
  record Conflict(String slot, Cid standing, String message) implements Verdict {}

  /** It may not be said, or not so. */
  record Refused(ErrorCode code, String message, String hint) implements Verdict {}

  static Refused refused(ErrorCode code, String message) {
    return new Refused(code, message, "");
  }
}
