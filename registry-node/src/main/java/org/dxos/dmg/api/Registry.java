package org.dxos.dmg.api;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.Node;

/**
 * A registry, embedded or behind a URL. Failures are exceptions that implement {@link
 * org.dxos.dmg.error.Explained}, with the same codes from both.
 */
public interface Registry extends BlockSource, AutoCloseable {

  /** The space that this is the registry of; empty for the public one. */
  default Optional<Cid> space() {
    return Optional.empty();
  }

  /** The spaces beside this registry. */
  Spaces spaces();

  /** Where this registry is, for people: a folder or a URL. */
  String place();

  /** The node that orders what is published here. */
  NodeInfo node();

  /**
   * The one release that a DXN selects.
   *
   * @param dxn any form that names have; without selector, {@code latest}
   */
  default ReleaseInfo resolve(String dxn) {
    return resolve(dxn, Optional.empty());
  }

  /**
   * As {@link #resolve(String)}, as of an earlier moment.
   *
   * @param at envelope of a head, or a root; empty for now
   */
  ReleaseInfo resolve(String dxn, Optional<Cid> at);

  /** All versions and tags of a name. */
  default ModuleInfo module(String name) {
    return module(name, Optional.empty());
  }

  /** As {@link #module(String)}, as of an earlier moment. */
  ModuleInfo module(String name, Optional<Cid> at);

  /** Solves {@code request}; an unsatisfiable one is a failure that carries its explanation. */
  Lock closure(ClosureRequest request);

  /** As {@link #closure}, and says why it is this one. */
  SolvedClosure explain(ClosureRequest request);

  /**
   * Why one release leads to a name: the shortest path, and all others of which no step can be left
   * out.
   *
   * @param from any form that names have; one release
   * @param to a name, or a name and which releases of it
   * @param limit how many paths at most
   * @throws NotFoundException if there is none
   */
  Why why(String from, String to, int limit);

  /**
   * Who leads to a name, by the static closure.
   *
   * @param of a name, with a selector if only some of its releases are meant
   * @param direct only those with a clause that does
   * @param limit how many are listed at most; all are counted
   */
  Dependents dependents(String of, boolean direct, int limit);

  /**
   * Who would be hurt if some releases were withdrawn.
   *
   * @param of a name, with a selector if only some of its releases are meant
   * @param limit how many are listed of each kind at most; all are counted
   */
  Withdrawal withdrawal(String of, int limit);

  /** Modules by words, best first. */
  List<SearchHit> search(String words, int limit);

  /**
   * Answers a SPARQL query over everything public.
   *
   * @param accept a media type of the SPARQL result formats
   */
  QueryAnswer sparql(String query, String accept);

  /** Returns when queries and search see everything that was published before this call. */
  default void catchUp() {
    sparql("ASK {}", "text/csv");
  }

  /** The authority to which a name is bound here. */
  Optional<AuthorityInfo> authority(String name);

  /** Claims an authority by its genesis, whose home must be {@link #node}. */
  AuthorityInfo claim(Cid envelope, BlockSource offered);

  /**
   * Hands in key log entries and heads of one authority, whoever carries them and wherever its home
   * is.
   *
   * @param genesis the authority id
   * @param envelopes oldest first
   * @param offered the blocks of the envelopes, of statements that heads add, and of their records
   *     and bundles as far as they are to be held here
   */
  AuthorityInfo learn(Cid genesis, List<Cid> envelopes, BlockSource offered);

  /**
   * Makes a new key with which the node signs the heads of authorities that are claimed, moved or
   * healed to it from now on.
   */
  NodeInfo freshHeadKey();

  /**
   * Has the home sign a head that adds nothing and expires later; a node does so by itself in time.
   *
   * @param genesis of an authority whose home is {@link #node}
   */
  AuthorityInfo renew(Cid genesis);

  /**
   * Hands in a signed statement.
   *
   * @param offered the statement, its record, files and bundles, of which only what {@link
   *     #missing} names needs to be there
   */
  PublishReceipt publish(Cid envelope, BlockSource offered);

  /**
   * How many callers of {@link #publish} at a time this registry serves well: statements that wait
   * together share a commit.
   */
  int publishesAtOnce();

  /**
   * How many statements {@link #publishAll} puts into one head; 1 where nothing is gained by
   * handing in many at once.
   */
  default int publishesTogether() {
    return 1;
  }

  /**
   * Hands in many signed statements at once, so that they share heads and commits: an import does.
   * The first failure is thrown when all of them were judged; the others are added all the same.
   *
   * @param offered as of {@link #publish}, of all of them
   * @return how many were added; the others were there
   */
  default int publishAll(List<Cid> envelopes, BlockSource offered) {
    return (int) envelopes.stream().filter(one -> publish(one, offered).added()).count();
  }

  /**
   * Takes blocks ahead of what will link them. Until something does they are no public blocks, and
   * are collected like any other that nothing leads to, a day after at the earliest.
   *
   * @param cids at most as much as may be held in memory
   * @param offered has them all
   */
  void keep(Collection<Cid> cids, BlockSource offered);

  /** Which of these blocks are not held. */
  Set<Cid> missing(Collection<Cid> cids);

  /** A block that is held, checked against its CID. */
  @Override
  Optional<byte[]> get(Cid cid);

  /**
   * A block that anybody may have: what an authority that may leave the registry leads to. Not what
   * was only uploaded, what waits, what is local, and what the policy withholds.
   */
  default Optional<byte[]> shared(Cid cid) {
    return get(cid);
  }

  /** What is held, how far projections are, what is wrong. */
  Node.Map status();

  @Override
  void close();
}
