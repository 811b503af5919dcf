package org.dxos.dmg.solver;

import static org.dxos.dmg.select.MemoryCatalog.link;
import static org.dxos.dmg.select.MemoryCatalog.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.select.MemoryCatalog;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;

class SolverTest {

  private final MemoryCatalog catalog = new MemoryCatalog();

  static Dependency on(String name, String range) {
    return new Dependency.One(Name.parse(name), Range.parse(range), Optional.empty(), false);
  }

  static Dependency through(String api, String range, String provider) {
    return new Dependency.One(
        Name.parse(api), Range.parse(range), Optional.of(Name.parse(provider)), false);
  }

  static Map<Name, Provided> provides(String api, String version) {
    return Map.of(Name.parse(api), new Provided(Version.parse(version), Optional.empty()));
  }

  static Variant variant(Runtime runtime, String version) {
    return new Variant(
        runtime,
        Range.parse(version),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.of("image"),
        List.of(),
        Optional.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Map.of());
  }

  private Resolution solve(Optional<Target> target, String... roots) {
    Roots found = Roots.of(catalog, List.of(roots).stream().map(Dxn::parse).toList());
    return Solver.solve(
        catalog, assertInstanceOf(Roots.Found.class, found, found::toString).roots(), target);
  }

  private List<String> solved(String... roots) {
    return chosen(solve(Optional.empty(), roots));
  }

  private static List<String> chosen(Resolution resolution) {
    return assertInstanceOf(Resolution.Solved.class, resolution, resolution::toString)
        .chosen()
        .stream()
        .map(one -> one.release().name() + "@" + one.release().version())
        .toList();
  }

  private String unsolvable(Optional<Target> target, String... roots) {
    Resolution resolution = solve(target, roots);
    Resolution.Unsolvable no =
        assertInstanceOf(Resolution.Unsolvable.class, resolution, resolution::toString);
    assertFalse(no.why().facts().isEmpty());
    assertFalse(no.why().mends().isEmpty());
    return no.why().text();
  }

  private MemoryCatalog add(ModuleRecord.Builder... records) {
    for (ModuleRecord.Builder one : records) {
      catalog.add(one);
    }
    return catalog;
  }

  @Test
  void aConflictBelowGivesWayToAnOlderVersion() {
    add(
        record("org.a/module/a", "1.1.0").dependency(on("org.a/module/c", "^1.1")),
        record("org.a/module/a", "1.0.0").dependency(on("org.a/module/c", "^1")),
        record("org.a/module/b", "1.0.0").dependency(on("org.a/module/c", "1.0.0")),
        record("org.a/module/c", "1.0.0"),
        record("org.a/module/c", "1.1.0"));
    assertEquals(
        List.of("org.a/module/a@1.0.0", "org.a/module/b@1.0.0", "org.a/module/c@1.0.0"),
        solved("org.a/module/a@^1", "org.a/module/b"));
  }

  private Question holding(String roots, String... held) {
    Set<Cid> envelopes = new HashSet<>();
    for (Release one : catalog.all()) {
      if (List.of(held).contains(one.name() + "@" + one.version())) {
        envelopes.add(one.envelope());
      }
    }
    Roots found = Roots.of(catalog, List.of(Dxn.parse(roots)), envelopes, OptionalLong.empty());
    return Question.of(((Roots.Found) found).roots()).holding(envelopes);
  }

