package org.dxos.dmg.graph;

import java.util.Set;
import org.apache.jena.graph.Node;
import org.apache.jena.query.Query;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.QueryParseException;
import org.apache.jena.query.Syntax;
import org.apache.jena.sparql.algebra.Algebra;
import org.apache.jena.sparql.algebra.Op;
import org.apache.jena.sparql.algebra.OpVisitorBase;
import org.apache.jena.sparql.algebra.op.OpBGP;
import org.apache.jena.sparql.algebra.op.OpPath;
import org.apache.jena.sparql.algebra.op.OpQuadPattern;
import org.apache.jena.sparql.algebra.op.OpService;
import org.apache.jena.sparql.algebra.op.OpTriple;
import org.apache.jena.sparql.algebra.walker.Walker;
import org.apache.jena.sparql.expr.E_Function;
import org.apache.jena.sparql.expr.ExprAggregator;
import org.apache.jena.sparql.expr.ExprFunction;
import org.apache.jena.sparql.expr.ExprFunctionN;
import org.apache.jena.sparql.expr.ExprVisitorBase;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.rdf.Ontology;

/**
 * Lets through what a query may do: read this dataset. Checked on the algebra, where every way to
 * write a thing looks the same.
 */
final class QueryGuard {

  static final int MAX_TEXT = 64 * 1024;

  /** Brackets open at a time: the parser descends one level for each, on the thread's stack. */
  static final int MAX_NESTING = 64;

  /**
   * Property functions that are answered; any other predicate of Jena's own namespaces would be
   * code to run.
   */
  static final String TEXT_QUERY = "http://jena.apache.org/text#query";

  private static final Set<String> FUNCTIONS = Set.of(Ontology.SATISFIES, Ontology.COMPARE);

  private QueryGuard() {}

  /**
   * Parses and checks a query.
   *
   * @throws GraphException with {@link ErrorCode#SPARQL_SYNTAX}, {@link ErrorCode#SPARQL_FORBIDDEN}
   *     or {@link ErrorCode#QUERY_LIMIT}
   */
  static Query check(String text) {
    if (text.length() > MAX_TEXT) {
      throw new GraphException(
          ErrorCode.QUERY_LIMIT,
          "read query: " + text.length() + " characters, at most " + MAX_TEXT,
          "ask in several queries");
    }
    requireShallow(text);
    Query query;
    try {
      query = QueryFactory.create(text, Syntax.syntaxSPARQL_11);
    } catch (QueryParseException e) {
      throw new GraphException(
          ErrorCode.SPARQL_SYNTAX,
          "read query at line " + e.getLine() + ", column " + e.getColumn() + ": " + firstLine(e),
          "see https://www.w3.org/TR/sparql11-query/");
    } catch (org.apache.jena.shared.JenaException e) {
      throw new GraphException(ErrorCode.SPARQL_SYNTAX, "read query: " + firstLine(e), "");
    }
    if (query.hasDatasetDescription()) {
      throw forbidden("FROM: the dataset is fixed, use GRAPH");
    }
    check(Algebra.compile(query));
    return query;
  }

  private static void check(Op op) {
    Walker.walk(op, new Ops(), new Expressions());
  }

  private static void requireShallow(String text) {
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '{' || c == '(' || c == '[') {
        depth++;
      } else if (c == '}' || c == ')' || c == ']') {
        depth--;
      }
      if (depth > MAX_NESTING) {
        throw new GraphException(
            ErrorCode.QUERY_LIMIT,
            "read query at offset " + i + ": nested deeper than " + MAX_NESTING,
            "write it flatter");
      }
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("it does not parse");
  }

  private static GraphException forbidden(String what) {
    return new GraphException(
        ErrorCode.SPARQL_FORBIDDEN,
        "run query: it uses " + what,
        "a query reads what this registry holds, and nothing else");
  }

  private static final class Ops extends OpVisitorBase {
    @Override
    public void visit(OpService op) {
      throw forbidden("SERVICE");
    }

    @Override
    public void visit(OpBGP op) {
      op.getPattern().forEach(triple -> predicate(triple.getPredicate()));
    }

    @Override
    public void visit(OpTriple op) {
      predicate(op.getTriple().getPredicate());
    }

    @Override
    public void visit(OpQuadPattern op) {
      op.getPattern().forEach(quad -> predicate(quad.getPredicate()));
    }

    @Override
    public void visit(OpPath op) {
      if (op.getTriplePath().getPredicate() != null) {
        predicate(op.getTriplePath().getPredicate());
      }
    }

    private static void predicate(Node predicate) {
      if (!predicate.isURI()) {
        return;
      }
      String iri = predicate.getURI();
      if (iri.equals(Ontology.CLOSURE) || iri.equals(Ontology.DEPENDENTS)) {
        throw new GraphException(
            ErrorCode.UNSUPPORTED,
            "run query: `" + iri + "` is not answered by this version",
            "follow dmg:dependsOn, or use `dmg closure`");
      }
      boolean code =
          iri.startsWith("java:")
              || (iri.startsWith("http://jena.apache.org/") && !iri.equals(TEXT_QUERY))
              || iri.startsWith("http://jena.hpl.hp.com/")
              || iri.startsWith("http://www.jena.hpl.hp.com/");
      if (code) {
        throw forbidden("the property function `" + iri + "`");
      }
    }
  }

  private static final class Expressions extends ExprVisitorBase {
    @Override
    public void visit(ExprFunctionN function) {
      check(function);
    }

    @Override
    public void visit(ExprAggregator aggregator) {
      if (aggregator.getAggregator()
          instanceof org.apache.jena.sparql.expr.aggregate.AggCustom custom) {
        throw forbidden("the aggregate `" + custom.getIRI() + "`");
      }
    }

    private static void check(ExprFunction function) {
      if (function instanceof E_Function call) {
        String iri = call.getFunctionIRI();
        if (!FUNCTIONS.contains(iri) && !iri.startsWith(Ontology.XSD)) {
          throw forbidden("the function `" + iri + "`");
        }
      }
      if (function instanceof org.apache.jena.sparql.expr.E_Call) {
        throw forbidden("CALL");
      }
    }
  }
}
