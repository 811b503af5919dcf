package org.dxos.dmg.install;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.unixfs.BundleFile;
import org.dxos.dmg.unixfs.BundleWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Installs from a source that lies, stops or is changed while it is read. */
class HostileInstallTest {

  @TempDir static Path shared;
  @TempDir Path temp;

  private static LocalRegistry registry;
  private static Lock lock;
  private static Lock newer;

  @BeforeAll
  static void publish() throws IOException {
    Path home = shared.resolve("home");
    World world =
        new World(
            () -> Instant.ofEpochSecond(1_800_000_000),
            new Random(11),
            Thread.ofPlatform().daemon().factory());
    registry = LocalRegistry.open(home, world);
    Publisher publisher = new Publisher(registry, new KeyRing(home, world.random()), world.clock());
    publisher.publish(module("lib", "org.one/module/lib", "1.0.0", "{}"));
    publisher.publish(
        module("app", "com.two/function/app", "1.0.0", "{\"org.one/module/lib\": \"^1\"}"));
    lock = solve("com.two/function/app");
    publisher.publish(module("lib", "org.one/module/lib", "1.1.0", "{}"));
    newer = solve("com.two/function/app");
    assertEquals(2, lock.closure().modules().size());
  }

  @AfterAll
  static void close() {
    registry.close();
  }

  private static Lock solve(String name) {
    return registry.closure(ClosureRequest.of(name, Optional.empty()));
  }

  private static PreparedModule module(
      String folder, String name, String version, String dependencies) throws IOException {
    Path path = Files.createDirectories(shared.resolve(folder + version));
    Files.createDirectories(path.resolve("deep/er"));
    Files.writeString(path.resolve("index.js"), "export const of = '" + name + version + "';\n");
    Files.writeString(path.resolve("deep/er/data.txt"), "data of " + name + "\n");
    Files.writeString(
        path.resolve("dmg.json"),
        """
        {"name": "%s", "version": "%s", "dependencies": %s,
         "runtimes": [{"runtime": "nodejs", "bundle": ".", "entry": "index.js"}]}
        """
            .formatted(name, version, dependencies));
    return PreparedModule.read(path, Optional.empty(), Optional.empty());
  }

  /** Everything an install reads, in the order it is read. */
  private List<Cid> read(Lock of) throws IOException {
    List<Cid> read = new ArrayList<>();
    new Installer(temp.resolve("probe"))
        .install(
            of,
            cid -> {
              read.add(cid);
              return registry.get(cid);
            });
    return read.stream().distinct().toList();
  }

  private static Map<String, byte[]> files(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    if (Files.exists(folder)) {
      try (Stream<Path> walk = Files.walk(folder)) {
        for (Path path : walk.filter(Files::isRegularFile).toList()) {
          files.put(folder.relativize(path).toString(), Files.readAllBytes(path));
        }
      }
    }
    return files;
  }

  private static void assertSame(Map<String, byte[]> before, Map<String, byte[]> after) {
    assertEquals(before.keySet(), after.keySet());
    before.forEach((path, bytes) -> assertArrayEquals(bytes, after.get(path), path));
  }

  @Test
  void changedByteOfAnyArtefactIsRefusedAndNothingIsInstalled() throws IOException {
    List<Cid> artefacts = read(lock);
    // Per module: envelope and body of statement, key log entry and head, record, a tree node, and
    // the blocks of the bundle.
    assertTrue(artefacts.size() >= 20, "only " + artefacts.size() + " artefacts");
    Path into = temp.resolve("into");
    int flips = 0;
    Set<String> stages = new TreeSet<>();
    for (Cid victim : artefacts) {
      int length = registry.get(victim).orElseThrow().length;
      int step = Math.max(1, length / 12);
      for (int at = 0; at < length; at += step) {
        int offset = at;
        BlockSource lying =
            cid ->
                registry
                    .get(cid)
                    .map(
                        block -> {
                          if (cid.equals(victim)) {
                            block[offset] ^= 1;
                          }
                          return block;
                        });
        VerificationException refused =
            assertThrows(
                VerificationException.class, () -> new Installer(into).install(lock, lying));
        stages.add(refused.stage());
        assertFalse(Files.exists(into), victim + " at " + offset);
        flips++;
      }
    }
    assertEquals(Set.of("bundle", "bytes"), stages);
    assertTrue(flips >= 200, "only " + flips + " flips");
  }

