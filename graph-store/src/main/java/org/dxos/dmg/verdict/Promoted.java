package org.dxos.dmg.verdict;

import java.util.Optional;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.Statement;

/**
 * Goes through what a head adds, in order, and knows which of it a promotion before it has listed.
 * Used once a head.
 */
final class Promoted {

  /**
   * A promotion that was met.
   *
   * @param next which of the statements it lists is to come
   */
  private record Run(Signed<Statement> by, Statement.Promote promote, int next) {
    boolean over() {
      return next == promote.statements().size();
    }
  }

  private Optional<Run> run = Optional.empty();

  /**
   * Takes the next statement.
   *
   * @return the promotion under which it is added; empty if it stands for itself
   * @throws AdmissionException.Refused if a promotion lists another one at this place
   */
  Optional<Signed<Statement>> next(Signed<Statement> statement) {
    Optional<Run> open = run.filter(one -> !one.over());
    if (open.isEmpty()) {
      run =
          statement.body().op() instanceof Statement.Promote promote
              ? Optional.of(new Run(statement, promote, 0))
              : Optional.empty();
      return Optional.empty();
    }
    Run at = open.get();
    if (!at.promote().statements().get(at.next()).equals(statement.cid())) {
      throw unfinished(at);
    }
    StatementRules.listed(at.by().body(), at.promote(), statement.body())
        .ifPresent(
            refused -> {
              throw fail(refused);
            });
    run = Optional.of(new Run(at.by(), at.promote(), at.next() + 1));
    return Optional.of(at.by());
  }

  /** The key that answers for a statement: its own, or that of the promotion. */
  PublicKey answerable(Signed<Statement> statement) {
    return next(statement).orElse(statement).body().key();
  }

  /** Checks that nothing listed is left out. */
  void end() {
    run.filter(one -> !one.over())
        .ifPresent(
            one -> {
              throw unfinished(one);
            });
  }

  private static AdmissionException unfinished(Run run) {
    return fail(
        StatementRules.refused(
            run.by().body(),
            "`"
                + run.promote().statements().get(run.next())
                + "`, which it lists, does not follow"));
  }

  private static AdmissionException fail(Verdict.Refused refused) {
    return new AdmissionException.Refused(refused.code(), refused.message(), refused.hint());
  }
}
