package org.dxos.dmg.publish;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.NodeInfo;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.StatementRules;
import org.dxos.dmg.verdict.Verdict;

/** Signs for the authorities of one home, and hands what is signed to a registry. */
public final class Publisher {

  private final Registry registry;
  private final KeyRing keys;
  private final InstantSource clock;
  private final Consumer<String> claims;

  /** Authorities that this publisher has signed for: asked for once, not at each release. */
  private final Map<String, Signer> signers = new ConcurrentHashMap<>();

  private record Signer(AuthorityInfo authority, SigningKey key) {}

  public Publisher(Registry registry, KeyRing keys, InstantSource clock) {
    this(registry, keys, clock, _ -> {});
  }

  /**
   * @param claims asked before an authority is claimed, with its name: throws to claim nothing
   */
  public Publisher(Registry registry, KeyRing keys, InstantSource clock, Consumer<String> claims) {
    this.claims = claims;
    this.registry = registry;
    this.keys = keys;
    this.clock = clock;
  }

  /** What came of a publish. */
  public sealed interface Outcome {

    /**
     * The release was added.
     *
     * @param claimed the authority, if this publish claimed it
     */
    record Published(PublishReceipt receipt, Optional<Claimed> claimed) implements Outcome {}

    /** The same was published before; nothing was changed. */
    record AlreadyThere(Cid release) implements Outcome {}

    /** The release is on its way to the home of its authority, which has the last word. */
    record Pending(PublishReceipt receipt) implements Outcome {}
  }

  /**
   * An authority that was made.
   *
   * @param recoveryFile where its recovery key was written
   */
  public record Claimed(AuthorityInfo authority, Path recoveryFile) {}

  /**
   * Publishes a module; claims its authority if nobody has.
   *
   * @throws PublishException with {@link ErrorCode#KEY_MISSING} if the authority is another's
   * @throws RuntimeException that is {@link Explained} with {@link ErrorCode#CONFLICT} if the
   *     version holds another record
   */
  public Outcome publish(PreparedModule module) {
    ModuleRecord record = module.record();
    String authority = record.name().authority().base();
    Map<String, Cid> named = authorities(record, authority, new HashMap<>());
    Optional<Claimed> claimed = Optional.empty();
    Signer signer = signers.get(authority);
    if (signer == null) {
      Optional<AuthorityInfo> held = knownOrBrought(authority);
      claimed = held.isPresent() ? Optional.empty() : Optional.of(claim(authority));
      AuthorityInfo owner = held.isPresent() ? held.get() : claimed.orElseThrow().authority();
      try {
        signer = new Signer(owner, ownerKey(owner));
      } catch (PublishException notOurs) {
        // Whoever has no key adds nothing; that the same is there already is still worth knowing.
        return standing(module).orElseThrow(() -> notOurs);
      }
      signers.put(authority, signer);
    }
    sendAhead(module);
    PublishReceipt receipt = sayRelease(module, signer, named);
    return switch (receipt.status()) {
      case ADDED -> new Outcome.Published(receipt, claimed);
      case HELD -> new Outcome.AlreadyThere(receipt.statement());
      case PENDING -> new Outcome.Pending(receipt);
    };
  }

  /** From so much on, blocks go ahead of the release that links them, in parts. */
  private static final long AHEAD_FROM_BYTES = 8L << 20;

  /** A part of what goes ahead: what a node has to hold in memory of it. */
  private static final long PART_BYTES = 8L << 20;

  /**
   * Sends a large module's blocks first, those alone that are not held: nobody has to hold it in
   * memory, and a publish that was cut off goes on where it was.
   */
  private void sendAhead(PreparedModule module) {
    if (module.totalBytes() < AHEAD_FROM_BYTES) {
      return;
    }
    List<Cid> part = new ArrayList<>();
    long bytes = 0;
    for (Cid cid : registry.missing(module.blocks().cids())) {
      part.add(cid);
      bytes += module.get(cid).orElseThrow().length;
      if (bytes >= PART_BYTES) {
        registry.keep(part, module);
        part.clear();
        bytes = 0;
      }
    }
    if (!part.isEmpty()) {
      registry.keep(part, module);
    }
  }

