package org.dxos.dmg.graph;

import org.apache.jena.sparql.algebra.Op;
import org.apache.jena.sparql.algebra.op.OpBGP;
import org.apache.jena.sparql.algebra.op.OpFilter;
import org.apache.jena.sparql.algebra.op.OpQuadPattern;
import org.apache.jena.sparql.engine.ExecutionContext;
import org.apache.jena.sparql.engine.QueryIterator;
import org.apache.jena.tdb2.solver.OpExecutorTDB2;

/**
 * Executes as TDB2 does, but for a pattern that follows a step without an answer: that is no answer
 * either, where TDB2, which orders the pattern by the first answer, fails.
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
}