  @Test
  void whatIsHeldStaysWhereItCanAndMovesWhereItMust() {
    add(
        record("org.a/module/a", "1.0.0")
            .dependency(on("org.a/module/b", "^1"))
            .dependency(on("org.a/module/c", "^1")),
        record("org.a/module/a", "1.1.0")
            .dependency(on("org.a/module/b", "^1"))
            .dependency(on("org.a/module/c", "^1.1")),
        record("org.a/module/b", "1.0.0"),
        record("org.a/module/b", "1.1.0"),
        record("org.a/module/c", "1.0.0"),
        record("org.a/module/c", "1.1.0"),
        record("org.a/module/c", "1.2.0"));
    // Nothing but what moves: also the root, which was asked for without a version.
    assertEquals(
        List.of("org.a/module/a@1.0.0", "org.a/module/b@1.1.0", "org.a/module/c@1.0.0"),
        chosen(
            Solver.solve(
                catalog,
                holding("org.a/module/a", "org.a/module/a@1.0.0", "org.a/module/c@1.0.0"))));
    // The newer root cannot live with what is held: that has to move as well.
    assertEquals(
        List.of("org.a/module/a@1.1.0", "org.a/module/b@1.0.0", "org.a/module/c@1.2.0"),
        chosen(
            Solver.solve(
                catalog,
                holding("org.a/module/a", "org.a/module/b@1.0.0", "org.a/module/c@1.0.0"))));
  }

  @Test
  void whatIsHeldMayHaveBeenYankedSince() {
    add(record("org.a/module/a", "1.0.0").dependency(on("org.a/module/b", "^1")));
    add(record("org.a/module/b", "1.0.0"));
    catalog.yanked(record("org.a/module/b", "1.1.0"));
    assertEquals(
        List.of("org.a/module/a@1.0.0", "org.a/module/b@1.1.0"),
        chosen(Solver.solve(catalog, holding("org.a/module/a", "org.a/module/b@1.1.0"))));
    assertEquals(List.of("org.a/module/a@1.0.0", "org.a/module/b@1.0.0"), solved("org.a/module/a"));
  }

  @Test
  void explanationsAreDataWhoseStepsComeAfterWhatTheyRestOn() {
    add(
        record("org.a/module/a", "1.0.0").dependency(on("org.a/module/c", "^1.1")),
        record("org.a/module/b", "1.0.0").dependency(on("org.a/module/c", "~1.0")),
        record("org.a/module/c", "1.0.0"),
        record("org.a/module/c", "1.1.0"));
    Resolution.Unsolvable no =
        assertInstanceOf(
            Resolution.Unsolvable.class,
            solve(Optional.empty(), "org.a/module/a", "org.a/module/b"));
    Node.Map data = no.why().toNode();
    List<Node> steps = ((Node.Array) data.entries().get("steps")).items();
    int facts = ((Node.Array) data.entries().get("facts")).items().size();
    assertEquals(no.why().facts().size(), facts);
    assertFalse(steps.isEmpty());
    for (int i = 0; i < steps.size(); i++) {
      for (String field : List.of("facts", "steps")) {
        if (((Node.Map) steps.get(i)).entries().get(field) instanceof Node.Array numbers) {
          for (Node number : numbers.items()) {
            long value = ((Node.Int) number).value();
            assertTrue(value >= 0 && value < (field.equals("facts") ? facts : i), data.toString());
          }
        }
      }
    }
    Node never = ((Node.Map) steps.getLast()).entries().get("never");
    assertEquals(new Node.Array(List.of()), never);
  }

  /** Eight into seven: nothing shorter than trying it shows that it cannot be. */
  @Test
  void ofARiddleTheFactsAreToldAndNotTheThousandsOfSteps() {
    int holes = 7;
    ModuleRecord.Builder all = record("org.a/module/all", "1.0.0");
    for (int pigeon = 0; pigeon <= holes; pigeon++) {
      List<Dependency.Alternative> alternatives = new ArrayList<>();
      for (int hole = 0; hole < holes; hole++) {
        add(record("org.a/module/hole-" + hole, "1." + pigeon + ".0"));
        alternatives.add(
            new Dependency.Alternative(
                Name.parse("org.a/module/hole-" + hole),
                Range.parse("1." + pigeon + ".0"),
                Optional.empty()));
      }
      add(
          record("org.a/module/pigeon-" + pigeon, "1.0.0")
              .dependency(new Dependency.AnyOf(alternatives, false)));
      all.dependency(on("org.a/module/pigeon-" + pigeon, "*"));
    }
    add(all);
    Question question =
        Question.of(
            ((Roots.Found) Roots.of(catalog, List.of(Dxn.parse("org.a/module/all")))).roots());
    Resolution.Unsolvable no = (Resolution.Unsolvable) Solver.solve(catalog, question);
    assertEquals(2 * holes + 3, no.why().facts().size());
    String text = no.why().text();
    assertTrue(text.contains("cannot all be met together"), text);
    assertTrue(text.contains("steps to show"), text);
    assertTrue(text.length() < 10_000, text);
    String json = Json.pretty(no.why().toNode());
    assertTrue(json.contains("\"stepsCount\"") && json.length() < 100_000, json);
  }

