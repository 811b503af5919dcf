package org.dxos.dmg.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.authority.Amendments;
import org.dxos.dmg.authority.LastGood;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromotionTest {

  private static final Name NAME = Name.parse("com.example/module/a");

  @TempDir Path homes;

  private static PreparedModule version(String version) {
    return PreparedModule.of(ModuleRecord.named(NAME, Version.parse(version)).build());
  }

  @Test
  void whatARevokedKeySaidInASpaceIsNotPromoted() {
    World world = World.real();
    KeyRing hers = new KeyRing(homes.resolve("own"), world.random());
    KeyRing his = new KeyRing(homes.resolve("his"), world.random());
    PublicKey second = his.make("second").publicKey();
    try (Registry registry = LocalRegistry.open(homes.resolve("own"), world)) {
      new Publisher(registry, hers, world.clock()).claim("com.example");
      Amendments amendments = new Amendments(registry, hers, world.clock());
      var added = amendments.owners("com.example", List.of(second), Optional.empty());
      assertEquals(Amendments.Outcome.Done.class, added.getClass());
      new SpaceOwner(registry, hers, new Random(3), world.clock()).create("team");
      Registry space = registry.spaces().open("team");
      new Publisher(space, his, world.clock()).publish(version("1.0.0"));
      var revoked = amendments.revoke("com.example", second, new LastGood.Never(), "stolen");
      assertEquals(Amendments.Outcome.Done.class, revoked.getClass());
      Publisher again = new Publisher(space, hers, world.clock());
      AdmissionException.Refused unsaid =
          assertThrows(AdmissionException.Refused.class, () -> again.publish(version("1.1.0")));
      assertEquals(ErrorCode.KEY_REVOKED, unsaid.code());
      SpaceOwner owner = new SpaceOwner(registry, hers, new Random(4), world.clock());
      owner.keep(registry.spaces().show("team"), "com.example", Optional.empty(), true);
      again.publish(version("1.1.0"));
      assertThrows(NotFoundException.class, () -> space.resolve(NAME + "@1.0.0"));
      Promotion promotion = new Promotion(space, registry, hers, world.clock());
      Promotion.Promoted promoted = promotion.promote(promotion.plan(NAME), false);
      assertEquals(List.of(space.resolve(NAME + "@1.1.0").release()), promoted.statements());
      assertEquals("1.1.0", registry.resolve(NAME.toString()).version());
      assertThrows(NotFoundException.class, () -> registry.resolve(NAME + "@1.0.0"));
    }
  }
}
