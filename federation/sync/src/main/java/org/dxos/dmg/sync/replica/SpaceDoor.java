package org.dxos.dmg.sync.replica;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.SpaceEntry.Role;

/**
 * Who is let into a space: asked at each request, and answered for one that is not held as for one
 * that is not the asker's. Safe for many threads.
 */
public final class SpaceDoor {

  private final HeldSpaces spaces;
  private final Map<Cid, Responder> responders = new ConcurrentHashMap<>();

  public SpaceDoor(HeldSpaces spaces) {
    this.spaces = spaces;
  }

  /** Who answers for a space, if a peer may read it. */
  public Optional<Responder> toRead(Cid space, String peer) {
    return his(space, one -> one.role(peer).isPresent())
        .map(holder -> responders.computeIfAbsent(space, _ -> new Responder(holder)));
  }

  /** The space, if a peer may publish in it. */
  public Optional<SpaceHolder> toWrite(Cid space, String peer) {
    return his(space, one -> one.role(peer).filter(role -> role != Role.READ).isPresent());
  }

  /**
   * Of every space that is held it is asked whether somebody may, whichever is meant, so that how
   * long it takes says nothing of which there are.
   */
  private Optional<SpaceHolder> his(Cid space, Predicate<SpaceHolder> may) {
    return spaces.all().stream().filter(may).toList().stream()
        .filter(one -> one.id().equals(space))
        .findFirst();
  }
}
