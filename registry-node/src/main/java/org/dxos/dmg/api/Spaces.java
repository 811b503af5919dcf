package org.dxos.dmg.api;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;

/**
 * The spaces that a node holds: each is a registry of its own, that nothing public leads to and
 * that resolves over itself and what is public.
 */
public interface Spaces {

  /** Every space that is held and that whoever asks may see, by id. */
  List<SpaceInfo> all();

  /**
   * One of them.
   *
   * @param space its id, or what it is called here
   * @throws NotFoundException if there is none
   */
  SpaceInfo show(String space);

  /**
   * The registry of a space. It is closed with the one that this is of, and who closes it closes
   * that.
   *
   * @param space its id, or what it is called here
   * @throws NotFoundException if there is none
   */
  Registry open(String space);

  /**
   * Takes entries of a space's log; a space that is not held begins to be.
   *
   * @param id of the space
   * @param envelopes oldest first
   * @param offered their blocks
   * @param name what a new one is to be called here
   */
  SpaceInfo learn(Cid id, List<Cid> envelopes, BlockSource offered, Optional<String> name);

  /**
   * Calls a space otherwise at this node. No other node sees that.
   *
   * @param space its id, or what it is called here
   * @throws NotFoundException if there is none
   * @throws org.dxos.dmg.error.FormatException if it cannot be called that, or another is
   */
  SpaceInfo rename(String space, String name);
}
