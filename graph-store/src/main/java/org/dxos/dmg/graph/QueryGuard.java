package org.dxos.dmg.graph;

import java.util.Set;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.Triple;
import org.apache.jena.query.Query;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.QueryParseException;
import org.apache.jena.query.Syntax;
import org.apache.jena.sparql.algebra.Algebra;
import org.apache.jena.sparql.algebra.Op;
import org.apache.jena.sparql.algebra.OpVisitorByType;
import org.apache.jena.sparql.algebra.op.Op0;
import org.apache.jena.sparql.algebra.op.Op1;
import org.apache.jena.sparql.algebra.op.Op2;
import org.apache.jena.sparql.algebra.op.OpBGP;
import org.apache.jena.sparql.algebra.op.OpExt;
import org.apache.jena.sparql.algebra.op.OpFilter;
import org.apache.jena.sparql.algebra.op.OpGroup;
import org.apache.jena.sparql.algebra.op.OpLeftJoin;
import org.apache.jena.sparql.algebra.op.OpN;
import org.apache.jena.sparql.algebra.op.OpOrder;
import org.apache.jena.sparql.algebra.op.OpPath;
import org.apache.jena.sparql.algebra.op.OpProcedure;
import org.apache.jena.sparql.algebra.op.OpPropFunc;
import org.apache.jena.sparql.algebra.op.OpQuadPattern;
import org.apache.jena.sparql.algebra.op.OpService;
import org.apache.jena.sparql.algebra.op.OpTopN;
import org.apache.jena.sparql.algebra.op.OpTriple;
import org.apache.jena.sparql.algebra.walker.Walker;
import org.apache.jena.sparql.expr.E_Call;
import org.apache.jena.sparql.expr.E_Function;
import org.apache.jena.sparql.expr.Expr;
import org.apache.jena.sparql.expr.ExprAggregator;
import org.apache.jena.sparql.expr.ExprFunction;
import org.apache.jena.sparql.expr.ExprFunctionOp;
import org.apache.jena.sparql.expr.ExprNone;
import org.apache.jena.sparql.expr.ExprTripleTerm;
import org.apache.jena.sparql.expr.ExprVar;
import org.apache.jena.sparql.expr.ExprVisitorFunction;
import org.apache.jena.sparql.expr.NodeValue;
import org.apache.jena.sparql.expr.aggregate.AggCustom;
import org.apache.jena.sparql.path.P_NegPropSet;
import org.apache.jena.sparql.path.P_Path0;
import org.apache.jena.sparql.path.P_Path1;
import org.apache.jena.sparql.path.P_Path2;
import org.apache.jena.sparql.path.Path;
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

  /** Operators and expressions: what keeps the engine's recursion over them on the stack. */
  static final int MAX_NODES = 5_000;

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
    try {
      return parse(text);
    } catch (StackOverflowError e) {
      throw tooDeep();
    }
  }

  private static Query parse(String text) {
    Query query;
    try {
      query = QueryFactory.create(text, Syntax.syntaxSPARQL_11);
    } catch (QueryParseException e) {
      if (overflowed(e)) {
        throw tooDeep();
      }
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
    if (query.isDescribeType()) {
      throw forbidden("DESCRIBE, whose answer no standard fixes: say what you want in CONSTRUCT");
    }
    new Check(false).walk(Algebra.compile(query));
    return bounded(query);
  }

  /** With string functions that have an end; where none could be put in, the query is refused. */
  private static Query bounded(Query query) {
    Query bounded = BoundedStrings.in(query);
    new Check(true).walk(Algebra.compile(bounded));
    return bounded;
  }

  /** The parser hides an overflow of its stack in an exception without place or text. */
  private static boolean overflowed(QueryParseException e) {
    return e.getLine() < 0
        && (e.getMessage() == null || e.getCause() instanceof StackOverflowError);
  }

  static GraphException tooDeep() {
    return new GraphException(
        ErrorCode.QUERY_LIMIT, "read query: nested too deeply", "write it flatter");
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

  static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("it does not parse");
  }

  private static GraphException forbidden(String what) {
    return new GraphException(
        ErrorCode.SPARQL_FORBIDDEN,
        "run query: it uses " + what,
        "a query reads what this registry holds, and nothing else");
  }

  /** One pass over the whole algebra; counts as it goes. */
  private static final class Check {
    private final Ops ops = new Ops(this);
    private final Expressions expressions = new Expressions(this);
    private final boolean bounded;
    private int nodes;

    /**
     * @param bounded true if string functions have been replaced
     */
    Check(boolean bounded) {
      this.bounded = bounded;
    }

    void walk(Op op) {
      Walker.walk(op, ops, expressions);
    }

    void walk(Expr expr) {
      Walker.walk(expr, ops, expressions);
    }

    void count() {
      if (++nodes > MAX_NODES) {
        throw new GraphException(
            ErrorCode.QUERY_LIMIT,
            "read query: more than " + MAX_NODES + " operators and expressions",
            "ask in several queries");
      }
    }
  }

  private static final class Ops extends OpVisitorByType {
    private final Check check;

    private Ops(Check check) {
      this.check = check;
    }

    @Override
    protected void visitN(OpN op) {
      check.count();
    }

    @Override
    protected void visit2(Op2 op) {
      check.count();
    }

    @Override
    protected void visit1(Op1 op) {
      check.count();
    }

    @Override
    protected void visit0(Op0 op) {
      check.count();
    }

    @Override
    protected void visitFilter(OpFilter op) {
      check.count();
    }

    @Override
    protected void visitLeftJoin(OpLeftJoin op) {
      check.count();
    }

    @Override
    protected void visitExt(OpExt op) {
      throw forbidden("`" + op.getName() + "`");
    }

    @Override
    public void visit(OpService op) {
      throw forbidden("SERVICE");
    }

    @Override
    public void visit(OpProcedure op) {
      throw forbidden("CALL");
    }

    @Override
    public void visit(OpPropFunc op) {
      predicate(op.getProperty());
    }

    /** The engine's walker does not look into what is aggregated or sorted by. */
    @Override
    public void visit(OpGroup op) {
      check.count();
      op.getAggregators().forEach(check.expressions::visit);
    }

    @Override
    public void visit(OpOrder op) {
      check.count();
      op.getConditions().forEach(condition -> check.walk(condition.getExpression()));
    }

    @Override
    public void visit(OpTopN op) {
      check.count();
      op.getConditions().forEach(condition -> check.walk(condition.getExpression()));
    }

    @Override
    public void visit(OpBGP op) {
      op.getPattern().forEach(this::triple);
    }

    @Override
    public void visit(OpTriple op) {
      triple(op.getTriple());
    }

    @Override
    public void visit(OpQuadPattern op) {
      op.getPattern().forEach(quad -> triple(quad.asTriple()));
    }

    @Override
    public void visit(OpPath op) {
      check.count();
      if (op.getTriplePath().getPredicate() != null) {
        predicate(op.getTriplePath().getPredicate());
      } else {
        links(op.getTriplePath().getPath());
      }
    }

    /** A path of two steps is taken apart into two patterns later: each step is a predicate. */
    private void links(Path path) {
      check.count();
      switch (path) {
        case P_Path0 link -> predicate(link.getNode());
        case P_Path1 one -> links(one.getSubPath());
        case P_Path2 two -> {
          links(two.getLeft());
          links(two.getRight());
        }
        case P_NegPropSet none -> none.getNodes().forEach(this::links);
        default -> throw forbidden("the path `" + path + "`");
      }
    }

    private void triple(Triple triple) {
      check.count();
      predicate(triple.getPredicate());
    }

    private static void predicate(Node predicate) {
      if (!predicate.isURI()) {
        return;
      }
      String iri = predicate.getURI();
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

  private static final class Expressions extends ExprVisitorFunction {
    private final Check check;

    private Expressions(Check check) {
      this.check = check;
    }

    @Override
    public void visitExprFunction(ExprFunction function) {
      check.count();
      if (function instanceof E_Function call) {
        String iri = call.getFunctionIRI();
        boolean ours = FUNCTIONS.contains(iri) || (check.bounded && BoundedStrings.isOurs(iri));
        if (!ours && !iri.startsWith(Ontology.XSD)) {
          throw forbidden("the function `" + iri + "`");
        }
      }
      if (check.bounded && BoundedStrings.isUnbounded(function)) {
        throw forbidden("`" + function.getFunctionSymbol().getSymbol() + "` where it has no limit");
      }
      if (function instanceof E_Call) {
        throw forbidden("CALL");
      }
    }

    @Override
    public void visit(ExprFunctionOp function) {
      check.count(); // the walker goes into the pattern itself
    }

    @Override
    public void visit(ExprAggregator aggregator) {
      check.count();
      if (aggregator.getAggregator() instanceof AggCustom custom) {
        throw forbidden("the aggregate `" + custom.getIRI() + "`");
      }
      if (aggregator.getAggregator().getExprList() != null) {
        aggregator.getAggregator().getExprList().forEach(check::walk);
      }
    }

    @Override
    public void visit(NodeValue value) {
      check.count();
    }

    @Override
    public void visit(ExprVar variable) {
      check.count();
    }

    @Override
    public void visit(ExprTripleTerm term) {
      throw forbidden("a triple term");
    }

    @Override
    public void visit(ExprNone none) {
      check.count();
    }
  }
}