  /**
   * Hands a release in. Where the same record stands void, as its key was revoked, the release is
   * said again in its place.
   */
  private PublishReceipt sayRelease(PreparedModule module, Signer signer, Map<String, Cid> named) {
    try {
      Statement statement =
          release(module, signer.authority(), signer.key(), named, Optional.empty());
      return say(statement, signer.key(), module);
    } catch (RuntimeException e) {
      if (!(e instanceof Explained explained) || explained.code() != ErrorCode.CONFLICT) {
        throw e;
      }
      Optional<Cid> voided = voidRelease(module);
      if (voided.isEmpty()) {
        throw e;
      }
      Statement again = release(module, signer.authority(), signer.key(), named, voided);
      return say(again, signer.key(), module);
    }
  }

  private Optional<Cid> voidRelease(PreparedModule module) {
    String version = module.record().version().toString();
    try {
      return registry.module(module.record().name().toString()).versions().stream()
          .filter(one -> one.version().equals(version) && one.notices().voided())
          .filter(one -> one.record().equals(module.recordCid()))
          .map(one -> one.release())
          .findFirst();
    } catch (RuntimeException e) {
      if (e instanceof Explained explained
          && explained.code().outcome() == ErrorCode.Outcome.NOT_FOUND) {
        return Optional.empty(); // the module is new, and one of its names is another's
      }
      throw e;
    }
  }

  private Statement release(
      PreparedModule module,
      AuthorityInfo owner,
      SigningKey key,
      Map<String, Cid> named,
      Optional<Cid> replaces) {
    ModuleRecord record = module.record();
    return new Statement(
        owner.genesis(),
        record.name().path(),
        owner.keyHead(),
        key.publicKey(),
        new Statement.Release(
            record.version().toString(),
            module.recordCid(),
            List.copyOf(new TreeSet<>(record.carriedPaths())),
            named),
        tag(record.name().path()),
        replaces,
        now(),
        Optional.empty());
  }

  /** What is said in a space says so. */
  private Optional<Statement.SpaceTag> tag(String path) {
    return registry.space().map(space -> SpaceEntry.tag(space, path));
  }

  /** How far a long publish has come; called by one thread at a time. */
  public interface Progress {
    void done(int done, int all);
  }

  /**
   * What came of publishing many.
   *
   * @param published releases that were added
   * @param unchanged releases that were there with the same record
   * @param claimed the authority, if this publish claimed it
   */
  public record Many(int published, int unchanged, Optional<Claimed> claimed) {}

  /**
   * Publishes many modules of one authority, many at a time so that they share commits; claims the
   * authority first if nobody has. They may depend on each other in any order. The first failure
   * ends it: what was published until then stays, and publishing all again goes on from there.
   *
   * @param items what the modules are made from
   * @param prepare makes a module, on any thread
   * @param progress is told every thousand, and at the end
   * @throws PublishException as {@link #publish}
   */
  public <T> Many publishAll(
      String authority, List<T> items, Function<T, PreparedModule> prepare, Progress progress) {
    Optional<AuthorityInfo> held = knownOrBrought(authority);
    Optional<Claimed> claimed = held.isPresent() ? Optional.empty() : Optional.of(claim(authority));
    AuthorityInfo owner = held.orElseGet(() -> claimed.orElseThrow().authority());
    SigningKey key = ownerKey(owner);
    Map<String, Cid> known = new ConcurrentHashMap<>();
    AtomicInteger added = new AtomicInteger();
    Function<T, Draft> draft =
        item -> {
          PreparedModule module = prepare.apply(item);
          Map<String, Cid> named = authorities(module.record(), authority, known);
          return new Draft(module, release(module, owner, key, named, Optional.empty()));
        };
    if (registry.publishesTogether() > 1) {
      added.set(new Together(registry, key).publish(items, draft, progress));
    } else {
      new Crowd(registry.publishesAtOnce())
          .each(
              items,
              item -> {
                Draft one = draft.apply(item);
                if (say(one.statement(), key, one.module()).added()) {
                  added.incrementAndGet();
                }
              },
              progress);
    }
    return new Many(added.get(), items.size() - added.get(), claimed);
  }

  /** A release that is still to be signed. */
  record Draft(PreparedModule module, Statement statement) {}

  /**
   * Says something of a release that is there: a tag, a yank, a deprecation, a withdrawal.
   *
   * @param name of the module
   * @param op anything but a release or a promotion
   * @throws PublishException if the authority is not held or not this home's
   */
  public PublishReceipt say(org.dxos.dmg.dxn.Name name, Statement.Op op) {
    return say(name, op, _ -> Optional.empty());
  }

