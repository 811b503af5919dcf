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

  /** Where this registry is, for people: a folder or a URL. */
  String place();

  /** The node that orders what is published here. */
  NodeInfo node();

  /**
   * The one release that a DXN selects.
   *
   * @param dxn any form that names have; without selector, {@code latest}
   */
  ReleaseInfo resolve(String dxn);

  /** All versions and tags of a name. */
  ModuleInfo module(String name);

  /** Solves {@code request}; an unsatisfiable one is a failure that carries its explanation. */
  Lock closure(ClosureRequest request);

  /** As {@link #closure}, and says why it is this one. */
  SolvedClosure explain(ClosureRequest request);

  /** Modules by words, best first. */
  List<SearchHit> search(String words, int limit);

  /**
   * Answers a SPARQL query over everything public.
   *
   * @param accept a media type of the SPARQL result formats
   */
  QueryAnswer sparql(String query, String accept);

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

  /** Which of these blocks are not held. */
  Set<Cid> missing(Collection<Cid> cids);

  /** A public block, checked against its CID. */
  @Override
  Optional<byte[]> get(Cid cid);

  /** What is held, how far projections are, what is wrong. */
  Node.Map status();

  @Override
  void close();
}
