package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.sync.replica.HeldSpaces;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.replica.SpaceDoor;
import org.dxos.dmg.sync.replica.SpaceHolder;
import org.dxos.dmg.sync.replica.SpacePull;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spaces among linked nodes: each request is answered to members alone, and to everybody else as if
 * there were no such space. Safe for many threads.
 */
final class SpaceLinks {

  private static final Logger LOG = LoggerFactory.getLogger(SpaceLinks.class);
  private static final int JOURNAL_PAGE = 1024;

  private final HeldSpaces spaces;
  private final SpaceDoor door;

  /** Where the last pull ended, by space and peer. Lost with the process: then trees are walked. */
  private final Map<String, Cursor> cursors = new ConcurrentHashMap<>();

  /** Records of each space whose bundles are not complete. */
  private final Map<Cid, Unfinished> unfinished = new ConcurrentHashMap<>();

  /** How far each space's journal was told; the announcer's own. */
  private final Map<Cid, Long> told = new HashMap<>();

  /** Who was a member of each space when that was looked at last; the announcer's own. */
  private final Map<Cid, Set<String>> members = new HashMap<>();

  SpaceLinks(HeldSpaces spaces) {
    this.spaces = spaces;
    this.door = new SpaceDoor(spaces);
  }

  HeldSpaces held() {
    return spaces;
  }

  /** Who is let into which of them. */
  SpaceDoor door() {
    return door;
  }

  /**
   * Takes what a peer has of the spaces that it is a member of, and hands on what waits there. What
   * goes wrong in one space keeps nothing else back.
   *
   * @param some those spaces alone; empty for all
   * @return bytes that came
   */
  long keepUp(String peer, PeerRemote remote, Set<Cid> some) {
    long bytes = 0;
    for (SpaceHolder holder : spaces.all()) {
      if ((some.isEmpty() || some.contains(holder.id())) && holder.mayAskLog(peer)) {
        try {
          bytes += keepUp(holder, peer, remote);
        } catch (IOException e) {
          if (isReset(e)) {
            holder.refused(peer);
          }
          LOG.debug("ask {} about a space: {}", peer, e.getMessage());
        } catch (RuntimeException e) {
          if (!(e instanceof Explained explained)) {
            throw e;
          }
          if (explained.code() == ErrorCode.NOT_FOUND) {
            holder.refused(peer);
          }
          LOG.debug("ask {} about a space: {}", peer, explained.message());
        }
      }
    }
    return bytes;
  }

