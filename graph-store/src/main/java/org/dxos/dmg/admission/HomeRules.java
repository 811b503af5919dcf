package org.dxos.dmg.admission;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.StatementRules;
import org.dxos.dmg.verdict.Verdict;

/** When a home node takes a statement: it is the home, nothing is contested, and the key may. */
final class HomeRules {

  private HomeRules() {}

  /**
   * Judges a statement whose signature was found valid.
   *
   * @param view the authority as it stands
   * @param chain to which it is to be added
   * @param keys of this node
   * @param issued seconds, UTC, of the head that would add it
   */
  static Optional<Verdict.Refused> judge(
      AuthorityView view, Chain chain, HeadKeys keys, Signed<Statement> statement, long issued) {
    return mayGoOn(view, keys).or(() -> judge(view, chain, statement, issued));
  }

  /** Judges whether this node may sign another head, whatever it adds. */
  static Optional<Verdict.Refused> mayGoOn(AuthorityView view, HeadKeys keys) {
    AuthorityEntry entry = view.keyHead().body();
    return keys.of(entry.home().headKey()).isEmpty()
        ? Optional.of(notHome(entry, keys))
        : mayGoOn(view);
  }

  /**
   * Judges a statement as any node can, whether or not it is the home.
   *
   * @param issued seconds, UTC, of the head that would add it
   */
  static Optional<Verdict.Refused> judge(
      AuthorityView view, Chain chain, Signed<Statement> statement, long issued) {
    Optional<Verdict.Refused> stopped = mayGoOn(view);
    if (stopped.isPresent()) {
      return stopped;
    }
    Optional<AuthorityEntry> auth = view.log().entry(statement.body().auth());
    if (auth.isEmpty()) {
      return Optional.of(stray(view, statement));
    }
    return chain
        .misplaced(statement.body())
        .or(
            () ->
                StatementRules.judge(statement.body(), auth.get(), view.keyHead().body(), issued));
  }

  /**
   * Judges what a promotion lists, each with a signature that was found valid.
   *
   * @param by the promotion, which may be said for itself
   */
  static Optional<Verdict.Refused> judgeListed(
      AuthorityView view, Signed<Statement> by, List<Signed<Statement>> listed) {
    Optional<AuthorityEntry> auth = view.log().entry(by.body().auth());
    if (auth.isEmpty()) {
      return Optional.of(stray(view, by));
    }
    List<AuthorityEntry> entries = List.of(auth.get(), view.keyHead().body());
    return listed.stream().flatMap(one -> judge(view, by, one, entries).stream()).findFirst();
  }

  private static Optional<Verdict.Refused> judge(
      AuthorityView view,
      Signed<Statement> by,
      Signed<Statement> listed,
      List<AuthorityEntry> entries) {
    Optional<AuthorityEntry> auth = view.log().entry(listed.body().auth());
    return auth.isEmpty()
        ? Optional.of(stray(view, listed))
        : StatementRules.judgeListed(listed.body(), auth.get(), by.body(), entries);
  }

  private static Verdict.Refused stray(AuthorityView view, Signed<Statement> statement) {
    return Verdict.refused(
        ErrorCode.STATEMENT_REFUSED,
        "admit statement `%s`: its `auth` `%s` is no entry of the key log of `%s`"
            .formatted(statement.cid(), statement.body().auth(), view.name()));
  }

  private static Optional<Verdict.Refused> mayGoOn(AuthorityView view) {
    switch (view.standing().contest()) {
      case KEYS -> {
        return Optional.of(
            contested(
                view,
                "its key log forked after seq " + view.keyHead().body().seq(),
                "settle it with the recovery keys: `dmg authority recover`"));
      }
      case HEADS -> {
        return Optional.of(
            contested(
                view,
                "two heads follow epoch "
                    + view.head().map(head -> String.valueOf(head.body().epoch())).orElse("none"),
                "settle it with the owners' keys: `dmg authority heal`"));
      }
      case NONE -> {}
    }
    if (!view.standing().awaited().isEmpty()) {
      return Optional.of(
          new Verdict.Refused(
              ErrorCode.BLOCK_MISSING,
              "admit for `"
                  + view.name()
                  + "`: its key log names head `"
                  + view.standing().awaited().iterator().next()
                  + "` as the last good one of a key, and it is not held",
              "take it from whoever has it: `dmg import car`"));
    }
    return Optional.empty();
  }

  static Verdict.Refused notHome(AuthorityEntry entry, HeadKeys keys) {
    return new Verdict.Refused(
        ErrorCode.NOT_HOME,
        "admit for `"
            + entry.authority()
            + "`: its home has head key `"
            + entry.home().headKey()
            + "`, this node `"
            + keys.current().publicKey()
            + "`",
        "its home is peer `"
            + entry.home().peer()
            + "`"
            + (entry.home().addrs().isEmpty()
                ? ""
                : " at " + String.join(", ", entry.home().addrs()))
            + ": publish there, with `--node URL`");
  }

  private static Verdict.Refused contested(AuthorityView view, String what, String hint) {
    return new Verdict.Refused(
        ErrorCode.AUTHORITY_CONTESTED,
        "admit for `" + view.name() + "`: the authority is contested, " + what,
        hint);
  }
}
