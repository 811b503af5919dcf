package org.dxos.dmg.closure;

import static org.dxos.dmg.select.MemoryCatalog.link;
import static org.dxos.dmg.select.MemoryCatalog.record;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.select.MemoryCatalog;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.solver.Resolution;
import org.dxos.dmg.solver.Roots;
import org.dxos.dmg.solver.Solver;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;

class ClosureTest {

  private static final Cid BUNDLE =
      Cid.of(Cid.DAG_PB, "bundle".getBytes(StandardCharsets.US_ASCII));

  private static Dependency on(String name, String range) {
    return new Dependency.One(Name.parse(name), Range.parse(range), Optional.empty(), false);
  }

  private static Variant nodejs() {
    return new Variant(
        Runtime.NODEJS,
        Range.parse(">=20"),
        List.of(),
        List.of(),
        Optional.of(new Bundle(BUNDLE, 12)),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Map.of());
  }

  private final MemoryCatalog catalog =
      new MemoryCatalog()
          .add(
              record("org.a/module/a", "1.0.0")
                  .runtime(nodejs())
                  .dependency(on("org.a/module/b", "^1"))
                  .dependency(on("com.z/module/c", "*")))
          .add(record("org.a/module/b", "1.0.0").dependency(on("org.a/module/a", "^1")))
          .add(record("com.z/module/c", "1.9.0"))
          .add(record("com.z/module/c", "1.10.0"));

  private Closure closure() {
    Optional<Target> target =
        Optional.of(Target.parse("nodejs@20,server,memory=1000,grant=storage"));
    List<org.dxos.dmg.solver.Root> roots =
        ((Roots.Found) Roots.of(catalog, List.of(Dxn.parse("org.a/module/a")))).roots();
    return Closure.of(
        roots, target, ((Resolution.Solved) Solver.solve(catalog, roots, target)).chosen());
  }

  @Test
  void aClosureIsTheBlockItAlwaysWas() {
    Closure closure = closure();
    assertEquals(closure, Closure.decode(closure.encode()));
    assertArrayEquals(closure.encode(), Closure.decode(closure.encode()).encode());
    assertEquals(
        List.of("com.z/module/c@1.10.0", "org.a/module/a@1.0.0", "org.a/module/b@1.0.0"),
        closure.modules().stream().map(Closure.Module::reference).toList());
    assertEquals(List.of(0, 2), closure.modules().get(1).needs());
    assertEquals(List.of(1), closure.modules().get(2).needs());
    assertEquals(OptionalInt.of(0), closure.modules().get(1).variant());
    assertEquals(Optional.of(new Bundle(BUNDLE, 12)), closure.modules().get(1).bundle());
    assertEquals("latest", closure.roots().getFirst().range());
    assertEquals(
        "bafyreic6msps227d6swumj7qq2lapcly42f3bsocmi2vw22axo6645rut4", closure.cid().toString());
  }

  private static Lock.Evidence evidence(long at) {
    return new Lock.Evidence(
        at,
        Map.of(link("org.a"), link("head " + at), link("com.z"), link("z")),
        link("p"),
        link("r" + at));
  }

  @Test
  void theCidDoesNotDependOnEvidence() {
    Lock one = new Lock(closure(), evidence(1));
    Lock two = new Lock(closure(), evidence(2));
    assertEquals(one.cid(), two.cid());
    assertNotEquals(
        new String(one.json(), StandardCharsets.UTF_8),
        new String(two.json(), StandardCharsets.UTF_8));
  }

  @Test
  void aLockIsReadAsItWasWritten() {
    Lock lock = new Lock(closure(), evidence(1_790_000_000));
    Lock read = Lock.parse(lock.json());
    assertEquals(lock, read);
    assertArrayEquals(lock.json(), read.json());
  }

  @Test
  void aLockThatWasTamperedWithIsInvalid() {
    String json = new String(new Lock(closure(), evidence(1)).json(), StandardCharsets.UTF_8);
    List<String> wrong = new ArrayList<>();
    for (String[] change :
        new String[][] {
          {"1.10.0", "1.9.0"},
          {"\"needs\":[0,2]", "\"needs\":[0]"},
          {"\"needs\":[0,2]", "\"needs\":[2,0]"},
          {"\"needs\":[0,2]", "\"needs\":[0,3]"},
          {"\"needs\":[0,2]", "\"needs\":[0,9007199254740991]"},
          {"\"needs\":[0,2]", "\"needs\":[-1,2]"},
          {"\"variant\":0", "\"variant\":1"},
          {"\"variant\":0", "\"variant\":9007199254740991"},
          {"\"size\":12", "\"size\":13"},
          {"dmg/closure/1", "dmg/closure/2"},
          {"org.a/module/b", "Org.a/module/b"},
          {"org.a/module/b", "org.a/module"},
          {link("com.z").toString(), link("com.y").toString()},
          {BUNDLE.toString(), "bafy"},
          {"\"nodejs\"", "\"nothing\""},
          {"\"latest\"", "\"^1\""},
          {"\"evidence\"", "\"proof\""},
          {"\"at\":1", "\"at\":-1"},
          {"{\"cid\"", "{\"zz\":1,\"cid\""},
          {"{\"cid\"", "\"cid\""}
        }) {
      assertTrue(json.contains(change[0]), change[0]);
      wrong.add(json.replaceFirst(java.util.regex.Pattern.quote(change[0]), change[1]));
    }
    wrong.add("");
    wrong.add("null");
    wrong.add("[]");
    for (String one : wrong) {
      FormatException refused =
          assertThrows(
              FormatException.class, () -> Lock.parse(one.getBytes(StandardCharsets.UTF_8)), one);
      assertEquals(ErrorCode.LOCK_INVALID, refused.code(), refused.message());
    }
  }

