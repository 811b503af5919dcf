package org.dxos.dmg.carry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckTest {

  @TempDir Path temp;

  private Path exported() throws IOException {
    World world =
        new World(
            () -> Instant.ofEpochSecond(1_800_000_000),
            new Random(7),
            Thread.ofPlatform().daemon().factory());
    Path file = temp.resolve("all.car");
    try (LocalRegistry registry = LocalRegistry.open(temp.resolve("home"), world)) {
      Publisher publisher =
          new Publisher(registry, new KeyRing(temp.resolve("home"), world.random()), world.clock());
      for (String version : List.of("1.0.0", "1.1.0")) {
        publisher.publish(
            PreparedModule.of(
                ModuleRecord.named(Name.parse("com.example/module/a"), Version.parse(version))
                    .build()));
      }
      try (OutputStream out = Files.newOutputStream(file)) {
        Export.write(List.of(registry.authority("com.example").orElseThrow()), registry, out);
      }
    }
    return file;
  }

  @Test
  void anExportIsJudgedByItselfAndEachByteOfItCounts() throws IOException {
    Path file = exported();
    List<Check.Authority> told = Check.of(file);
    assertEquals(
        List.of("com.example/module/a@1.0.0", "com.example/module/a@1.1.0"),
        told.getFirst().releases().stream().map(Check.Release::name).toList());
    byte[] whole = Files.readAllBytes(file);
    Path changed = temp.resolve("changed.car");
    int refused = 0;
    int tried = 0;
    for (int at = 0; at < whole.length; at += 3) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 1;
      Files.write(changed, flipped);
      tried++;
      try {
        assertEquals(told, Check.of(changed), "byte " + at);
      } catch (RuntimeException e) {
        assertTrue(e instanceof Explained, "byte " + at + ": " + e);
        refused++;
      }
    }
    assertTrue(refused > tried * 9 / 10, refused + " of " + tried);
  }
}
