package org.dxos.dmg.carry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.dxos.dmg.authority.Amendments;
import org.dxos.dmg.authority.PartialEntry;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that somebody else handed over, or that a disk has damaged, cut, doubled and mixed: each is
 * refused in words, or it is what it was, and nothing in a home changes for it.
 */
class HostileFilesTest {

  private static final int TRIES = 400;

  private final World world =
      new World(
          () -> Instant.ofEpochSecond(1_800_000_000),
          new Random(11),
          Thread.ofPlatform().daemon().factory());
  private final Path temp;
  private final Path home;
  private final Path car;

  HostileFilesTest(@TempDir Path temp) {
    this.temp = temp;
    this.home = temp.resolve("home");
    this.car = temp.resolve("all.car");
  }

  @BeforeEach
  void export() throws IOException {
    try (LocalRegistry registry = LocalRegistry.open(home, world)) {
      Publisher publisher = new Publisher(registry, keys(), world.clock());
      for (String name : List.of("com.example/module/a", "net.other/module/b")) {
        publisher.publish(
            PreparedModule.of(
                ModuleRecord.named(Name.parse(name), Version.parse("1.0.0")).build()));
      }
      try (OutputStream out = Files.newOutputStream(car)) {
        Export.write(
            List.of(
                registry.authority("com.example").orElseThrow(),
                registry.authority("net.other").orElseThrow()),
            registry,
            out);
      }
    }
  }

  private KeyRing keys() {
    return new KeyRing(home, world.random());
  }

  /** Bytes flipped, cut off, put in, doubled, and moved to another place. */
  private static byte[] damaged(byte[] whole, Random random) {
    int at = random.nextInt(whole.length);
    int end = Math.min(whole.length, at + 1 + random.nextInt(80));
    byte[] changed = whole.clone();
    switch (random.nextInt(5)) {
      case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> changed = java.util.Arrays.copyOf(whole, at);
      case 2 -> {
        byte[] more = new byte[whole.length + end - at];
        System.arraycopy(whole, 0, more, 0, end);
        System.arraycopy(whole, at, more, end, whole.length - at);
        changed = more;
      }
      case 3 -> {
        byte[] less = new byte[whole.length - (end - at)];
        System.arraycopy(whole, 0, less, 0, at);
        System.arraycopy(whole, end, less, at, whole.length - end);
        changed = less;
      }
      default -> {
        int from = random.nextInt(whole.length - (end - at) + 1);
        System.arraycopy(whole, from, changed, at, end - at);
      }
    }
    return changed;
  }

  private interface Reading {
    void read(Path file) throws IOException;
  }

  /**
   * @return how many were refused
   */
  private int refused(byte[] whole, Reading reading) throws IOException {
    Random random = new Random(3);
    Path file = temp.resolve("changed");
    int refused = 0;
    for (int i = 0; i < TRIES; i++) {
      Files.write(file, damaged(whole, random));
      try {
        reading.read(file);
      } catch (RuntimeException e) {
        if (!(e instanceof Explained explained)) {
          fail("try " + i + ": " + e, e);
          return 0;
        }
        assertTrue(explained.code().outcome().exitCode() > 0, explained.message());
        refused++;
      }
    }
    return refused;
  }

  @Test
  void aHostileExportIsRefusedAndTeachesNothingThatIsNotSigned() throws IOException {
    byte[] whole = Files.readAllBytes(car);
    List<Check.Authority> told = Check.of(car);
    int checked =
        refused(
            whole,
            file ->
                assertTrue(
                    told.containsAll(Check.of(file)) || told.equals(Check.of(file)),
                    "a damaged export proves something else"));
    assertTrue(checked > TRIES / 2, checked + " of " + TRIES);
    try (LocalRegistry reader = LocalRegistry.open(temp.resolve("reader"), world);
        LocalRegistry honest = LocalRegistry.open(home, world)) {
      int learned = refused(whole, file -> Import.read(file, reader));
      assertTrue(learned > TRIES / 2, learned + " of " + TRIES);
      for (String name : List.of("com.example", "net.other")) {
        reader
            .authority(name)
            .ifPresent(
                info ->
                    assertEquals(
                        honest.authority(name).orElseThrow().genesis(), info.genesis(), name));
      }
      assertEquals(List.of(), reader.audit().faults());
      Import.read(car, reader); // and the true one is taken after all of these
      assertEquals("1.0.0", reader.resolve("net.other/module/b").version());
    }
  }

  @Test
  void aDamagedKeyFileIsNoOtherKey() throws IOException {
    PublicKey before = keys().make("plain").publicKey();
    byte[] whole = Files.readAllBytes(home.resolve("keys/plain.key"));
    int refused = refused(whole, file -> assertEquals(before, keys().read(file).publicKey()));
    assertTrue(refused > TRIES / 4, refused + " of " + TRIES);
  }

  @Test
  void aPartialEntryThatWasTamperedWithIsNotSigned() throws IOException {
    KeyRing his = new KeyRing(temp.resolve("his"), world.random());
    PublicKey second = his.make("second").publicKey();
    try (LocalRegistry registry = LocalRegistry.open(home, world)) {
      Amendments she = new Amendments(registry, keys(), world.clock());
      Amendments.Outcome outcome = she.owners("com.example", List.of(second), Optional.of(2));
      if (!(outcome instanceof Amendments.Outcome.Wanting(PartialEntry partial))) {
        fail("one signed for two");
        return;
      }
      byte[] whole = partial.toJson().getBytes(StandardCharsets.UTF_8);
      int refused =
          refused(
              whole,
              file ->
                  assertEquals(
                      partial.body(),
                      PartialEntry.parse(
                              new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                          .body()));
      assertTrue(refused > TRIES / 2, refused + " of " + TRIES);
    }
  }
}
