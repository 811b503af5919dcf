package org.dxos.dmg.explain;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.Access;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.record.Resource;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.select.MemoryCatalog;
import org.dxos.dmg.select.Notices;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.solver.Question;
import org.dxos.dmg.solver.Resolution;
import org.dxos.dmg.solver.Root;
import org.dxos.dmg.solver.Roots;
import org.dxos.dmg.solver.Rule;
import org.dxos.dmg.solver.Solver;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * A registry and a question, written down. A line is a word and its rest; what is indented belongs
 * to the release above:
 *
 * <pre>
 *   release org.a/module/a@1.0.0
 *     needs org.a/module/b@^1 | org.a/module/c@^2
 *     optional org.a/module/d@*
 *     needs org.a/api/mail@^1 via org.b/module/mail
 *     provides org.a/api/mail@1.0.0
 *     lists org.b
 *     carries org.a/function/f
 *     runs nodejs >=20
 *     asks identity
 *     yanked 2025-03-01 broken on big files
 *     withdrawn 2025-03-01 leaks keys
 *     made 2025-03-01
 *     unbound
 *   near org.a/module/b
 *   target nodejs@20
 *   rule name
 *   newest 2025-02-01
 *   ask org.a/module/a@^1 org.a/module/b
 * </pre>
 */
final class Scenario {

  private final MemoryCatalog catalog = new MemoryCatalog();
  private Optional<Target> target = Optional.empty();
  private Rule rule = Rule.LINE;
  private OptionalLong newest = OptionalLong.empty();
  private List<String> roots = List.of();

  /** A release being read. */
  private static final class Draft {
    private final ModuleRecord.Builder module;
    private final Map<Name, Provided> provides = new HashMap<>();
    private final List<String> lists = new ArrayList<>();
    private Optional<Notices.Notice> yanked = Optional.empty();
    private Optional<Notices.Notice> withdrawn = Optional.empty();
    private long made;
    private boolean unbound;

    private Draft(String reference) {
      int at = reference.indexOf('@');
      module = MemoryCatalog.record(reference.substring(0, at), reference.substring(at + 1));
    }

    private Release release() {
      ModuleRecord record = module.provides(provides).providers(lists).build();
      Map<String, Cid> bound = new HashMap<>();
      if (!unbound) {
        record.authoritiesNamed().forEach(one -> bound.put(one, MemoryCatalog.link(one)));
      }
      Release plain =
          MemoryCatalog.release(
              record, MemoryCatalog.link(record.name().authority().base()), bound, false);
      return new Release(
          plain.name(),
          plain.genesis(),
          plain.version(),
          plain.envelope(),
          plain.record(),
          record,
          bound,
          new Notices(yanked, withdrawn, false, List.of()),
          made);
    }
  }

  static Scenario parse(String text) {
    Scenario scenario = new Scenario();
    Optional<Draft> draft = Optional.empty();
    for (String line : text.lines().filter(one -> !one.isBlank()).toList()) {
      String[] words = line.strip().split(" ", 2);
      String rest = words.length > 1 ? words[1] : "";
      if (line.startsWith(" ")) {
        detail(draft.orElseThrow(), words[0], rest);
        continue;
      }
      draft.ifPresent(one -> scenario.catalog.add(one.release()));
      draft = Optional.empty();
      switch (words[0]) {
        case "#" -> {}
        case "release" -> draft = Optional.of(new Draft(rest));
        case "near" -> scenario.catalog.suggests(rest);
        case "target" -> scenario.target = Optional.of(Target.parse(rest));
        case "rule" -> scenario.rule = Rule.of(rest).orElseThrow();
        case "newest" -> scenario.newest = OptionalLong.of(seconds(rest));
        case "ask" -> scenario.roots = Arrays.asList(rest.split(" "));
        default -> throw new IllegalArgumentException(line);
      }
    }
    return scenario;
  }

  private static long seconds(String day) {
    return day.contains(" ")
        ? LocalDateTime.parse(day.replace(' ', 'T')).toEpochSecond(ZoneOffset.UTC)
        : LocalDate.parse(day).atStartOfDay().toEpochSecond(ZoneOffset.UTC);
  }

  private static void detail(Draft draft, String word, String rest) {
    String[] words = rest.split(" ", 2);
    switch (word) {
      case "needs" -> draft.module.dependency(dependency(rest, false));
      case "optional" -> draft.module.dependency(dependency(rest, true));
      case "provides" ->
          draft.provides.put(
              Name.parse(rest.substring(0, rest.indexOf('@'))),
              new Provided(Version.parse(rest.substring(rest.indexOf('@') + 1)), Optional.empty()));
      case "lists" -> draft.lists.add(rest);
      case "carries" -> draft.module.function(FunctionEntry.of(Name.parse(rest)));
      case "runs" -> draft.module.runtime(variant(words[0], words[1]));
      case "asks" ->
          draft.module.resource(new Resource.Identity(Optional.empty(), false, Access.READ));
      case "yanked" -> draft.yanked = Optional.of(new Notices.Notice(words[1], seconds(words[0])));
      case "withdrawn" ->
          draft.withdrawn = Optional.of(new Notices.Notice(words[1], seconds(words[0])));
      case "made" -> draft.made = seconds(rest);
      case "unbound" -> draft.unbound = true;
      default -> throw new IllegalArgumentException(word);
    }
  }

  private static Dependency dependency(String text, boolean optional) {
    List<Dependency.Alternative> all = new ArrayList<>();
    for (String one : text.split(" \\| ")) {
      String[] parts = one.split(" via ");
      int at = parts[0].indexOf('@');
      all.add(
          new Dependency.Alternative(
              Name.parse(parts[0].substring(0, at)),
              Range.parse(parts[0].substring(at + 1)),
              parts.length > 1 ? Optional.of(Name.parse(parts[1])) : Optional.empty()));
    }
    Dependency.Alternative first = all.getFirst();
    return all.size() == 1
        ? new Dependency.One(first.name(), first.range(), first.provider(), optional)
        : new Dependency.AnyOf(all, optional);
  }

  private static Variant variant(String runtime, String range) {
    return new Variant(
        Runtime.of(runtime).orElseThrow(),
        Range.parse(range),
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

  /** What is said: the explanation of a failure, or of each choice. */
  String answer() {
    List<Root> asked = new ArrayList<>();
    for (String root : roots) {
      // A range that nothing is in is for the solver to explain, not for the selection of a root.
      Dxn.Named dxn = (Dxn.Named) Dxn.parse(root);
      int at = root.indexOf('@');
      if (at > 0 && catalog.authority(dxn.name().authority().base()).isPresent()) {
        Range range = Range.parse(root.substring(at + 1));
        asked.add(
            new Root(
                dxn.name(),
                MemoryCatalog.link(dxn.name().authority().base()),
                range,
                range.toString()));
      } else {
        asked.addAll(((Roots.Found) Roots.of(catalog, List.of(dxn))).roots());
      }
    }
    Question question = Question.of(asked).on(target).by(rule).madeBefore(newest);
    return switch (Solver.solve(catalog, question)) {
      case Resolution.Unsolvable no -> no.why().text();
      case Resolution.Solved _ -> {
        StringBuilder text = new StringBuilder();
        Solver.choices(catalog, question)
            .forEach(choice -> choice.lines().forEach(line -> text.append(line).append('\n')));
        yield text.toString();
      }
    };
  }
}