  @Test
  void missingBlockIsNamedWithItsStage() throws IOException {
    Path into = temp.resolve("into");
    Set<String> stages = new TreeSet<>();
    for (Cid victim : read(lock)) {
      VerificationException refused =
          assertThrows(
              VerificationException.class,
              () ->
                  new Installer(into)
                      .install(
                          lock, cid -> cid.equals(victim) ? Optional.empty() : registry.get(cid)));
      assertTrue(refused.message().contains(victim.toString()), refused.message());
      stages.add(refused.stage());
      assertFalse(Files.exists(into));
    }
    assertTrue(stages.containsAll(Set.of("statement", "record", "key log", "bundle")), stages + "");
  }

  /** A lock says what its maker wants: only what the record signs may be installed. */
  @Test
  void bundleThatNoRecordSignsIsRefused() throws IOException {
    Map<Cid, byte[]> evil = new LinkedHashMap<>();
    byte[] code = "export const of = 'evil';\n".getBytes(StandardCharsets.UTF_8);
    org.dxos.dmg.unixfs.Bundle built =
        new BundleWriter()
            .write(
                List.of(
                    new BundleFile(
                        "index.js", code.length, () -> new java.io.ByteArrayInputStream(code))),
                evil::put);
    BlockSource both = cid -> Optional.ofNullable(evil.get(cid)).or(() -> registry.get(cid));
    Closure.Module signed = lock.closure().modules().getFirst();
    long size = signed.bundle().orElseThrow().size();
    Cid cid = signed.bundle().orElseThrow().cid();
    List<UnaryOperator<Closure.Module>> lies =
        List.of(
            one -> with(one, one.variant(), Optional.of(new Bundle(built.root(), built.size()))),
            one -> with(one, one.variant(), Optional.of(new Bundle(cid, size - 1))),
            one -> with(one, one.variant(), Optional.of(new Bundle(cid, size + 1))),
            one -> with(one, one.variant(), Optional.empty()),
            one -> with(one, OptionalInt.of(1), one.bundle()),
            one -> with(one, OptionalInt.of(Integer.MAX_VALUE), one.bundle()),
            one -> with(one, OptionalInt.empty(), Optional.empty()));
    Path into = temp.resolve("into");
    for (UnaryOperator<Closure.Module> lie : lies) {
      VerificationException refused =
          assertThrows(
              VerificationException.class,
              () -> new Installer(into).install(changed(lock, lie), both));
      assertEquals("bundle", refused.stage());
      assertFalse(Files.exists(into));
    }
  }

  private static Closure.Module with(
      Closure.Module one, OptionalInt variant, Optional<Bundle> bundle) {
    return new Closure.Module(
        one.name(),
        one.version(),
        one.genesis(),
        one.release(),
        one.record(),
        variant,
        bundle,
        one.needs());
  }

  private static Lock changed(Lock of, UnaryOperator<Closure.Module> change) {
    List<Closure.Module> modules = new ArrayList<>(of.closure().modules());
    modules.set(0, change.apply(modules.getFirst()));
    return new Lock(
        new Closure(of.closure().roots(), of.closure().target(), modules), of.evidence());
  }

  @Test
  void linksOfALockThatBelongToAnotherReleaseAreRefused() {
    Closure.Module other = newer.closure().modules().get(1);
    List<UnaryOperator<Closure.Module>> lies =
        List.of(
            one -> relinked(one, other.genesis(), one.release(), one.record()),
            one -> relinked(one, one.genesis(), other.release(), one.record()),
            one -> relinked(one, one.genesis(), one.release(), other.record()),
            one -> relinked(one, one.genesis(), other.release(), other.record()),
            one -> relinked(one, other.genesis(), other.release(), other.record()));
    Path into = temp.resolve("into");
    for (UnaryOperator<Closure.Module> lie : lies) {
      VerificationException refused =
          assertThrows(
              VerificationException.class,
              () -> new Installer(into).install(changed(lock, lie), registry));
      assertEquals("statement", refused.stage(), refused.message());
      assertFalse(Files.exists(into));
    }
  }

  private static Closure.Module relinked(Closure.Module one, Cid genesis, Cid release, Cid record) {
    return new Closure.Module(
        one.name(),
        one.version(),
        genesis,
        release,
        record,
        one.variant(),
        one.bundle(),
        one.needs());
  }

