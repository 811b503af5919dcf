package org.dxos.dmg.node;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.admission.LearnedSpace;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.sync.replica.SpaceHolder;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;

/** The registry of a space as its members meet it. */
final class SpaceReplica extends Replica implements SpaceHolder {

  private final LocalRegistry registry;
  private final Guests guests;

  /** Of those who were asked, who has answered as a member is answered; guarded by itself. */
  private final Map<String, Boolean> heard = new HashMap<>();

  SpaceReplica(LocalRegistry registry) {
    super(registry);
    this.registry = registry;
    this.guests = new Guests(registry.store());
  }

  @Override
  public Cid id() {
    return registry.space().orElseThrow();
  }

  @Override
  public Optional<SpaceLog> space() {
    return registry.registrar().space();
  }

  /**
   * As far as no entry lists this node, it is a guest of who invited it, or has but a part of the
   * log: who else is in it now is not known, and whoever was shut out since is not to learn of it.
   */
  @Override
  public Optional<Role> role(String peer) {
    return space()
        .filter(log -> log.firstListing(registry.node().peer()).isPresent() || hasInvited(peer))
        .flatMap(
            log -> {
              try {
                PeerId id = PeerId.parse(peer);
                return log.role(id).or(() -> guests.role(id, log));
              } catch (FormatException e) {
                return Optional.empty(); // a peer whose key is of another kind is nobody here
              }
            });
  }

  @Override
  public boolean mayAsk(String peer) {
    return space().isPresent() ? role(peer).isPresent() : hasInvited(peer);
  }

  private boolean hasInvited(String peer) {
    return registry
        .store()
        .register(SpacesForPeers.FROM)
        .map(from -> new String(from, StandardCharsets.UTF_8).equals(peer))
        .orElse(false);
  }

  @Override
  public boolean mayAskLog(String peer) {
    // Whoever comes back may have been invited by one whom the log that it kept does not know.
    return mayAsk(peer) || hasInvited(peer) || knownTo(peer).isPresent();
  }

  /**
   * Who was shut out before this node came in does not know that it did, and is not to learn it by
   * being asked: only who was a member when this node was one, or after that, is asked.
   */
  @Override
  public Optional<Cid> knownTo(String peer) {
    try {
      PeerId id = PeerId.parse(peer);
      PeerId own = registry.node().peer();
      return space()
          .flatMap(
              log ->
                  log.lastListing(id)
                      .filter(
                          last ->
                              log.firstListing(own)
                                  .filter(first -> first.body().seq() <= last.body().seq())
                                  .isPresent()))
          .map(Signed::cid);
    } catch (FormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public void answered(String peer) {
    heard(peer, true);
  }

  @Override
  public void refused(String peer) {
    heard(peer, false);
  }

  /**
   * Who is listed knows who else is; who is no member any more, or a guest of this node, does not.
   */
  private void heard(String peer, boolean answered) {
    synchronized (heard) {
      if (isListed(peer)) {
        heard.put(peer, answered);
      }
      heard.keySet().removeIf(one -> !isListed(one)); // shut out since
      if (!heard.isEmpty()) {
        registry.here().letIn(heard.containsValue(true));
      }
    }
  }

  private boolean isListed(String peer) {
    try {
      PeerId id = PeerId.parse(peer);
      return space().flatMap(log -> log.role(id)).isPresent();
    } catch (FormatException e) {
      return false;
    }
  }

  /** Who may only read there is no home of anything there: nobody takes over what he begins. */
  @Override
  public Learned learn(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    if (registry.registrar().authority(genesis).isEmpty()
        && envelopes.stream().noneMatch(one -> isOfPublisher(one, offered))) {
      throw new AdmissionException.Refused(
          ErrorCode.POLICY_DENIED,
          "admit authority `" + genesis + "` into a space: its home may not publish there",
          "an admin of the space gives its node the role `publish`");
    }
    return super.learn(genesis, envelopes, offered);
  }

  private boolean isOfPublisher(Cid envelope, BlockSource offered) {
    return Signed.read(offered.or(registry.store()), envelope, Body.class).body()
            instanceof AuthorityEntry entry
        && space().filter(log -> log.everPublished(entry.home().peer())).isPresent();
  }

  @Override
  public LearnedSpace learnLog(List<Cid> envelopes, BlockSource offered) {
    return registry.registrar().learnSpace(envelopes, offered);
  }
}
