package org.dxos.dmg.node;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.AuthorityEntry;
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
  private final BlockStore blocks;
  private final BlockSource held;
  private final PeerId self;

  /**
   * @param space of a space
   * @param open of what is public around it
   * @param blocks of what is public
   * @param held of the space
   * @param self this node, as the space's log lists it
   */
  SpaceBridge(Registrar space, Registrar open, BlockStore blocks, BlockSource held, PeerId self) {
    this.self = self;
    this.held = held;
    this.space = space;
    this.open = open;
    this.blocks = blocks;
  }

  /**
   * Sees to it that the space knows the key log of a statement's authority as far as it is public.
   *
   * @throws AdmissionException.Refused if this node only reads there, or the home does; if it is
   *     not said what of a revoked key stands there; or if something is said of a name that is
   *     released in public, as a name is released in one place
   */
  void before(Statement statement) {
    boolean reads =
        space.space().flatMap(log -> log.role(self)).equals(Optional.of(SpaceEntry.Role.READ));
    if (reads || space.isHome(statement.genesis()) || open.isHome(statement.genesis())) {
      requireMayPublish();
    }
    Optional<AuthorityView> known = open.authority(statement.genesis());
    known.ifPresent(this::bringKeys);
    Optional<AuthorityView> here = space.authority(statement.genesis());
    here.ifPresent(this::requireHomeIsIn);
    here.ifPresent(this::requireSettled);
    if (known.isPresent()
        && hasReleases(known.get(), statement.path())
        && !hasReleases(here.orElseThrow(), statement.path())) {
      throw new AdmissionException.Refused(
          ErrorCode.CONFLICT,
          "%s `%s/%s` in a space: it is released in public"
              .formatted(verb(statement), known.get().name(), statement.path()),
          statement.op() instanceof Statement.Release
              ? "publish it there, without --space, or under another name"
              : "say it there, without --space");
    }
  }

  private static String verb(Statement statement) {
    return statement.op() instanceof Statement.Release ? "publish" : statement.op().text();
  }

  /** Nobody but the home signs heads: what it may not take would wait for ever. */
  private void requireHomeIsIn(AuthorityView here) {
    PeerId home = here.keyHead().body().home().peer();
    if (!space.isHome(here.id())
        && space.space().flatMap(log -> log.role(home)).filter(SpaceBridge::publishes).isEmpty()) {
      throw new AdmissionException.Refused(
          ErrorCode.NOT_HOME,
          "publish for `%s` in a space: its home, node `%s`, may not publish there"
              .formatted(here.name(), home),
          "an owner of the space lets it in: `dmg space members SPACE --add " + home + "=publish`");
    }
  }

  private static boolean publishes(SpaceEntry.Role role) {
    return role != SpaceEntry.Role.READ;
  }

  /** What is held in public at this node. */
  BlockStore open() {
    return blocks;
  }

  /**
   * True if a name means this authority in public, or nothing: whoever was first, there or in the
   * space, keeps a name.
   */
  boolean leaves(String name, Cid genesis) {
    return open.authority(name).map(AuthorityView::id).stream().allMatch(genesis::equals);
  }

  /**
   * Checks that this node may be the home of something in the space: who only reads publishes
   * nothing there, as no other member would take it over.
   *
   * @throws AdmissionException.Refused if it may not
   */
  void requireMayPublish() {
    if (space.space().flatMap(log -> log.role(self)).filter(SpaceBridge::publishes).isEmpty()) {
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

  /**
   * Checks that nothing is added here alone to a key log that is public: there somebody else would
   * add another entry after the same one, and the authority be contested.
   *
   * @throws AdmissionException.Refused if something is
   */
  void requireSaidInPublic(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    Optional<AuthorityView> known = open.authority(genesis);
    if (known.isEmpty()) {
      return;
    }
    for (Cid envelope : envelopes) {
      if (blocks.get(envelope).isEmpty()
          && Signed.read(offered.or(held), envelope, Body.class).body() instanceof AuthorityEntry) {
        throw new AdmissionException.Refused(
            ErrorCode.CONFLICT,
            "change the keys of `" + known.get().name() + "` in a space: they are known in public",
            "change them there, without --space: it is taken into the space");
      }
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