  @Test
  void headOfAnotherAuthorityOrNoneIsRefused() {
    List<Cid> ids = List.copyOf(lock.evidence().heads().keySet());
    Map<Cid, Cid> swapped = new TreeMap<>();
    swapped.put(ids.get(0), lock.evidence().heads().get(ids.get(1)));
    swapped.put(ids.get(1), lock.evidence().heads().get(ids.get(0)));
    for (Map<Cid, Cid> heads : List.of(swapped, Map.<Cid, Cid>of())) {
      Lock lie =
          new Lock(
              lock.closure(),
              new Lock.Evidence(
                  lock.evidence().at(), heads, lock.evidence().policy(), lock.evidence().root()));
      assertThrows(
          VerificationException.class,
          () -> new Installer(temp.resolve("into")).install(lie, registry));
    }
  }

  @Test
  void lockWithAnotherCidIsRefused() {
    String text = new String(lock.json(), StandardCharsets.UTF_8);
    String lie = text.replace(lock.cid().toString(), newer.cid().toString());
    FormatException refused =
        assertThrows(FormatException.class, () -> Lock.parse(lie.getBytes(StandardCharsets.UTF_8)));
    assertEquals(ErrorCode.LOCK_INVALID, refused.code());
  }

  @Test
  void installCutOffAtAnyBlockLeavesTheOldInstallation() throws IOException {
    Path into = temp.resolve("into");
    new Installer(into).install(lock, registry);
    Map<String, byte[]> before = files(into);
    int reads = 0;
    while (true) {
      int failing = reads++;
      AtomicInteger count = new AtomicInteger();
      try {
        new Installer(into)
            .install(
                newer,
                cid -> {
                  if (count.getAndIncrement() == failing) {
                    throw new IllegalStateException("cut off");
                  }
                  return registry.get(cid);
                });
        break;
      } catch (IllegalStateException e) {
        assertSame(before, files(into));
        assertEquals(2, new Installer(into).verify().size());
      }
    }
    assertTrue(reads > 15, "only " + reads + " reads");
    assertEquals(newer.cid(), new Installer(into).lock().cid());
    assertEquals(2, new Installer(into).verify().size());
  }

