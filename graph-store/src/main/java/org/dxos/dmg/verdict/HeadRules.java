package org.dxos.dmg.verdict;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.Statement;

/**
 * When a head holds: everything it adds is valid under its key log entry, and leads to exactly the
 * state it signs.
 */
public final class HeadRules {

  private HeadRules() {}

  /**
   * Checks a head beside the one before it.
   *
   * @param head the head
   * @param chain of which it is to be
   * @param log the branch of the key log that ends with the entry the head names
   * @param prev the head that its `prev` names, by whichever of its envelopes; empty at epoch 0
   * @param voided statements in the state before that are void under that entry
   * @param blocks where statements and the trees can be read, by several threads at a time
   * @param sink takes the nodes of the tree that the head signs
   * @return the state tree that the head signs
   * @throws AdmissionException.Refused with {@link ErrorCode#HEAD_REFUSED}, the code of the
   *     statement that is not valid, or {@link ErrorCode#BLOCK_MISSING}
   */
  public static MerkleSearchTree check(
      Signed<Head> head,
      Chain chain,
      KeyLog log,
      Optional<Signed<Head>> prev,
      Set<Cid> voided,
      BlockSource blocks,
      BlockSink sink) {
    requireLinks(head, log, prev);
    requireSignature(head, chain, log);
    MerkleSearchTree state =
        prev.isPresent()
            ? MerkleSearchTree.at(prev.get().body().state(), blocks)
            : MerkleSearchTree.empty(blocks);
    return check(head, chain, log, state, voided, blocks, sink, Ahead.nothing());
  }

  /**
   * Checks what a head adds, and that it leads to the state it signs. Its links and its signature
   * are the caller's to check.
   *
   * @param before the state tree of the head before it
   * @param ahead statements that were read and verified already
   */
  static MerkleSearchTree check(
      Signed<Head> head,
      Chain chain,
      KeyLog log,
      MerkleSearchTree before,
      Set<Cid> voided,
      BlockSource blocks,
      BlockSink sink,
      Ahead ahead) {
    MerkleSearchTree state = before;
    // Signatures are most of the work and need nothing of each other: they are verified on all
    // cores, ahead of what has to go in order. Which failure is told does not depend on it.
    Promoted promoted = new Promoted();
    for (Ahead.Said said : ahead.statements(head.body().added(), blocks)) {
      Signed<Statement> statement = said.orThrow();
      requireMayBeSaid(statement, promoted.next(statement), chain, head, log);
      state = add(state, statement, head, voided, blocks);
    }
    promoted.end();
    MerkleSearchTree reached = state.write(sink);
    if (!reached.root().equals(head.body().state())) {
      throw refused(
          head,
          "its statements lead to the state `"
              + reached.root()
              + "`, it signs `"
              + head.body().state()
              + "`");
    }
    return reached;
  }

  /** Checks the place of a head in the chain. */
  static void requireLinks(Signed<Head> head, KeyLog log, Optional<Signed<Head>> prev) {
    Head body = head.body();
    long epoch = prev.isPresent() ? prev.get().body().epoch() + 1 : 0;
    // Which head `prev` names is the caller's to find: of one body there may be several envelopes.
    if (body.epoch() != epoch || body.prev().isPresent() != prev.isPresent()) {
      throw refused(
          head,
          "epoch " + body.epoch() + " does not follow the head before it, expected epoch " + epoch);
    }
    if (prev.isPresent() && log.position(prev.get().body().keyHead()).isEmpty()) {
      throw refused(
          head,
          "it stands under key log entry `%s`, which is not after `%s`, that of the head before it"
              .formatted(body.keyHead(), prev.get().body().keyHead()));
    }
  }

  /**
   * Checks that a head is the authority's, of one of its chains, and signed by its home: enough for
   * a reader who holds a proof from the state it signs, and not the statements of all others.
   *
   * @throws AdmissionException.Refused with {@link ErrorCode#HEAD_REFUSED}
   */
  public static void requireSignature(Signed<Head> head, Chain chain, KeyLog log) {
    requireSignature(head, chain, log, Ahead.nothing());
  }

