package org.dxos.dmg.cli;

import java.util.Optional;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;

/**
 * A name is released in one place: in public, or in one space. Asked here, of those who may see the
 * spaces of their own node, and not by the node: what it refused would tell others of a space.
 */
final class OneChain {

  private OneChain() {}

  /**
   * Checks that a name is not released in a space beside a public registry.
   *
   * @throws CommandException if it is
   */
  static void require(Registry registry, Name name) {
    if (registry.space().isPresent()) {
      return; // what a space may not take its node says itself
    }
    for (SpaceInfo space : registry.spaces().all()) {
      Registry inside = registry.spaces().open(space.id().toString());
      Optional<AuthorityInfo> authority = inside.authority(name.authority().text());
      if (authority
          .flatMap(AuthorityInfo::head)
          .filter(head -> has(inside, head, name))
          .isPresent()) {
        String called = space.name().orElse(space.id().toString());
        throw new CommandException(
            ErrorCode.CONFLICT,
            "publish `" + name + "` in public: it is released in space `" + called + "`",
            "publish it there, with --space "
                + called
                + ", and make it public with `dmg space promote "
                + called
                + " "
                + name
                + "`");
      }
    }
  }

  private static boolean has(Registry inside, org.dxos.dmg.cid.Cid head, Name name) {
    boolean[] found = {false};
    MerkleSearchTree.at(Signed.read(inside, head, Head.class).body().state(), inside)
        .walkPrefix(Slots.releases(name.path()), (_, _) -> found[0] = true);
    return found[0];
  }
}
