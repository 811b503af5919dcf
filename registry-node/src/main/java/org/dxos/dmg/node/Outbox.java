package org.dxos.dmg.node;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Verdict;

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

  /** Why a home may refuse now what it takes later. */
  private static final Set<String> PASSING =
      Stream.of(
              ErrorCode.BUSY,
              ErrorCode.QUOTA,
              ErrorCode.STORAGE,
              ErrorCode.STORAGE_FULL,
              ErrorCode.ROLLBACK,
              ErrorCode.AUTHORITY_CONTESTED)
          .map(ErrorCode::name)
          .collect(Collectors.toSet());

  /** Why a home refuses what comes before something else on which it builds. */
  private static final Set<String> EARLY =
      Stream.of(
              ErrorCode.STATEMENT_REFUSED,
              ErrorCode.BLOCK_MISSING,
              ErrorCode.AUTHORITY_UNKNOWN,
              ErrorCode.NOT_HOME)
          .map(ErrorCode::name)
          .collect(Collectors.toSet());

  /** Seconds for which one that was refused is shown: a week. */
  private static final long REFUSED_SHOWN = 7L * 86_400;

  /** Seconds after which no head adds it any more, and clocks differ. */
  private static final long TOO_OLD = 91L * 86_400;

  /** Seconds by which the clocks of two nodes differ at most, a day. */
  private static final long CLOCKS_APART = 86_400;

  private final BlockStore store;
  private final Map<Cid, Pending> waiting = new TreeMap<>();

  /** Of each authority, up to which head it was looked for what waits, if it was. */
  private final Map<Cid, Cid> looked = new HashMap<>();

  /** Those whose home has refused them lately as it lacked something, which may have come since. */
  private final Map<Cid, String> lacking = new HashMap<>();

  private long next;

  /**
   * @param since when it was handed in, seconds UTC
   * @param order in which it came: what it builds on came before it
   * @param refused why its home refused it for good
   */
  private record Pending(Cid genesis, long since, long order, Optional<String> refused) {

    byte[] encode() {
      return DagCbor.encode(
          new MapBuilder()
              .put("genesis", Node.of(genesis))
              .put("since", since)
              .put("order", order)
              .put("refused", refused, Node::of)
              .build());
    }

    Pending refusedFor(String code) {
      return new Pending(genesis, since, order, Optional.of(code));
    }

    static Pending decode(byte[] value) {
      Fields fields = Fields.of("pending", ErrorCode.STORAGE, DagCbor.decode(value));
      Pending pending =
          new Pending(
              fields.link("genesis"),
              fields.uint("since"),
              fields.optionalUint("order").orElse(0),
              fields.optionalText("refused"));
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
    next = 1 + waiting.values().stream().mapToLong(Pending::order).max().orElse(0);
  }

  /**
   * Keeps a statement, on disk when this returns. False if it is kept already.
   *
   * @throws org.dxos.dmg.sync.wire.SyncException if too many wait
   */
  synchronized boolean keep(Registrar.Checked checked, long now) {
    Cid cid = checked.statement().cid();
    requireRoom(cid);
    if (waiting.containsKey(cid)) {
      return false;
    }
    Pending pending = new Pending(checked.authority().id(), now, next++, Optional.empty());
    Batch batch = new Batch();
    checked.blocks().forEach(batch::put);
    batch.set(PENDING + cid, pending.encode());
    store.commit(batch);
    waiting.put(cid, pending);
    return true;
  }

  /**
   * Checks that one more may wait, unless it does so already.
   *
   * @throws org.dxos.dmg.sync.wire.SyncException if too many wait
   */
  synchronized void requireRoom(Cid cid) {
    if (waiting.size() >= MAX_WAITING && !waiting.containsKey(cid)) {
      throw new org.dxos.dmg.sync.wire.SyncException(
          ErrorCode.TOO_LARGE,
          "keep statement `" + cid + "`: " + MAX_WAITING + " wait for their homes already",
          "see `dmg status`; hand it to the home itself");
    }
  }

  /** What is to be handed on, in the order in which it came. */
  synchronized List<Holder.Waiting> toHandOn(Registrar registrar) {
    List<Holder.Waiting> all = new ArrayList<>();
    waiting.entrySet().stream()
        .filter(one -> one.getValue().refused().isEmpty())
        .sorted(Comparator.comparingLong(one -> one.getValue().order()))
        .forEach(
            one ->
                registrar
                    .authority(one.getValue().genesis())
                    .ifPresent(view -> all.add(new Holder.Waiting(one.getKey(), home(view)))));
    return all;
  }

  private static String home(AuthorityView view) {
    return new PeerId(view.keyHead().body().home().peer().key()).toString();
  }

  /** Takes what the home has answered. */
  synchronized void answered(Cid cid, Submitted answer) {
    Pending pending = waiting.get(cid);
    String code = answer.code().orElse("REFUSED");
    if (pending == null || answer.status() != Submitted.Status.REFUSED) {
      lacking.remove(cid);
    } else if (EARLY.contains(code)) {
      lacking.put(cid, code); // it is handed on again
    } else if (!PASSING.contains(code)) {
      refuse(cid, pending, code);
    }
  }

  private void refuse(Cid cid, Pending pending, String code) {
    Pending refused = pending.refusedFor(code);
    Batch batch = new Batch();
    batch.set(PENDING + cid, refused.encode());
    store.commit(batch);
    waiting.put(cid, refused);
  }

  private void forget(Cid cid) {
    Batch batch = new Batch();
    batch.set(PENDING + cid, GONE);
    store.commit(batch);
    waiting.remove(cid);
    lacking.remove(cid);
  }

  /**
   * Forgets what heads have added since it was handed in, also if something else was said after it;
   * and refuses what none can add any more, as something else was said in its place.
   */
  synchronized void settle(Registrar registrar) {
    waiting.values().stream()
        .map(Pending::genesis)
        .distinct()
        .toList()
        .forEach(genesis -> registrar.authority(genesis).ifPresent(this::settle));
  }

  private void settle(AuthorityView view) {
    Map<Cid, Pending> late = new HashMap<>();
    for (Map.Entry<Cid, Pending> one : List.copyOf(waiting.entrySet())) {
      Pending pending = one.getValue();
      if (pending.genesis().equals(view.id())) {
        Statement statement = Signed.read(store, one.getKey(), Statement.class).body();
        if (view.state().get(Slots.of(statement)).equals(Optional.of(one.getKey()))
            || isOver(pending, statement, view)) {
          forget(one.getKey());
        } else if (Slots.apply(view.state(), one.getKey(), statement, view.voided(), store)
            instanceof Verdict.Conflict) {
          late.put(one.getKey(), pending);
        }
      }
    }
    if (!late.isEmpty()) {
      Set<Cid> added = added(late, view);
      late.forEach(
          (cid, pending) -> {
            if (added.contains(cid)) {
              forget(cid);
            } else if (pending.refused().isEmpty()) {
              refuse(cid, pending, ErrorCode.CONFLICT.name());
            }
          });
    }
  }

  /** By the newest head's clock: what was refused was shown for long, or no head takes it more. */
  private static boolean isOver(Pending pending, Statement statement, AuthorityView view) {
    long now = view.head().map(head -> head.body().issued()).orElse(0L);
    return now > statement.created() + TOO_OLD
        || (pending.refused().isPresent() && now > pending.since() + REFUSED_SHOWN);
  }

  /** Those that a head has which came since this was asked last of the authority. */
  private Set<Cid> added(Map<Cid, Pending> late, AuthorityView view) {
    long since = late.values().stream().mapToLong(Pending::since).min().orElseThrow();
    Optional<Cid> newest = view.head().map(Signed::cid);
    Optional<Cid> before = Optional.ofNullable(looked.get(view.id()));
    newest.ifPresent(head -> looked.put(view.id(), head));
    Set<Cid> found = new HashSet<>();
    for (Optional<Cid> at = newest; at.isPresent() && !at.equals(before); ) {
      Head head = Signed.read(store, at.get(), Head.class).body();
      head.added().stream().filter(late::containsKey).forEach(found::add);
      if (head.issued() < since - CLOCKS_APART) {
        break;
      }
      at = head.prev();
    }
    return found;
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
                  .put("waitsFor", Optional.ofNullable(lacking.get(cid)), Node::of)
                  .build());
        });
    return all;
  }
}
