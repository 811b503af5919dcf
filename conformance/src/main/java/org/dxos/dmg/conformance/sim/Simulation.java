package org.dxos.dmg.conformance.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.dxos.dmg.admission.Receipt;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.MemoryBlockStore;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.sync.replica.Follow;
import org.dxos.dmg.sync.replica.Pull;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Standing.Contest;

/** One seed: some nodes, some days, some faults, and what has to hold afterwards. One thread. */
final class Simulation {

  private static final long START = 1_800_000_000;
  private static final int EVENTS = 72;
  private static final int ROUNDS = 12;
  private static final int MOST_AT_ONCE = 6;

  /** After one event in so many a bit flips on a disk. */
  private static final int ROT = 60;

  private static final List<String> PATHS = List.of("module/a", "module/b", "function/c");

  private final Random random;
  private final List<Machine> machines = new ArrayList<>();
  private final List<Owner> owners = new ArrayList<>();
  private final List<Cid> genesis = new ArrayList<>();
  private final boolean[][] cut;
  private final Forger forger;
  private final List<String> trace = new ArrayList<>();

  /** What a home has acknowledged: authority and slot, to the statement. */
  private final Map<String, Cid> acknowledged = new TreeMap<>();

  private final Set<Cid> forged = new HashSet<>();
  private final Map<Cid, Integer> canaries = new HashMap<>();
  private long now = START;
  private int faults;

  /** Heads that added more than one statement. */
  private int shared;

  /** The authority whose home was copied, and the copy; none in most seeds. */
  private Optional<Integer> copied = Optional.empty();

  /** A seed at which something did not hold. */
  static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient List<String> trace;

    Violation(String what) {
      this(what, List.of());
    }

    private Violation(String what, List<String> trace) {
      super(what);
      this.trace = List.copyOf(trace);
    }

