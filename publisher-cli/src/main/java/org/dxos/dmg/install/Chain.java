package org.dxos.dmg.install;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.HeadChain;
import org.dxos.dmg.verdict.HeadRules;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;

/**
 * Follows the signatures of a lock: bytes, CID, record, statement, head, key log, authority id.
 * Every block it looks at is hashed, so it does not matter where they come from. What the lock says
 * is the pin: the id of each authority, and the envelope of each release.
 */
public final class Chain {

  private final BlockSource blocks;
  private final Function<Cid, Optional<KeyLog>> known;
  private final Map<Cid, Authority> authorities = new HashMap<>();

  private record Authority(KeyLog log, Signed<Head> head, MerkleSearchTree state) {

    /** The chain of the head: what a space says of revoked keys is no part of an installation. */
    org.dxos.dmg.verdict.Chain chain() {
      return head.body()
          .space()
          .<org.dxos.dmg.verdict.Chain>map(
              space -> new org.dxos.dmg.verdict.Chain.Private(space, List.of()))
          .orElse(org.dxos.dmg.verdict.Chain.PUBLIC);
    }

    boolean has(Closure.Module module) {
      return state
          .get(Slots.release(module.name().path(), module.version().toString()))
          .equals(Optional.of(module.release()));
    }
  }

  /**
   * A release whose chain holds.
   *
   * @param links each step, from the record to the authority
   */
  public record Verified(Closure.Module module, ModuleRecord record, List<Link> links) {}

  /**
   * A step of a chain.
   *
   * @param stage what it is: record, release, head, key log or authority
   * @param cid of the block that was checked
   * @param more what else it says: {@code key}, {@code epoch}, {@code seq} or {@code name}
   */
  public record Link(String stage, Cid cid, Map<String, String> more) {

    /** For people. */
    public String line() {
      StringBuilder line = new StringBuilder("%-11s%s".formatted(stage, cid));
      more.forEach(
          (what, value) ->
              line.append("  ")
                  .append(
                      switch (what) {
                        case "key" -> "signed by " + value;
                        case "name" -> value;
                        default -> what + " " + value;
                      }));
      return line.toString();
    }
  }

  /**
   * @param blocks where blocks come from; each is checked against its CID here
   */
  public Chain(BlockSource blocks) {
    this(blocks, _ -> Optional.empty());
  }

  /**
   * @param blocks where blocks come from; each is checked against its CID here
   * @param known what this reader has seen of the key log of an authority id: a key that was
   *     revoked since is refused, though the lock is older
   */
  public Chain(BlockSource blocks, Function<Cid, Optional<KeyLog>> known) {
    this.known = known;
    this.blocks = cid -> blocks.get(cid).map(block -> checked(cid, block));
  }

  private static byte[] checked(Cid cid, byte[] block) {
    if (!cid.matches(block)) {
      throw new VerificationException(
          "bytes", "block `" + cid + "`: its bytes do not hash to it", Optional.empty());
    }
    return block;
  }

  /**
   * Verifies every release of a lock.
   *
   * @throws VerificationException with the stage at which a chain breaks
   */
  public List<Verified> verify(Lock lock) {
    List<Verified> verified = new ArrayList<>();
    for (Closure.Module module : lock.closure().modules()) {
      verified.add(verify(module, lock.evidence()));
    }
    return verified;
  }