  /**
   * As {@link #say(org.dxos.dmg.dxn.Name, Statement.Op)}, a promotion too.
   *
   * @param blocks has what a promotion lists, with records and bundles
   */
  PublishReceipt say(org.dxos.dmg.dxn.Name name, Statement.Op op, BlockSource blocks) {
    String authority = name.authority().text();
    AuthorityInfo owner =
        registry
            .authority(authority)
            .orElseThrow(
                () ->
                    new PublishException(
                        ErrorCode.AUTHORITY_UNKNOWN,
                        op.text()
                            + " `"
                            + name
                            + "`: no authority `"
                            + authority
                            + "` is held here",
                        "publish it first"));
    SigningKey key = ownerKey(owner);
    Statement draft = statement(owner, name, key, op, Optional.empty());
    Statement statement =
        statement(owner, name, key, op, standing(owner, org.dxos.dmg.verdict.Slots.of(draft)));
    return say(statement, key, blocks);
  }

  /**
   * Checks that this home has a key that may make a promotion, of an authority that need not be
   * known where it is to be made, and that what it lists was said by who might say it.
   *
   * @param owner as it is known anywhere
   * @param blocks has its key log, and what is listed
   * @throws PublishException if it has none
   * @throws AdmissionException.Refused if the key may not, or something listed might not be said
   */
  void requireMaySay(
      AuthorityInfo owner,
      org.dxos.dmg.dxn.Name name,
      Statement.Promote promote,
      BlockSource blocks) {
    AuthorityEntry entry = Signed.read(blocks, owner.keyHead(), AuthorityEntry.class).body();
    Statement draft = statement(owner, name, ownerKey(owner, entry), promote, Optional.empty());
    Optional<Verdict.Refused> refused = StatementRules.judge(draft, entry, entry, now());
    for (Cid listed : promote.statements()) {
      Statement one = Signed.read(blocks, listed, Statement.class).body();
      AuthorityEntry then = Signed.read(blocks, one.auth(), AuthorityEntry.class).body();
      refused = refused.or(() -> StatementRules.judgeListed(one, then, draft, List.of(entry)));
    }
    if (refused.isPresent()) {
      throw new AdmissionException.Refused(
          refused.get().code(), refused.get().message(), refused.get().hint());
    }
  }

  /** Something to say of a release that is there. */
  public record Said(org.dxos.dmg.dxn.Name name, Statement.Op op) {}

  /**
   * Says many things, many at a time so that they share commits. A yank of what is yanked already
   * is not said again.
   *
   * @throws PublishException as {@link #say(org.dxos.dmg.dxn.Name, Statement.Op)}
   */
  public void sayAll(List<Said> all, Progress progress) {
    new Crowd(registry.publishesAtOnce())
        .each(
            all,
            one -> {
              if (!(one.op() instanceof Statement.Yank yank)
                  || !isYanked(one.name(), yank.version())) {
                say(one.name(), one.op());
              }
            },
            progress);
  }

  private boolean isYanked(org.dxos.dmg.dxn.Name name, String version) {
    return registry.module(name.toString()).versions().stream()
        .anyMatch(one -> one.version().equals(version) && one.notices().yanked().isPresent());
  }

  private Statement statement(
      AuthorityInfo owner,
      org.dxos.dmg.dxn.Name name,
      SigningKey key,
      Statement.Op op,
      Optional<Cid> replaces) {
    return new Statement(
        owner.genesis(),
        name.path(),
        owner.keyHead(),
        key.publicKey(),
        op,
        op instanceof Statement.Promote ? Optional.empty() : tag(name.path()),
        replaces,
        now(),
        Optional.empty());
  }

  /** What stands at a slot of an authority's state. */
  private Optional<Cid> standing(AuthorityInfo owner, String slot) {
    return owner
        .head()
        .map(head -> Signed.read(registry, head, org.dxos.dmg.trust.Head.class).body().state())
        .flatMap(state -> org.dxos.dmg.mst.MerkleSearchTree.at(state, registry).get(slot));
  }

  private PublishReceipt say(Statement statement, SigningKey key, BlockSource blocks) {
    Map<Cid, byte[]> signed = new HashMap<>();
    Cid envelope = sign(statement, List.of(key), signed);
    return registry.publish(
        envelope, cid -> Optional.ofNullable(signed.get(cid)).or(() -> blocks.get(cid)));
  }

  /**
   * The authority to which a name is bound. One that was claimed in a space beside a public
   * registry is claimed there as well, as it is: two claims to a name would be two authorities.
   */
  Optional<AuthorityInfo> knownOrBrought(String authority) {
    return registry
        .authority(authority)
        .or(() -> registry.space().isEmpty() ? broughtOfSpaces(authority) : Optional.empty());
  }