  /** As a process that is killed leaves it: between the rename that commits and the last move. */
  @Test
  void installCutOffAfterItsCommitIsTheNewOne() throws IOException {
    Path done = temp.resolve("done");
    new Installer(done).install(newer, registry);
    Path into = temp.resolve("into");
    new Installer(into).install(lock, registry);
    Path lib = Path.of("modules/org.one/module/lib/1.1.0");
    Files.move(done.resolve(lib), into.resolve(lib));
    List<String> names = List.of("evidence.car", "closure.json", "dmg.lock");
    for (int moved = 0; moved <= names.size(); moved++) {
      Path next = Files.createDirectory(into.resolve(".dmg/next"));
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        Path from = done.resolve(name.equals("evidence.car") ? ".dmg/" + name : name);
        Path place = into.resolve(name.equals("evidence.car") ? ".dmg/" + name : name);
        Files.copy(
            from,
            i < moved ? place : next.resolve(name),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
      assertEquals(newer.cid(), new Installer(into).lock().cid());
      assertEquals(2, new Installer(into).verify().size());
      new Installer(into).install(lock, registry);
      assertEquals(lock.cid(), new Installer(into).lock().cid());
      assertEquals(2, new Installer(into).verify().size());
      assertFalse(Files.exists(next));
    }
  }

  @Test
  void firstInstallThatWasKilledCanBeRepeated() throws IOException {
    Path into = temp.resolve("into");
    Files.createDirectories(into.resolve(".dmg/staging/module-0"));
    Files.writeString(into.resolve(".dmg/staging/module-0/half"), "half");
    Files.createDirectories(into.resolve("modules/org.one/module/lib"));
    new Installer(into).install(lock, registry);
    assertEquals(2, new Installer(into).verify().size());
    assertFalse(Files.exists(into.resolve(".dmg/staging")));
  }

  @Test
  void folderWithForeignFilesIsNotTouched() throws IOException {
    Path into = Files.createDirectories(temp.resolve("into"));
    Files.writeString(into.resolve("thesis.txt"), "years of work");
    InstallException refused =
        assertThrows(InstallException.class, () -> new Installer(into).install(lock, registry));
    assertEquals(ErrorCode.TARGET_EXISTS, refused.code());
    assertEquals(Set.of("thesis.txt"), files(into).keySet());
    Path file = Files.writeString(temp.resolve("file"), "a file");
    assertEquals(
        ErrorCode.TARGET_EXISTS,
        assertThrows(InstallException.class, () -> new Installer(file).install(lock, registry))
            .code());
  }

  @Test
  void secondInstallAtTheSameTimeIsRefusedAndDisturbsNothing() throws Exception {
    Path into = temp.resolve("into");
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Cid bundle = lock.closure().modules().getFirst().bundle().orElseThrow().cid();
    List<Throwable> failures = new ArrayList<>();
    Thread first =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    new Installer(into)
                        .install(
                            lock,
                            cid -> {
                              if (cid.equals(bundle)) {
                                inside.countDown();
                                awaitQuietly(goOn);
                              }
                              return registry.get(cid);
                            });
                  } catch (IOException | RuntimeException e) {
                    failures.add(e);
                  }
                });
    assertTrue(inside.await(20, TimeUnit.SECONDS));
    InstallException refused =
        assertThrows(InstallException.class, () -> new Installer(into).install(newer, registry));
    assertEquals(ErrorCode.DATA_DIR_LOCKED, refused.code());
    goOn.countDown();
    first.join(20_000);
    assertEquals(List.of(), failures);
    assertEquals(lock.cid(), new Installer(into).lock().cid());
    assertEquals(2, new Installer(into).verify().size());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Damage {
    void to(Path into) throws IOException;
  }

  @Test
  void whateverIsChangedInAnInstallationIsFound() throws IOException {
    Path lib = Path.of("modules/org.one/module/lib/1.0.0");
    Map<String, Damage> damages = new LinkedHashMap<>();
    damages.put(
        "extra file", into -> Files.writeString(into.resolve(lib).resolve("evil.js"), "evil"));
    damages.put("extra folder", into -> Files.createDirectory(into.resolve(lib).resolve("empty")));
    damages.put(
        "a link",
        into -> Files.createSymbolicLink(into.resolve(lib).resolve("link"), Path.of("/etc")));
    damages.put(
        "a file that is a link to its like",
        into -> {
          Path file = into.resolve(lib).resolve("index.js");
          Path aside = into.resolve("aside.js");
          Files.move(file, aside);
          Files.createSymbolicLink(file, aside);
        });
    damages.put(
        "the module is a link to its like",
        into -> {
          Files.move(into.resolve(lib), into.resolve("aside"));
          Files.createSymbolicLink(into.resolve(lib), into.resolve("aside"));
        });
    damages.put(
        "changed file", into -> Files.writeString(into.resolve(lib).resolve("index.js"), "evil"));
    damages.put("lost file", into -> Files.delete(into.resolve(lib).resolve("index.js")));
    damages.put(
        "renamed file",
        into ->
            Files.move(
                into.resolve(lib).resolve("index.js"), into.resolve(lib).resolve("index2.js")));
    damages.put(
        "handlers in closure.json",
        into ->
            Files.writeString(
                into.resolve("closure.json"),
                Files.readString(into.resolve("closure.json")).replace("index.js", "other.js")));
    damages.put("lost closure.json", into -> Files.delete(into.resolve("closure.json")));
    damages.put("lost evidence", into -> Files.delete(into.resolve(".dmg/evidence.car")));
    for (Map.Entry<String, Damage> damage : damages.entrySet()) {
      Path into = temp.resolve(damage.getKey().replace(' ', '-'));
      new Installer(into).install(lock, registry);
      damage.getValue().to(into);
      RuntimeException found =
          assertThrows(RuntimeException.class, () -> new Installer(into).verify(), damage.getKey());
      assertTrue(
          found instanceof VerificationException || found instanceof InstallException,
          damage.getKey() + ": " + found);
      // Installing the same lock again puts it right.
      new Installer(into).install(lock, registry);
      assertEquals(2, new Installer(into).verify().size(), damage.getKey());
    }
  }

  @Test
  void evidenceWithAnyByteChangedIsFoundOrSaysTheSame() throws IOException {
    Path into = temp.resolve("into");
    new Installer(into).install(lock, registry);
    Path car = into.resolve(".dmg/evidence.car");
    byte[] good = Files.readAllBytes(car);
    int found = 0;
    for (int at = 0; at < good.length; at += 37) {
      byte[] bad = good.clone();
      bad[at] ^= 0x10;
      Files.write(car, bad);
      try {
        new Installer(into).verify();
      } catch (VerificationException e) {
        found++;
        continue;
      }
      assertTrue(at < 64, "byte " + at + " of the evidence was changed and not found");
    }
    assertTrue(found > 50, "only " + found);
    Files.write(car, java.util.Arrays.copyOf(good, good.length / 2));
    assertThrows(VerificationException.class, () -> new Installer(into).verify());
  }
}
