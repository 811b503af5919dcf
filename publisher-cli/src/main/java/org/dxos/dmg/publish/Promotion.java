package org.dxos.dmg.publish;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.HeadChain;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;

/** Makes public what was said of a name in a space: the same statements, with the same CIDs. */
public final class Promotion {

  private final Registry space;
  private final Registry open;
  private final Publisher publisher;

  /**
   * @param space the registry of a space
   * @param open the public one beside it
   * @param keys one of them is an owner's, or of a delegate who may release
   */
  public Promotion(Registry space, Registry open, KeyRing keys, InstantSource clock) {
    this.space = space;
    this.open = open;
    this.publisher = new Publisher(open, keys, clock);
  }

  /**
   * What came of it.
   *
   * @param statements that became public, in order; empty if there was none that was not
   */
  public record Promoted(List<Cid> statements, Optional<PublishReceipt> receipt) {
    public Promoted {
      statements = List.copyOf(statements);
    }
  }

  /**
   * Promotes all that was said of a name in the space and is not public yet, at most {@link
   * Statement#MAX_PROMOTED} statements at a time, the oldest first.
   *
   * @throws NotFoundException if nothing is released under the name in the space
   */
  public Promoted promote(Name name) {
    AuthorityInfo here =
        space
            .authority(name.authority().text())
            .filter(one -> one.head().isPresent())
            .orElseThrow(() -> missing(name));
    List<Cid> said = said(here, name.path());
    if (said.isEmpty()) {
      throw missing(name);
    }
    Optional<Cid> last = newest(name);
    said.removeAll(promoted(last));
    if (said.isEmpty()) {
      return new Promoted(List.of(), Optional.empty());
    }
    List<Cid> some = said.subList(0, Math.min(said.size(), Statement.MAX_PROMOTED));
    Statement.Promote promote =
        new Statement.Promote(SpaceEntry.tag(space.space().orElseThrow(), name.path()), some);
    return new Promoted(some, Optional.of(publisher.say(name, promote, space)));
  }

  /** The newest promotion of a name; its authority is known in public after this. */
  private Optional<Cid> newest(Name name) {
    return publisher
        .known(name.authority().text())
        .flatMap(AuthorityInfo::head)
        .map(head -> Signed.read(open, head, Head.class).body().state())
        .flatMap(state -> MerkleSearchTree.at(state, open).get(Slots.promotion(name.path())));
  }

  /** Everything that promotions up to one have listed. */
  private Set<Cid> promoted(Optional<Cid> last) {
    Set<Cid> listed = new HashSet<>();
    for (Optional<Cid> at = last; at.isPresent(); ) {
      Statement statement = Signed.read(open, at.get(), Statement.class).body();
      if (statement.op() instanceof Statement.Promote promote) {
        listed.addAll(promote.statements());
      }
      at = statement.replaces();
    }
    return listed;
  }

  /** What was said about a path in the space, and whether it still counts there. */
  private record Said(Cid cid, Statement statement, boolean counts) {}

  /**
   * What the heads of the space have added about a path and counts there, oldest first. What is
   * void has to stay behind: a promotion answers for what it lists with its own key, so that what a
   * stolen key has said would count again.
   */
  private List<Cid> said(AuthorityInfo here, String path) {
    List<Cid> counting = new ArrayList<>();
    Set<String> withoutRelease = new HashSet<>();
    for (Said one : all(here, path)) {
      Optional<String> version = one.statement().op().aboutVersion();
      if (one.statement().op() instanceof Statement.Release release) {
        if (one.counts()) {
          withoutRelease.remove(release.version());
        } else {
          withoutRelease.add(release.version());
        }
      }
      if (one.counts() && version.filter(withoutRelease::contains).isEmpty()) {
        counting.add(one.cid());
      }
    }
    return counting;
  }

  private List<Said> all(AuthorityInfo here, String path) {
    AuthorityEntry last = Signed.read(space, here.keyHead(), AuthorityEntry.class).body();
    Chain chain = chain();
    List<Said> said = new ArrayList<>();
    for (Optional<Cid> at = here.head(); at.isPresent(); ) {
      Signed<Head> head = Signed.read(space, at.get(), Head.class);
      for (Cid added : head.body().added().reversed()) {
        Statement statement = Signed.read(space, added, Statement.class).body();
        if (statement.path().equals(path)) {
          boolean isVoid =
              chain
                  .revocation(here.genesis(), last, statement.key())
                  .filter(revoked -> !HeadChain.keeps(space, revoked, head))
                  .isPresent();
          said.addFirst(new Said(added, statement, !isVoid));
        }
      }
      at = head.body().prev();
    }
    return said;
  }

  /** The chain of the space, with what its log says now of revoked keys. */
  private Chain chain() {
    Cid id = space.space().orElseThrow();
    return new Chain.Private(
        id,
        open.spaces()
            .show(id.toString())
            .entry()
            .map(entry -> Signed.read(space, entry, SpaceEntry.class).body().revoked())
            .orElse(List.of()));
  }

  private NotFoundException missing(Name name) {
    return new NotFoundException(
        ErrorCode.NOT_FOUND,
        "promote `" + name + "`: nothing is released under that name in " + space.place(),
        List.of(),
        "see `dmg versions " + name + " --space …`");
  }
}