  @Test
  void modulesAndNeedsAreInOrderAndRootsAreThereOnce() {
    Closure good = closure();
    List<Closure.Module> modules = good.modules();
    Closure.Module first = modules.getFirst();
    assertInvalid(() -> new Closure(good.roots(), good.target(), modules.reversed()));
    assertInvalid(() -> new Closure(good.roots(), good.target(), List.of(first, first)));
    assertInvalid(() -> new Closure(List.of(), good.target(), modules));
    assertInvalid(() -> new Closure(good.roots(), good.target(), List.of()));
    Closure.Asked root = good.roots().getFirst();
    assertInvalid(() -> new Closure(List.of(root, root), good.target(), modules));
    for (List<Integer> needs : List.of(List.of(1), List.of(-1), List.of(0, 0))) {
      assertInvalid(() -> new Closure(good.roots(), good.target(), List.of(with(first, needs))));
    }
    assertInvalid(
        () ->
            new Closure.Module(
                first.name(),
                first.version(),
                Cid.of(Cid.RAW, new byte[0]),
                first.release(),
                first.record(),
                OptionalInt.empty(),
                Optional.empty(),
                List.of()));
  }

  private static Closure.Module with(Closure.Module one, List<Integer> needs) {
    return new Closure.Module(
        one.name(),
        one.version(),
        one.genesis(),
        one.release(),
        one.record(),
        one.variant(),
        one.bundle(),
        needs);
  }

  private static void assertInvalid(org.junit.jupiter.api.function.Executable making) {
    assertEquals(ErrorCode.LOCK_INVALID, assertThrows(FormatException.class, making).code());
  }

  /** Two claims to one name stand in the order of the bytes of their ids, as sets of links do. */
  @Test
  void modulesOfOneNameAreInTheOrderOfTheirIds() {
    Name name = Name.parse("org.a/module/a");
    List<Cid> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.add(link("claim " + i));
    }
    ids.sort(null);
    List<Closure.Module> modules =
        ids.stream()
            .map(
                id ->
                    new Closure.Module(
                        name,
                        Version.parse("1.0.0"),
                        id,
                        link("release " + id),
                        link("record"),
                        OptionalInt.empty(),
                        Optional.empty(),
                        List.of()))
            .toList();
    Closure closure = new Closure(List.of(new Closure.Asked(name, "*")), Optional.empty(), modules);
    assertEquals(closure, Closure.decode(closure.encode()));
  }

  // ---- the static closure ----

  private static List<String> names(List<Release> releases) {
    return releases.stream().map(one -> one.name() + "@" + one.version()).toList();
  }

  @Test
  void aCycleIsWalkedOnce() {
    Release root = catalog.all().getFirst();
    List<String> reached = names(StaticClosure.of(catalog, root));
    assertEquals("org.a/module/a@1.0.0", reached.getFirst());
    assertEquals(
        List.of("com.z/module/c@1.10.0", "org.a/module/a@1.0.0", "org.a/module/b@1.0.0"),
        reached.stream().sorted().toList());
  }

  @Test
  void eachClauseTakesItsFirstAlternativeThatCanBeHad() {
    MemoryCatalog one = new MemoryCatalog();
    Dependency.AnyOf anyOf =
        new Dependency.AnyOf(
            List.of(
                new Dependency.Alternative(
                    Name.parse("org.a/module/none"), Range.ANY, Optional.empty()),
                new Dependency.Alternative(
                    Name.parse("org.a/module/x"), Range.parse("^1"), Optional.empty()),
                new Dependency.Alternative(
                    Name.parse("org.a/module/y"), Range.ANY, Optional.empty())),
            false);
    one.add(record("org.a/module/a", "1.0.0").dependency(anyOf))
        .add(record("org.a/module/x", "1.0.0"))
        .add(record("org.a/module/x", "2.0.0"))
        .add(record("org.a/module/y", "1.0.0"));
    assertEquals(
        List.of("org.a/module/a@1.0.0", "org.a/module/x@1.0.0"),
        names(StaticClosure.of(one, one.all().getFirst())));
  }

  @Test
  void aProviderIsTheFirstByNameAndNeverAStranger() {
    Map<Name, Provided> mail =
        Map.of(
            Name.parse("org.a/api/mail"), new Provided(Version.parse("1.0.0"), Optional.empty()));
    MemoryCatalog one =
        new MemoryCatalog()
            .add(record("org.a/module/a", "1.0.0").dependency(on("org.a/api/mail", "^1")))
            .add(record("com.stranger/module/mail", "1.0.0").provides(mail))
            .add(record("org.a/module/m2", "1.0.0").provides(mail))
            .add(record("org.a/module/m1", "1.0.0").provides(mail));
    assertEquals(
        List.of("org.a/module/a@1.0.0", "org.a/module/m1@1.0.0"),
        names(StaticClosure.of(one, one.all().getFirst())));
  }
}
