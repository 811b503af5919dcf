package org.dxos.dmg.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.Withdrawal;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who depends on whom, asked in a space: over the space and what is public, as it is resolved. */
class SpaceQuestionsTest {

  private static final String BASE = "com.example/module/base";
  private static final String USER = "com.example/module/user";
  private static final String INNER = "com.example/module/inner";
  private static final String OUTER = "com.other/module/outer";

  @TempDir Path home;
  private final World world = World.real();
  private Registry open;
  private Registry space;
  private KeyRing keys;

  @BeforeEach
  void publish() {
    open = LocalRegistry.open(home, world);
    keys = new KeyRing(home, world.random());
    publish(open, BASE, "1.0.0");
    publish(open, USER, "1.0.0", BASE);
    publish(open, OUTER, "1.0.0", USER);
    new SpaceOwner(open, keys, new Random(3), world.clock()).create("team");
    space = open.spaces().open("team");
    publish(space, INNER, "1.0.0", USER);
  }

  @AfterEach
  void close() {
    open.close();
  }

  private void publish(Registry at, String name, String version, String... needed) {
    ModuleRecord.Builder record = ModuleRecord.named(Name.parse(name), Version.parse(version));
    Stream.of(needed)
        .forEach(
            one ->
                record.dependency(
                    new Dependency.One(
                        Name.parse(one), Range.parse("^1.0.0"), Optional.empty(), false)));
    new Publisher(at, keys, world.clock()).publish(PreparedModule.of(record.build()));
  }

  private List<String> dependents(String of) {
    return space.dependents(of, false, 10).releases().first();
  }

  @Test
  void whatIsPublicAloneIsAnsweredForInASpace() {
    assertEquals(List.of(INNER + "@1.0.0", USER + "@1.0.0", OUTER + "@1.0.0"), dependents(BASE));
    assertEquals(BASE + "@1.0.0", last(space, USER, BASE));
    assertEquals(BASE + "@1.0.0", last(space, INNER, BASE));
    Withdrawal impact = space.withdrawal(BASE, 10);
    assertEquals(1, impact.lost().count());
    assertEquals(List.of(INNER + "@1.0.0", OUTER + "@1.0.0"), impact.roots().first());
    // In public there is nothing of the space.
    assertEquals(
        List.of(USER + "@1.0.0", OUTER + "@1.0.0"),
        open.dependents(BASE, false, 10).releases().first());
    assertThrows(NotFoundException.class, () -> open.why(INNER, BASE, 10));
    assertThrows(NotFoundException.class, () -> space.dependents("com.example/module/no", true, 1));
  }

  private static String last(Registry at, String from, String to) {
    return at.why(from, to, 10).paths().getFirst().getLast().release();
  }

  @Test
  void whatIsNewInEitherIsSeenAndWhatIsInBothIsCountedOnce() {
    assertEquals(3, dependents(BASE).size());
    publish(open, BASE, "1.1.0");
    assertEquals(BASE + "@1.1.0", last(space, INNER, BASE));
    publish(space, INNER, "1.1.0", BASE);
    assertEquals(4, dependents(BASE).size());
    new Publisher(open, keys, world.clock())
        .say(Name.parse(BASE), new Statement.Yank("1.1.0", "broken"));
    assertEquals(BASE + "@1.0.0", last(space, INNER, BASE));
    Promotion promotion = new Promotion(space, open, keys, world.clock());
    promotion.promote(promotion.plan(Name.parse(INNER)), false);
    assertEquals(4, dependents(BASE).size());
    // What is said of it in the space is what counts there.
    new Publisher(space, keys, world.clock())
        .say(Name.parse(INNER), new Statement.Yank("1.1.0", "broken"));
    publish(open, OUTER, "1.1.0", INNER);
    assertEquals(INNER + "@1.0.0", last(space, OUTER + "@1.1.0", INNER));
    assertEquals(INNER + "@1.1.0", last(open, OUTER + "@1.1.0", INNER));
  }
}
