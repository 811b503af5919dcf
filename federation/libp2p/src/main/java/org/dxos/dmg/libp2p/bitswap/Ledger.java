package org.dxos.dmg.libp2p.bitswap;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.libp2p.peer.PeerId;

/**
 * Who wants what: pure but for its lock. Peers take turns, each with one message on the way at
 * most, so nobody waits behind another's thousand wants.
 */
final class Ledger {

  /** So many peers may each have the most; that many wants are kept over all peers. */
  private static final int MANY_PEERS = 64;

  private static final class Account {
    final Map<Cid, Message.Want> wants = new LinkedHashMap<>();
    boolean busy;
  }

  /** The wants to serve next, for one peer. */
  record Turn(PeerId peer, List<Message.Want> wants) {}

  private final Map<PeerId, Account> accounts = new LinkedHashMap<>();
  private final ArrayDeque<PeerId> turns = new ArrayDeque<>();
  private final int limit;
  private int all;

  Ledger(int limit) {
    this.limit = limit;
  }

  // Many peers at once have less each, but whoever has little is always heard.
  private boolean hasRoom(Account account) {
    int own = account.wants.size();
    return own < limit && (all < MANY_PEERS * limit || own < limit / MANY_PEERS);
  }

  /** Takes a message's wants. @return how many were dropped because there are too many */
  synchronized int take(PeerId peer, Message message) {
    Account account = accounts.computeIfAbsent(peer, key -> new Account());
    all -= account.wants.size();
    if (message.full()) {
      account.wants.clear();
    }
    int dropped = 0;
    for (Message.Want want : message.wants()) {
      if (want.cancel()) {
        account.wants.remove(want.cid());
      } else if (hasRoom(account) || account.wants.containsKey(want.cid())) {
        // A want for the block stands above a want to know.
        account.wants.merge(want.cid(), want, (a, b) -> a.haveOnly() ? b : a);
      } else {
        dropped++;
      }
    }
    all += account.wants.size();
    enqueue(peer, account);
    return dropped;
  }

  /** The next peer's wants, at most so many; that peer is busy until {@link #done}. */
  synchronized Optional<Turn> next(int most) {
    PeerId peer = turns.poll();
    if (peer == null) {
      return Optional.empty();
    }
    Account account = accounts.getOrDefault(peer, new Account());
    List<Message.Want> wants =
        new ArrayList<>(
            account.wants.values().stream()
                .sorted((a, b) -> Integer.compare(b.priority(), a.priority()))
                .limit(most)
                .toList());
    account.busy = true;
    return Optional.of(new Turn(peer, wants));
  }

  /** Whether somebody waits for a turn. */
  synchronized boolean waiting() {
    return !turns.isEmpty();
  }

  /** Whether it was neither cancelled meanwhile nor replaced by a greater want. */
  synchronized boolean still(PeerId peer, Message.Want want) {
    Account account = accounts.get(peer);
    return account != null && want.equals(account.wants.get(want.cid()));
  }

  /**
   * Ends a turn. Only what was served is forgotten: a want for the block that came while the answer
   * to "have you?" was on its way stays.
   */
  synchronized void done(PeerId peer, List<Message.Want> served) {
    Account account = accounts.get(peer);
    if (account != null) {
      all -= account.wants.size();
      served.forEach(want -> account.wants.remove(want.cid(), want));
      all += account.wants.size();
      account.busy = false;
      enqueue(peer, account);
    }
  }

  synchronized void forget(PeerId peer) {
    all -= wants(peer);
    accounts.remove(peer);
    turns.remove(peer);
  }

  /** The wants of all peers together. */
  synchronized int all() {
    return all;
  }

  synchronized int wants(PeerId peer) {
    Account account = accounts.get(peer);
    return account == null ? 0 : account.wants.size();
  }

  private void enqueue(PeerId peer, Account account) {
    if (account.wants.isEmpty() && !account.busy) {
      accounts.remove(peer);
      turns.remove(peer);
    } else if (!account.busy && !turns.contains(peer)) {
      turns.add(peer);
    }
  }
}