  @Test
  void aFailureNamesWhoWantsWhat() {
    add(
        record("org.a/module/a", "1.0.0").dependency(on("org.a/module/c", "^1.1")),
        record("org.a/module/b", "1.0.0").dependency(on("org.a/module/c", "~1.0")),
        record("org.a/module/c", "1.0.0"),
        record("org.a/module/c", "1.1.0"));
    String facts = unsolvable(Optional.empty(), "org.a/module/a", "org.a/module/b");
    assertTrue(facts.contains("`org.a/module/a@1.0.0` requires `org.a/module/c@^1.1`"), facts);
    assertTrue(facts.contains("`org.a/module/b@1.0.0` requires `org.a/module/c@~1.0`"), facts);
    assertTrue(facts.contains("a closure holds one version of `org.a/module/c` 1.x"), facts);
  }

  @Test
  void whatIsMissingYankedOrWithoutVariantIsNamed() {
    add(
        record("org.a/module/a", "1.0.0").dependency(on("org.a/module/zzz", "^1")),
        record("org.a/module/b", "1.0.0").dependency(on("org.a/module/y", "^1")),
        record("org.a/module/c", "1.0.0").dependency(on("org.a/module/py", "^1")),
        record("org.a/module/py", "1.0.0").runtime(variant(Runtime.PYTHON, ">=3.12")));
    catalog.yanked(record("org.a/module/y", "1.0.0"));
    String missing = unsolvable(Optional.empty(), "org.a/module/a");
    assertTrue(
        missing.contains(
            "`org.a/module/zzz@^1`, which `org.a/module/a@1.0.0` requires: no release of it is known"),
        missing);
    String yanked = unsolvable(Optional.empty(), "org.a/module/b");
    assertTrue(yanked.contains("`org.a/module/y@1.0.0` is yanked"), yanked);
    Optional<Target> node = Optional.of(Target.parse("nodejs@20"));
    String variant = unsolvable(node, "org.a/module/c");
    assertTrue(variant.contains("`org.a/module/py@1.0.0` has no variant for target"), variant);
    assertEquals(2, solved("org.a/module/c").size());
  }

  @Test
  void aYankedReleaseIsTakenByItsExactVersion() {
    add(record("org.a/module/a", "1.0.0").dependency(on("org.a/module/y", "1.0.0")));
    catalog.yanked(record("org.a/module/y", "1.0.0"));
    assertEquals(List.of("org.a/module/a@1.0.0", "org.a/module/y@1.0.0"), solved("org.a/module/a"));
  }

  /** A root is decided for itself, also where an earlier one would do for it. */
  @Test
  void everyRootGetsTheNewestThereIsForIt() {
    add(record("org.a/module/a", "1.0.0"), record("org.a/module/a", "2.0.0"));
    assertEquals(
        List.of("org.a/module/a@1.0.0", "org.a/module/a@2.0.0"),
        solved("org.a/module/a@^1", "org.a/module/a@>=1"));
    assertEquals(
        List.of("org.a/module/a@2.0.0"), solved("org.a/module/a@^2", "org.a/module/a@>=1"));
  }

