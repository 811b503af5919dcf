package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.wire.Submitted;

/** Statements that wait for the homes of their authorities are brought there, or on their way. */
final class HandOn {

  private HandOn() {}

  /**
   * Hands over what waits.
   *
   * @param space in which it was said; empty for what is public
   * @param goes whether one goes by this peer; asked before each, as what was answered may have
   *     changed it
   */
  static void to(
      String peer,
      PeerRemote remote,
      Holder holder,
      Optional<Cid> space,
      Predicate<Holder.Waiting> goes)
      throws IOException {
    for (Holder.Waiting one : holder.waiting()) {
      if (!goes.test(one)) {
        continue;
      }
      Submitted answer = remote.submit(space, Responder.statement(one.statement(), holder.store()));
      // Another than the home may lack the authority, or may not publish, or lie: that it refuses
      // says nothing, and must not keep the statement from the home.
      if (one.home().equals(peer)) {
        holder.answered(one.statement(), answer);
      }
    }
  }
}
