package org.dxos.dmg.graph;

import org.apache.jena.sparql.expr.ExprEvalException;
import org.apache.jena.sparql.expr.NodeValue;
import org.apache.jena.sparql.function.FunctionBase2;
import org.apache.jena.sparql.function.FunctionRegistry;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.rdf.Ontology;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * {@code dmg:satisfies(?version, "^1.2")} and {@code dmg:compare(?a, ?b)}, which orders by
 * precedence.
 */
final class VersionFunctions {

  private VersionFunctions() {}

  /** The standard functions and ours. */
  static FunctionRegistry registry() {
    FunctionRegistry registry = new FunctionRegistry();
    org.apache.jena.sparql.function.StandardFunctions.loadStdDefs(registry);
    registry.put(Ontology.SATISFIES, Satisfies.class);
    registry.put(Ontology.COMPARE, Compare.class);
    BoundedStrings.register(registry);
    return registry;
  }

  /** True if a version is in a range. */
  public static final class Satisfies extends FunctionBase2 {
    @Override
    public NodeValue exec(NodeValue version, NodeValue range) {
      try {
        return NodeValue.makeBoolean(
            Range.parse(range.asString()).contains(Version.parse(version.asString())));
      } catch (FormatException e) {
        throw new ExprEvalException(e.message());
      }
    }
  }

  /** Negative, 0 or positive. */
  public static final class Compare extends FunctionBase2 {
    @Override
    public NodeValue exec(NodeValue a, NodeValue b) {
      try {
        return NodeValue.makeInteger(
            Integer.signum(Version.parse(a.asString()).compareTo(Version.parse(b.asString()))));
      } catch (FormatException e) {
        throw new ExprEvalException(e.message());
      }
    }
  }
}