  @Test
  void aStrangerNeverProvidesAnApi() {
    add(
        record("org.a/module/a", "1.0.0").dependency(on("org.a/api/mail", "^1")),
        record("com.stranger/module/mail", "1.0.0").provides(provides("org.a/api/mail", "1.0.0")));
    String facts = unsolvable(Optional.empty(), "org.a/module/a");
    assertTrue(facts.contains("`com.stranger/module/mail@1.0.0` provides `org.a/api/mail`"), facts);
    // Unless it is asked for itself, or the API's own release lists it.
    assertEquals(2, solved("com.stranger/module/mail", "org.a/module/a").size());
    add(record("org.a/api/mail", "1.0.0").providers(List.of("com.stranger")));
    assertEquals(2, solved("org.a/module/a").size());
  }

  /** The dependency binds the id of the provider's authority; another claim is another module. */
  @Test
  void anotherClaimToTheNameOfANamedProviderDoesNotCount() {
    add(
        record("org.a/module/a", "1.0.0")
            .dependency(through("org.a/api/mail", "^1", "com.good/module/mail")));
    ModuleRecord mail =
        record("com.good/module/mail", "1.0.0")
            .provides(provides("org.a/api/mail", "1.0.0"))
            .build();
    catalog.add(
        MemoryCatalog.release(
            mail, link("another claim to com.good"), Map.of("org.a", link("org.a")), false));
    unsolvable(Optional.empty(), "org.a/module/a");
    catalog.add(MemoryCatalog.release(mail, false));
    List<Chosen> chosen = ((Resolution.Solved) solve(Optional.empty(), "org.a/module/a")).chosen();
    assertEquals(link("com.good"), chosen.getLast().release().genesis());
  }

  /** Who meets a requirement of an API is decided once for the line. */
  @Test
  void aLineOfAnApiHasOneProvider() {
    add(
        record("org.a/module/a", "1.0.0").dependency(on("org.a/api/mail", "1.0.0")),
        record("org.a/module/b", "1.0.0").dependency(on("org.a/api/mail", "^1.1")),
        record("org.a/module/old", "1.0.0").provides(provides("org.a/api/mail", "1.0.0")),
        record("org.a/module/new", "1.0.0").provides(provides("org.a/api/mail", "1.1.0")));
    assertEquals(2, solved("org.a/module/a").size());
    String facts =
        unsolvable(Optional.empty(), "org.a/module/old", "org.a/module/a", "org.a/module/b");
    assertTrue(facts.contains("one provider for a line of an API"), facts);
  }

  @Test
  void anIdInADependencyIsTheIdThatCounts() {
    String id = link("org.b").toString();
    ModuleRecord a =
        record("org.a/module/a", "1.0.0").dependency(on("org.b~" + id + "/module/b", "^1")).build();
    assertEquals(List.of(), List.copyOf(a.authoritiesNamed()));
    catalog.add(MemoryCatalog.release(a, false));
    add(record("org.b/module/b", "1.0.0"));
    assertEquals(2, solved("org.a/module/a").size());
  }

  @Test
  void aTagOfAnApiIsNotTakenForAnything() {
    add(record("org.a/module/mail", "1.0.0").provides(provides("org.a/api/mail", "1.0.0")));
    assertInstanceOf(
        Roots.Missing.class, Roots.of(catalog, List.of(Dxn.parse("org.a/api/mail@beta"))));
    assertEquals(List.of("org.a/module/mail@1.0.0"), solved("org.a/api/mail"));
  }

  @Test
  void needsNameWhatSatisfiesAndOptionalOnesOnlyIfHere() {
    add(
        record("org.a/module/a", "1.0.0")
            .dependency(on("org.a/module/b", "^1"))
            .dependency(
                new Dependency.One(
                    Name.parse("org.a/module/o"), Range.ANY, Optional.empty(), true)),
        record("org.a/module/b", "1.0.0").dependency(on("org.a/module/a", "^1")),
        record("org.a/module/o", "1.0.0"));
    List<Chosen> plain = ((Resolution.Solved) solve(Optional.empty(), "org.a/module/a")).chosen();
    assertEquals(2, plain.size());
    assertEquals(List.of(plain.get(1).release()), plain.get(0).needs());
    assertEquals(List.of(plain.get(0).release()), plain.get(1).needs());
    List<Chosen> both =
        ((Resolution.Solved) solve(Optional.empty(), "org.a/module/a", "org.a/module/o")).chosen();
    assertEquals(2, both.getFirst().needs().size());
  }

