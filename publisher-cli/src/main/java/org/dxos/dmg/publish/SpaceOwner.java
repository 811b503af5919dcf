package org.dxos.dmg.publish;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.RevokedHere;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.verdict.Signed;
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

  /**
   * Under which name the owner key of a new space will be kept. One of a space that was called the
   * same before keeps its own.
   */
  public String keyName(String name) {
    Set<String> taken = keys.list().stream().map(KeyRing.Listed::name).collect(Collectors.toSet());
    String first = "space-" + name;
    return Stream.concat(
            Stream.of(first), IntStream.iterate(2, n -> n + 1).mapToObj(n -> first + "." + n))
        .filter(one -> !taken.contains(one))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Makes a space whose owner is a new key of this home, and whose first member its node.
   *
   * @param name what it is called here
   */
  public SpaceInfo create(String name) {
    // Before a key is made: a try that fails leaves nothing.
    SpaceInfo.requireName(name);
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
    return change(space, said -> said.with(members));
  }

  /**
   * Lets what keys of an authority said in a space stand there that its key log revokes: up to a
   * head. Without this nothing of it does, as a public position says nothing of a space.
   *
   * @param authority its name
   * @param none true if nothing of it stands
   * @param lastGood envelope of that head; empty for the newest that is held
   * @return what the owners say now of each of its revoked keys
   * @throws PublishException if no key of it is revoked, or it has no head in the space
   */
  public List<RevokedHere> keep(
      SpaceInfo space, String authority, Optional<Cid> lastGood, boolean none) {
    Registry inside = registry.spaces().open(space.id().toString());
    AuthorityInfo known =
        inside
            .authority(authority)
            .orElseThrow(() -> nothing(authority, "it is not known there", "see its spelling"));
    AuthorityEntry keys = Signed.read(inside, known.keyHead(), AuthorityEntry.class).body();
    if (keys.revoked().isEmpty()) {
      throw nothing(authority, "no key of it is revoked", "nothing has to be done");
    }
    lastGood.ifPresent(
        head -> {
          if (!heads(inside, known).contains(head)) {
            throw nothing(
                authority,
                "`" + head + "` is no head of it there",
                "`dmg authority show " + authority + " --space …` tells the newest");
          }
        });
    List<RevokedHere> now =
        keys.revoked().stream()
            .map(
                one ->
                    new RevokedHere(
                        known.genesis(),
                        one.key(),
                        none
                            ? Optional.empty()
                            : lastGood.or(() -> Optional.of(newest(inside, known, one.key())))))
            .toList();
    var unused =
        change(
            space,
            said -> {
              List<RevokedHere> kept = new ArrayList<>(said.revoked());
              kept.removeIf(old -> now.stream().anyMatch(one -> isOfSame(old, one)));
              kept.addAll(now);
              return new SpaceSigning.Said(said.members(), kept);
            });
    return now;
  }

  private static boolean isOfSame(RevokedHere one, RevokedHere other) {
    return one.genesis().equals(other.genesis()) && one.key().equals(other.key());
  }

  /**
   * The spaces of a home in which an authority has said something, and whose owners have not said
   * of each of its revoked keys what stands of it there: nothing new of it is taken there.
   *
   * @param registry the public one, beside which the spaces are
   * @param authority as it is known in public
   */
  public static List<SpaceInfo> unsettled(Registry registry, AuthorityInfo authority) {
    AuthorityEntry keys = Signed.read(registry, authority.keyHead(), AuthorityEntry.class).body();
    List<SpaceInfo> unsettled = new ArrayList<>();
    for (SpaceInfo space : registry.spaces().all()) {
      Registry inside = registry.spaces().open(space.id().toString());
      Optional<AuthorityInfo> known =
          inside
              .authority(authority.name())
              .filter(one -> one.genesis().equals(authority.genesis()));
      if (known.isEmpty() || space.entry().isEmpty() || !hasHeads(inside, known.get())) {
        continue;
      }
      List<RevokedHere> said =
          Signed.read(inside, space.entry().get(), SpaceEntry.class).body().revoked();
      if (keys.revoked().stream()
          .anyMatch(
              one ->
                  said.stream()
                      .noneMatch(
                          other ->
                              other.genesis().equals(authority.genesis())
                                  && other.key().equals(one.key())))) {
        unsettled.add(space);
      }
    }
    return unsettled;
  }

  private static boolean hasHeads(Registry inside, AuthorityInfo known) {
    return heads(inside, known).stream()
        .anyMatch(one -> Signed.read(inside, one, Body.class).body() instanceof Head);
  }

  /**
   * The newest head in the space from before a key was revoked, also if it does not stand. A later
   * one cannot be it: whether that holds depends on what stands.
   */
  private static Cid newest(Registry inside, AuthorityInfo known, PublicKey key) {
    Optional<Signed<Head>> newest = Optional.empty();
    for (Cid envelope : heads(inside, known)) {
      if (Signed.read(inside, envelope, Body.class).body() instanceof Head head
          && head.space().equals(inside.space())
          && !Signed.read(inside, head.keyHead(), AuthorityEntry.class).body().revokes(key)
          && newest.map(one -> one.body().epoch() < head.epoch()).orElse(true)) {
        newest = Optional.of(Signed.read(inside, envelope, Head.class));
      }
    }
    return newest
        .map(Signed::cid)
        .orElseThrow(() -> nothing(known.name(), "it has no head there", "publish there first"));
  }

  /** Every head that is held in the space, and whatever else was put aside. */
  private static List<Cid> heads(Registry inside, AuthorityInfo known) {
    List<Cid> all = new ArrayList<>(known.aside());
    for (Optional<Cid> at = known.head(); at.isPresent(); ) {
      all.add(at.get());
      at = Signed.read(inside, at.get(), Head.class).body().prev();
    }
    return all;
  }

  private static PublishException nothing(String authority, String why, String hint) {
    return new PublishException(
        ErrorCode.NOT_FOUND, "keep what `" + authority + "` said in a space: " + why, hint);
  }

  private SpaceInfo change(SpaceInfo space, UnaryOperator<SpaceSigning.Said> change) {
    Registry inside = registry.spaces().open(space.id().toString());
    Map<Cid, byte[]> signed = new HashMap<>();
    Cid envelope =
        SpaceSigning.next(
                space.id(),
                space.entry().orElseThrow(),
                inside,
                change,
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
