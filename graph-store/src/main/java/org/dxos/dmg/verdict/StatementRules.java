package org.dxos.dmg.verdict;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.Statement;

/** Who may say what, and when. Times are seconds, UTC. */
public final class StatementRules {

  /** How much older than the head that adds it a statement may be: 90 days. */
  static final long MAX_AGE_SECONDS = 90L * 86_400;

  /** How far ahead of the head's clock a publisher's may be: one day. */
  static final long MAX_AHEAD_SECONDS = 86_400;

  private StatementRules() {}

  /**
   * Judges a statement whose signature was found valid.
   *
   * @param auth the key log entry that the statement names
   * @param keyHead the entry under which it is to be added; {@code auth} or a descendant of it
   * @param issued of the head that adds it
   * @return a refusal, or empty if the statement may be said
   */
  public static Optional<Verdict.Refused> judge(
      Statement statement, AuthorityEntry auth, AuthorityEntry keyHead, long issued) {
    Optional<Cap> cap = cap(statement.op());
    if (statement.created() < issued - MAX_AGE_SECONDS) {
      return refuse(
          ErrorCode.STATEMENT_REFUSED,
          statement,
          "it was created more than 90 days before the head that would add it");
    }
    if (statement.created() > issued + MAX_AHEAD_SECONDS) {
      return refuse(
          ErrorCode.STATEMENT_REFUSED,
          statement,
          "it was created more than a day after the head that would add it");
    }
    if (keyHead.revokes(statement.key())) {
      return refuse(ErrorCode.KEY_REVOKED, statement, "key `" + statement.key() + "` is revoked");
    }
    Optional<Verdict.Refused> then = judgeKey(statement, cap, auth, issued);
    return then.isPresent() ? then : judgeKey(statement, cap, keyHead, issued);
  }

  /**
   * Judges a statement that a promotion lists, whose signature was found valid: its key may have
   * said it when it was said, and the promotion's may say it now. So who was left less than before,
   * or has a key of somebody else's, makes public by an older entry no more than by the newest.
   *
   * @param auth the key log entry that the statement names
   * @param by the promotion, which was judged for itself
   * @param entries that which {@code by} names, and that under which it is to be added
   */
  public static Optional<Verdict.Refused> judgeListed(
      Statement statement, AuthorityEntry auth, Statement by, List<AuthorityEntry> entries) {
    Optional<Cap> cap = cap(statement.op());
    return mayEver(statement, cap, auth)
        .or(() -> entries.stream().flatMap(entry -> mayEver(by, cap, entry).stream()).findFirst());
  }

  /** Why a promotion cannot list a statement; empty if it can. */
  public static Optional<Verdict.Refused> listed(
      Statement by, Statement.Promote promote, Statement statement) {
    if (!statement.genesis().equals(by.genesis()) || !statement.path().equals(by.path())) {
      return Optional.of(
          refused(by, "it lists a statement about `" + statement.path() + "`, which is another"));
    }
    if (!statement.space().equals(Optional.of(promote.from()))) {
      return Optional.of(refused(by, "it lists a statement that was not made where it says"));
    }
    return Optional.empty();
  }

  private static Optional<Verdict.Refused> judgeKey(
      Statement statement, Optional<Cap> cap, AuthorityEntry entry, long issued) {
    Optional<Verdict.Refused> never = mayEver(statement, cap, entry);
    if (never.isPresent() || entry.owners().keys().contains(statement.key())) {
      return never;
    }
    Delegate delegate = entry.delegate(statement.key()).orElseThrow();
    if (!delegate.allows(cap.orElseThrow(), statement.path(), issued)) {
      return refuse(
          ErrorCode.KEY_EXPIRED,
          statement,
          "delegate `%s` holds from %d to %d, the head is of %d"
              .formatted(statement.key(), delegate.notBefore(), delegate.notAfter(), issued));
    }
    return Optional.empty();
  }

  /** Whether the key may say it by one entry of the key log, dates apart. */
  private static Optional<Verdict.Refused> mayEver(
      Statement statement, Optional<Cap> cap, AuthorityEntry entry) {
    PublicKey key = statement.key();
    if (entry.owners().keys().contains(key)) {
      return Optional.empty();
    }
    Optional<Delegate> delegate = entry.delegate(key);
    if (delegate.isEmpty()) {
      return refuse(
          ErrorCode.KEY_SCOPE,
          statement,
          "key `%s` is neither owner nor delegate at seq %d".formatted(key, entry.seq()));
    }
    if (cap.isEmpty()
        || !delegate.get().caps().contains(cap.get())
        || !delegate.get().inScope(statement.path())) {
      return refuse(
          ErrorCode.KEY_SCOPE,
          statement,
          "delegate `%s` may %s on %s, this needs %s"
              .formatted(
                  key,
                  words(delegate.get().caps()),
                  scope(delegate.get()),
                  cap.map(one -> words(List.of(one))).orElse("an owner")));
    }
    return Optional.empty();
  }

  private static String words(List<Cap> caps) {
    return String.join(
        ", ", caps.stream().map(cap -> cap.name().toLowerCase(Locale.ROOT)).toList());
  }

  private static String scope(Delegate delegate) {
    return String.join(", ", delegate.scope().stream().map(one -> "`" + one + "`").toList());
  }

  /** What a delegate needs; empty for what is the owners' alone. */
  private static Optional<Cap> cap(Statement.Op op) {
    return switch (op) {
      case Statement.Release _, Statement.Promote _ -> Optional.of(Cap.RELEASE);
      case Statement.Tag _ -> Optional.of(Cap.TAG);
      case Statement.Yank _, Statement.Unyank _, Statement.Deprecate _ -> Optional.of(Cap.YANK);
      case Statement.Withdraw _ -> Optional.empty();
    };
  }

  static Verdict.Refused refused(Statement statement, String what) {
    return refuse(ErrorCode.STATEMENT_REFUSED, statement, what).orElseThrow();
  }

  private static Optional<Verdict.Refused> refuse(
      ErrorCode code, Statement statement, String what) {
    return Optional.of(
        Verdict.refused(
            code, "admit " + statement.op().text() + " of `" + statement.path() + "`: " + what));
  }
}
