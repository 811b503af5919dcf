package org.dxos.dmg.publish;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.verdict.SpaceSigning;

/** Makes spaces, and says who is in them, with the owner keys of one home. */
public final class SpaceOwner {

  private final Registry registry;
  private final KeyRing keys;
  private final RandomGenerator random;
  private final InstantSource clock;

  /**
   * @param registry the public one, beside which the spaces are
   * @param random cryptographically secure
   */
  public SpaceOwner(Registry registry, KeyRing keys, RandomGenerator random, InstantSource clock) {
    this.registry = registry;
    this.keys = keys;
    this.random = random;
    this.clock = clock;
  }

  /** Under which name the owner key of a space is kept. */
  public static String keyName(String name) {
    return "space-" + name;
  }

  /**
   * Makes a space whose owner is a new key of this home, and whose first member its node.
   *
   * @param name what it is called here
   */
  public SpaceInfo create(String name) {
    if (registry.spaces().all().stream().anyMatch(one -> one.name().equals(Optional.of(name)))) {
      throw new PublishException(
          ErrorCode.CONFLICT,
          "make space `" + name + "`: one is called that here",
          "choose another name");
    }
    SigningKey owner = keys.make(keyName(name));
    byte[] salt = new byte[SpaceEntry.Salt.BYTES];
    random.nextBytes(salt);
    SpaceEntry genesis =
        SpaceEntry.genesis(
            new SpaceEntry.Salt(salt),
            KeySet.of(owner.publicKey()),
            List.of(new Member(registry.node().peer(), Role.ADMIN)),
            clock.instant().getEpochSecond());
    Map<Cid, byte[]> signed = new HashMap<>();
    Cid envelope = SpaceSigning.sign(genesis, List.of(owner), signed::put);
    return registry
        .spaces()
        .learn(
            SpaceSigning.id(genesis),
            List.of(envelope),
            cid -> Optional.ofNullable(signed.get(cid)),
            Optional.of(name));
  }

  /**
   * Says who is in a space from now on.
   *
   * @throws PublishException if the keys of this home are too few of the space's owners
   */
  public SpaceInfo change(SpaceInfo space, List<Member> members) {
    Registry inside = registry.spaces().open(space.id().toString());
    Map<Cid, byte[]> signed = new HashMap<>();
    Cid envelope =
        SpaceSigning.next(
                space.id(),
                space.entry().orElseThrow(),
                inside,
                members,
                key -> keys.signer(key::equals),
                clock.instant().getEpochSecond(),
                signed::put)
            .orElseThrow(
                () ->
                    new PublishException(
                        ErrorCode.KEY_MISSING,
                        "change the members of space `"
                            + space.id()
                            + "`: this home has too few of"
                            + " its owner keys",
                        "change them at the home that made the space"));
    return registry
        .spaces()
        .learn(
            space.id(),
            List.of(envelope),
            cid -> Optional.ofNullable(signed.get(cid)),
            Optional.empty());
  }
}
