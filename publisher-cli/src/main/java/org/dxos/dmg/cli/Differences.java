package org.dxos.dmg.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.ClosureDiff;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.record.ModuleRecord;

/**
 * In what two closures differ, with what their releases say that the others do not: licences, APIs,
 * functions and what starts them, runtimes, resources, dependencies.
 *
 * @param changes by name
 */
record Differences(List<Changed> changes, ClosureDiff sizes) {

  /**
   * One module.
   *
   * @param gone what it does not say any more
   * @param said what it says now
   */
  record Changed(ClosureDiff.Change change, List<String> gone, List<String> said) {

    String line() {
      Optional<Closure.Module> before = change.before();
      Optional<Closure.Module> after = change.after();
      if (before.isEmpty() || after.isEmpty()) {
        return (after.isPresent() ? "+ " : "- ") + change.either().reference();
      }
      String rebound =
          before.get().variant().equals(after.get().variant()) ? "" : ", another variant";
      return "~ "
          + change.either().name()
          + " "
          + before.get().version()
          + " -> "
          + after.get().version()
          + rebound;
    }

    Node toNode() {
      return new MapBuilder()
          .put("name", change.either().name().toString())
          .put("before", change.before(), one -> Node.of(one.version().toString()))
          .put("after", change.after(), one -> Node.of(one.version().toString()))
          .put("gone", gone, Node::of)
          .put("said", said, Node::of)
          .build();
    }
  }

  Differences {
    changes = List.copyOf(changes);
  }

  /** Compares; records are read from {@code registry}, of what changed alone. */
  static Differences of(Closure before, Closure after, Registry registry) {
    ClosureDiff diff = ClosureDiff.of(before, after);
    List<Changed> changes = new ArrayList<>();
    for (ClosureDiff.Change change : diff.changes()) {
      Set<String> old = facts(change.before().map(Closure.Module::record), registry);
      Set<String> now = facts(change.after().map(Closure.Module::record), registry);
      changes.add(
          new Changed(
              change, change.after().isEmpty() ? List.of() : minus(old, now), minus(now, old)));
    }
    return new Differences(changes, diff);
  }

  /** Two releases, as far as their records go. */
  static List<String> lines(Cid before, Cid after, Registry registry) {
    Set<String> old = facts(Optional.of(before), registry);
    Set<String> now = facts(Optional.of(after), registry);
    List<String> lines = new ArrayList<>();
    minus(old, now).forEach(one -> lines.add("- " + one));
    minus(now, old).forEach(one -> lines.add("+ " + one));
    return lines;
  }

  private static List<String> minus(Set<String> some, Set<String> others) {
    return some.stream().filter(one -> !others.contains(one)).toList();
  }

  private static Set<String> facts(Optional<Cid> record, Registry registry) {
    Optional<byte[]> block = record.flatMap(registry::get);
    if (block.isEmpty() || !(DagCbor.decode(block.get()) instanceof Node.Map map)) {
      return Set.of();
    }
    Set<String> facts = new LinkedHashSet<>();
    String function = "";
    for (String line : RecordFacts.of(ModuleRecord.decode(block.get()), RecordFacts.plain(map))) {
      // What starts a function is said with its name, so that it means the same by itself.
      boolean trigger = line.startsWith("  on ");
      facts.add(trigger ? function + " starts on " + line.substring(12) : line);
      if (line.startsWith("function ")) {
        function = line.split("  \\(", 2)[0];
      }
    }
    return facts;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Changed one : changes) {
      lines.add(one.line());
      one.gone().forEach(fact -> lines.add("    - " + fact));
      one.said().forEach(fact -> lines.add("    + " + fact));
    }
    if (changes.isEmpty()) {
      lines.add("no difference");
    } else {
      lines.add(
          "bundles: %d bytes before, %d after, %d to fetch"
              .formatted(sizes.bytesBefore(), sizes.bytesAfter(), sizes.bytesFresh()));
    }
    return lines;
  }

  Node.Map toNode() {
    return new MapBuilder()
        .putAlways("changes", new Node.Array(changes.stream().map(Changed::toNode).toList()))
        .put("bytesBefore", sizes.bytesBefore())
        .put("bytesAfter", sizes.bytesAfter())
        .put("bytesFresh", sizes.bytesFresh())
        .build();
  }
}
