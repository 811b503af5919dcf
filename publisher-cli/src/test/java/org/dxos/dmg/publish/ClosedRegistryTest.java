package org.dxos.dmg.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Random;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is stopped at any moment keeps what it has derived. */
class ClosedRegistryTest {

  private static final String COUNT = "SELECT (COUNT(?s) AS ?n) { ?s a <urn:dmg:ns#Release> }";

  @TempDir Path home;
  private final World world =
      new World(
          () -> Instant.ofEpochSecond(1_800_000_000),
          new Random(5),
          Thread.ofPlatform().daemon().factory());

  private static String count(LocalRegistry registry) {
    return new String(registry.sparql(COUNT, "text/csv").body(), StandardCharsets.UTF_8);
  }

  @BeforeEach
  void publish() {
    try (LocalRegistry registry = LocalRegistry.open(home, world)) {
      new Publisher(registry, new KeyRing(home, world.random()), world.clock())
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse("com.example/module/a"), Version.parse("1.0.0"))
                      .build()));
      assertEquals("n\r\n1\r\n", count(registry));
    }
  }

  @Test
  void whatIsClosedIsNotOpenedAgainBehindTheBackOfItsCloser() {
    LocalRegistry registry = LocalRegistry.open(home, world);
    registry.close();
    assertThrows(IllegalStateException.class, () -> count(registry));
  }

  @Test
  void aProjectionOutlivesStopsRightAfterStarts() throws IOException {
    Object made = key();
    for (int i = 0; i < 12; i++) {
      LocalRegistry registry = LocalRegistry.open(home, world);
      registry.follow();
      if (i % 3 == 1) {
        registry.awaitGraph();
      }
      registry.close();
      assertFalse(Files.exists(home.resolve("rdf/damaged")), "after stop " + i);
    }
    try (LocalRegistry registry = LocalRegistry.open(home, world)) {
      assertEquals("n\r\n1\r\n", count(registry));
    }
    assertEquals(made, key(), "it was made anew");
  }

  private Object key() throws IOException {
    Path data = home.resolve("rdf/data/tdb2");
    assertTrue(Files.isDirectory(data));
    return Files.readAttributes(data, BasicFileAttributes.class).fileKey();
  }
}
