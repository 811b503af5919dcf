package org.dxos.dmg.authority;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.authority.Amendments.Outcome;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two people own one authority, and neither can change its keys alone. */
class ThresholdsTest {

  @TempDir Path temp;

  private final World world =
      new World(
          () -> Instant.ofEpochSecond(1_800_000_000),
          new Random(9),
          Thread.ofPlatform().daemon().factory());

  private static AuthorityEntry entry(LocalRegistry registry) {
    AuthorityInfo info = registry.authority("com.example").orElseThrow();
    return Signed.read(registry.store(), info.keyHead(), AuthorityEntry.class).body();
  }

  @Test
  void anEntryGoesFromHandToHandUntilTheThresholdIsReached() {
    KeyRing hers = new KeyRing(temp.resolve("hers"), world.random());
    KeyRing his = new KeyRing(temp.resolve("his"), world.random());
    PublicKey second = his.make("second").publicKey();
    try (LocalRegistry registry = LocalRegistry.open(temp.resolve("hers"), world)) {
      new Publisher(registry, hers, world.clock())
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse("com.example/module/a"), Version.parse("1.0.0"))
                      .build()));
      Amendments she = new Amendments(registry, hers, world.clock());
      Amendments he = new Amendments(registry, his, world.clock());
      // With a threshold of two, the one who is added has to say yes.
      Outcome.Wanting wanting =
          assertInstanceOf(
              Outcome.Wanting.class, she.owners("com.example", List.of(second), Optional.of(2)));
      assertEquals(List.of(second), List.copyOf(wanting.partial().wanted()));
      assertEquals(0, entry(registry).seq());
      PartialEntry carried = PartialEntry.parse(wanting.partial().toJson());
      AuthorityException nothing =
          assertThrows(AuthorityException.class, () -> she.sign(carried, List.of()));
      assertTrue(nothing.message().contains("no key here"), nothing.message());
      assertEquals(
          List.of("adds owner " + second, "2 of 2 owners must sign"),
          Changes.of(she.before(carried), carried.entry()));
      assertInstanceOf(Outcome.Done.class, he.sign(carried, List.of()));
      assertEquals(2, entry(registry).owners().threshold());
      // From now on one alone changes nothing.
      PublicKey third = hers.make("third").publicKey();
      Outcome.Wanting alone =
          assertInstanceOf(
              Outcome.Wanting.class, he.owners("com.example", List.of(third), Optional.empty()));
      assertEquals(1, alone.partial().wanted().size());
      assertInstanceOf(Outcome.Done.class, she.sign(alone.partial(), List.of()));
      assertEquals(3, entry(registry).owners().keys().size());
      assertEquals(List.of(), registry.audit().faults());
      // A threshold that nobody could reach, and a change that is none.
      assertThrows(
          AuthorityException.class, () -> she.owners("com.example", List.of(), Optional.of(4)));
      assertThrows(
          AuthorityException.class, () -> she.owners("com.example", List.of(), Optional.of(0)));
      // What was begun before the key log went on is not signed: it would contest the authority.
      AuthorityException late =
          assertThrows(AuthorityException.class, () -> she.sign(carried, List.of()));
      assertEquals(ErrorCode.CONFLICT, late.code());
      AuthorityException none =
          assertThrows(
              AuthorityException.class,
              () -> she.owners("com.example", List.of(second), Optional.empty()));
      assertTrue(none.message().contains("already"), none.message());
    }
  }

  @Test
  void recoveryKeysAreReplacedAndFromThenOnSeveralHaveToSign() {
    KeyRing hers = new KeyRing(temp.resolve("hers"), world.random());
    KeyRing his = new KeyRing(temp.resolve("his"), world.random());
    PublicKey stick = his.make("stick").publicKey();
    try (LocalRegistry registry = LocalRegistry.open(temp.resolve("hers"), world)) {
      Publisher publisher = new Publisher(registry, hers, world.clock());
      Path first = publisher.claim("com.example").recoveryFile();
      Amendments she = new Amendments(registry, hers, world.clock());
      Amendments he = new Amendments(registry, his, world.clock());
      AuthorityException unreachable =
          assertThrows(
              AuthorityException.class,
              () ->
                  she.recovery(
                      "com.example", List.of(first), List.of(), List.of(), Optional.of(2)));
      assertEquals(ErrorCode.USAGE, unreachable.code());
      Outcome.Wanting wanting =
          assertInstanceOf(
              Outcome.Wanting.class,
              she.recovery(
                  "com.example", List.of(first), List.of(stick), List.of(), Optional.of(2)));
      assertEquals(List.of(stick), wanting.partial().wanted());
      assertInstanceOf(Outcome.Done.class, he.sign(wanting.partial(), List.of()));
      assertEquals(2, entry(registry).recovery().threshold());
      // One of them wins nothing back alone; both do, each where its key is.
      Outcome.Wanting alone =
          assertInstanceOf(
              Outcome.Wanting.class,
              she.recover("com.example", List.of(first), new LastGood.Now(), false, "lost"));
      assertEquals(List.of(stick), alone.partial().wanted());
      assertEquals(1, entry(registry).seq());
      assertInstanceOf(Outcome.Done.class, he.sign(alone.partial(), List.of()));
      assertEquals(2, entry(registry).seq());
      // The first one is taken out again, and with one left one has to sign.
      Outcome.Wanting out =
          assertInstanceOf(
              Outcome.Wanting.class,
              he.recovery(
                  "com.example",
                  List.of(),
                  List.of(),
                  List.of(hers.read(first).publicKey()),
                  Optional.of(1)));
      assertInstanceOf(Outcome.Done.class, she.sign(out.partial(), List.of(first)));
      assertEquals(List.of(stick), entry(registry).recovery().keys());
      assertEquals(List.of(), registry.audit().faults());
    }
  }

  @Test
  void aLastGoodHeadThatIsNotHeldIsNeverSigned() {
    KeyRing hers = new KeyRing(temp.resolve("hers"), world.random());
    try (LocalRegistry registry = LocalRegistry.open(temp.resolve("hers"), world)) {
      new Publisher(registry, hers, world.clock()).claim("com.example");
      PublicKey second = hers.make("second").publicKey();
      Amendments she = new Amendments(registry, hers, world.clock());
      she.owners("com.example", List.of(second), Optional.empty());
      Cid notHeld = DagCbor.cid(new byte[] {(byte) 0xa0});
      Cid noHead = registry.authority("com.example").orElseThrow().keyHead();
      for (Cid wrong : List.of(notHeld, noHead)) {
        AuthorityException refused =
            assertThrows(
                AuthorityException.class,
                () -> she.revoke("com.example", second, new LastGood.At(wrong), "stolen"));
        assertTrue(refused.message().contains("no such head"), refused.message());
        assertThrows(
            AuthorityException.class,
            () -> she.heal("com.example", Optional.of(wrong), false, "two homes"));
      }
      assertEquals(1, entry(registry).seq());
    }
  }
}