  private Verified verify(Closure.Module module, Lock.Evidence evidence) {
    String stage = "statement";
    try {
      List<Link> links = new ArrayList<>();
      Signed<Statement> statement =
          Signed.read(blocks, module.release(), Statement.class).requireSigned();
      Statement.Release release = release(module, statement);
      stage = "record";
      ModuleRecord record = record(module, release);
      ReleaseRules.misfit(module.name().authority().base(), statement.body(), release, record)
          .ifPresent(
              reason -> {
                throw broken("record", module, reason);
              });
      requireBundle(module, record);
      links.add(new Link("record", module.record(), Map.of()));
      links.add(
          new Link("release", module.release(), Map.of("key", statement.body().key().toString())));
      stage = "key log";
      Authority authority = authority(module, evidence);
      requireKey(module, statement, authority);
      stage = "head";
      Optional<Cid> standing =
          authority.state().get(Slots.release(module.name().path(), module.version().toString()));
      if (!standing.equals(Optional.of(module.release()))) {
        throw broken(
            "head",
            module,
            "the state of head `"
                + authority.head().cid()
                + "` has "
                + standing.map(Cid::toString).orElse("nothing")
                + " for it");
      }
      Head head = authority.head().body();
      AuthorityEntry last = authority.log().last().body();
      links.add(
          new Link("head", authority.head().cid(), Map.of("epoch", String.valueOf(head.epoch()))));
      links.add(
          new Link(
              "key log", authority.log().last().cid(), Map.of("seq", String.valueOf(last.seq()))));
      links.add(new Link("authority", module.genesis(), Map.of("name", last.authority())));
      return new Verified(module, record, links);
    } catch (VerificationException e) {
      throw e;
    } catch (RuntimeException e) {
      if (e instanceof Explained explained) {
        throw broken(stage, module, explained.message());
      }
      throw e;
    }
  }

  private static Statement.Release release(Closure.Module module, Signed<Statement> statement) {
    Statement body = statement.body();
    if (!body.genesis().equals(module.genesis()) || !body.path().equals(module.name().path())) {
      throw broken(
          "statement",
          module,
          "it is of `" + body.path() + "` of authority `" + body.genesis() + "`");
    }
    if (!(body.op() instanceof Statement.Release release)
        || !release.version().equals(module.version().toString())
        || !release.module().equals(module.record())) {
      throw broken(
          "statement",
          module,
          "it is no release of this version with record `" + module.record() + "`");
    }
    return release;
  }

  private ModuleRecord record(Closure.Module module, Statement.Release release) {
    return ModuleRecord.decode(
        blocks
            .get(release.module())
            .orElseThrow(
                () -> broken("record", module, "record `" + release.module() + "` is missing")));
  }

  /**
   * What is installed is what the record says of the variant: nobody has signed the lock itself.
   */
  private static void requireBundle(Closure.Module module, ModuleRecord record) {
    int variants = record.runtimes().size();
    int variant = module.variant().orElse(-1);
    if (variants == 0 ? variant >= 0 : variant < 0 || variant >= variants) {
      throw broken(
          "bundle",
          module,
          "the lock takes variant "
              + (variant < 0 ? "none" : variant)
              + ", its record has "
              + variants);
    }
    Optional<Bundle> signed =
        variants == 0 ? Optional.empty() : record.runtimes().get(variant).bundle();
    if (!module.bundle().equals(signed)) {
      throw broken(
          "bundle",
          module,
          "the lock has "
              + shown(module.bundle())
              + " for variant "
              + variant
              + ", its record "
              + shown(signed));
    }
  }

  private static String shown(Optional<Bundle> bundle) {
    return bundle
        .map(one -> "bundle `" + one.cid() + "` of " + one.size() + " bytes")
        .orElse("no bundle");
  }

  /** What was released in a space is found from the head there, all else from the public one. */
  private Authority authority(Closure.Module module, Lock.Evidence evidence) {
    Optional<Authority> inSpace =
        Optional.ofNullable(evidence.spaceHeads().get(module.genesis()))
            .map(head -> authority(module, head, true))
            .filter(one -> one.has(module));
    return inSpace.orElseGet(
        () ->
            authority(
                module,
                Optional.ofNullable(evidence.heads().get(module.genesis()))
                    .orElseThrow(
                        () ->
                            broken(
                                "head",
                                module,
                                "the lock names no head of authority `" + module.genesis() + "`")),
                false));
  }

