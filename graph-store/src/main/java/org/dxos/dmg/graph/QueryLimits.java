package org.dxos.dmg.graph;

/**
 * What one query may take, and how many may run.
 *
 * @param millis of time, from when its turn has come
 * @param graceMillis after that, for the engine to stop; then the query is abandoned
 * @param rows of an answer
 * @param triples of an answer
 * @param allocatedBytes in all, freed or not: what bounds its memory
 * @param concurrent queries that run at a time
 * @param turnMillis a query waits for its turn
 * @param abandoned queries that may run on without a turn; beyond it they keep theirs until they
 *     end
 */
record QueryLimits(
    long millis,
    long graceMillis,
    int rows,
    int triples,
    long allocatedBytes,
    int concurrent,
    long turnMillis,
    int abandoned) {

  private static final long MIN_ALLOCATED = 512L * 1024 * 1024;

  /** Those of a node. */
  static QueryLimits usual() {
    return new QueryLimits(
        10_000,
        1_000,
        10_000,
        100_000,
        Math.max(MIN_ALLOCATED, Runtime.getRuntime().maxMemory()),
        8,
        5_000,
        4);
  }
}
