package org.dxos.dmg.admission;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;

/** What has to travel so that another node can hold an authority. */
public final class Carried {

  private Carried() {}

  /**
   * The envelopes of an authority, from the genesis to where it stands: key log entries, then
   * heads, oldest first.
   *
   * @param keyHead envelope of the newest key log entry
   * @param head envelope of the newest head
   */
  public static List<Cid> envelopes(Cid keyHead, Optional<Cid> head, BlockSource blocks) {
    List<Cid> envelopes = new ArrayList<>(back(Optional.of(keyHead), blocks));
    envelopes.addAll(back(head, blocks));
    return envelopes;
  }

  /** A key log or a chain of heads, from its first envelope to {@code tip}. */
  static Deque<Cid> back(Optional<Cid> tip, BlockSource blocks) {
    Deque<Cid> chain = new ArrayDeque<>();
    Optional<Cid> at = tip;
    while (at.isPresent()) {
      chain.push(at.get());
      at =
          switch (Signed.read(blocks, at.get(), Body.class).body()) {
            case AuthorityEntry entry -> entry.prev();
            case Head head -> head.prev();
            default -> Optional.empty();
          };
    }
    return chain;
  }

  /**
   * Visits the blocks of one envelope of a key log entry or a head: body, envelope, and of a head
   * the statements it adds with their records and bundles, as far as they are there. The trees are
   * not among them: whoever takes the head makes them anew.
   */
  public static void eachBlock(Cid envelope, BlockSource blocks, Consumer<Cid> visitor) {
    Signed<Body> signed = Signed.read(blocks, envelope, Body.class);
    if (signed.body() instanceof Head head) {
      head.added().forEach(added -> eachStatementBlock(added, blocks, visitor));
    }
    visitor.accept(signed.envelope().body());
    visitor.accept(envelope);
  }

  private static void eachStatementBlock(Cid envelope, BlockSource blocks, Consumer<Cid> visitor) {
    Signed<Statement> signed = Signed.read(blocks, envelope, Statement.class);
    if (signed.body().op() instanceof Statement.Release release) {
      ReleaseRules.eachHeldBlock(release.module(), blocks, visitor);
    }
    visitor.accept(signed.envelope().body());
    visitor.accept(envelope);
  }
}