  /** A chain of 20,000 would end any search that calls itself. */
  @Test
  void depthCostsNoStack() {
    int length = 20_000;
    for (int i = 0; i < length; i++) {
      ModuleRecord.Builder one = record("org.a/module/m" + i, "1.0.0");
      catalog.add(i + 1 < length ? one.dependency(on("org.a/module/m" + (i + 1), "^1")) : one);
    }
    assertEquals(length, solved("org.a/module/m0").size());
  }

  /** T3: newer than all, and by somebody whom nobody named. */
  @Test
  void aNewerStrangerIsNeverChosenAndTheExplanationNamesIt() {
    add(
        record("org.a/module/a", "1.0.0").dependency(on("org.a/api/mail", "^1")),
        record("org.a/module/mail", "1.0.0").provides(provides("org.a/api/mail", "1.0.0")),
        record("com.stranger/module/mail", "99.0.0")
            .provides(provides("org.a/api/mail", "1.99.0")));
    assertEquals(
        List.of("org.a/module/a@1.0.0", "org.a/module/mail@1.0.0"), solved("org.a/module/a"));
    List<String> said =
        Solver.choices(catalog, question("org.a/module/a")).stream()
            .flatMap(choice -> choice.lines().stream())
            .toList();
    assertTrue(
        said.stream().anyMatch(line -> line.contains("`com.stranger/module/mail@99.0.0` provides")),
        said::toString);
  }

  private Question question(String... roots) {
    Roots found = Roots.of(catalog, List.of(roots).stream().map(Dxn::parse).toList());
    return Question.of(assertInstanceOf(Roots.Found.class, found).roots());
  }

  /** What a range takes does not depend on what was decided before it. */
  @Test
  void aRangeIsNotMetByAYankedReleaseUnlessARootNamesItExactly() {
    add(
        record("org.a/module/a", "1.0.0").dependency(on("org.a/module/y", "1.0.0")),
        record("org.a/module/b", "1.0.0").dependency(on("org.a/module/y", "^1")));
    catalog.yanked(record("org.a/module/y", "1.0.0"));
    unsolvable(Optional.empty(), "org.a/module/a", "org.a/module/b");
    assertEquals(3, solved("org.a/module/y@1.0.0", "org.a/module/a", "org.a/module/b").size());
  }

  @Test
  void byTheRuleOfOneANameAnOlderOneIsTaken() {
    add(
        record("org.a/module/a", "2.0.0").dependency(on("org.a/module/c", "^2")),
        record("org.a/module/a", "1.0.0").dependency(on("org.a/module/c", "^1")),
        record("org.a/module/b", "1.0.0").dependency(on("org.a/module/c", "^1")),
        record("org.a/module/c", "1.0.0"),
        record("org.a/module/c", "2.0.0"));
    assertEquals(4, solved("org.a/module/b", "org.a/module/a@*").size());
    Question strict = question("org.a/module/b", "org.a/module/a@*").by(Rule.NAME);
    assertEquals(
        List.of("org.a/module/b@1.0.0", "org.a/module/a@1.0.0", "org.a/module/c@1.0.0"),
        chosen(Solver.solve(catalog, strict)));
  }

  /** What a failure does not rest on is not in its explanation, however much there was of it. */
  @Test
  void anExplanationIsNoLongerThanItsReason() {
    for (int i = 0; i < 300; i++) {
      ModuleRecord.Builder one =
          record("org.a/module/m" + i, "1.0.0").dependency(on("org.a/module/m" + (i + 1), "^1"));
      catalog.add(i == 40 ? one.dependency(on("org.a/module/gone", "^1")) : one);
    }
    add(record("org.a/module/m300", "1.0.0"));
    Resolution.Unsolvable no =
        assertInstanceOf(
            Resolution.Unsolvable.class, Solver.solve(catalog, question("org.a/module/m40")));
    assertEquals(2, no.why().facts().size());
  }
}
