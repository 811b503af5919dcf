package org.dxos.dmg.graph;

import java.util.List;
import java.util.function.Consumer;
import org.apache.jena.query.QuerySolution;
import org.apache.jena.query.ResultSet;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.sparql.engine.binding.Binding;
import org.dxos.dmg.error.ErrorCode;

/**
 * Rows up to a number; the next one is a failure, so that nobody takes part of an answer for the
 * whole.
 */
final class LimitedRows implements ResultSet {

  private final ResultSet rows;
  private final int limit;

  LimitedRows(ResultSet rows, int limit) {
    this.rows = rows;
    this.limit = limit;
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public QuerySolution next() {
    check();
    return rows.next();
  }

  @Override
  public Binding nextBinding() {
    check();
    return rows.nextBinding();
  }

  @Override
  public void forEachRemaining(Consumer<? super QuerySolution> action) {
    while (hasNext()) {
      action.accept(next());
    }
  }

  private void check() {
    if (rows.getRowNumber() >= limit) {
      throw new GraphException(
          ErrorCode.QUERY_LIMIT,
          "run query: more than " + limit + " rows",
          "narrow it, count, or use LIMIT and OFFSET");
    }
  }

  @Override
  public QuerySolution nextSolution() {
    return next();
  }

  @Override
  public int getRowNumber() {
    return rows.getRowNumber();
  }

  @Override
  public List<String> getResultVars() {
    return rows.getResultVars();
  }

  @Override
  public Model getResourceModel() {
    return rows.getResourceModel();
  }

  @Override
  public void close() {
    rows.close();
  }
}
