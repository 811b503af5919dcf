package org.dxos.dmg.node;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.wire.Submitted;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;

/**
 * Statements that were handed in here and whose home is elsewhere: a register each, with their
 * blocks in the store, until a head has them. What the home refused is kept and told until then.
 * Safe for many threads: {@code this} guards {@code waiting}, and changes go through it.
 */
final class Outbox {

  private static final String PENDING = "pending/";
  private static final byte[] GONE = "-".getBytes(StandardCharsets.US_ASCII);

  /** Of what waits at a time. */
  private static final int MAX_WAITING = 10_000;

  private final BlockStore store;
  private final Map<Cid, Pending> waiting = new TreeMap<>();

  /**
   * @param since when it was handed in, seconds UTC
   * @param refused why its home refused it
   */
  private record Pending(Cid genesis, long since, Optional<String> refused) {

    byte[] encode() {
      return DagCbor.encode(
          new MapBuilder()
              .put("genesis", Node.of(genesis))
              .put("since", since)
              .put("refused", refused, Node::of)
              .build());
    }

    static Pending decode(byte[] value) {
      Fields fields = Fields.of("pending", ErrorCode.STORAGE, DagCbor.decode(value));
      Pending pending =
          new Pending(fields.link("genesis"), fields.uint("since"), fields.optionalText("refused"));
      fields.end();
      return pending;
    }
  }

  Outbox(BlockStore store) {
    this.store = store;
    for (String register : store.registers(PENDING)) {
      store
          .register(register)
          .filter(value -> !Arrays.equals(value, GONE))
          .ifPresent(
              value ->
                  waiting.put(
                      Cid.parse(register.substring(PENDING.length())), Pending.decode(value)));
    }
  }

  /**
   * Keeps a statement, on disk when this returns. False if it is kept already.
   *
   * @throws org.dxos.dmg.sync.wire.SyncException if too many wait
   */
  synchronized boolean keep(Registrar.Checked checked, long now) {
    Cid cid = checked.statement().cid();
    if (waiting.containsKey(cid)) {
      return false;
    }
    if (waiting.size() >= MAX_WAITING) {
      throw new org.dxos.dmg.sync.wire.SyncException(
          ErrorCode.TOO_LARGE,
          "keep statement `" + cid + "`: " + MAX_WAITING + " wait for their homes already",
          "see `dmg status`; hand it to the home itself");
    }
    Pending pending = new Pending(checked.authority().id(), now, Optional.empty());
    Batch batch = new Batch();
    checked.blocks().forEach(batch::put);
    batch.set(PENDING + cid, pending.encode());
    store.commit(batch);
    waiting.put(cid, pending);
    return true;
  }

  /** What is to be handed on. */
  synchronized List<Holder.Waiting> toHandOn(Registrar registrar) {
    List<Holder.Waiting> all = new ArrayList<>();
    waiting.forEach(
        (cid, pending) ->
            registrar
                .authority(pending.genesis())
                .filter(_ -> pending.refused().isEmpty())
                .ifPresent(view -> all.add(new Holder.Waiting(cid, home(view)))));
    return all;
  }

  private static String home(AuthorityView view) {
    return new PeerId(view.keyHead().body().home().peer().key()).toString();
  }

  /** Takes what the home, or a node on the way to it, has answered. */
  synchronized void answered(Cid cid, Submitted answer) {
    Pending pending = waiting.get(cid);
    if (pending != null && answer.status() == Submitted.Status.REFUSED) {
      Pending refused =
          new Pending(
              pending.genesis(), pending.since(), Optional.of(answer.code().orElse("REFUSED")));
      Batch batch = new Batch();
      batch.set(PENDING + cid, refused.encode());
      store.commit(batch);
      waiting.put(cid, refused);
    }
  }

  /** Forgets what heads have added since. */
  synchronized void settle(Registrar registrar) {
    for (Map.Entry<Cid, Pending> one : List.copyOf(waiting.entrySet())) {
      Optional<AuthorityView> view = registrar.authority(one.getValue().genesis());
      if (view.isPresent() && stands(one.getKey(), view.get())) {
        Batch batch = new Batch();
        batch.set(PENDING + one.getKey(), GONE);
        store.commit(batch);
        waiting.remove(one.getKey());
      }
    }
  }

  private boolean stands(Cid cid, AuthorityView view) {
    Statement statement = Signed.read(store, cid, Statement.class).body();
    return view.state().get(Slots.of(statement)).equals(Optional.of(cid));
  }

  /** What waits, for people. */
  synchronized List<Node> shown(Registrar registrar) {
    List<Node> all = new ArrayList<>();
    waiting.forEach(
        (cid, pending) -> {
          Statement statement = Signed.read(store, cid, Statement.class).body();
          String authority =
              registrar.authority(pending.genesis()).map(AuthorityView::name).orElse("?");
          all.add(
              new MapBuilder()
                  .put("statement", cid.toString())
                  .put("says", statement.op().text() + " " + authority + "/" + statement.path())
                  .put("since", pending.since())
                  .put("refused", pending.refused(), Node::of)
                  .build());
        });
    return all;
  }
}
