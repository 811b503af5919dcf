package org.dxos.dmg.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.solver.Chosen;
import org.dxos.dmg.solver.Question;
import org.dxos.dmg.solver.Resolution;
import org.dxos.dmg.solver.Root;
import org.dxos.dmg.solver.Rule;
import org.dxos.dmg.solver.Solver;
import org.dxos.dmg.solver.SolverException;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * How long the solver takes over the indexes of registries of others: {@code sample} asks what two
 * solvers of another kind have answered, and compares; {@code all} asks for the newest version of
 * each name of crates.io; {@code roots} for the newest of the names given, with the heap it took.
 */
public final class SolverBench {

  /**
   * Names asked for until releases that were read are forgotten, so that a small heap is enough.
   */
  private static final int NAMES_KEPT = 100;

  private SolverBench() {}

  /**
   * One question asked.
   *
   * @param wrong what was expected, if the answer was another
   */
  record Asked(String what, boolean satisfiable, Optional<String> wrong, long micros) {}

  @SuppressWarnings("SystemOut") // a program for a terminal
  public static void main(String[] args) throws IOException {
    PrintStream out = System.out;
    if (args.length == 0) {
      out.println("give the folder of the indexes and their known answers");
      return;
    }
    Path corpora = Path.of(args[0]);
    if (args.length > 1 && args[1].equals("all")) {
      Rule rule = args.length > 2 ? Rule.of(args[2]).orElseThrow() : Rule.LINE;
      all(
          CorpusCatalog.read(corpora.resolve("crates-2019-11-10.jsonl.gz"), "io.crates"),
          rule,
          out);
      return;
    }
    if (args.length > 2 && args[1].equals("roots")) {
      CorpusCatalog catalog =
          CorpusCatalog.read(corpora.resolve("crates-2019-11-10.jsonl.gz"), "io.crates");
      for (String name : java.util.Arrays.copyOfRange(args, 2, args.length)) {
        newest(catalog, name, Rule.LINE).ifPresent(one -> told(one, out));
        newest(catalog, name, Rule.NAME).ifPresent(one -> told(one, out));
      }
      return;
    }
    Node answers = Json.parse(Files.readAllBytes(corpora.resolve("known-answers-sample.json")));
    for (String corpus : List.of("crates-2019-11-10", "purescript")) {
      CorpusCatalog catalog =
          CorpusCatalog.read(corpora.resolve(corpus + ".jsonl.gz"), "io.crates");
      for (Rule rule : Rule.values()) {
        sample(catalog, answers, corpus, rule); // so that names are read, and the compiler is warm
        print(corpus + ", one a " + rule, sample(catalog, answers, corpus, rule), out);
      }
    }
  }

  static List<Asked> sample(CorpusCatalog catalog, Node answers, String corpus, Rule rule) {
    Node of = CorpusCatalog.map(CorpusCatalog.map(answers, "corpora"), corpus);
    String field = rule == Rule.LINE ? "oneVersionPerLine" : "oneVersionPerName";
    List<Asked> asked = new ArrayList<>();
    for (Node one : ((Node.Array) CorpusCatalog.map(of, "roots")).items()) {
      Node expected = CorpusCatalog.map(one, field);
      asked.add(
          ask(catalog, List.of(one), rule, satisfiable(expected), newest(expected, "newest")));
    }
    for (Node one : ((Node.Array) CorpusCatalog.map(of, "multi")).items()) {
      Node expected = CorpusCatalog.map(one, field);
      asked.add(
          ask(
              catalog,
              ((Node.Array) CorpusCatalog.map(one, "requirements")).items(),
              rule,
              satisfiable(expected),
              newest(expected, "lexicographicNewest")));
    }
    return asked;
  }

  private static boolean satisfiable(Node expected) {
    return ((Node.Bool) CorpusCatalog.map(expected, "satisfiable")).value();
  }

  private static List<Version> newest(Node expected, String field) {
    if (!satisfiable(expected)) {
      return List.of();
    }
    Node newest = CorpusCatalog.map(expected, field);
    List<Node> all = newest instanceof Node.Array array ? array.items() : List.of(newest);
    return all.stream()
        .map(one -> Version.parse(((Node.Text) one).value().split("\\+", 2)[0]))
        .toList();
  }

  private static Asked ask(
      CorpusCatalog catalog,
      List<Node> requirements,
      Rule rule,
      boolean satisfiable,
      List<Version> newest) {
    List<Root> roots = new ArrayList<>();
    for (Node one : requirements) {
      String range = CorpusCatalog.text(one, "req");
      roots.add(
          new Root(
              catalog.name(CorpusCatalog.text(one, "name")),
              catalog.genesis(),
              Range.parse(range),
              range));
    }
    String what = String.join(" ", roots.stream().map(r -> r.name() + "@" + r.range()).toList());
    long start = System.nanoTime();
    Resolution answer;
    try {
      answer = Solver.solve(catalog, Question.of(roots).by(rule));
    } catch (SolverException e) {
      return new Asked(what, false, Optional.of(e.message()), micros(start));
    }
    long micros = micros(start);
    Optional<String> wrong =
        switch (answer) {
          case Resolution.Unsolvable _ when satisfiable -> Optional.of("satisfiable: " + newest);
          case Resolution.Unsolvable _ -> Optional.empty();
          case Resolution.Solved _ when !satisfiable -> Optional.of("not satisfiable");
          case Resolution.Solved solved -> {
            List<Version> found =
                roots.stream().map(root -> newest(solved.chosen(), root)).toList();
            yield found.equals(newest)
                ? invalid(catalog, solved.chosen(), rule)
                : Optional.of(newest + " expected, found " + found);
          }
        };
    return new Asked(what, satisfiable, wrong, micros);
  }

