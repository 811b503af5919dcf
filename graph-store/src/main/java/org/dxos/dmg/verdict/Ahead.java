package org.dxos.dmg.verdict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.Statement;

/**
 * What of heads needs nothing of what came before them, done for many of them at once and on all
 * cores: they and their statements are read, and the signatures verified. Whoever then goes through
 * them in order finds it done; what is not here he does himself, and comes to the same verdict.
 *
 * <p>Immutable once made, and bound to the bytes by their CIDs. It holds what it has read: of some
 * thousand statements a few megabytes.
 */
public final class Ahead {

  /** Of fewer statements each core would wait for the other longer than it works. */
  private static final int WORTH_SHARING = 16;

  private static final Ahead NOTHING = new Ahead(Map.of(), Map.of(), Map.of());

  private final Map<Cid, Signed<Body>> envelopes;
  private final Map<Cid, PublicKey> signers;
  private final Map<Cid, Said> statements;

  private Ahead(
      Map<Cid, Signed<Body>> envelopes, Map<Cid, PublicKey> signers, Map<Cid, Said> statements) {
    this.envelopes = envelopes;
    this.signers = signers;
    this.statements = statements;
  }

  /** A statement that was read and its signature verified; or why it could not be. */
  record Said(Optional<Signed<Statement>> statement, Optional<RuntimeException> failure) {

    static Said read(Cid cid, BlockSource blocks) {
      try {
        return new Said(
            Optional.of(Signed.read(blocks, cid, Statement.class).requireSigned()),
            Optional.empty());
      } catch (RuntimeException e) {
        return new Said(Optional.empty(), Optional.of(e));
      }
    }

    /** False for what may turn out otherwise when it is looked at again: a block was not there. */
    boolean isForGood() {
      return failure.map(FormatException.class::isInstance).orElse(true);
    }

    Signed<Statement> orThrow() {
      if (failure.isPresent()) {
        throw failure.get();
      }
      return statement.orElseThrow();
    }
  }

  /** Nothing was done. */
  public static Ahead nothing() {
    return NOTHING;
  }

  /**
   * Reads and verifies what can be, and leaves the rest to those who go through it in order.
   *
   * @param envelopes of key log entries and heads
   * @param blocks gives the bytes of each CID, to several threads at a time
   */
  public static Ahead of(List<Cid> envelopes, BlockSource blocks) {
    Map<Cid, Signed<Body>> read = new HashMap<>();
    Set<Cid> added = new LinkedHashSet<>();
    for (Cid envelope : envelopes) {
      try {
        Signed<Body> signed = Signed.read(blocks, envelope, Body.class);
        read.put(envelope, signed);
        if (signed.body() instanceof Head head) {
          added.addAll(head.added());
        }
      } catch (RuntimeException e) {
        requireExplained(e);
      }
    }
    Map<Cid, PublicKey> homes = new HashMap<>();
    read.values().forEach(signed -> home(signed, blocks, homes));
    Map<Cid, PublicKey> signers = new HashMap<>();
    shared(new ArrayList<>(read.values()))
        .filter(signed -> homeOf(signed, homes).filter(key -> isSignedBy(signed, key)).isPresent())
        .toList()
        .forEach(signed -> signers.put(signed.cid(), homeOf(signed, homes).orElseThrow()));
    Map<Cid, Said> statements = new HashMap<>();
    List<Cid> all = new ArrayList<>(added);
    List<Said> said = shared(all).map(cid -> Said.read(cid, blocks)).toList();
    for (int i = 0; i < all.size(); i++) {
      if (said.get(i).isForGood()) {
        statements.put(all.get(i), said.get(i));
      }
    }
    return new Ahead(read, signers, statements);
  }

  private static <T> Stream<T> shared(List<T> all) {
    return all.size() < WORTH_SHARING ? all.stream() : all.parallelStream();
  }

  /** Finds the key that signs heads under the entry that a head names. */
  private static void home(Signed<Body> signed, BlockSource blocks, Map<Cid, PublicKey> homes) {
    if (signed.body() instanceof Head head && !homes.containsKey(head.keyHead())) {
      try {
        homes.put(
            head.keyHead(),
            Signed.read(blocks, head.keyHead(), AuthorityEntry.class).body().home().headKey());
      } catch (RuntimeException e) {
        requireExplained(e);
      }
    }
  }

  private static Optional<PublicKey> homeOf(Signed<Body> signed, Map<Cid, PublicKey> homes) {
    return signed.body() instanceof Head head
        ? Optional.ofNullable(homes.get(head.keyHead()))
        : Optional.empty();
  }

  private static boolean isSignedBy(Signed<Body> head, PublicKey key) {
    try {
      Signed<Body> unused = head.requireSignedBy(key);
      return true;
    } catch (RuntimeException e) {
      requireExplained(e);
      return false;
    }
  }

  private static void requireExplained(RuntimeException e) {
    if (!(e instanceof Explained)) {
      throw e;
    }
  }

  /** An envelope with its body. */
  Signed<Body> envelope(Cid cid, BlockSource blocks) {
    Signed<Body> read = envelopes.get(cid);
    return read == null ? Signed.read(blocks, cid, Body.class) : read;
  }

  /**
   * Checks that {@code key} alone has signed a head.
   *
   * @throws org.dxos.dmg.error.FormatException if it has not
   */
  void requireSignedBy(Signed<Head> head, PublicKey key) {
    if (!Optional.of(key).equals(Optional.ofNullable(signers.get(head.cid())))) {
      Signed<Head> unused = head.requireSignedBy(key);
    }
  }

  /** Statements, each read and verified or with the reason why it could not be. */
  List<Said> statements(List<Cid> added, BlockSource blocks) {
    boolean here = added.stream().allMatch(statements::containsKey);
    Stream<Cid> all = here ? added.stream() : shared(added);
    return all.map(
            cid -> {
              Said said = statements.get(cid);
              return said == null ? Said.read(cid, blocks) : said;
            })
        .toList();
  }
}