  private Authority authority(Closure.Module module, Cid headCid, boolean inSpace) {
    Cid id = module.genesis();
    return authorities.computeIfAbsent(
        headCid,
        _ -> {
          Signed<Head> head = Signed.read(blocks, headCid, Head.class);
          if (head.body().space().isPresent() != inSpace) {
            throw broken("head", module, "head `" + headCid + "` is of another chain");
          }
          KeyLog log = KeyLog.read(blocks, head.body().keyHead());
          if (!log.id().equals(id)) {
            throw broken(
                "key log",
                module,
                "its key log begins with `" + log.id() + "`, the lock pins `" + id + "`");
          }
          if (!log.last().body().authority().equals(module.name().authority().base())) {
            throw broken(
                "key log",
                module,
                "authority `" + id + "` is `" + log.last().body().authority() + "`");
          }
          Authority found =
              new Authority(log, head, MerkleSearchTree.at(head.body().state(), blocks));
          HeadRules.requireSignature(head, found.chain(), log);
          KeyLog latest = latest(log);
          if (!HeadChain.stands(blocks, head, found.chain(), latest)) {
            throw broken(
                "key log",
                module,
                "head `%s` does not stand any more: key log entry `%s` of seq %d, seen here, revokes its key"
                    .formatted(headCid, latest.last().cid(), latest.last().body().seq()));
          }
          return new Authority(latest, head, found.state());
        });
  }

  /** The key log of a head, or what is known of it beyond that. */
  private KeyLog latest(KeyLog log) {
    return known
        .apply(log.id())
        .filter(one -> one.position(log.last().cid()).isPresent())
        .orElse(log);
  }

  /**
   * Who signed might do so, and still counts. What an owner said whose key is not revoked is found
   * so from the key log alone; for all others it is asked which head added it.
   */
  private void requireKey(Closure.Module module, Signed<Statement> statement, Authority authority) {
    Statement body = statement.body();
    AuthorityEntry last = authority.log().last().body();
    AuthorityEntry auth =
        authority
            .log()
            .entry(body.auth())
            .orElseThrow(
                () ->
                    broken(
                        "key log",
                        module,
                        "its `auth` `" + body.auth() + "` is no entry of the key log"));
    Optional<AuthorityEntry.Revoked> revoked = last.revocation(body.key());
    if (body.space().equals(authority.head().body().space().map(tag(body)))
        && revoked.isEmpty()
        && auth.owners().keys().contains(body.key())
        && last.owners().keys().contains(body.key())) {
      return;
    }
    Signed<Head> adder = adder(module, statement.cid(), authority.head());
    KeyLog then =
        authority
            .log()
            .upTo(adder.body().keyHead())
            .orElseThrow(
                () ->
                    broken(
                        "key log",
                        module,
                        "head `" + adder.cid() + "` stands under no entry of the key log"));
    HeadRules.requireSignature(adder, authority.chain(), then);
    PublicKey key;
    try {
      key = HeadRules.requireSaid(adder, statement.cid(), authority.chain(), then, blocks);
    } catch (AdmissionException e) {
      throw broken("key log", module, e.message());
    }
    Optional<AuthorityEntry.Revoked> answerable =
        authority.chain().revocation(module.genesis(), last, key);
    if (answerable.isPresent() && !HeadChain.keeps(blocks, answerable.get(), adder)) {
      throw broken(
          "key log",
          module,
          "key `" + key + "` is revoked, and head `" + adder.cid() + "` came after that");
    }
  }

  private static Function<Cid, Statement.SpaceTag> tag(Statement body) {
    return space -> SpaceEntry.tag(space, body.path());
  }

  private Signed<Head> adder(Closure.Module module, Cid statement, Signed<Head> tip) {
    Signed<Head> at = tip;
    while (!at.body().added().contains(statement)) {
      Optional<Cid> prev = at.body().prev();
      if (prev.isEmpty()) {
        throw broken("head", module, "no head up to `" + tip.cid() + "` added it");
      }
      at = Signed.read(blocks, prev.get(), Head.class);
    }
    return at;
  }

  private static VerificationException broken(String stage, Closure.Module module, String what) {
    return new VerificationException(
        stage, "`" + module.reference() + "`: " + what, Optional.empty());
  }

  /** The code of a chain that does not hold. */
  static final ErrorCode CODE = ErrorCode.NOT_VERIFIED;
}
