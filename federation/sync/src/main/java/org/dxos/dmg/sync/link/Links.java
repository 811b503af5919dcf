package org.dxos.dmg.sync.link;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.SyncException;

/**
 * Who is linked with this node, and which invitations are open: registers of the store, so that
 * what is told is on disk. Safe for many threads; {@code writer} lets one at a time change them.
 */
public final class Links {

  private static final String LINK = "link/";
  private static final String INVITE = "invite/";
  private static final String CURSOR = "cursor/";
  private static final byte[] GONE = "-".getBytes(StandardCharsets.US_ASCII);

  private final BlockStore store;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ReentrantLock writer = new ReentrantLock();
  private final Map<String, Link> links = new ConcurrentSkipListMap<>();

  /**
   * @param random for secrets: cryptographically secure
   */
  public Links(BlockStore store, InstantSource clock, RandomGenerator random) {
    this.store = store;
    this.clock = clock;
    this.random = random;
    for (String register : store.registers(LINK)) {
      store
          .register(register)
          .filter(value -> !java.util.Arrays.equals(value, GONE))
          .map(Link::decode)
          .ifPresent(link -> links.put(link.peer(), link));
    }
  }

  /** Every link, by peer. */
  public List<Link> all() {
    return List.copyOf(links.values());
  }

  public Optional<Link> of(String peer) {
    return Optional.ofNullable(links.get(peer));
  }

  /** Makes or changes a link. */
  public void put(Link link) {
    writer.lock();
    try {
      if (!Optional.of(link).equals(of(link.peer()))) {
        Batch batch = new Batch();
        batch.set(LINK + link.peer(), link.encode());
        store.commit(batch);
        links.put(link.peer(), link);
      }
    } finally {
      writer.unlock();
    }
  }

  /** Ends a link. False if there was none. */
  public boolean remove(String peer) {
    writer.lock();
    try {
      if (!links.containsKey(peer)) {
        return false;
      }
      Batch batch = new Batch();
      batch.set(LINK + peer, GONE);
      batch.set(CURSOR + peer, GONE);
      store.commit(batch);
      links.remove(peer);
      return true;
    } finally {
      writer.unlock();
    }
  }

  /**
   * Opens an invitation.
   *
   * @param policy what is wanted of whoever takes it
   * @param seconds of its life, at most {@link Invitation#MAX_LIFE_SECONDS}
   * @param place the space that it is into
   */
  public Invitation invite(
      String peer,
      List<String> addresses,
      Link.Policy policy,
      long seconds,
      Optional<Invitation.Place> place) {
    if (seconds < 1 || seconds > Invitation.MAX_LIFE_SECONDS) {
      throw new SyncException(
          ErrorCode.USAGE,
          "invite: a life of " + seconds + " s, expected 1 to " + Invitation.MAX_LIFE_SECONDS,
          "an invitation lives for 7 days at most");
    }
    byte[] secret = new byte[Request.SECRET_BYTES];
    random.nextBytes(secret);
    long expires = clock.instant().getEpochSecond() + seconds;
    Batch batch = new Batch();
    batch.set(
        register(secret),
        new Invitation.Kept(expires, policy, place, Optional.empty(), false).encode());
    store.commit(batch);
    return new Invitation(peer, addresses, secret, expires, place);
  }

  /**
   * An invitation that was taken.
   *
   * @param place the space that it was into
   * @param granted whether it has let the peer in before: who says it again after that is told the
   *     same and let in no more, as an owner may have shut it out since
   */
  public record Accepted(Link link, Optional<Invitation.Place> place, boolean granted) {}

  /**
   * Takes an invitation of this node for a peer: it is used up, and the link made, in one commit.
   * The same peer may say so again, should it not have heard the answer.
   *
   * @throws SyncException if it is not known, has expired, or another has used it
   */
  public Accepted accept(byte[] secret, String peer, List<String> addresses) {
    writer.lock();
    try {
      Invitation.Kept kept =
          store
              .register(register(secret))
              .map(Invitation.Kept::decode)
              .orElseThrow(() -> refused(peer, "it is not one of this node's"));
      if (kept.usedBy().isPresent() && !kept.usedBy().get().equals(peer)) {
        throw refused(peer, "it was used");
      }
      long now = clock.instant().getEpochSecond();
      if (kept.usedBy().isEmpty() && now >= kept.expires()) {
        throw refused(peer, "it has expired");
      }
      // Who is linked already stays so as he is: an invitation into a space is that alone.
      Link link =
          kept.place()
              .flatMap(_ -> of(peer))
              .orElseGet(() -> new Link(peer, addresses, kept.policy(), now));
      if (kept.usedBy().isPresent()) {
        return new Accepted(
            of(peer).orElseThrow(() -> refused(peer, "it was used")), kept.place(), kept.granted());
      }
      Batch batch = new Batch();
      batch.set(
          register(secret),
          new Invitation.Kept(kept.expires(), kept.policy(), kept.place(), Optional.of(peer), false)
              .encode());
      batch.set(LINK + peer, link.encode());
      store.commit(batch);
      links.put(peer, link);
      return new Accepted(link, kept.place(), false);
    } finally {
      writer.unlock();
    }
  }

  /** Notes that an invitation has let in whoever took it, on disk when this returns. */
  public void granted(byte[] secret) {
    writer.lock();
    try {
      store
          .register(register(secret))
          .map(Invitation.Kept::decode)
          .filter(kept -> !kept.granted())
          .ifPresent(
              kept -> {
                Batch batch = new Batch();
                batch.set(
                    register(secret),
                    new Invitation.Kept(
                            kept.expires(), kept.policy(), kept.place(), kept.usedBy(), true)
                        .encode());
                store.commit(batch);
              });
    } finally {
      writer.unlock();
    }
  }

  private static SyncException refused(String peer, String why) {
    return new SyncException(
        ErrorCode.INVITATION,
        "link with `" + peer + "`: the invitation does not hold: " + why,
        "ask for a new one");
  }

  private static String register(byte[] secret) {
    return INVITE + HexFormat.of().formatHex(Cid.sha256(secret));
  }

  /** How far a peer's journal was read. */
  Optional<Cursor> cursor(String peer) {
    return store
        .register(CURSOR + peer)
        .filter(value -> !java.util.Arrays.equals(value, GONE))
        .map(org.dxos.dmg.dagcbor.DagCbor::decode)
        .map(Cursor::of);
  }

  /** What is wanted of a peer is more now: its journal tells it from the beginning. */
  void forgetCursor(String peer) {
    Batch batch = new Batch();
    batch.set(CURSOR + peer, GONE);
    store.commit(batch);
  }

  void setCursor(String peer, Cursor cursor) {
    if (!cursor(peer).equals(Optional.of(cursor))) {
      Batch batch = new Batch();
      batch.set(CURSOR + peer, org.dxos.dmg.dagcbor.DagCbor.encode(cursor.toNode()));
      store.commit(batch);
    }
  }
}