  static void requireSignature(Signed<Head> head, Chain chain, KeyLog log, Ahead ahead) {
    chain.requireOf(head);
    Head body = head.body();
    Signed<AuthorityEntry> keyHead = log.last();
    if (!body.genesis().equals(log.id())) {
      throw refused(
          head, "it is of authority `" + body.genesis() + "`, expected `" + log.id() + "`");
    }
    if (!log.endsWith(body.keyHead()) || body.keySeq() != keyHead.body().seq()) {
      throw refused(
          head,
          "it stands under key log entry `%s` of seq %d, expected `%s` of seq %d"
              .formatted(body.keyHead(), body.keySeq(), keyHead.cid(), keyHead.body().seq()));
    }
    ahead.requireSignedBy(head, keyHead.body().home().headKey());
  }

  /**
   * Checks that one statement of a head may be said: for a reader, who asks after that one alone.
   *
   * @param head which adds it, and whose signature was found valid
   * @param log the branch of the key log that ends with the entry the head names
   * @param blocks has the statements before it too, of which one may promote it
   * @return the key that answers for it: its own, or that of the promotion
   * @throws AdmissionException.Refused if it may not
   */
  public static PublicKey requireSaid(
      Signed<Head> head, Cid added, Chain chain, KeyLog log, BlockSource blocks) {
    Promoted promoted = new Promoted();
    for (Cid one : head.body().added()) {
      Signed<Statement> statement = Signed.read(blocks, one, Statement.class);
      Optional<Signed<Statement>> by = promoted.next(statement);
      if (one.equals(added)) {
        if (by.isPresent()) {
          by.get().requireSigned();
          requireMayBeSaid(by.get(), Optional.empty(), chain, head, log);
        }
        requireMayBeSaid(statement.requireSigned(), by, chain, head, log);
        return by.orElse(statement).body().key();
      }
    }
    throw refused(head, "it does not add `" + added + "`");
  }

  /**
   * @param by the promotion that lists it, which may be said itself
   */
  private static void requireMayBeSaid(
      Signed<Statement> statement,
      Optional<Signed<Statement>> by,
      Chain chain,
      Signed<Head> head,
      KeyLog log) {
    if (!statement.body().genesis().equals(head.body().genesis())) {
      throw refused(head, "it adds `" + statement.cid() + "`, a statement of another authority");
    }
    AuthorityEntry auth = auth(statement, head, log);
    AuthorityEntry keyHead = log.last().body();
    Optional<Verdict.Refused> refusal =
        by.isPresent()
            ? StatementRules.judgeListed(
                statement.body(),
                auth,
                by.get().body(),
                List.of(auth(by.get(), head, log), keyHead))
            : chain
                .misplaced(statement.body())
                .or(
                    () ->
                        StatementRules.judge(
                            statement.body(), auth, keyHead, head.body().issued()));
    if (refusal.isPresent()) {
      throw new AdmissionException.Refused(
          refusal.get().code(), refusal.get().message(), refusal.get().hint());
    }
  }

  private static AuthorityEntry auth(Signed<Statement> statement, Signed<Head> head, KeyLog log) {
    return log.entry(statement.body().auth())
        .orElseThrow(
            () ->
                refused(
                    head,
                    "it adds `"
                        + statement.cid()
                        + "`, whose `auth` is no entry of its branch of the key log"));
  }

  private static MerkleSearchTree add(
      MerkleSearchTree state,
      Signed<Statement> statement,
      Signed<Head> head,
      Set<Cid> voided,
      BlockSource blocks) {
    Cid added = statement.cid();
    return switch (Slots.apply(state, added, statement.body(), voided, blocks)) {
      case Verdict.Accepted accepted -> accepted.state();
      case Verdict.Held _ -> throw refused(head, "it adds `" + added + "`, which changes nothing");
      case Verdict.Conflict conflict -> throw refused(head, conflict.message());
      case Verdict.Refused refused ->
          throw new AdmissionException.Refused(refused.code(), refused.message(), refused.hint());
    };
  }

  private static AdmissionException refused(Signed<Head> head, String what) {
    return new AdmissionException.Refused(
        ErrorCode.HEAD_REFUSED, "admit head `" + head.cid() + "`: " + what);
  }
}
