package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dxos.dmg.admission.Carried;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.solver.Rule;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock is a function of the roots and of what is held, and of nothing else. */
class SameLockTest {

  private static final long NOW = 1_767_225_600L;
  private static final List<String> AUTHORITIES = List.of("com.one", "com.two", "com.three");

  @TempDir Path temp;

  private static World at(long second) {
    return new World(
        InstantSource.fixed(Instant.ofEpochSecond(second)),
        new SecureRandom(),
        Thread.ofPlatform().daemon().factory());
  }

  private static ModuleRecord module(String name, String version, String... needs) {
    ModuleRecord.Builder record = ModuleRecord.named(Name.parse(name), Version.parse(version));
    for (String need : needs) {
      String[] parts = need.split("@", 2);
      record.dependency(
          new Dependency.One(Name.parse(parts[0]), Range.parse(parts[1]), Optional.empty(), false));
    }
    return record.build();
  }

  /** Sixty releases of twelve modules, each of which asks for two that come after it. */
  private static List<ModuleRecord> modules() {
    Random random = new Random(5);
    List<ModuleRecord> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      for (String version : List.of("1.0.0", "1.1.0", "1.2.0", "2.0.0", "2.1.0")) {
        List<String> needs = new ArrayList<>();
        for (int to = i + 1; to < 12 && needs.size() < 2; to += 1 + random.nextInt(3)) {
          needs.add(name(to) + "@" + List.of("^1", "~1.1", "^2", "*").get(random.nextInt(4)));
        }
        all.add(module(name(i), version, needs.toArray(String[]::new)));
      }
    }
    return all;
  }

  private static String name(int i) {
    return AUTHORITIES.get(i % AUTHORITIES.size()) + "/module/m" + i;
  }

  private static ClosureRequest request() {
    return new ClosureRequest(List.of(name(0) + "@^1", name(1)), Optional.empty());
  }

  private Publisher publisher(LocalRegistry registry, long second) {
    return new Publisher(
        registry,
        new KeyRing(temp.resolve("keys"), new Random(7)),
        InstantSource.fixed(Instant.ofEpochSecond(second)));
  }

  @Test
  void lockIsTheSameByteForByteOnManyThreadsAfterARestartAndOnAnotherNode() throws Exception {
    Path home = temp.resolve("home");
    byte[] lock;
    try (LocalRegistry registry = LocalRegistry.open(home, at(NOW))) {
      Publisher publisher = publisher(registry, NOW);
      AUTHORITIES.forEach(publisher::claim);
      for (ModuleRecord module : modules()) {
        publisher.publish(PreparedModule.of(module));
      }
      lock = registry.closure(request()).json();
      assertTrue(Lock.parse(lock).closure().modules().size() > 6);
      try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
        List<Future<byte[]>> all = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
          all.add(threads.submit(() -> registry.closure(request()).json()));
        }
        for (Future<byte[]> one : all) {
          assertArrayEquals(lock, get(one));
        }
      }
    }
    try (LocalRegistry again = LocalRegistry.open(home, at(NOW))) {
      assertArrayEquals(lock, again.closure(request()).json());
      for (int seed = 0; seed < 5; seed++) {
        try (LocalRegistry other = LocalRegistry.open(temp.resolve("other" + seed), at(NOW))) {
          carry(again, other, new Random(seed));
          assertEquals(again.node().root(), other.node().root());
          assertArrayEquals(lock, other.closure(request()).json());
        }
      }
    }
  }

  private static byte[] get(Future<byte[]> one) throws InterruptedException, ExecutionException {
    return one.get();
  }

  /** Everything, in an order of its own: what links to something comes before it or after it. */
  private static void carry(LocalRegistry from, LocalRegistry to, Random random) {
    List<String> names = new ArrayList<>(AUTHORITIES);
    Collections.shuffle(names, random);
    for (String name : names) {
      AuthorityInfo info = from.authority(name).orElseThrow();
      List<Cid> envelopes = new ArrayList<>(Carried.envelopes(info.keyHead(), info.head(), from));
      Cid genesis = info.log().getFirst();
      envelopes.remove(genesis);
      Collections.shuffle(envelopes, random);
      envelopes.addFirst(genesis);
      to.learn(info.genesis(), envelopes, from);
    }
  }

  /** Heads differ then, and with them the evidence; what was chosen does not. */
  @Test
  void whatIsChosenDoesNotDependOnTheOrderInWhichReleasesCame() {
    List<List<String>> chosen = new ArrayList<>();
    for (int seed = 0; seed < 4; seed++) {
      try (LocalRegistry registry =
          LocalRegistry.open(temp.resolve("home" + seed), at(NOW + seed))) {
        Publisher publisher =
            new Publisher(
                registry,
                new KeyRing(temp.resolve("keys" + seed), new Random(7)),
                InstantSource.fixed(Instant.ofEpochSecond(NOW)));
        AUTHORITIES.forEach(publisher::claim);
        List<ModuleRecord> modules = new ArrayList<>(modules());
        Collections.shuffle(modules, new Random(seed));
        for (ModuleRecord module : modules) {
          publisher.publish(PreparedModule.of(module));
        }
        chosen.add(
            registry.closure(request()).closure().modules().stream()
                .map(one -> one.reference() + " " + one.record() + " " + one.needs())
                .toList());
      }
    }
    assertEquals(1, chosen.stream().distinct().count(), chosen.toString());
  }

  /** Who publishes may say any time; what counts is when the home of the authority ordered it. */
  @Test
  void ageCountsFromTheHeadThatAddedTheReleaseAndNotFromWhatItsPublisherSays() throws IOException {
    Path home = temp.resolve("aged");
    long day = 86_400;
    try (LocalRegistry registry = LocalRegistry.open(home, at(NOW - 10 * day))) {
      Publisher publisher = publisher(registry, NOW - 10 * day);
      publisher.claim("com.one");
      publisher.publish(PreparedModule.of(module("com.one/module/a", "1.0.0")));
    }
    try (LocalRegistry registry = LocalRegistry.open(home, at(NOW))) {
      Publisher backdated = publisher(registry, NOW - 9 * day);
      backdated.publish(PreparedModule.of(module("com.one/module/a", "1.1.0")));
      assertEquals(NOW - 9 * day, registry.resolve("com.one/module/a").created());
      assertEquals("com.one/module/a@1.0.0", aged(registry, "com.one/module/a@^1", 7 * day));
      assertEquals("com.one/module/a@1.0.0", aged(registry, "com.one/module/a", 7 * day));
      assertEquals("com.one/module/a@1.1.0", aged(registry, "com.one/module/a", 0));
      assertEquals("com.one/module/a@1.1.0", aged(registry, "com.one/module/a@1.1.0", 7 * day));
      assertThrows(NotFoundException.class, () -> aged(registry, "com.one/module/a", 11 * day));
      // A home may ask for it always, and then a single name is no exception.
      Files.writeString(home.resolve("policy.json"), "{\"minAge\": \"7d\"}");
      assertEquals("1.0.0", registry.resolve("com.one/module/a").version());
      assertEquals("1.0.0", registry.resolve("com.one/module/a@^1").version());
      assertEquals("1.1.0", registry.resolve("com.one/module/a@1.1.0").version());
      assertEquals("com.one/module/a@1.0.0", aged(registry, "com.one/module/a", 0));
    }
  }

  private static String aged(LocalRegistry registry, String root, long age) {
    return registry
        .closure(
            new ClosureRequest(List.of(root), Optional.empty(), Rule.LINE, OptionalLong.of(age)))
        .closure()
        .modules()
        .getFirst()
        .reference();
  }
}
