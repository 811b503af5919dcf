package org.dxos.dmg.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.verdict.AuthorityView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node does behind its answers. */
class FollowingTest {

  private static final long PATIENCE_SECONDS = 20;

  @TempDir Path homes;
  private final Map<Cid, byte[]> blocks = new HashMap<>();
  private final SigningKey owner = key(1);
  private final SigningKey recovery = key(2);

  private static SigningKey key(int number) {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    seed[0] = (byte) number;
    return SigningKey.ofSeed(seed);
  }

  private Cid put(byte[] block) {
    Cid cid = DagCbor.cid(block);
    blocks.put(cid, block);
    return cid;
  }

  private Cid entry(LocalRegistry registry, Optional<Cid> genesis, Optional<Cid> prev) {
    List<SigningKey> signers = prev.isPresent() ? List.of(owner) : List.of(owner, recovery);
    AuthorityEntry entry =
        new AuthorityEntry(
            "com.example",
            prev.isPresent() ? 1 : 0,
            genesis,
            prev,
            KeySet.of(owner.publicKey()),
            KeySet.of(recovery.publicKey()),
            new AuthorityEntry.Home(registry.node().headKey(), registry.node().peer(), List.of()),
            List.of(),
            List.of(),
            Optional.empty(),
            signers.stream().map(SigningKey::publicKey).sorted().toList(),
            1_700_000_000,
            Optional.empty());
    byte[] body = entry.encode();
    put(body);
    return put(Envelope.sign(AuthorityEntry.TYPE, body, signers).encode());
  }

  /** True on the thread that brings the graph forward and renews heads. */
  private static boolean isBehindTheGraph() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames.anyMatch(
                    frame ->
                        frame.getClassName().equals(Following.class.getName())
                            && Stream.of("mend", "renewHeads")
                                .anyMatch(frame.getMethodName()::equals)));
  }

  @Test
  void aSlowGraphDoesNotHoldUpWhatBecomesOfKeysInASpace() throws InterruptedException {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    World real = World.real();
    World slow =
        new World(
            () -> {
              if (isBehindTheGraph()) {
                reached.countDown();
                try {
                  assertTrue(goesOn.await(5 * PATIENCE_SECONDS, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }
              return Instant.now();
            },
            real.random(),
            real.threads());
    try (LocalRegistry registry = LocalRegistry.open(homes.resolve("own"), slow)) {
      Cid first = entry(registry, Optional.empty(), Optional.empty());
      Cid genesis = registry.claim(first, cid -> Optional.ofNullable(blocks.get(cid))).genesis();
      LocalRegistry space = registry.spaces().enter(DagCbor.cid(new byte[] {1}));
      var unused =
          space
              .registrar()
              .learn(
                  genesis,
                  List.of(first),
                  registry.store(),
                  org.dxos.dmg.admission.Registrar.Binding.FIRST_USE)
              .orThrow();
      registry.follow();
      try {
        assertTrue(reached.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        Cid second = entry(registry, Optional.of(genesis), Optional.of(first));
        var also =
            registry.learn(genesis, List.of(second), cid -> Optional.ofNullable(blocks.get(cid)));
        Optional<Cid> known = Optional.of(first);
        for (int i = 0; i < 10 * PATIENCE_SECONDS && !known.equals(Optional.of(second)); i++) {
          Thread.sleep(100);
          known =
              space
                  .registrar()
                  .authority(genesis)
                  .map(AuthorityView::keyHead)
                  .map(one -> one.cid());
        }
        assertEquals(Optional.of(second), known);
      } finally {
        goesOn.countDown();
      }
    }
  }
}
