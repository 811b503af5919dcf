package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Standing;
import org.junit.jupiter.api.Test;

/** What is said of releases, and of the slot that it takes. */
class StatementsTest extends RegistrarScene {

  @Test
  void aTagNeedsItsReleaseAndSaysWhatItReplaces() {
    AuthorityView view = world.claim("org.dxos");
    String path = "module/bridge";
    refused(
        ErrorCode.STATEMENT_REFUSED,
        () -> world.tag(view, path, "beta", "1.0.0", Optional.empty()));
    Cid release = world.publish(view, path, "1.0.0").statement();
    world.publish(view, path, "1.1.0");
    refused(
        ErrorCode.STATEMENT_REFUSED,
        () -> world.tag(view, path, "beta", "1.0.0", Optional.of(release)));
    Receipt first = world.tag(view, path, "beta", "1.0.0", Optional.empty());
    proves(first, "t/module/bridge:beta");
    assertEquals(
        Receipt.Status.HELD, world.tag(view, path, "beta", "1.0.0", Optional.empty()).status());
    AdmissionException.Conflict conflict =
        assertThrows(
            AdmissionException.Conflict.class,
            () -> world.tag(view, path, "beta", "1.1.0", Optional.empty()));
    assertEquals(first.statement(), conflict.standing());
    Receipt moved = world.tag(view, path, "beta", "1.1.0", Optional.of(first.statement()));
    assertEquals(Receipt.Status.ADDED, moved.status());
    proves(moved, "t/module/bridge:beta");
    assertThrows(
        AdmissionException.Conflict.class,
        () -> world.tag(view, path, "beta", "1.0.0", Optional.empty()));
  }

  @Test
  void aPromotionOfWhatIsNoStatementAndWhatWasSaidInASpaceAreRefused() {
    AuthorityView view = world.claim("org.dxos");
    world.publish(view, "module/bridge", "1.0.0");
    Statement.SpaceTag space = new Statement.SpaceTag(new byte[32]);
    Statement.Op promote = new Statement.Promote(space, List.of(view.keyHead().cid()));
    refused(
        ErrorCode.BODY_INVALID,
        () -> world.submit(owner(view, "module/bridge", promote), World.OWNER));
    Statement plain = owner(view, "module/bridge", new Statement.Tag("beta", "1.0.0"));
    Statement inSpace =
        new Statement(
            plain.genesis(),
            plain.path(),
            plain.auth(),
            plain.key(),
            plain.op(),
            Optional.of(space),
            Optional.empty(),
            plain.created(),
            Optional.empty());
    refused(ErrorCode.STATEMENT_REFUSED, () -> world.submit(inSpace, World.OWNER));
  }

  @Test
  void whatIsSaidOfAReleaseTakesItsSlotAndSaysWhatItReplaces() {
    AuthorityView view = world.claim("org.dxos");
    String path = "module/bridge";
    world.publish(view, path, "1.0.0");
    Receipt yank = say(view, path, new Statement.Yank("1.0.0", "bad"), Optional.empty());
    assertThrows(
        AdmissionException.Conflict.class,
        () -> say(view, path, new Statement.Unyank("1.0.0"), Optional.empty()));
    say(view, path, new Statement.Unyank("1.0.0"), Optional.of(yank.statement()));
    say(
        view,
        path,
        new Statement.Deprecate(Optional.of("1.0.0"), Optional.empty(), "old", Optional.empty()),
        Optional.empty());
    say(
        view,
        path,
        new Statement.Deprecate(
            Optional.empty(), Optional.of("<2.0.0"), "old", Optional.of("com.acme/module/new")),
        Optional.empty());
    Receipt withdrawn = say(view, path, new Statement.Withdraw("1.0.0", "gone"), Optional.empty());
    assertThrows(
        AdmissionException.Conflict.class,
        () ->
            say(
                view,
                path,
                new Statement.Withdraw("1.0.0", "again"),
                Optional.of(withdrawn.statement())));
    for (Statement.Op op :
        List.of(
            new Statement.Yank("2.0.0", "bad"),
            new Statement.Unyank("2.0.0"),
            new Statement.Withdraw("2.0.0", "gone"))) {
      refused(ErrorCode.STATEMENT_REFUSED, () -> say(view, path, op, Optional.empty()));
    }
    MerkleSearchTree state = world.registrar.authority("org.dxos").orElseThrow().state();
    for (String slot :
        List.of(
            Slots.status(path, "1.0.0"),
            Slots.deprecation(path),
            Slots.deprecation(path, "1.0.0"),
            Slots.withdrawal(path, "1.0.0"))) {
      assertTrue(state.get(slot).isPresent(), slot);
    }
  }

  private Receipt say(AuthorityView view, String path, Statement.Op op, Optional<Cid> replaces) {
    return world.submit(
        World.statement(view, path, World.OWNER.publicKey(), op, replaces, World.START),
        World.OWNER);
  }

  /** T7: the loser of a race is told what stands, and nobody is harmed by it. */
  @Test
  void ofAHundredPublishersOfOneVersionOneWinsAndTheOthersAreToldWhatStands() throws Exception {
    AuthorityView view = world.claim("org.dxos");
    int publishers = 100;
    List<Cid> statements = new ArrayList<>();
    for (int i = 0; i < publishers; i++) {
      ModuleRecord record =
          World.record("org.dxos/module/raced", "1.0.0").description("by " + i).build();
      statements.add(
          world.sign(
              World.statement(view, "module/raced", World.OWNER.publicKey(), world.release(record)),
              World.OWNER));
    }
    BlockSource offered = world.offered();
    CyclicBarrier start = new CyclicBarrier(publishers);
    ConcurrentLinkedQueue<Receipt> won = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Cid> lost = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (Cid statement : statements) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      start.await();
                      won.add(Registrar.await(world.registrar.submit(statement, offered)));
                    } catch (AdmissionException.Conflict e) {
                      lost.add(e.standing());
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(1, won.size());
    assertEquals(publishers - 1, lost.size());
    assertEquals(java.util.Set.of(won.peek().statement()), java.util.Set.copyOf(lost));
    AuthorityView after = world.registrar.authority("org.dxos").orElseThrow();
    assertEquals(Standing.Contest.NONE, after.standing().contest());
    assertEquals(List.of(), after.standing().forks());
    world.publish(after, "module/raced", "1.0.1");
  }
}
