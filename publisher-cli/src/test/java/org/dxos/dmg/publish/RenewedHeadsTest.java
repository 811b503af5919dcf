package org.dxos.dmg.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Heads end after 90 days, so that who withholds newer ones is noticed; a home that is well goes
 * on.
 */
class RenewedHeadsTest {

  private static final long DAY = 86_400;

  @TempDir Path temp;
  private final AtomicLong now = new AtomicLong(1_800_000_000);
  private final World world =
      new World(
          () -> Instant.ofEpochSecond(now.get()),
          new Random(3),
          Thread.ofPlatform().daemon().factory());
  private Cid genesis = Cid.of(Cid.RAW, new byte[0]);

  private LocalRegistry open(String home) {
    return LocalRegistry.open(temp.resolve(home), world);
  }

  private static Signed<Head> head(LocalRegistry registry) {
    Cid head = registry.authority("com.example").orElseThrow().head().orElseThrow();
    return Signed.read(registry.store(), head, Head.class);
  }

  @BeforeEach
  void publish() {
    try (LocalRegistry registry = open("home")) {
      new Publisher(registry, new KeyRing(temp.resolve("home"), world.random()), world.clock())
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse("com.example/module/a"), Version.parse("1.0.0"))
                      .build()));
      genesis = registry.authority("com.example").orElseThrow().genesis();
    }
  }

  @Test
  void aNodeRenewsItsHeadsThirtyDaysBeforeTheyEnd() throws InterruptedException {
    now.addAndGet(59 * DAY);
    try (LocalRegistry registry = open("home")) {
      CountDownLatch renewed = new CountDownLatch(1);
      registry.registrar().onCommit(_ -> renewed.countDown());
      registry.follow();
      assertTrue(!renewed.await(1500, TimeUnit.MILLISECONDS), "it was renewed too early");
      assertEquals(0, head(registry).body().epoch());
    }
    now.addAndGet(2 * DAY);
    try (LocalRegistry registry = open("home")) {
      CountDownLatch renewed = new CountDownLatch(1);
      registry.registrar().onCommit(_ -> renewed.countDown());
      registry.follow();
      assertTrue(renewed.await(60, TimeUnit.SECONDS), "it was not renewed");
      Head head = head(registry).body();
      assertEquals(1, head.epoch());
      assertEquals(List.of(), head.added());
      assertEquals(now.get() + 90 * DAY, head.expires());
      assertEquals(List.of(), registry.resolve("com.example/module/a").warnings());
      assertEquals(List.of(), registry.audit().faults());
    }
  }

  @Test
  void whoIsNotHomeRenewsNothingAndTakesWhatTheHomeRenewed() {
    try (LocalRegistry registry = open("home");
        LocalRegistry mirror = open("mirror")) {
      AuthorityInfo before = registry.authority("com.example").orElseThrow();
      mirror.learn(
          genesis, List.of(before.keyHead(), before.head().orElseThrow()), registry.store());
      AdmissionException refused =
          assertThrows(AdmissionException.class, () -> mirror.renew(genesis));
      assertEquals(ErrorCode.NOT_HOME, refused.code());
      AuthorityInfo after = registry.renew(genesis);
      assertEquals(
          after.head(),
          mirror.learn(genesis, List.of(after.head().orElseThrow()), registry.store()).head());
      assertEquals(registry.registrar().root(), mirror.registrar().root());
    }
  }
}
