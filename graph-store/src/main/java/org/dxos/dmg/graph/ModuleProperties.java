package org.dxos.dmg.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.sparql.core.Var;
import org.apache.jena.sparql.engine.ExecutionContext;
import org.apache.jena.sparql.engine.QueryIterator;
import org.apache.jena.sparql.engine.binding.Binding;
import org.apache.jena.sparql.engine.binding.BindingFactory;
import org.apache.jena.sparql.engine.iterator.QueryIterNullIterator;
import org.apache.jena.sparql.engine.iterator.QueryIterPlainWrapper;
import org.apache.jena.sparql.engine.iterator.QueryIterSingleton;
import org.apache.jena.sparql.pfunction.PFuncSimple;
import org.apache.jena.sparql.pfunction.PropertyFunctionFactory;
import org.apache.jena.sparql.pfunction.PropertyFunctionRegistry;
import org.apache.jena.sparql.util.IterLib;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.rdf.Ontology;

/**
 * {@code ?release dmg:closure ?dependency} and {@code ?name dmg:dependents ?release}, answered from
 * the module graph in memory. A release is not among its own closure here, as it does not depend on
 * itself.
 */
final class ModuleProperties {

  private static final String SCHEME = "dxn://";

  private ModuleProperties() {}

  /**
   * @param modules the graph of now; asked once for each run of a property
   */
  static void register(PropertyFunctionRegistry registry, Supplier<ModuleGraph> modules) {
    PropertyFunctionFactory closure = _ -> new Closure(modules);
    PropertyFunctionFactory dependents = _ -> new Dependents(modules);
    registry.put(Ontology.CLOSURE, closure);
    registry.put(Ontology.DEPENDENTS, dependents);
  }

  /** True for a property that is registered here: of its two ends, every row has both. */
  static boolean isOne(Node property) {
    return property.isURI()
        && (property.getURI().equals(Ontology.CLOSURE)
            || property.getURI().equals(Ontology.DEPENDENTS));
  }

  /** One end is known, and the graph tells the other. */
  private abstract static class FromGraph extends PFuncSimple {
    private final Supplier<ModuleGraph> modules;

    private FromGraph(Supplier<ModuleGraph> modules) {
      this.modules = modules;
    }

    /** What a subject leads to. */
    abstract int[] onward(ModuleGraph graph, Dxn.Named subject);

    /** Subjects that lead to a release. */
    abstract List<Node> back(ModuleGraph graph, int release);

    @Override
    public QueryIterator execEvaluated(
        Binding binding, Node subject, Node predicate, Node object, ExecutionContext context) {
      ModuleGraph graph = modules.get();
      if (subject.isVariable() && object.isVariable()) {
        throw new GraphException(
            ErrorCode.QUERY_LIMIT,
            "run query: `" + predicate.getURI() + "` with neither end known",
            "bind one end first, with VALUES or in the same triple");
      }
      if (subject.isVariable()) {
        OptionalInt to = dxn(object).map(dxn -> find(graph, dxn)).orElse(OptionalInt.empty());
        return to.isEmpty()
            ? IterLib.noResults(context)
            : rows(binding, Var.alloc(subject), back(graph, to.getAsInt()), context);
      }
      int[] found = dxn(subject).map(dxn -> onward(graph, dxn)).orElse(new int[0]);
      if (object.isVariable()) {
        List<Node> nodes = new ArrayList<>(found.length);
        for (int release : found) {
          nodes.add(node(graph, release));
        }
        return rows(binding, Var.alloc(object), nodes, context);
      }
      OptionalInt to = dxn(object).map(dxn -> find(graph, dxn)).orElse(OptionalInt.empty());
      boolean holds = to.isPresent() && Arrays.stream(found).anyMatch(one -> one == to.getAsInt());
      return holds
          ? QueryIterSingleton.create(binding, context)
          : new QueryIterNullIterator(context);
    }
  }

  /** What a release reaches. */
  private static final class Closure extends FromGraph {
    private Closure(Supplier<ModuleGraph> modules) {
      super(modules);
    }

    @Override
    int[] onward(ModuleGraph graph, Dxn.Named subject) {
      OptionalInt release = find(graph, subject);
      if (release.isEmpty()) {
        return new int[0];
      }
      int[] closure = graph.closure(release.getAsInt());
      return Arrays.copyOfRange(closure, 1, closure.length);
    }

    @Override
    List<Node> back(ModuleGraph graph, int release) {
      return Arrays.stream(graph.dependents(release))
          .filter(one -> one != release)
          .mapToObj(one -> node(graph, one))
          .toList();
    }
  }

  /** The releases that reach a name. */
  private static final class Dependents extends FromGraph {
    private Dependents(Supplier<ModuleGraph> modules) {
      super(modules);
    }

    @Override
    int[] onward(ModuleGraph graph, Dxn.Named subject) {
      return graph.dependents(subject.name().authority().text(), subject.name().path());
    }

    @Override
    List<Node> back(ModuleGraph graph, int release) {
      int[] closure = graph.closure(release);
      return Arrays.stream(closure, 1, closure.length)
          .mapToObj(one -> SCHEME + graph.release(one).name())
          .distinct()
          .map(NodeFactory::createURI)
          .toList();
    }
  }

  private static QueryIterator rows(
      Binding binding, Var variable, List<Node> nodes, ExecutionContext context) {
    return QueryIterPlainWrapper.create(
        nodes.stream().map(node -> BindingFactory.binding(binding, variable, node)).iterator(),
        context);
  }

  private static Optional<Dxn.Named> dxn(Node node) {
    try {
      return node.isURI() && Dxn.parse(node.getURI()) instanceof Dxn.Named named
          ? Optional.of(named)
          : Optional.empty();
    } catch (FormatException e) {
      return Optional.empty();
    }
  }

  private static OptionalInt find(ModuleGraph graph, Dxn.Named dxn) {
    return dxn.selector() instanceof Selector.Exact exact
        ? graph.find(dxn.name().authority().text(), dxn.name().path(), exact.version())
        : OptionalInt.empty();
  }

  private static Node node(ModuleGraph graph, int release) {
    return NodeFactory.createURI(SCHEME + graph.release(release));
  }
}