  private static long micros(long start) {
    return (System.nanoTime() - start) / 1000;
  }

  private static Version newest(List<Chosen> chosen, Root root) {
    return chosen.stream()
        .map(Chosen::release)
        .filter(one -> one.name().equals(root.name()) && root.range().contains(one.version()))
        .map(Release::version)
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** Why a set is no solution. */
  private static Optional<String> invalid(CorpusCatalog catalog, List<Chosen> chosen, Rule rule) {
    java.util.Map<String, List<Version>> here = new java.util.HashMap<>();
    java.util.Set<String> rooms = new java.util.HashSet<>();
    for (Chosen one : chosen) {
      Release release = one.release();
      String room = release.name() + " " + (rule == Rule.LINE ? release.version().line() : "");
      if (!rooms.add(room)) {
        return Optional.of("two of " + room);
      }
      here.computeIfAbsent(release.name().toString(), _ -> new ArrayList<>())
          .add(release.version());
    }
    for (Chosen one : chosen) {
      for (var dependency : one.release().module().dependencies()) {
        var wanted = dependency.alternatives().getFirst();
        if (here.getOrDefault(wanted.name().toString(), List.of()).stream()
            .noneMatch(wanted.range()::contains)) {
          return Optional.of(one.release().name() + " lacks " + wanted);
        }
      }
    }
    return Optional.empty();
  }

  private static void all(CorpusCatalog catalog, Rule rule, PrintStream out) {
    List<Asked> asked = new ArrayList<>();
    int number = 0;
    for (String name : catalog.names()) {
      if (number++ % NAMES_KEPT == 0) {
        catalog.forget();
      }
      newest(catalog, name, rule); // so that what is measured is no reading of JSON
      newest(catalog, name, rule).ifPresent(asked::add);
    }
    print("newest of every name, one a " + rule, asked, out);
  }

  /** Solves for the newest version of a name that is not yanked. */
  private static Optional<Asked> newest(CorpusCatalog catalog, String name, Rule rule) {
    Optional<Release> newest =
        catalog.releases(catalog.name(name), catalog.genesis()).stream()
            .filter(one -> !one.yanked())
            .findFirst();
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    Range range = Range.exactly(newest.get().version());
    Root root = new Root(newest.get().name(), catalog.genesis(), range, range.toString());
    long start = System.nanoTime();
    try {
      boolean found =
          Solver.solve(catalog, Question.of(List.of(root)).by(rule)) instanceof Resolution.Solved;
      return Optional.of(new Asked(name, found, Optional.empty(), micros(start)));
    } catch (SolverException e) {
      return Optional.of(new Asked(name, false, Optional.of(e.message()), micros(start)));
    }
  }

  private static void told(Asked one, PrintStream out) {
    Runtime runtime = Runtime.getRuntime();
    out.printf(
        "%s: %s, %.1f ms, heap %d of %d MiB%n",
        one.what(),
        one.wrong().orElse(one.satisfiable() ? "solved" : "no solution"),
        one.micros() / 1e3,
        (runtime.totalMemory() - runtime.freeMemory()) >> 20,
        runtime.maxMemory() >> 20);
  }

  private static void print(String title, List<Asked> asked, PrintStream out) {
    List<Long> times = asked.stream().map(Asked::micros).sorted().toList();
    out.printf(
        "%s: %d asked, %d satisfiable, %d wrong, median %.2f ms, 99%% %.1f ms, worst %.1f ms, all"
            + " %.1f s%n",
        title,
        asked.size(),
        asked.stream().filter(Asked::satisfiable).count(),
        asked.stream().filter(one -> one.wrong().isPresent()).count(),
        times.get(times.size() / 2) / 1e3,
        times.get(times.size() * 99 / 100) / 1e3,
        times.getLast() / 1e3,
        times.stream().mapToLong(Long::longValue).sum() / 1e6);
    asked.stream()
        .sorted(Comparator.comparing(Asked::micros).reversed())
        .limit(5)
        .forEach(one -> out.printf("  %8.1f ms  %s%n", one.micros() / 1e3, one.what()));
    asked.stream()
        .filter(one -> one.wrong().isPresent())
        .limit(10)
        .forEach(one -> out.println("  wrong: " + one.what() + ": " + one.wrong().orElse("")));
  }
}
