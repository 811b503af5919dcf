package org.dxos.dmg.verdict;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.Statement;

/**
 * Which of an authority's chains of heads is meant: it has one that is public, and one in each
 * space where it says something. A statement belongs to the chain that it names, and to no other.
 */
public sealed interface Chain {

  /** The one that anybody may read. */
  Chain PUBLIC = new Public();

  /** The chain in a space, as of an entry of the space's own log. */
  static Chain of(SpaceLog log) {
    return new Private(
        log.id(),
        log.last().body().revoked(),
        log.entries().stream().map(entry -> entry.body().revoked()).collect(Collectors.toSet()));
  }

  /** The space's id; empty for the public chain. */
  Optional<Cid> space();

  /**
   * How far an entry of the key log revokes a key here: in a space that is for the space's own log
   * to say.
   *
   * @param genesis the authority id
   */
  Optional<Revoked> revocation(Cid genesis, AuthorityEntry entry, PublicKey key);

  /**
   * This chain as of each moment that a head of it may have been signed at, as of now first: what a
   * head leaves void depends on what was said then of revoked keys.
   *
   * @param genesis of the authority whose head it is
   */
  List<Chain> moments(Cid genesis);

  /** Why a statement cannot be added to this chain by itself; empty if it can. */
  Optional<Verdict.Refused> misplaced(Statement statement);

  /**
   * Checks that a head is of this chain.
   *
   * @throws AdmissionException.Refused with {@link ErrorCode#HEAD_REFUSED}
   */
  default void requireOf(Signed<Head> head) {
    if (!head.body().space().equals(space())) {
      // Neither the space that was found nor the one expected is named: who reads this may be in
      // neither.
      throw new AdmissionException.Refused(
          ErrorCode.HEAD_REFUSED,
          "admit head `"
              + head.cid()
              + "`: it is of another chain than the "
              + (space().isEmpty() ? "public one" : "one of this space"));
    }
  }

  /** The chain that anybody may read. */
  record Public() implements Chain {
    @Override
    public Optional<Cid> space() {
      return Optional.empty();
    }

    @Override
    public Optional<Revoked> revocation(Cid genesis, AuthorityEntry entry, PublicKey key) {
      return entry.revocation(key);
    }

    @Override
    public List<Chain> moments(Cid genesis) {
      return List.of(this); // here the entry that a head names says it
    }

    @Override
    public Optional<Verdict.Refused> misplaced(Statement statement) {
      return statement.space().isEmpty()
          ? Optional.empty()
          : Optional.of(
              StatementRules.refused(
                  statement,
                  "it was made in a space, and nothing that promotes it goes before it"));
    }
  }

  /**
   * The chain in a space.
   *
   * @param id of the space
   * @param revoked what the space's newest entry says of revoked keys
   * @param ever what each of its entries says of them
   */
  record Private(
      Cid id, List<SpaceEntry.RevokedHere> revoked, Set<List<SpaceEntry.RevokedHere>> ever)
      implements Chain {
    public Private {
      revoked = List.copyOf(revoked);
      ever = Set.copyOf(ever);
    }

    /** As of one entry. */
    public Private(Cid id, List<SpaceEntry.RevokedHere> revoked) {
      this(id, revoked, Set.of(revoked));
    }

    @Override
    public List<Chain> moments(Cid genesis) {
      Set<List<SpaceEntry.RevokedHere>> said = new LinkedHashSet<>();
      said.add(about(genesis, revoked));
      ever.forEach(one -> said.add(about(genesis, one)));
      return said.stream().<Chain>map(one -> new Private(id, one)).toList();
    }

    private static List<SpaceEntry.RevokedHere> about(
        Cid genesis, List<SpaceEntry.RevokedHere> said) {
      return said.stream().filter(one -> one.genesis().equals(genesis)).toList();
    }

    @Override
    public Optional<Cid> space() {
      return Optional.of(id);
    }

    @Override
    public Optional<Revoked> revocation(Cid genesis, AuthorityEntry entry, PublicKey key) {
      return entry
          .revocation(key)
          .map(
              known ->
                  new Revoked(
                      key,
                      revoked.stream()
                          .filter(one -> one.genesis().equals(genesis) && one.key().equals(key))
                          .findFirst()
                          .flatMap(SpaceEntry.RevokedHere::lastGood),
                      known.reason()));
    }

    @Override
    public Optional<Verdict.Refused> misplaced(Statement statement) {
      return statement.space().equals(Optional.of(SpaceEntry.tag(id, statement.path())))
          ? Optional.empty()
          : Optional.of(StatementRules.refused(statement, "it was not made in this space"));
    }
  }
}
