package org.dxos.dmg.node;

import java.util.Optional;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;

/**
 * From what is public into a space, and never back: key logs, a revocation in one above all. Safe
 * for many threads.
 */
final class SpaceBridge {

  private final Registrar space;
  private final Registrar open;
  private final BlockSource blocks;

  /**
   * @param space of a space
   * @param open of what is public around it
   * @param blocks of what is public
   */
  SpaceBridge(Registrar space, Registrar open, BlockSource blocks) {
    this.space = space;
    this.open = open;
    this.blocks = blocks;
  }

  /**
   * Sees to it that the space knows the key log of a statement's authority as far as it is public.
   *
   * @throws AdmissionException.Refused if a name is released in the space that is released in
   *     public: a name is released in one place
   */
  void before(Statement statement) {
    Optional<AuthorityView> known = open.authority(statement.genesis());
    if (known.isEmpty()) {
      return;
    }
    bringKeys(known.get());
    if (statement.op() instanceof Statement.Release
        && hasReleases(known.get(), statement.path())
        && !hasReleases(space.authority(statement.genesis()).orElseThrow(), statement.path())) {
      throw new AdmissionException.Refused(
          ErrorCode.STATEMENT_REFUSED,
          "publish `%s/%s` in a space: it is published in public"
              .formatted(known.get().name(), statement.path()),
          "publish it there, without --space, or under another name");
    }
  }

  /** Takes what has become public of the keys of all authorities in the space. */
  void bringKeys() {
    for (AuthorityView view : space.authorities()) {
      open.authority(view.id()).ifPresent(this::bringKeys);
    }
  }

  private void bringKeys(AuthorityView known) {
    Optional<AuthorityView> here = space.authority(known.id());
    if (here.map(one -> one.keyHead().cid()).equals(Optional.of(known.keyHead().cid()))) {
      return;
    }
    var unused =
        space.learn(
            known.id(),
            known.log().entries().stream().map(Signed::cid).toList(),
            blocks,
            Registrar.Binding.FIRST_USE);
  }

  private static boolean hasReleases(AuthorityView view, String path) {
    boolean[] found = {false};
    view.state().walkPrefix(Slots.releases(path), (_, _) -> found[0] = true);
    return found[0];
  }
}