  private Optional<AuthorityInfo> broughtOfSpaces(String authority) {
    for (SpaceInfo space : registry.spaces().all()) {
      Registry inside = registry.spaces().open(space.id().toString());
      Optional<AuthorityInfo> there = inside.authority(authority).filter(AuthorityInfo::here);
      if (there.isPresent()) {
        List<Cid> log = there.get().log();
        AuthorityInfo claimed = registry.claim(log.getFirst(), inside);
        return Optional.of(
            log.size() == 1 ? claimed : registry.learn(there.get().genesis(), log, inside));
      }
    }
    return Optional.empty();
  }

  /** Claims an authority: makes its keys, and a genesis whose home is the registry's node. */
  public Claimed claim(String authority) {
    claims.accept(authority);
    NodeInfo node = registry.node();
    SigningKey owner = keys.makeOwner(authority);
    SigningKey recovery = keys.makeRecovery(authority);
    AuthorityEntry genesis =
        new AuthorityEntry(
            authority,
            0,
            Optional.empty(),
            Optional.empty(),
            KeySet.of(owner.publicKey()),
            KeySet.of(recovery.publicKey()),
            new AuthorityEntry.Home(node.headKey(), node.peer(), List.of()),
            List.of(),
            List.of(),
            Optional.empty(),
            Stream.of(owner.publicKey(), recovery.publicKey()).sorted().toList(),
            now(),
            Optional.empty());
    Map<Cid, byte[]> signed = new HashMap<>();
    Cid envelope = sign(genesis, List.of(owner, recovery), signed);
    AuthorityInfo info = registry.claim(envelope, cid -> Optional.ofNullable(signed.get(cid)));
    return new Claimed(info, keys.recoveryFile(authority));
  }

  static Cid sign(Body body, List<SigningKey> keys, Map<Cid, byte[]> blocks) {
    byte[] block = body.encode();
    Envelope envelope = Envelope.sign(body.type(), block, keys);
    byte[] envelopeBlock = envelope.encode();
    Cid cid = DagCbor.cid(envelopeBlock);
    blocks.put(envelope.body(), block);
    blocks.put(cid, envelopeBlock);
    return cid;
  }

  private Optional<Outcome> standing(PreparedModule module) {
    try {
      ReleaseInfo release =
          registry.resolve(module.record().name() + "@" + module.record().version());
      return release.record().equals(module.recordCid())
          ? Optional.of(new Outcome.AlreadyThere(release.release()))
          : Optional.empty();
    } catch (RuntimeException e) {
      if (e instanceof Explained explained
          && explained.code().outcome() == ErrorCode.Outcome.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * The ids of the authorities that a record names, as this registry knows them.
   *
   * @param known ids that were asked for before, to which those asked for now are added
   */
  private Map<String, Cid> authorities(ModuleRecord record, String own, Map<String, Cid> known) {
    Map<String, Cid> ids = new TreeMap<>();
    for (String name : record.authoritiesNamed()) {
      ids.put(name, known.computeIfAbsent(name, _ -> authority(record, name, own)));
    }
    return ids;
  }

  private Cid authority(ModuleRecord record, String name, String own) {
    return registry
        .authority(name)
        .map(AuthorityInfo::genesis)
        .orElseThrow(
            () ->
                new NotFoundException(
                    ErrorCode.AUTHORITY_UNKNOWN,
                    "publish `"
                        + record.name()
                        + "`: it names authority `"
                        + name
                        + "`, which is not held by "
                        + registry.place(),
                    List.of(),
                    name.equals(own)
                        ? ""
                        : "publish what it needs of `"
                            + name
                            + "` first, or use a node that holds it"));
  }

  /** A key that may sign for an authority: one of its owners or delegates, as they are now. */
  private SigningKey ownerKey(AuthorityInfo authority) {
    return ownerKey(
        authority, Signed.read(registry, authority.keyHead(), AuthorityEntry.class).body());
  }

  private SigningKey ownerKey(AuthorityInfo authority, AuthorityEntry entry) {
    return keys.signer(
            key -> entry.owners().keys().contains(key) || entry.delegate(key).isPresent())
        .orElseThrow(
            () -> notOurs(authority, "no key of this home is one of its owners or delegates"));
  }

  private static PublishException notOurs(AuthorityInfo authority, String why) {
    return new PublishException(
        ErrorCode.KEY_MISSING,
        "sign for `" + authority.name() + "`: " + why,
        "publish from the home that claimed it, or under an authority of your own");
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }
}
