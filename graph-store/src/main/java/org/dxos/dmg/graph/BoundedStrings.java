package org.dxos.dmg.graph;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.query.Query;
import org.apache.jena.query.QueryBuildException;
import org.apache.jena.query.QueryCancelledException;
import org.apache.jena.sparql.algebra.Op;
import org.apache.jena.sparql.expr.E_Exists;
import org.apache.jena.sparql.expr.E_Function;
import org.apache.jena.sparql.expr.E_NotExists;
import org.apache.jena.sparql.expr.E_Regex;
import org.apache.jena.sparql.expr.E_StrConcat;
import org.apache.jena.sparql.expr.E_StrReplace;
import org.apache.jena.sparql.expr.Expr;
import org.apache.jena.sparql.expr.ExprAggregator;
import org.apache.jena.sparql.expr.ExprEvalException;
import org.apache.jena.sparql.expr.ExprFunctionN;
import org.apache.jena.sparql.expr.ExprFunctionOp;
import org.apache.jena.sparql.expr.ExprList;
import org.apache.jena.sparql.expr.ExprTransformer;
import org.apache.jena.sparql.expr.NodeValue;
import org.apache.jena.sparql.expr.nodevalue.XSDFuncOp;
import org.apache.jena.sparql.function.FunctionBase;
import org.apache.jena.sparql.function.FunctionEnv;
import org.apache.jena.sparql.function.FunctionRegistry;
import org.apache.jena.sparql.syntax.Element;
import org.apache.jena.sparql.syntax.ElementSubQuery;
import org.apache.jena.sparql.syntax.ElementVisitorBase;
import org.apache.jena.sparql.syntax.ElementWalker;
import org.apache.jena.sparql.syntax.syntaxtransform.ElementTransformCopyBase;
import org.apache.jena.sparql.syntax.syntaxtransform.ElementTransformer;
import org.apache.jena.sparql.syntax.syntaxtransform.ExprTransformApplyElementTransform;
import org.apache.jena.sparql.syntax.syntaxtransform.QueryTransformOps;
import org.apache.jena.sparql.util.Context;

/**
 * {@code REGEX}, {@code REPLACE} and {@code CONCAT} as functions that can be stopped and have an
 * end: one short pattern can take the engine's own longer than the age of the world, and thirty
 * doublings more memory than there is.
 */
final class BoundedStrings {

  /** Longest string that an expression makes. */
  static final int MAX_CHARS = 1024 * 1024;

  private static final String NS = "urn:dmg:internal#";
  private static final String REGEX = NS + "regex";
  private static final String REPLACE = NS + "replace";
  private static final String CONCAT = NS + "concat";

  private BoundedStrings() {}

  static void register(FunctionRegistry registry) {
    registry.put(REGEX, Regex.class);
    registry.put(REPLACE, Replace.class);
    registry.put(CONCAT, Concat.class);
  }

  /** The query with these functions in the place of the engine's. */
  static Query in(Query query) {
    ElementTransformCopyBase elements = new ElementTransformCopyBase();
    Replacing replacing = new Replacing(elements);
    Query bounded = QueryTransformOps.transform(query, elements, replacing);
    aggregates(bounded, replacing);
    return bounded;
  }

  /** The engine's transform leaves what is aggregated as it is, here and in subqueries. */
  private static void aggregates(Query query, Replacing replacing) {
    query.getAggregators().replaceAll(one -> aggregate(one, replacing));
    if (query.getQueryPattern() == null) {
      return;
    }
    ElementWalker.walk(
        query.getQueryPattern(),
        new ElementVisitorBase() {
          @Override
          public void visit(ElementSubQuery subquery) {
            aggregates(subquery.getQuery(), replacing);
          }
        });
  }

  private static ExprAggregator aggregate(ExprAggregator one, Replacing replacing) {
    if (one.getAggregator().getExprList() == null) {
      return one;
    }
    ExprList args = ExprTransformer.transform(replacing, one.getAggregator().getExprList());
    return new ExprAggregator(one.getVar(), one.getAggregator().copy(args));
  }

  /** True for what {@link #in} takes out of a query. */
  static boolean isUnbounded(Expr expr) {
    return expr instanceof E_Regex || expr instanceof E_StrReplace || expr instanceof E_StrConcat;
  }

  /** True for a function that {@link #in} puts in, which nobody else may name. */
  static boolean isOurs(String iri) {
    return iri.startsWith(NS);
  }

  private static final class Replacing extends ExprTransformApplyElementTransform {
    private final ElementTransformCopyBase elements;

    private Replacing(ElementTransformCopyBase elements) {
      super(elements);
      this.elements = elements;
    }

    /** The engine's transform leaves expressions inside of EXISTS as they are. */
    @Override
    public Expr transform(ExprFunctionOp function, ExprList args, Op pattern) {
      Element within = ElementTransformer.transform(function.getElement(), elements, this);
      return switch (function) {
        case E_Exists _ -> new E_Exists(within);
        case E_NotExists _ -> new E_NotExists(within);
        default -> super.transform(function, args, pattern);
      };
    }