  /** As whoever is no member is answered; what breaks otherwise says nothing of that. */
  private static boolean isReset(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof Libp2pException failure && failure.reason() == Reason.RESET) {
        return true;
      }
    }
    return false;
  }

  private long keepUp(SpaceHolder holder, String peer, PeerRemote remote) throws IOException {
    String key = holder.id() + " " + peer;
    SpacePull pull = new SpacePull(holder, remote);
    if (holder.mayAsk(peer)) {
      pull.log();
    } else {
      pull.log(holder.knownTo(peer));
    }
    if (!holder.mayAsk(peer)) {
      return 0; // it was a member once, and knows at most who is one now
    }
    holder.answered(peer);
    SpacePull.Result result = pull.held(Optional.ofNullable(cursors.get(key)));
    if (result.outcome().faults().isEmpty()) {
      result.cursor().ifPresent(cursor -> cursors.put(key, cursor));
    } else {
      LOG.debug("take a space of {}: {}", peer, result.outcome().faults().getFirst());
    }
    Remote inside = SpacePull.in(remote, holder.id());
    long bytes = result.outcome().bytes();
    bytes += bundles(holder, inside, result.outcome().records());
    // What came may have said that it is a member no more.
    HandOn.to(peer, remote, holder, Optional.of(holder.id()), _ -> holder.mayAsk(peer));
    return bytes;
  }

  /** Bundles of what came now, and what was left of earlier ones, by an earlier process too. */
  private long bundles(SpaceHolder holder, Remote inside, List<Cid> came) throws IOException {
    Unfinished left =
        unfinished.computeIfAbsent(
            holder.id(),
            _ -> {
              Unfinished found = new Unfinished();
              found.find(holder);
              return found;
            });
    left.add(came);
    long bytes = 0;
    for (Cid record : left.all()) {
      if (!left.claim(record)) {
        continue;
      }
      boolean complete = false;
      try {
        bytes += new BundleFetch(holder, inside).fetch(List.of(record), holder.store());
        complete = BundleFetch.complete(record, holder.store());
      } finally {
        left.release(record, complete);
      }
    }
    return bytes;
  }

  /**
   * What is new in spaces since the last call, by peer: for one thread.
   *
   * @param linked who may be told
   */
  Map<String, List<Request.Announce>> news(List<String> linked) {
    Map<String, List<Request.State>> states = new HashMap<>();
    for (SpaceHolder holder : spaces.all()) {
      List<Request.State> changed = changed(holder);
      for (String peer : linked) {
        if (!changed.isEmpty() && holder.role(peer).isPresent()) {
          states.computeIfAbsent(peer, _ -> new ArrayList<>()).addAll(changed);
        }
      }
    }
    Map<String, List<Request.Announce>> news = new HashMap<>();
    states.forEach((peer, all) -> news.put(peer, Request.Announce.all(all)));
    return news;
  }

  private List<Request.State> changed(SpaceHolder holder) {
    long from = told.getOrDefault(holder.id(), holder.store().journalEnd());
    told.putIfAbsent(holder.id(), from);
    Set<Cid> genesis = new LinkedHashSet<>();
    for (JournalEntry entry : holder.store().journal(from, JOURNAL_PAGE)) {
      told.put(holder.id(), entry.position());
      genesis.add(entry.genesis());
    }
    Optional<Cid> space = Optional.of(holder.id());
    List<Request.State> states = new ArrayList<>();
    for (Cid one : genesis) {
      if (one.equals(holder.id())) {
        holder
            .space()
            .ifPresent(
                log ->
                    states.add(
                        new Request.State(
                            space, one, Optional.of(log.last().cid()), Optional.empty())));
      }
      holder
          .authority(one)
          .ifPresent(
              view ->
                  states.add(
                      new Request.State(
                          space,
                          one,
                          Optional.of(view.keyHead().cid()),
                          view.head().map(Signed::cid))));
    }
    return states;
  }

  /** The spaces of which a peer says something that is not here; only members are heard. */
  Set<Cid> lacking(String peer, List<Request.State> states) {
    Set<Cid> lacking = new HashSet<>();
    if (states.stream().allMatch(state -> state.space().isEmpty())) {
      return lacking;
    }
    // All of his first: how long it takes to hear him says nothing of what else there is.
    Map<Cid, SpaceHolder> all = told(holder -> holder.mayAsk(peer));
    Map<Cid, SpaceHolder> logs = told(holder -> holder.mayAskLog(peer));
    for (Request.State state : states) {
      Map<Cid, SpaceHolder> his = state.space().equals(Optional.of(state.genesis())) ? logs : all;
      Optional<SpaceHolder> holder = state.space().flatMap(id -> Optional.ofNullable(his.get(id)));
      if (holder.isPresent() && lacks(holder.get(), state)) {
        lacking.add(holder.get().id());
      }
    }
    return lacking;
  }

  private Map<Cid, SpaceHolder> told(Predicate<SpaceHolder> may) {
    return spaces.all().stream()
        .filter(may)
        .collect(Collectors.toMap(SpaceHolder::id, Function.identity()));
  }

  private static boolean lacks(SpaceHolder holder, Request.State state) {
    if (state.genesis().equals(holder.id())) {
      return !holder.space().map(SpaceLog::last).map(Signed::cid).equals(state.key());
    }
    Optional<AuthorityView> view = holder.authority(state.genesis());
    return !view.map(one -> one.keyHead().cid()).equals(state.key())
        || !view.flatMap(AuthorityView::head).map(Signed::cid).equals(state.head());
  }

  /**
   * Who is no member any more of a space since this was asked last: what they are just being told
   * has to end. For one thread.
   *
   * @param linked who may have been one
   */
  Set<String> shutOut(List<String> linked) {
    Set<String> out = new HashSet<>();
    for (SpaceHolder holder : spaces.all()) {
      Set<String> now = new HashSet<>();
      linked.stream().filter(peer -> holder.role(peer).isPresent()).forEach(now::add);
      Set<String> before = members.getOrDefault(holder.id(), Set.of());
      before.stream().filter(peer -> !now.contains(peer)).forEach(out::add);
      members.put(holder.id(), now);
    }
    return out;
  }
}
