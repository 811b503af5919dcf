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
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.FormatException;
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
      assertInstanceOf(Outcome.Wanting.class, she.sign(carried));
      assertInstanceOf(Outcome.Done.class, he.sign(carried));
      assertEquals(2, entry(registry).owners().threshold());
      // From now on one alone changes nothing.
      PublicKey third = hers.make("third").publicKey();
      Outcome.Wanting alone =
          assertInstanceOf(
              Outcome.Wanting.class, he.owners("com.example", List.of(third), Optional.empty()));
      assertEquals(1, alone.partial().wanted().size());
      assertInstanceOf(Outcome.Done.class, she.sign(alone.partial()));
      assertEquals(3, entry(registry).owners().keys().size());
      assertEquals(List.of(), registry.audit().faults());
      // A threshold that nobody could reach, and a change that is none.
      assertThrows(
          FormatException.class, () -> she.owners("com.example", List.of(), Optional.of(4)));
      assertThrows(
          FormatException.class, () -> she.owners("com.example", List.of(), Optional.of(0)));
      AuthorityException none =
          assertThrows(
              AuthorityException.class,
              () -> she.owners("com.example", List.of(second), Optional.empty()));
      assertTrue(none.message().contains("already"), none.message());
    }
  }
}