    @Override
    public Expr transform(ExprFunctionN function, ExprList args) {
      ExprList given = new ExprList(args.getListRaw().stream().filter(arg -> arg != null).toList());
      return switch (function) {
        case E_Regex _ -> new E_Function(REGEX, given);
        case E_StrReplace _ -> new E_Function(REPLACE, given);
        case E_StrConcat _ -> new E_Function(CONCAT, given);
        default -> super.transform(function, args);
      };
    }
  }

  /** Text that a pattern can be stopped on. */
  private record Watched(CharSequence text, AtomicBoolean cancelled) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (cancelled.get()) {
        throw new QueryCancelledException();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Watched(text.subSequence(start, end), cancelled);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  private abstract static class Strings extends FunctionBase {
    private final int least;
    private final int most;

    private Strings(int least, int most) {
      this.least = least;
      this.most = most;
    }

    @Override
    public void checkBuild(String uri, ExprList args) {
      if (args.size() < least || args.size() > most) {
        throw new QueryBuildException("wrong number of arguments");
      }
    }

    @Override
    public NodeValue exec(List<NodeValue> args) {
      throw new IllegalStateException("called without its environment");
    }
  }

  /** {@code REGEX(text, pattern, flags?)}. */
  public static final class Regex extends Strings {
    public Regex() {
      super(2, 3);
    }

    @Override
    protected NodeValue exec(List<NodeValue> args, FunctionEnv env) {
      return NodeValue.makeBoolean(
          guarded(() -> matcher(args.get(0), args.get(1), flags(args, 2), env).find()));
    }
  }

  /** {@code REPLACE(text, pattern, replacement, flags?)}. */
  public static final class Replace extends Strings {
    public Replace() {
      super(3, 4);
    }

    @Override
    protected NodeValue exec(List<NodeValue> args, FunctionEnv env) {
      String replacement = text(args.get(2));
      String replaced =
          guarded(
              () -> {
                Matcher matcher = matcher(args.get(0), args.get(1), flags(args, 3), env);
                StringBuilder out = new StringBuilder();
                while (matcher.find()) {
                  if (matcher.end() == matcher.start()) {
                    throw new ExprEvalException("the pattern of REPLACE matches nothing at all");
                  }
                  matcher.appendReplacement(out, replacement);
                  requireShort(out.length());
                }
                return matcher.appendTail(out).toString();
              });
      Node like = args.get(0).asNode();
      String language = like.getLiteralLanguage();
      return NodeValue.makeNode(
          language.isEmpty()
              ? NodeFactory.createLiteralString(replaced)
              : NodeFactory.createLiteralLang(replaced, language));
    }
  }

  /** {@code CONCAT(text, …)}. */
  public static final class Concat extends Strings {
    public Concat() {
      super(0, Integer.MAX_VALUE);
    }

    @Override
    protected NodeValue exec(List<NodeValue> args, FunctionEnv env) {
      long length = 0;
      for (NodeValue arg : args) {
        length += text(arg).length();
      }
      requireShort(length);
      return XSDFuncOp.strConcat(args);
    }
  }

  private interface Step<T> {
    T take();
  }

  private static <T> T guarded(Step<T> step) {
    try {
      return step.take();
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new ExprEvalException("bad pattern or replacement: " + e.getMessage());
    } catch (StackOverflowError e) {
      throw new ExprEvalException("the pattern needs too much memory on this text");
    }
  }

  private static void requireShort(long length) {
    if (length > MAX_CHARS) {
      throw new GraphException(
          org.dxos.dmg.error.ErrorCode.QUERY_LIMIT,
          "run query: a string of more than " + MAX_CHARS + " characters",
          "make shorter strings");
    }
  }

  private static Matcher matcher(NodeValue text, NodeValue pattern, String flags, FunctionEnv env) {
    AtomicBoolean cancelled = Context.getCancelSignal(env.getContext());
    CharSequence watched = cancelled == null ? text(text) : new Watched(text(text), cancelled);
    return compile(text(pattern), flags).matcher(watched);
  }

  private static Pattern compile(String pattern, String flags) {
    int mask = 0;
    for (char flag : flags.toCharArray()) {
      switch (flag) {
        case 'i' -> mask |= Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
        case 'm' -> mask |= Pattern.MULTILINE;
        case 's' -> mask |= Pattern.DOTALL;
        case 'x' -> mask |= Pattern.COMMENTS;
        case 'q' -> mask |= Pattern.LITERAL;
        default -> throw new PatternSyntaxException("unknown flag", flags, 0);
      }
    }
    return Pattern.compile(pattern, mask);
  }

  private static String flags(List<NodeValue> args, int index) {
    return args.size() > index ? text(args.get(index)) : "";
  }

  /** A plain or language-tagged string; anything else is an error of the expression. */
  private static String text(NodeValue value) {
    if (!value.isString() && !value.isLangString()) {
      throw new ExprEvalException("not a string: " + value);
    }
    return value.asNode().getLiteralLexicalForm();
  }
}
