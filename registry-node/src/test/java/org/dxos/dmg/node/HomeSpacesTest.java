package org.dxos.dmg.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.sync.replica.HeldSpaces;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.replica.SpaceDoor;
import org.dxos.dmg.sync.replica.SpaceHolder;
import org.dxos.dmg.sync.replica.SpacePull;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.ItemReader;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.SpaceSigning;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeSpacesTest {

  private static final long NOW = 1_700_000_000;

  @TempDir Path homes;
  private final World world = World.real();
  private final Map<Cid, byte[]> signed = new HashMap<>();
  private final Random random = new Random(5);
  private LocalRegistry registry;
  private KeyRing keys;

  @BeforeEach
  void open() {
    registry = LocalRegistry.open(homes.resolve("own"), world);
    keys = new KeyRing(homes.resolve("own"), world.random());
  }

  @AfterEach
  void close() {
    registry.close();
  }

  /** A space of this home, in which its node is an admin. */
  private SpaceInfo space(String name, Role own) {
    SigningKey owner = keys.make("space-" + name);
    byte[] salt = new byte[SpaceEntry.Salt.BYTES];
    random.nextBytes(salt);
    SpaceEntry genesis =
        SpaceEntry.genesis(
            new SpaceEntry.Salt(salt),
            KeySet.of(owner.publicKey()),
            List.of(new Member(registry.node().peer(), own)),
            NOW);
    Cid envelope = SpaceSigning.sign(genesis, List.of(owner), signed::put);
    return learn(registry, SpaceSigning.id(genesis), Optional.of(name), envelope);
  }

  private SpaceInfo learn(LocalRegistry at, Cid space, Optional<String> name, Cid... envelopes) {
    return at.spaces()
        .learn(space, List.of(envelopes), cid -> Optional.ofNullable(signed.get(cid)), name);
  }

  private Cid next(SpaceInfo space, Cid after, long at) {
    return SpaceSigning.next(
            space.id(),
            after,
            cid -> Optional.ofNullable(signed.get(cid)),
            said -> said.with(space.members()),
            key -> keys.signer(key::equals),
            at,
            signed::put)
        .orElseThrow();
  }

  private PeerId peer() {
    byte[] seed = new byte[32];
    random.nextBytes(seed);
    return new PeerId(SigningKey.ofSeed(seed).publicKey().bytes());
  }

  private SpacesForPeers forPeers() {
    return new SpacesForPeers(registry.spaces(), keys, world);
  }

  @Test
  void manyWhoAreLetInAtOnceDoNotForkTheLog() throws InterruptedException {
    SpaceInfo space = space("team", Role.ADMIN);
    SpacesForPeers door = forPeers();
    int many = 8;
    CountDownLatch ready = new CountDownLatch(many);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      String peer = peer().toString();
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    ready.countDown();
                    try {
                      ready.await();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    door.admit(space.id(), peer, Role.READ);
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    SpaceInfo now = registry.spaces().show("team");
    assertFalse(now.contested());
    assertEquals(many + 1, now.members().size());
  }

  @Test
  void whatIsSignedAfterAnOlderEntryIsRefusedAndDoesNotFork() {
    SpaceInfo space = space("team", Role.ADMIN);
    Cid first = space.entry().orElseThrow();
    Cid one = next(space, first, NOW + 1);
    Cid other = next(space, first, NOW + 2);
    assertEquals(
        Optional.of(one), learn(registry, space.id(), Optional.empty(), first, one).entry());
    AdmissionException refused =
        assertThrows(
            AdmissionException.class, () -> learn(registry, space.id(), Optional.empty(), other));
    assertEquals(ErrorCode.CONFLICT, refused.code());
    assertFalse(registry.spaces().show("team").contested());
    // The whole log once more is no change.
    assertEquals(
        Optional.of(one), learn(registry, space.id(), Optional.empty(), first, one).entry());
  }

  @Test
  void aHomeFromABackupSignsNothingForASpace() {
    SpaceInfo space = space("team", Role.ADMIN);
    Cid next = next(space, space.entry().orElseThrow(), NOW + 1);
    Batch batch = new Batch();
    new Restored(NOW, List.of(registry.node().headKey())).mark(batch);
    registry.store().commit(batch);
    AdmissionException refused =
        assertThrows(
            AdmissionException.class, () -> learn(registry, space.id(), Optional.empty(), next));
    assertEquals(ErrorCode.ROLLBACK, refused.code());
    forPeers().admit(space.id(), peer().toString(), Role.READ);
    SpaceInfo now = registry.spaces().show("team");
    assertEquals(space.entry(), now.entry());
    assertEquals(1, now.guests().size());
    Restored.confirm(registry.store());
    assertEquals(Optional.of(next), learn(registry, space.id(), Optional.empty(), next).entry());
  }

  @Test
  void anInvitationOfWhoIsNoAdminAnyMoreLetsNobodyIn() {
    SpaceInfo space = space("team", Role.READ);
    forPeers().admit(space.id(), peer().toString(), Role.READ);
    SpaceInfo now = registry.spaces().show("team");
    assertEquals(1, now.members().size());
    assertEquals(List.of(), now.guests());
  }

  @Test
  void aSpaceThatCannotBeOpenedKeepsNothingElseBack() throws IOException {
    SpaceInfo damaged = space("damaged", Role.ADMIN);
    SpaceInfo sound = space("sound", Role.ADMIN);
    registry.close();
    Path current =
        homes.resolve("own/spaces").resolve(damaged.id().toString()).resolve("db/CURRENT");
    Files.writeString(current, "no such manifest\n");
    open();
    assertEquals(List.of(sound.id()), registry.spaces().all().stream().map(SpaceInfo::id).toList());
    assertEquals(1, forPeers().all().size());
    assertThrows(StorageException.class, () -> registry.spaces().open(damaged.id().toString()));
    // A copy of the home that lacks one would be taken for whole.
    assertThrows(StorageException.class, registry::checkpoint);
  }

  @Test
  void whichSpacesThereAreIsNotForOtherUsersOfTheMachine() throws IOException {
    registry.close();
    Path open = Files.createDirectories(homes.resolve("open"));
    assumeTrue(Files.getFileStore(open).supportsFileAttributeView("posix"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    registry = LocalRegistry.open(open, world);
    keys = new KeyRing(open, world.random());
    SpaceInfo space = space("team", Role.ADMIN);
    Path copy = registry.checkpoint();
    for (Path folder : List.of(open.resolve("spaces"), copy.resolve("spaces"))) {
      assertTrue(Files.isDirectory(folder.resolve(space.id().toString())));
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    }
  }

  @Test
  void aForkOnASideOfAForkReachesWhoHasNone() throws IOException {
    SpaceInfo space = space("team", Role.ADMIN);
    Cid genesis = space.entry().orElseThrow();
    Cid a1 = next(space, genesis, NOW + 1);
    Cid a2 = next(space, a1, NOW + 2);
    Cid a3 = next(space, a2, NOW + 3);
    Cid other3 = next(space, a2, NOW + 4);
    Cid b1 = next(space, genesis, NOW + 5);
    LocalRegistry inside = registry.spaces().open("team");
    var unused =
        inside
            .registrar()
            .learnSpace(
                List.of(a1, a2, a3, other3, b1), cid -> Optional.ofNullable(signed.get(cid)));
    try (LocalRegistry far = LocalRegistry.open(homes.resolve("far"), world)) {
      LocalRegistry there = far.spaces().enter(space.id());
      var pulled =
          new SpacePull(new SpaceReplica(there), remote(new Responder(new SpaceReplica(inside))))
              .all(Optional.empty());
      assertTrue(pulled.outcome().same());
      SpaceInfo known = far.spaces().show(space.id().toString());
      assertTrue(known.contested());
      assertEquals(Optional.of(genesis), known.entry());
      assertEquals(2, there.registrar().space().orElseThrow().forks().size());
    }
  }

  @Test
  void aLogIsTakenInPartsHoweverLongItIs() throws IOException {
    SpaceInfo space = space("team", Role.ADMIN);
    List<Cid> log = new ArrayList<>(List.of(space.entry().orElseThrow()));
    for (int i = 1; i < 40; i++) {
      log.add(next(space, log.getLast(), NOW + i));
    }
    LocalRegistry inside = registry.spaces().open("team");
    var unused = inside.registrar().learnSpace(log, cid -> Optional.ofNullable(signed.get(cid)));
    for (long enough : List.of(1L, 1_000L, 1_000_000L)) {
      try (LocalRegistry far = LocalRegistry.open(homes.resolve("far" + enough), world)) {
        SpaceReplica there = new SpaceReplica(far.spaces().enter(space.id()));
        new SpacePull(there, remote(new Responder(new SpaceReplica(inside))), enough).log();
        assertEquals(log.size(), there.space().orElseThrow().entries().size());
      }
    }
  }

  @Test
  void whoWasShutOutIsAskedWhoIsInItAndNothingElse() {
    SpaceInfo space = space("team", Role.ADMIN);
    PeerId other = peer();
    forPeers().admit(space.id(), other.toString(), Role.ADMIN);
    SpaceReplica replica = new SpaceReplica(registry.spaces().open("team"));
    assertTrue(replica.mayAsk(other.toString()));
    Cid now = registry.spaces().show("team").entry().orElseThrow();
    Map<Cid, byte[]> more = new HashMap<>();
    Cid without =
        SpaceSigning.next(
                space.id(),
                now,
                registry.spaces().open("team"),
                said -> said.with(space.members()),
                key -> keys.signer(key::equals),
                NOW + 9,
                more::put)
            .orElseThrow();
    signed.putAll(more);
    var unused = learn(registry, space.id(), Optional.empty(), without);
    assertFalse(replica.mayAsk(other.toString()));
    assertTrue(replica.mayAskLog(other.toString()));
    // Nor is it told that there are entries after the last that it has seen.
    assertEquals(Optional.of(now), replica.knownTo(other.toString()));
    PeerId inviter = peer();
    assertFalse(replica.mayAskLog(inviter.toString()));
    forPeers().enter(space.id(), inviter.toString());
    assertTrue(replica.mayAskLog(inviter.toString()));
    assertFalse(replica.mayAsk(inviter.toString()));
  }

  @Test
  void aNodeKnowsWhatItIsInASpace() {
    SpaceInfo space = space("team", Role.ADMIN);
    assertEquals(SpaceInfo.Place.MEMBER, space.place());
    assertEquals(Optional.of(Role.ADMIN), space.role());
    PeerId other = peer();
    forPeers().admit(space.id(), other.toString(), Role.READ);
    SpaceReplica replica = new SpaceReplica(registry.spaces().open("team"));
    replica.refused(other.toString());
    assertEquals(SpaceInfo.Place.REFUSED, registry.spaces().show("team").place());
    replica.answered(other.toString());
    assertEquals(SpaceInfo.Place.MEMBER, registry.spaces().show("team").place());
    // Who is nobody there has nothing to say of it.
    replica.refused(peer().toString());
    assertEquals(SpaceInfo.Place.MEMBER, registry.spaces().show("team").place());
    assertEquals(
        SpaceInfo.Place.WAITING, registry.spaces().enter(Cid.parse(OTHER)).here().info().place());
  }

  /** An entry after another that lists others, whoever they are. */
  private Cid listing(SpaceInfo space, Cid after, long at, PeerId... members) {
    return SpaceSigning.next(
            space.id(),
            after,
            cid -> Optional.ofNullable(signed.get(cid)),
            said ->
                said.with(
                    Stream.of(members)
                        .map(
                            one ->
                                new Member(one, one.equals(members[0]) ? Role.ADMIN : Role.PUBLISH))
                        .toList()),
            key -> keys.signer(key::equals),
            at,
            signed::put)
        .orElseThrow();
  }

  /** A home of its own that has some of the space's log. */
  private LocalRegistry far(String name) {
    return LocalRegistry.open(homes.resolve(name), world);
  }

  private SpaceReplica having(LocalRegistry far, SpaceInfo space, List<Cid> log) {
    LocalRegistry there = far.spaces().enter(space.id());
    var unused =
        there.registrar().learnSpace(log, cid -> Optional.ofNullable(signed.get(cid))).orThrow();
    return new SpaceReplica(there);
  }

  private static HeldSpaces only(SpaceReplica replica) {
    return new HeldSpaces() {
      @Override
      public List<SpaceHolder> all() {
        return List.of(replica);
      }

      @Override
      public Optional<SpaceHolder> of(Cid space) {
        return Optional.of(replica).filter(one -> one.id().equals(space)).map(one -> one);
      }

      @Override
      public void enter(Cid space, String from) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void admit(Cid space, String peer, Role role) {
        throw new UnsupportedOperationException();
      }
    };
  }

  private static Optional<Responder> door(SpaceReplica at, LocalRegistry asker) {
    return new SpaceDoor(only(at)).toRead(at.id(), asker.node().peer().toString());
  }

  @Test
  void whoWereShutOutAtDifferentTimesLearnNothingOfEachOther() throws IOException {
    SpaceInfo space = space("team", Role.ADMIN);
    PeerId own = registry.node().peer();
    try (LocalRegistry first = far("first");
        LocalRegistry second = far("second");
        LocalRegistry late = far("late")) {
      PeerId one = first.node().peer();
      PeerId two = second.node().peer();
      PeerId three = late.node().peer();
      List<Cid> log = new ArrayList<>(List.of(space.entry().orElseThrow()));
      log.add(listing(space, log.getLast(), NOW + 1, own, one, two));
      log.add(listing(space, log.getLast(), NOW + 2, own, two)); // the first is shut out
      log.add(listing(space, log.getLast(), NOW + 3, own, two, three)); // one comes later
      log.add(listing(space, log.getLast(), NOW + 4, own, three)); // the second is shut out
      log.add(listing(space, log.getLast(), NOW + 5, own)); // and the late one too
      SpaceReplica atFirst = having(first, space, log.subList(0, 3));
      SpaceReplica atSecond = having(second, space, log.subList(0, 5));
      // Nor does it do so while it is a member itself.
      SpaceReplica atLate = having(late, space, log.subList(0, 4));
      assertTrue(atLate.mayAsk(two.toString()));
      assertFalse(atLate.mayAskLog(one.toString()));
      atLate = having(late, space, log);

      // By asking the first the late one would tell it that somebody came later.
      assertFalse(atLate.mayAskLog(one.toString()));
      assertEquals(Optional.empty(), atLate.knownTo(one.toString()));
      assertFalse(atFirst.mayAskLog(three.toString()));
      // Who were in it together know that of each other, and name what both have seen.
      assertEquals(Optional.of(log.get(1)), atSecond.knownTo(one.toString()));
      assertEquals(Optional.of(log.get(3)), atLate.knownTo(two.toString()));

      // At its end, which is before the second was shut out, the first's log lists that.
      int before = atSecond.space().orElseThrow().entries().size();
      new SpacePull(atSecond, remote(door(atFirst, second).orElseThrow())).log();
      assertEquals(before, atSecond.space().orElseThrow().entries().size());
      // What the second has ends before the late one was shut out; that one may have all of it.
      new SpacePull(atLate, remote(door(atSecond, late).orElseThrow())).log();
      assertEquals(log.size(), atLate.space().orElseThrow().entries().size());
      // The first, which was shut out before anything that they have more than it, gets nothing.
      assertTrue(door(atSecond, first).isEmpty());
      assertTrue(door(atLate, first).isEmpty());
      assertTrue(door(atFirst, late).isEmpty());
      assertTrue(door(atLate, second).isEmpty());
    }
  }

  @Test
  void whoIsNotListedYetKnowsNobodyButWhoInvitedIt() {
    SpaceInfo space = space("team", Role.ADMIN);
    PeerId own = registry.node().peer();
    PeerId other = peer();
    try (LocalRegistry guest = far("guest")) {
      List<Cid> log = new ArrayList<>(List.of(space.entry().orElseThrow()));
      log.add(listing(space, log.getLast(), NOW + 1, own, other));
      // The other is shut out, and the guest is told by somebody who has not heard of it.
      SpaceReplica atGuest = having(guest, space, log);
      new SpacesForPeers(guest.spaces(), new KeyRing(homes.resolve("guest"), world.random()), world)
          .enter(space.id(), own.toString());
      assertTrue(atGuest.mayAsk(own.toString()));
      assertFalse(atGuest.mayAskLog(other.toString()));
      assertTrue(new SpaceDoor(only(atGuest)).toRead(space.id(), other.toString()).isEmpty());
      assertTrue(new SpaceDoor(only(atGuest)).toRead(space.id(), own.toString()).isPresent());
      log.add(listing(space, log.getLast(), NOW + 2, own, other, guest.node().peer()));
      assertTrue(having(guest, space, log).mayAsk(other.toString()));
    }
  }

  @Test
  void aGuestIsNoneAnyMoreAfterAForkThoughItsEntryIsTheNewestAgain() {
    SpaceInfo space = space("team", Role.ADMIN);
    LocalRegistry inside = registry.spaces().open("team");
    Cid genesis = space.entry().orElseThrow();
    PeerId guest = peer();
    new Guests(inside.store()).admit(guest, Role.READ);
    SpaceReplica replica = new SpaceReplica(inside);
    assertEquals(Optional.of(Role.READ), replica.role(guest.toString()));
    Cid one = next(space, genesis, NOW + 1);
    Cid other = next(space, genesis, NOW + 2);
    var unused =
        inside
            .registrar()
            .learnSpace(List.of(one), cid -> Optional.ofNullable(signed.get(cid)))
            .orThrow();
    assertEquals(Optional.empty(), replica.role(guest.toString()));
    unused =
        inside
            .registrar()
            .learnSpace(List.of(other), cid -> Optional.ofNullable(signed.get(cid)))
            .orThrow();
    assertEquals(genesis, inside.registrar().space().orElseThrow().last().cid());
    assertEquals(Optional.empty(), replica.role(guest.toString()));
  }

  @Test
  void onlyWhoIsAMemberLetsThisNodeIn() {
    SpaceInfo space = space("team", Role.ADMIN);
    PeerId own = registry.node().peer();
    PeerId member = peer();
    PeerId gone = peer();
    Cid with = listing(space, space.entry().orElseThrow(), NOW + 1, own, member, gone);
    SpaceInfo before = learn(registry, space.id(), Optional.empty(), with);
    SpaceReplica replica = new SpaceReplica(registry.spaces().open("team"));
    replica.answered(gone.toString());
    replica.refused(member.toString());
    assertEquals(SpaceInfo.Place.MEMBER, registry.spaces().show("team").place());
    Cid without = listing(space, with, NOW + 2, own, member);
    assertEquals(2, learn(registry, space.id(), Optional.empty(), without).members().size());
    assertEquals(3, before.members().size());
    // What somebody said who is no member any more does not outweigh what a member says now.
    replica.refused(member.toString());
    assertEquals(SpaceInfo.Place.REFUSED, registry.spaces().show("team").place());
    replica.answered(gone.toString());
    replica.answered(peer().toString());
    assertEquals(SpaceInfo.Place.REFUSED, registry.spaces().show("team").place());
    replica.answered(member.toString());
    assertEquals(SpaceInfo.Place.MEMBER, registry.spaces().show("team").place());
  }

  private static final String OTHER = "bafyreiajn3n4o3r2hjrv64424mmumgitbaolxonn6rxfrhiwywiqijkbpy";

  private static Remote remote(Responder responder) {
    return new Remote() {
      @Override
      public String name() {
        return "own";
      }

      @Override
      public Answer ask(Request request) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ItemWriter items = new ItemWriter(out);
        switch (request) {
          case Request.Roots one -> responder.roots(one, items);
          case Request.Tree one -> responder.tree(one, items);
          case Request.Log one -> responder.log(one, items);
          case Request.Blocks one -> responder.blocks(one, items);
          case Request.Forks one -> responder.forks(one, items);
          default -> throw new IllegalStateException("not asked in a pull: " + request);
        }
        ItemReader reader = new ItemReader(new ByteArrayInputStream(out.toByteArray()));
        return new Answer() {
          @Override
          public Optional<Item> next() throws IOException {
            return reader.next();
          }

          @Override
          public void close() {}
        };
      }
    };
  }
}
