package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Verdict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever promotes answers for what is listed: what an older entry allowed does not help. */
class PromotionRulesTest {

  private static final String PATH = "module/bridge";
  private static final Statement.SpaceTag SPACE = new Statement.SpaceTag(new byte[32]);

  @TempDir Path folder;
  private World world;
  private AuthorityView old;
  private AuthorityView view;
  private Cid release;
  private Cid yank;

  /** A delegate that might release and yank has been left the releasing alone. */
  @BeforeEach
  void narrow() {
    world = new World(folder.resolve("home"));
    old = world.claim("org.dxos", delegate(Cap.RELEASE, Cap.YANK));
    AuthorityEntry last = old.keyHead().body();
    Cid entry =
        world.sign(
            new AuthorityEntry(
                last.authority(),
                1,
                Optional.of(old.id()),
                Optional.of(old.keyHead().cid()),
                last.owners(),
                last.recovery(),
                last.home(),
                List.of(delegate(Cap.RELEASE)),
                List.of(),
                Optional.empty(),
                World.sorted(World.OWNER),
                World.START,
                Optional.empty()),
            World.OWNER);
    view =
        world
            .registrar
            .learn(old.id(), List.of(entry), world.offered(), Registrar.Binding.NEVER)
            .orThrow();
    Statement.Op released = world.release(World.record("org.dxos/" + PATH, "1.0.0").build());
    release = world.sign(said(view, World.DELEGATE, released), World.DELEGATE);
    Statement.Op yanked = new Statement.Yank("1.0.0", "backdated");
    yank = world.sign(said(old, World.DELEGATE, yanked), World.DELEGATE);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private static AuthorityEntry.Delegate delegate(Cap... caps) {
    return World.delegate(World.START - 10, World.START + 86_400, caps);
  }

  private static Statement said(AuthorityView as, SigningKey key, Statement.Op op) {
    Statement plain = World.statement(as, PATH, key.publicKey(), op);
    return new Statement(
        plain.genesis(),
        plain.path(),
        plain.auth(),
        plain.key(),
        plain.op(),
        Optional.of(SPACE),
        plain.replaces(),
        plain.created(),
        plain.ext());
  }

  private Cid promotion(AuthorityView as, SigningKey key, Cid... listed) {
    Statement.Op op = new Statement.Promote(SPACE, List.of(listed));
    return world.sign(World.statement(as, PATH, key.publicKey(), op), key);
  }

  private Receipt submit(Cid envelope) {
    return Registrar.await(world.registrar.submit(envelope, world.offered()));
  }

  private void refused(Cid promotion) {
    RuntimeException e = assertThrows(RuntimeException.class, () -> submit(promotion));
    assertEquals(ErrorCode.KEY_SCOPE, assertInstanceOf(Explained.class, e).code(), e.getMessage());
  }

  @Test
  void aDelegateMakesPublicNoMoreThanItMaySayItself() {
    refused(promotion(view, World.DELEGATE, release, yank));
    refused(promotion(old, World.DELEGATE, release, yank));
    submit(promotion(view, World.DELEGATE, release));
    assertEquals(Optional.of(release), standing(Slots.release(PATH, "1.0.0")));
    assertEquals(Optional.empty(), standing(Slots.status(PATH, "1.0.0")));
  }

  @Test
  void anOwnerMakesPublicWhatADelegateMightSayThen() {
    submit(promotion(view, World.OWNER, release, yank));
    assertEquals(Optional.of(yank), standing(Slots.status(PATH, "1.0.0")));
  }

  private Optional<Cid> standing(String slot) {
    return world.registrar.authority(view.id()).orElseThrow().state().get(slot);
  }

  /** A home that lies signs what its own rules refuse. */
  @Test
  void aHeadWithMoreThanTheDelegateMayIsRefusedByEverybody() {
    assertEquals(Optional.of(ErrorCode.KEY_SCOPE), read(World.DELEGATE, "delegate"));
    assertEquals(Optional.empty(), read(World.OWNER, "owner"));
  }

  private Optional<ErrorCode> read(SigningKey promoter, String name) {
    List<Cid> added = Stream.of(promotion(view, promoter, release, yank), release, yank).toList();
    MerkleSearchTree state = view.state();
    for (Cid one : added) {
      Statement body = Signed.read(world.offered(), one, Statement.class).body();
      state =
          assertInstanceOf(
                  Verdict.Accepted.class, Slots.apply(state, one, body, Set.of(), world.offered()))
              .state();
    }
    Head head =
        new Head(
            view.id(),
            Optional.empty(),
            1,
            0,
            Optional.empty(),
            view.keyHead().cid(),
            added,
            state.write((cid, block) -> world.put(block)).root(),
            World.START,
            World.START + 86_400,
            Optional.empty());
    Cid signed = world.sign(head, World.HEAD);
    try (World reader = new World(folder.resolve(name))) {
      List<Cid> log = Carried.envelopes(view.keyHead().cid(), Optional.empty(), world.store);
      return reader
          .registrar
          .learn(
              view.id(),
              Stream.concat(log.stream(), Stream.of(signed)).toList(),
              world.offered(),
              Registrar.Binding.FIRST_USE)
          .refusal()
          .map(Explained::code);
    }
  }
}
