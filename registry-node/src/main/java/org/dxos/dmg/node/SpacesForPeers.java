package org.dxos.dmg.node;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.key.KeyException;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.sync.replica.HeldSpaces;
import org.dxos.dmg.sync.replica.SpaceHolder;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.verdict.SpaceLog;
import org.dxos.dmg.verdict.SpaceSigning;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The spaces of a home as other nodes meet them. */
final class SpacesForPeers implements HeldSpaces {

  private static final Logger LOG = LoggerFactory.getLogger(SpacesForPeers.class);

  /** Who invited this node: to be asked until the log says who is a member. */
  static final String FROM = "space/from";

  private final HomeSpaces spaces;
  private final KeyRing keys;
  private final World world;
  private final Map<Cid, SpaceHolder> holders = new HashMap<>();

  SpacesForPeers(HomeSpaces spaces, KeyRing keys, World world) {
    this.spaces = spaces;
    this.keys = keys;
    this.world = world;
  }

  @Override
  public List<SpaceHolder> all() {
    return spaces.registries().stream().map(this::holder).toList();
  }

  @Override
  public Optional<SpaceHolder> of(Cid space) {
    return spaces.registry(space.toString()).map(this::holder);
  }

  private synchronized SpaceHolder holder(LocalRegistry registry) {
    return holders.computeIfAbsent(registry.space().orElseThrow(), _ -> new SpaceReplica(registry));
  }

  @Override
  public void enter(Cid space, String from) {
    LocalRegistry registry = spaces.enter(space);
    Batch batch = new Batch();
    batch.set(FROM, from.getBytes(StandardCharsets.UTF_8));
    registry.store().commit(batch);
  }

  /**
   * A guest at once; and a member for all, if the owner's key lies open in this home. Else an owner
   * lists him, or he stays a guest of this node until somebody changes the log.
   */
  @Override
  public void admit(Cid space, String peer, Role role) {
    Optional<LocalRegistry> registry = spaces.registry(space.toString());
    if (registry.isEmpty()) {
      return; // gone since the invitation was made
    }
    if (!isAdmin(registry.get())) {
      LOG.warn("an invitation into a space was taken, and this node is no admin of it any more");
      return;
    }
    PeerId id;
    try {
      id = PeerId.parse(peer);
    } catch (FormatException e) {
      LOG.warn("let {} into a space: {}", peer, e.message());
      return;
    }
    try {
      // Of two who come at once, each would be listed after the same entry: that is a fork, and
      // there is no way back from it.
      spaces.alone(
          () -> {
            new Guests(registry.get().store()).admit(id, role);
            list(registry.get(), id, role);
          });
    } catch (KeyException e) {
      LOG.info("{} is a guest of a space until an owner lists it: {}", peer, e.message());
    } catch (RuntimeException e) {
      if (!(e instanceof Explained explained)) {
        throw e;
      }
      LOG.warn("list {} as a member: {}", peer, explained.message());
    }
  }

  private boolean isAdmin(LocalRegistry registry) {
    PeerId own = new PeerId(keys.peer().publicKey().bytes());
    return registry
        .registrar()
        .space()
        .flatMap(log -> log.role(own))
        .filter(role -> role == Role.ADMIN)
        .isPresent();
  }

  private void list(LocalRegistry registry, PeerId id, Role role) {
    SpaceLog log = registry.registrar().space().orElseThrow();
    if (log.role(id).isPresent()) {
      return; // an invitation lowers nobody
    }
    if (log.contested() || spaces.mayHaveSignedMore()) {
      return; // what is signed now would be one more continuation of the same entry
    }
    List<Member> members = new ArrayList<>(log.last().body().members());
    members.addAll(new Guests(registry.store()).all(log));
    if (members.stream().noneMatch(one -> one.peer().equals(id))) {
      members.add(new Member(id, role));
    }
    Map<Cid, byte[]> signed = new HashMap<>();
    SpaceSigning.next(
            log.id(),
            log.last().cid(),
            registry.store(),
            said -> said.with(members),
            key -> keys.signer(key::equals),
            world.clock().instant().getEpochSecond(),
            signed::put)
        .ifPresent(
            envelope -> {
              var unused =
                  registry
                      .registrar()
                      .learnSpace(List.of(envelope), cid -> Optional.ofNullable(signed.get(cid)));
            });
  }
}