    /** What happened until then, line by line. */
    List<String> trace() {
      return trace;
    }
  }

  /**
   * What a seed came to.
   *
   * @param trace what happened, line by line
   * @param seconds of simulated time
   * @param faults that were injected
   * @param shared heads that added more than one statement
   * @param sharedInside those in the space
   * @param flipped bits of blocks on disk
   * @param flippedInside those of what was held of the space
   * @param repaired blocks of both, from another machine or out of statements
   * @param secrets blocks of what was said in the space
   * @param refusals questions about it that were asked by who is no member, and not answered
   */
  record Result(
      List<String> trace,
      long seconds,
      int faults,
      int forgeries,
      int acknowledged,
      int shared,
      int sharedInside,
      int flipped,
      int flippedInside,
      int repaired,
      int secrets,
      int refusals) {
    Result {
      trace = List.copyOf(trace);
    }
  }

  private Simulation(long seed) {
    this.random = new Random(seed);
    this.forger = new Forger(random);
    int count = 3 + random.nextInt(random.nextInt(8) == 0 ? 10 : 3);
    cut = new boolean[count + 1][count + 1];
    for (int i = 0; i < count; i++) {
      boolean honest = i == 0 || random.nextInt(3) > 0;
      add("n" + i, honest, new MemoryBlockStore(random), List.of(Owner.key(random)));
      Owner owner = new Owner("org.n" + i, random);
      owners.add(owner);
      genesis.add(claim(machines.get(i), owner).id());
      Owner local = new Owner("local.n" + i, random);
      AuthorityView view = claim(machines.get(i), local);
      Cid canary = local.release(view, "module/secret", "1.0.0", "canary of " + i, clock(i));
      Registrar.await(machines.get(i).registrar().submit(canary, local));
      canaries.put(canary, i);
    }
    team = new Team(List.copyOf(machines), random);
    rot = new Rot(random);
  }

  private final Rot rot;

  /** The space that some of them share. */
  private final Team team;

  /** Runs one seed to its end. */
  static Result run(long seed) {
    Simulation simulation = new Simulation(seed);
    try {
      simulation.live();
      simulation.settle();
      simulation.requireAll();
      return new Result(
          simulation.trace,
          simulation.now - START,
          simulation.faults,
          simulation.forged.size(),
          simulation.acknowledged.size(),
          simulation.shared,
          simulation.team.shared(),
          simulation.rot.flipped(),
          simulation.team.rotten().flipped(),
          simulation.rot.repaired() + simulation.team.rotten().repaired(),
          simulation.team.secrets(),
          simulation.team.refusals());
    } catch (Violation e) {
      throw new Violation(String.valueOf(e.getMessage()), simulation.trace);
    } finally {
      simulation.team.close();
      simulation.machines.forEach(Machine::close);
    }
  }

  private void add(String name, boolean honest, MemoryBlockStore store, List<SigningKey> keys) {
    long skew = random.nextInt(7200) - 3600L;
    machines.add(new Machine(name, honest, store, keys, () -> now + skew));
  }

  private static AuthorityView claim(Machine machine, Owner owner) {
    Cid envelope = owner.genesis(machine.keys().getFirst(), machine.now());
    return machine.registrar().claim(envelope, owner);
  }

  private long clock(int machine) {
    return machines.get(machine).now();
  }

  private void live() {
    for (int i = 0; i < EVENTS; i++) {
      now += 1 + random.nextInt(random.nextInt(10) == 0 ? 86_400 : 600);
      int one = random.nextInt(machines.size());
      int what = random.nextInt(100);
      if (what < 30) {
        publish(one);
      } else if (what < 36) {
        say(one);
      } else if (what < 40) {
        conflict(one);
      } else if (what < 43) {
        rotate(one);
      } else if (what < 46) {
        renew(one);
      } else if (what < 52) {
        part();
      } else if (what < 56) {
        restart(one);
      } else if (what < 58) {
        copyHome();
      } else if (what < 62) {
        note(team.change());
      } else if (what < 70) {
        publishInside(one);
      } else if (what < 80) {
        askInside(one, random.nextInt(machines.size()));
      } else {
        pull(one, random.nextInt(machines.size()), true);
      }
      if (random.nextInt(ROT) == 0) {
        rot(random.nextInt(machines.size()), false);
      }
      if (random.nextInt(ROT) == 0) {
        rot(random.nextInt(owners.size()), true);
      }
    }
  }

  // ---- in the space ----

  /** Who has a copied home, or none, does not publish there: how it ends is seen in public. */
  private void publishInside(int machine) {
    if (machine < owners.size() && !copied.equals(Optional.of(machine))) {
      note(team.publish(machines.get(machine), owners.get(machine), genesis.get(machine)));
    }
  }

  private void askInside(int into, int from) {
    if (into >= owners.size() || from >= owners.size() || cut[into][from]) {
      return; // the copy of a home has no peer id of its own
    }
    boolean lies = !machines.get(from).honest && random.nextBoolean();
    note(
        team.ask(
            machines.get(into), machines.get(from), lies ? this::garble : (_, said) -> said, true));
  }

  private void note(String what) {
    trace.add((now - START) + " " + what);
  }

  // ---- what people do ----

  /** The authority that a machine is home of; the copy of a home shares that of the first. */
  private int authorityOf(int machine) {
    return machine < owners.size() ? machine : copied.orElseThrow();
  }

  private AuthorityView view(int machine) {
    return machines
        .get(machine)
        .registrar()
        .authority(genesis.get(authorityOf(machine)))
        .orElseThrow();
  }

  private void publish(int machine) {
    int several = random.nextInt(4) == 0 ? 2 + random.nextInt(MOST_AT_ONCE - 1) : 1;
    List<Handed> handed = new ArrayList<>();
    for (int i = 0; i < several; i++) {
      handed.add(release(machine));
    }
    if (several > 1 && random.nextBoolean()) {
      handed.add(yank(machine, handed.get(random.nextInt(several))));
    }
    submit(machine, handed);
  }

  /**
   * What is handed in.
   *
   * @param slot authority, path and version of a release; of anything else it begins with a space
   */
  private record Handed(Cid statement, String slot) {
    private static final String SAID = " said of ";

    private boolean isRelease() {
      return !slot.startsWith(SAID);
    }
  }

  private Handed release(int machine) {
    Owner owner = owners.get(authorityOf(machine));
    AuthorityView view = view(machine);
    String path = PATHS.get(random.nextInt(PATHS.size()));
    String version = random.nextInt(3) + "." + random.nextInt(20) + ".0";
    String text = "release " + random.nextInt(2);
    Cid statement = owner.release(view, path, version, text, clock(machine));
    return new Handed(statement, view.name() + "/" + path + "@" + version);
  }

  /** Takes back a release that may be handed in together with this. */
  private Handed yank(int machine, Handed release) {
    AuthorityView view = view(machine);
    String[] parts = release.slot().substring(view.name().length() + 1).split("@", 2);
    Statement.Op op = new Statement.Yank(parts[1], "at once");
    Owner owner = owners.get(authorityOf(machine));
    return new Handed(
        owner.say(view, parts[0], op, Optional.empty(), clock(machine)),
        Handed.SAID + release.slot());
  }

  /** The same version again, with another record: a conflict, which changes nothing. */
  private void conflict(int machine) {
    AuthorityView view = view(machine);
    Owner owner = owners.get(authorityOf(machine));
    Optional<String> slot = anySlot(view);
    if (slot.isEmpty()) {
      return;
    }
    String[] parts = slot.get().substring(2).split("@", 2);
    Cid root = view.state().root();
    Cid statement =
        owner.release(view, parts[0], parts[1], "other " + random.nextLong(), clock(machine));
    try {
      Registrar.await(machines.get(machine).registrar().submit(statement, owner));
      throw new Violation(view.name() + " " + slot.get() + " was bound twice");
    } catch (AdmissionException e) {
      note("conflict at " + machines.get(machine).name + ": " + e.code());
    }
    if (!view(machine).state().root().equals(root)) {
      throw new Violation("a conflict has changed the state of " + view.name());
    }
  }

  private Optional<String> anySlot(AuthorityView view) {
    List<String> slots = new ArrayList<>();
    view.state().walkPrefix("r/", (key, _) -> slots.add(key));
    return slots.isEmpty()
        ? Optional.empty()
        : Optional.of(slots.get(random.nextInt(slots.size())));
  }

  private void say(int machine) {
    AuthorityView view = view(machine);
    Optional<String> slot = anySlot(view);
    if (slot.isEmpty()) {
      return;
    }
    String[] parts = slot.get().substring(2).split("@", 2);
    Statement.Op op = new Statement.Yank(parts[1], "wrong");
    Owner owner = owners.get(authorityOf(machine));
    Cid draft = owner.say(view, parts[0], op, Optional.empty(), clock(machine));
    String at = Slots.of(Signed.read(owner, draft, Statement.class).body());
    Optional<Cid> standing = view.state().get(at);
    if (standing.isPresent()) {
      op = new Statement.Unyank(parts[1]);
    }
    submit(
        machine,
        List.of(
            new Handed(
                owner.say(view, parts[0], op, standing, clock(machine)),
                Handed.SAID + view.name() + "/" + slot.get().substring(2))));
  }

  private void submit(int machine, List<Handed> handed) {
    Machine at = machines.get(machine);
    fault(at);
    List<CompletableFuture<Receipt>> answers =
        at.handIn(
            handed.stream().map(Handed::statement).toList(), owners.get(authorityOf(machine)));
    Set<Cid> heads = new HashSet<>();
    int added = 0;
    boolean lost = false;
    for (int i = 0; i < handed.size(); i++) {
      String slot = handed.get(i).slot();
      try {
        Receipt receipt = Registrar.await(answers.get(i));
        note(at.name + " took " + slot + " as " + receipt.statement() + " in " + receipt.head());
        if (receipt.status() == Receipt.Status.ADDED) {
          heads.add(receipt.head());
          added++;
        }
        if (handed.get(i).isRelease()) {
          acknowledge(authorityOf(machine), slot, receipt.statement());
        }
      } catch (AdmissionException e) {
        note(at.name + " refused " + slot + ": " + e.code());
      } catch (Disk.PowerLoss e) {
        note(at.name + " lost power at " + slot);
        lost = true;
      }
    }
    if (heads.size() > 1 || (lost && added > 0)) {
      throw new Violation("what was handed in at once is in " + heads + ", power lost: " + lost);
    }
    shared += added > 1 ? 1 : 0;
    if (lost) {
      at.restart();
    }
    at.disk.fail(Disk.Fault.NONE);
  }

  private void acknowledge(int authority, String slot, Cid statement) {
    if (copied.equals(Optional.of(authority))) {
      return;
    }
    Cid before = acknowledged.putIfAbsent(slot, statement);
    if (before != null && !before.equals(statement)) {
      throw new Violation(slot + " was acknowledged as two statements");
    }
  }

  /** Now and then the power goes at the next commit. */
  private void fault(Machine at) {
    int what = random.nextInt(20);
    if (what < 2) {
      faults++;
      at.disk.fail(what == 0 ? Disk.Fault.BEFORE_WRITE : Disk.Fault.AFTER_WRITE);
    }
  }

  private void rotate(int machine) {
    if (copied.equals(Optional.of(authorityOf(machine)))) {
      return; // that is how a copied home is healed, in the end
    }
    AuthorityView view = view(machine);
    Machine at = machines.get(machine);
    Cid entry = rehome(machine, view);
    team.rotated(at, view.id(), view.keyHead().body().home().headKey());
    note(at.name + " signs with another key: " + entry);
  }

  /** A home gets another key, by an entry of its owner after which what stands there now stands. */
  private Cid rehome(int machine, AuthorityView view) {
    SigningKey fresh = Owner.key(random);
    Machine at = machines.get(machine);
    at.addKey(fresh);
    Owner owner = owners.get(machine);
    Cid entry = owner.rehomed(view, fresh, view.head().map(Signed::cid), clock(machine));
    at.registrar().learn(view.id(), List.of(entry), owner, Registrar.Binding.NEVER);
    return entry;
  }

  private void renew(int machine) {
    try {
      AuthorityView after = machines.get(machine).registrar().renew(view(machine).id());
      note(machines.get(machine).name + " renewed " + after.head().orElseThrow().cid());
    } catch (AdmissionException e) {
      note(machines.get(machine).name + " did not renew: " + e.code());
    }
  }

  // ---- what goes wrong ----

  private void part() {
    int from = random.nextInt(machines.size());
    int to = random.nextInt(machines.size());
    cut[from][to] = !cut[from][to];
    faults++;
    note("link " + from + " to " + to + (cut[from][to] ? " is cut" : " is back"));
  }

  private void restart(int machine) {
    faults++;
    machines.get(machine).restart();
    note(machines.get(machine).name + " began anew");
  }

  /**
   * Of who is not honest nobody knows what he does with what he has.
   *
   * @param inside on the disk of what it has of the space; there the copy of a home is nobody
   */
  private void rot(int machine, boolean inside) {
    Machine struck = machines.get(machine);
    if (!struck.honest) {
      return;
    }
    List<Machine> others = new ArrayList<>();
    for (int i = 0; i < (inside ? owners.size() : machines.size()); i++) {
      if (i != machine && machines.get(i).honest && !cut[i][machine] && !cut[machine][i]) {
        others.add(machines.get(i));
      }
    }
    faults++;
    note(inside ? team.rot(struck, others) : rot.strike(struck, others, PUBLIC));
  }

  /** How machines ask each other. */
  private static final Rot.Links<Machine> PUBLIC =
      new Rot.Links<>() {
        @Override
        public Remote remote(
            Machine from, Machine who, BiFunction<Request, List<Item>, List<Item>> lie) {
          return new Wire(from, lie, Long.MAX_VALUE);
        }

        @Override
        public void pull(Machine into, Remote remote) throws IOException {
          Pull.Outcome unused =
              new Pull(into, remote, Follow.ALL, Quota.none(), Optional.empty()).all();
        }
      };

  /** A home is copied, disk and keys; both go on. */
  private void copyHome() {
    int home = random.nextInt(owners.size());
    if (copied.isPresent() || !machines.get(home).honest || machines.size() == cut.length) {
      return;
    }
    copied = Optional.of(home);
    faults++;
    acknowledged.keySet().removeIf(slot -> slot.startsWith("org.n" + home + "/"));
    add("copy of n" + home, true, machines.get(home).disk.copy(), machines.get(home).keys());
    // Both hold the canary that was there before.
    note("n" + home + " was copied");
  }

  private void pull(int into, int from, boolean trouble) {
    if (into == from || (trouble && cut[into][from])) {
      return;
    }
    Machine at = machines.get(into);
    Machine other = machines.get(from);
    long items = Long.MAX_VALUE;
    if (trouble && random.nextInt(6) == 0) {
      items = random.nextInt(12);
      faults++;
    }
    if (trouble) {
      fault(at);
    }
    Lie lie =
        trouble && !other.honest ? Lie.values()[random.nextInt(Lie.values().length)] : Lie.NONE;
    // Who forges says that something is new where nothing is.
    Cid about = genesis.get(random.nextInt(genesis.size()));
    Wire wire =
        new Wire(
            other,
            switch (lie) {
              case NONE -> (_, said) -> said;
              case GARBLE -> this::garble;
              case FORGE -> (request, said) -> forge(other, about, request, said);
            },
            items);
    Optional<Cursor> cursor =
        lie == Lie.FORGE
            ? Optional.of(new Cursor(other.disk.journalId(), 0))
            : Optional.ofNullable(at.cursors.get(other.name));
    Pull pull = new Pull(at, wire, Follow.ALL, Quota.none(), cursor);
    String came;
    try {
      Pull.Outcome outcome = pull.all();
      if (outcome.faults().isEmpty()) {
        pull.cursor().ifPresent(one -> at.cursors.put(other.name, one));
      } else {
        at.cursors.remove(other.name);
      }
      came = outcome.changed().size() + " changed, " + outcome.faults().size() + " faults";
    } catch (IOException e) {
      came = "broke off";
    } catch (Disk.PowerLoss lost) {
      at.restart();
      came = "lost power";
    } catch (RuntimeException e) {
      if (!(e instanceof Explained explained)) {
        throw e;
      }
      at.cursors.remove(other.name);
      came = "refused: " + explained.code();
    }
    at.disk.fail(Disk.Fault.NONE);
    note("%s asked %s (%s): %s; %s".formatted(at.name, other.name, lie, came, at.tree().root()));
  }

  /** What a peer that is not honest does with an answer. */
  private enum Lie {
    NONE,
    GARBLE,
    FORGE
  }

  private List<Item> garble(Request request, List<Item> said) {
    faults++;
    List<Item> items = new ArrayList<>(said);
    if (items.isEmpty()) {
      return items;
    }
    int at = random.nextInt(items.size());
    switch (random.nextInt(4)) {
      case 0 -> items.remove(at);
      case 1 -> items.add(at, items.get(random.nextInt(items.size())));
      case 2 -> {
        if (items.get(at) instanceof Item.Block block) {
          byte[] bytes = block.bytes().clone();
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          items.set(at, new Item.Block(bytes));
        }
      }
      default -> items.subList(at, items.size()).clear();
    }
    return items;
  }

  /** Names an authority as changed, and puts a forgery before the end of what is said of it. */
  private List<Item> forge(Machine liar, Cid about, Request request, List<Item> said) {
    if (request instanceof Request.Roots) {
      return List.of(
          new Item.Said(
              new MapBuilder()
                  .put("root", Node.of(about))
                  .put("cursor", new Cursor(liar.disk.journalId(), random.nextInt(99)).toNode())
                  .put("changed", List.of(about), Node::of)
                  .build()));
    }
    Optional<AuthorityView> view = liar.authority(about);
    if (!(request instanceof Request.Log) || view.isEmpty() || said.isEmpty()) {
      return said;
    }
    faults++;
    Optional<SigningKey> headKey =
        liar.keys().stream()
            .filter(key -> key.publicKey().equals(view.get().keyHead().body().home().headKey()))
            .findFirst();
    Forger.Forgery forgery = forger.of(view.get(), headKey);
    forged.add(forgery.statement());
    note(liar.name + " forges " + forgery.kind() + " in " + view.get().name());
    List<Item> items = new ArrayList<>(said);
    List<Item> blocks = new ArrayList<>();
    forgery.blocks().forEach(block -> blocks.add(new Item.Block(block)));
    items.addAll(items.size() - 1, blocks);
    return items;
  }

  // ---- the end ----

  private List<Machine> honest() {
    return machines.stream().filter(machine -> machine.honest).toList();
  }

  /** Every honest node asks every other until nothing changes; then a copied home is healed. */
  private void settle() {
    exchange();
    team.settle(ROUNDS);
    if (copied.isEmpty()) {
      return;
    }
    requireForkKnown();
    heal();
    exchange();
  }

  private void exchange() {
    for (int round = 0; round < ROUNDS; round++) {
      for (int into = 0; into < machines.size(); into++) {
        for (int from = 0; from < machines.size(); from++) {
          if (machines.get(into).honest && machines.get(from).honest) {
            machines.get(into).cursors.clear();
            pull(into, from, false);
          }
        }
      }
      if (honest().stream().map(machine -> machine.tree().root()).distinct().count() == 1) {
        return;
      }
    }
    throw new Violation("honest nodes have different roots after " + ROUNDS + " rounds");
  }

  private void requireForkKnown() {
    Cid of = genesis.get(copied.orElseThrow());
    List<List<Cid>> proofs =
        honest().stream()
            .map(machine -> machine.registrar().authority(of).orElseThrow().standing().forks())
            .map(forks -> forks.stream().map(fork -> DagCbor.cid(fork.encode())).toList())
            .distinct()
            .toList();
    if (proofs.size() != 1) {
      throw new Violation("honest nodes know different forks: " + proofs);
    }
  }

  private void heal() {
    int home = copied.orElseThrow();
    AuthorityView view = view(home);
    if (view.standing().contest() != Contest.HEADS) {
      note("the copy has signed nothing of its own");
      return;
    }
    Cid unused = rehome(home, view);
    AuthorityView healed = view(home);
    if (healed.standing().contest() != Contest.NONE) {
      throw new Violation("the owner's entry does not heal " + view.name());
    }
    copied = Optional.empty();
    publish(home);
    note(view.name() + " is healed");
  }

  private void requireAll() {
    for (Machine machine : honest()) {
      Fsck.Report report = Fsck.of(machine.disk, Rot.WHOSE);
      if (!report.faults().isEmpty()) {
        throw new Violation(machine.name + " holds what is not valid: " + report.faults());
      }
      requireNothingForged(machine);
    }
    canaries.forEach(
        (canary, owner) -> {
          for (int i = 0; i < owners.size(); i++) {
            if (i != owner && machines.get(i).disk.has(canary)) {
              throw new Violation("what is local to n" + owner + " is at n" + i);
            }
          }
        });
    acknowledged.forEach(this::requireKept);
    team.requireAll();
  }

  private void requireNothingForged(Machine machine) {
    for (AuthorityView view : machine.registrar().authorities()) {
      view.state()
          .walkPrefix(
              "",
              (slot, value) -> {
                if (forged.contains(value)) {
                  throw new Violation(
                      machine.name + " shows a forgery at " + view.name() + " " + slot);
                }
              });
    }
  }

  private void requireKept(String slot, Cid statement) {
    String authority = slot.substring(0, slot.indexOf('/'));
    String key = "r/" + slot.substring(slot.indexOf('/') + 1);
    int home = Integer.parseInt(authority.substring("org.n".length()));
    for (Machine machine : honest()) {
      if (!machines.get(home).honest && !machine.equals(machines.get(home))) {
        continue; // a liar need not hand on what it acknowledged
      }
      Optional<Cid> held =
          machine.registrar().authority(genesis.get(home)).flatMap(view -> view.state().get(key));
      if (!held.equals(Optional.of(statement))) {
        throw new Violation(
            "%s was acknowledged as %s, and is %s at %s"
                .formatted(slot, statement, held, machine.name));
      }
    }
  }
}
