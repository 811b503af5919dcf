package org.dxos.dmg.conformance.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.version.Version;

/**
 * Makes what a liar would send: heads and entries that would put a release of his into another's
 * authority, right in everything but the signatures he cannot make.
 */
final class Forger {

  private final RandomGenerator random;
  private final SigningKey thief;
  private final List<byte[]> blocks = new ArrayList<>();

  Forger(RandomGenerator random) {
    this.random = random;
    this.thief = Owner.key(random);
  }

  /**
   * A forgery.
   *
   * @param statement the release that nobody may ever see
   * @param blocks in the order in which a peer would send them
   */
  record Forgery(String kind, Cid statement, List<byte[]> blocks) {
    Forgery {
      blocks = List.copyOf(blocks);
    }
  }

  /**
   * A forgery that follows what is held of an authority.
   *
   * @param headKey the home's, if the liar is the home
   */
  Forgery of(AuthorityView view, Optional<SigningKey> headKey) {
    blocks.clear();
    PublicKey home = view.keyHead().body().home().headKey();
    PublicKey owner = view.keyHead().body().owners().keys().getFirst();
    int kind = random.nextInt(headKey.isPresent() ? 6 : 5);
    return switch (kind) {
      case 0 -> {
        Cid statement = statement(view, view.keyHead().cid(), thief.publicKey());
        head(view, statement, view.keyHead().cid(), view.keyHead().body().seq(), home);
        yield forged("a head and a statement of a stranger", statement);
      }
      case 1 -> {
        Cid statement = statement(view, view.keyHead().cid(), owner);
        head(view, statement, view.keyHead().cid(), view.keyHead().body().seq(), home);
        yield forged("signatures that are not those of the keys they name", statement);
      }
      case 2 -> {
        // The thief's key as the home's, by an entry that nobody but he has signed.
        Cid entry = entry(view, List.of(thief.publicKey()));
        Cid statement = statement(view, entry, owner);
        head(view, statement, entry, view.keyHead().body().seq() + 1, thief.publicKey());
        yield forged("an entry below its threshold", statement);
      }
      case 3 -> {
        Cid entry = entry(view, List.of(owner));
        Cid statement = statement(view, entry, owner);
        head(view, statement, entry, view.keyHead().body().seq() + 1, thief.publicKey());
        yield forged("an entry with a signature that is not the owner's", statement);
      }
      case 4 -> {
        Cid statement = statement(view, view.keyHead().cid(), thief.publicKey());
        head(view, statement, view.keyHead().cid(), view.keyHead().body().seq(), thief.publicKey());
        yield forged("a head by a key that is not the home's", statement);
      }
      default -> {
        // The home itself, which cannot speak for the owner.
        Cid statement = statement(view, view.keyHead().cid(), thief.publicKey());
        Head head = headBody(view, statement, view.keyHead().cid(), view.keyHead().body().seq());
        add(head.encode());
        add(Envelope.sign(Head.TYPE, head.encode(), List.of(headKey.orElseThrow())).encode());
        yield forged("a head of the home with a statement of a stranger", statement);
      }
    };
  }

  private Forgery forged(String kind, Cid statement) {
    return new Forgery(kind, statement, blocks);
  }

  private Cid add(byte[] block) {
    blocks.add(block);
    return DagCbor.cid(block);
  }

  /** An envelope that names keys, each with a signature that the thief made. */
  private Cid sealed(Body body, List<PublicKey> named) {
    byte[] block = body.encode();
    Cid cid = add(block);
    byte[] message = Body.signedBytes(body.type(), cid);
    return add(
        new Envelope(
                cid,
                named.stream()
                    .sorted()
                    .map(key -> new Envelope.Signature(key, thief.sign(message)))
                    .toList())
            .encode());
  }

  private Cid statement(AuthorityView view, Cid auth, PublicKey key) {
    String version = "66." + random.nextInt(1000) + ".0";
    ModuleRecord record =
        ModuleRecord.named(Name.parse(view.name() + "/module/a"), Version.parse(version))
            .description("forged " + random.nextLong())
            .build();
    Cid module = add(record.encode());
    return sealed(
        new Statement(
            view.id(),
            "module/a",
            auth,
            key,
            new Statement.Release(version, module, List.of(), Map.of()),
            Optional.empty(),
            Optional.empty(),
            view.keyHead().body().created(),
            Optional.empty()),
        List.of(key));
  }

  private Cid entry(AuthorityView view, List<PublicKey> signers) {
    AuthorityEntry before = view.keyHead().body();
    return sealed(
        new AuthorityEntry(
            before.authority(),
            before.seq() + 1,
            Optional.of(view.id()),
            Optional.of(view.keyHead().cid()),
            before.owners(),
            before.recovery(),
            Owner.home(thief),
            before.delegates(),
            java.util.stream.Stream.concat(
                    before.revoked().stream(),
                    java.util.stream.Stream.of(
                        new AuthorityEntry.Revoked(
                            before.home().headKey(), view.head().map(Signed::cid), "taken")))
                .sorted(java.util.Comparator.comparing(AuthorityEntry.Revoked::key))
                .toList(),
            Optional.empty(),
            signers,
            before.created(),
            Optional.empty()),
        signers);
  }

  private void head(AuthorityView view, Cid statement, Cid keyHead, long seq, PublicKey key) {
    Head head = headBody(view, statement, keyHead, seq);
    sealed(head, List.of(key));
  }

  private Head headBody(AuthorityView view, Cid statement, Cid keyHead, long seq) {
    Statement said = made(statement);
    String version = ((Statement.Release) said.op()).version();
    MerkleSearchTree state =
        view.state().put("r/module/a@" + version, statement).write((cid, block) -> {});
    return new Head(
        view.id(),
        Optional.empty(),
        seq,
        view.head().map(head -> head.body().epoch() + 1).orElse(0L),
        view.head().map(Signed::cid),
        keyHead,
        List.of(statement),
        state.root(),
        view.keyHead().body().created(),
        view.keyHead().body().created() + 1_000_000,
        Optional.empty());
  }

  private Statement made(Cid statement) {
    for (byte[] block : blocks) {
      if (DagCbor.cid(block).equals(statement)) {
        Cid body = Envelope.decode(block).body();
        for (byte[] one : blocks) {
          if (DagCbor.cid(one).equals(body)) {
            return (Statement) Body.decode(one);
          }
        }
      }
    }
    throw new IllegalStateException("the statement was just made");
  }
}
