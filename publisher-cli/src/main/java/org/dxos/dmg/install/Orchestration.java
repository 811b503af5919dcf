package org.dxos.dmg.install;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.record.Variant;

/**
 * {@code closure.json}: what an orchestrator has to know to run what was installed. Order of
 * modules: what is needed first, as far as there is such an order.
 */
final class Orchestration {

  private Orchestration() {}

  static Node.Map describe(List<Chain.Verified> modules) {
    List<Node> described = new ArrayList<>();
    for (int index : order(modules.stream().map(Chain.Verified::module).toList())) {
      described.add(describe(modules.get(index), modules));
    }
    return new MapBuilder()
        .put("type", "dmg/orchestration/1")
        .putAlways("modules", new Node.Array(described))
        .build();
  }

  /**
   * Depth-first over needs: a module comes after what it needs; in a cycle, where the walk first
   * met it.
   */
  private static List<Integer> order(List<Closure.Module> modules) {
    List<Integer> order = new ArrayList<>();
    boolean[] met = new boolean[modules.size()];
    for (int i = 0; i < modules.size(); i++) {
      visit(i, modules, met, order);
    }
    return order;
  }

  private static void visit(
      int index, List<Closure.Module> modules, boolean[] met, List<Integer> order) {
    if (met[index]) {
      return;
    }
    met[index] = true;
    modules.get(index).needs().forEach(need -> visit(need, modules, met, order));
    order.add(index);
  }

  private static Node describe(Chain.Verified verified, List<Chain.Verified> all) {
    Closure.Module module = verified.module();
    Node record = DagCbor.decode(verified.record().encode());
    Map<String, Node> fields = record instanceof Node.Map map ? map.entries() : Map.of();
    MapBuilder described =
        new MapBuilder()
            .put("name", module.name().toString())
            .put("version", module.version().toString())
            .put("record", module.record().toString());
    if (module.variant().isPresent()) {
      Variant variant = verified.record().runtimes().get(module.variant().getAsInt());
      MapBuilder runtime =
          new MapBuilder()
              .put("runtime", variant.runtime().toString())
              .put("version", variant.version().toString())
              .put("entry", variant.entry(), Node::of)
              .put("image", variant.image(), Node::of)
              .put("memory", variant.memory())
              .put("timeout", variant.timeout())
              .put("env", variant.env(), Node::of);
      described.put("variant", runtime.build());
    }
    if (module.bundle().isPresent()) {
      described.put("path", Layout.modulePath(module));
    }
    described.put(
        "functions",
        verified.record().functions(),
        function -> {
          MapBuilder one = new MapBuilder().put("name", function.name().toString());
          function.handler().ifPresent(handler -> one.put("handler", handler));
          return one.put("triggers", triggers(fields, function.name().toString())).build();
        });
    if (fields.get("resources") instanceof Node.Array resources) {
      described.put("resources", resources);
    }
    return described
        .put("needs", module.needs(), need -> Node.of(all.get(need).module().reference()))
        .build();
  }

  /**
   * The triggers of a function as the record has them; one that is called directly has none
   * written.
   */
  private static Node triggers(Map<String, Node> record, String function) {
    if (record.get("functions") instanceof Node.Array functions) {
      for (Node one : functions.items()) {
        if (one instanceof Node.Map map
            && Node.of(function).equals(map.entries().get("name"))
            && map.entries().get("triggers") instanceof Node.Array triggers) {
          return triggers;
        }
      }
    }
    return new Node.Array(List.of(new MapBuilder().put("kind", "direct").build()));
  }
}
