package org.dxos.dmg.graph;

import java.util.List;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.Triple;
import org.apache.jena.sparql.algebra.Op;
import org.apache.jena.sparql.algebra.op.OpBGP;
import org.apache.jena.sparql.algebra.op.OpFilter;
import org.apache.jena.sparql.algebra.op.OpGraph;
import org.apache.jena.sparql.algebra.op.OpGroup;
import org.apache.jena.sparql.algebra.op.OpJoin;
import org.apache.jena.sparql.algebra.op.OpLeftJoin;
import org.apache.jena.sparql.algebra.op.OpPropFunc;
import org.apache.jena.sparql.algebra.op.OpQuadPattern;
import org.apache.jena.sparql.algebra.op.OpSequence;
import org.apache.jena.sparql.engine.ExecutionContext;
import org.apache.jena.sparql.engine.QueryIterator;
import org.apache.jena.sparql.expr.ExprAggregator;
import org.apache.jena.sparql.expr.aggregate.AggCount;
import org.apache.jena.sparql.expr.aggregate.AggCountVar;
import org.apache.jena.tdb2.solver.OpExecutorTDB2;

/**
 * Executes as TDB2 does, but for two things:
 *
 * <ul>
 *   <li>A pattern that follows a step without an answer is no answer either, where TDB2, which
 *       orders the pattern by the first answer, fails.
 *   <li>{@code COUNT(?v)} of a variable that every row has is {@code COUNT(*)}, which does not look
 *       up what {@code ?v} stands for, row by row.
 * </ul>
 */
final class Execution extends OpExecutorTDB2 {

  Execution(ExecutionContext context) {
    super(context);
  }

  @Override
  protected QueryIterator execute(OpBGP pattern, QueryIterator input) {
    return input.hasNext() ? super.execute(pattern, input) : input;
  }

  @Override
  protected QueryIterator execute(OpQuadPattern pattern, QueryIterator input) {
    return input.hasNext() ? super.execute(pattern, input) : input;
  }

  @Override
  protected QueryIterator execute(OpFilter filter, QueryIterator input) {
    return !isPattern(filter.getSubOp()) || input.hasNext() ? super.execute(filter, input) : input;
  }

  private static boolean isPattern(Op op) {
    return op instanceof OpBGP || op instanceof OpQuadPattern;
  }

  @Override
  protected QueryIterator execute(OpGroup group, QueryIterator input) {
    Op rows = group.getSubOp();
    List<ExprAggregator> aggregators =
        group.getAggregators().stream().map(one -> countingRows(one, rows)).toList();
    return super.execute(OpGroup.create(rows, group.getGroupVars(), aggregators), input);
  }

  private static ExprAggregator countingRows(ExprAggregator aggregator, Op rows) {
    return aggregator.getAggregator() instanceof AggCountVar count
            && count.getExprList().get(0).isVariable()
            && binds(rows, count.getExprList().get(0).asVar())
        ? new ExprAggregator(aggregator.getVar(), new AggCount())
        : aggregator;
  }

  /** True if every row of {@code op} has the variable; of an operator not told apart here, no. */
  private static boolean binds(Op op, Node variable) {
    return switch (op) {
      case OpBGP one -> binds(one.getPattern().getList(), variable);
      case OpQuadPattern one ->
          one.getGraphNode().equals(variable) || binds(one.getBasicPattern().getList(), variable);
      case OpGraph one -> one.getNode().equals(variable) || binds(one.getSubOp(), variable);
      case OpFilter one -> binds(one.getSubOp(), variable);
      case OpJoin one -> binds(one.getLeft(), variable) || binds(one.getRight(), variable);
      case OpLeftJoin one -> binds(one.getLeft(), variable);
      case OpSequence one -> one.getElements().stream().anyMatch(part -> binds(part, variable));
      case OpPropFunc one ->
          ModuleProperties.isOne(one.getProperty())
                  && (variable.equals(one.getSubjectArgs().getArg())
                      || variable.equals(one.getObjectArgs().getArg()))
              || binds(one.getSubOp(), variable);
      default -> false;
    };
  }

  private static boolean binds(List<Triple> pattern, Node variable) {
    return pattern.stream()
        .anyMatch(
            one ->
                one.getSubject().equals(variable)
                    || one.getPredicate().equals(variable)
                    || one.getObject().equals(variable));
  }
}
