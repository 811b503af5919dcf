package org.dxos.dmg.node;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SpaceEntry;
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
  private final BlockSource held;
  private final PeerId self;

  /**
   * @param space of a space
   * @param open of what is public around it
   * @param blocks of what is public
   * @param held of the space
   * @param self this node, as the space's log lists it
   */
  SpaceBridge(Registrar space, Registrar open, BlockSource blocks, BlockSource held, PeerId self) {
    this.self = self;
    this.held = held;
    this.space = space;
    this.open = open;
    this.blocks = blocks;
  }

  /**
   * Sees to it that the space knows the key log of a statement's authority as far as it is public.
   *
   * @throws AdmissionException.Refused if this node is the home and only reads there; if it is not
   *     said what of a revoked key stands there; or if a name is released in the space that is
   *     released in public, as a name is released in one place
   */
  void before(Statement statement) {
    if (space.isHome(statement.genesis()) || open.isHome(statement.genesis())) {
      requireMayPublish();
    }
    Optional<AuthorityView> known = open.authority(statement.genesis());
    known.ifPresent(this::bringKeys);
    space.authority(statement.genesis()).ifPresent(this::requireSettled);
    if (known.isPresent()
        && statement.op() instanceof Statement.Release
        && hasReleases(known.get(), statement.path())
        && !hasReleases(space.authority(statement.genesis()).orElseThrow(), statement.path())) {
      throw new AdmissionException.Refused(
          ErrorCode.STATEMENT_REFUSED,
          "publish `%s/%s` in a space: it is published in public"
              .formatted(known.get().name(), statement.path()),
          "publish it there, without --space, or under another name");
    }
  }

  /**
   * Checks that this node may be the home of something in the space: who only reads publishes
   * nothing there, as no other member would take it over.
   *
   * @throws AdmissionException.Refused if it may not
   */
  void requireMayPublish() {
    if (space
        .space()
        .flatMap(log -> log.role(self))
        .filter(role -> role != SpaceEntry.Role.READ)
        .isEmpty()) {
      throw new AdmissionException.Refused(
          ErrorCode.POLICY_DENIED,
          "publish in a space: this node may not publish there",
          "an admin of the space gives it the role `publish`: `dmg space members SPACE --add "
              + self
              + "=publish`");
    }
  }

  /**
   * Before anything goes on in the space its owners have to say what of a revoked key stands there:
   * what went on from nothing would part from what they let stand later.
   */
  private void requireSettled(AuthorityView here) {
    boolean cut =
        space.aside(here.id()).stream()
            .anyMatch(envelope -> Signed.read(held, envelope, Body.class).body() instanceof Head);
    if (!cut && here.voided().isEmpty()) {
      return;
    }
    Set<PublicKey> said =
        space.space().orElseThrow().last().body().revoked().stream()
            .filter(one -> one.genesis().equals(here.id()))
            .map(SpaceEntry.RevokedHere::key)
            .collect(Collectors.toSet());
    here.keyHead().body().revoked().stream()
        .filter(one -> !said.contains(one.key()))
        .findFirst()
        .ifPresent(
            one -> {
              throw new AdmissionException.Refused(
                  ErrorCode.KEY_REVOKED,
                  "publish for `%s` in a space: key `%s` was revoked, and what it said there has not been judged"
                      .formatted(here.name(), one.key()),
                  "let it stand with `dmg space keep SPACE "
                      + here.name()
                      + "`, or not with `--none`");
            });
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
