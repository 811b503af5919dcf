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
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.dxos.dmg.admission.LearnedSpace;
import org.dxos.dmg.admission.Receipt;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.MemoryBlockStore;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.sync.replica.Pull;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.replica.SpaceDoor;
import org.dxos.dmg.sync.replica.SpacePull;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceSigning;

/**
 * The space of a simulation: some machines are members, come and go, publish in it and ask each
 * other; the others, and those who are none any more, try to get at it.
 */
final class Team implements AutoCloseable {

  private static final int MOST_AT_ONCE = 4;

  private final Random random;
  private final List<Machine> machines;
  private final Owner founder;
  private final SigningKey key;
  private final Cid id;
  private final Map<Machine, Room> rooms = new HashMap<>();
  private final Map<Machine, SpaceDoor> doors = new HashMap<>();
  private final Map<String, Cursor> cursors = new HashMap<>();
  private final Set<Machine> everIn = new HashSet<>();

  /** Statements of the space and their records: private canaries, all of them. */
  private final Set<Cid> secrets = new TreeSet<>();

  /** What was acknowledged in the space: authority and slot, to the statement. */
  private final Map<String, Cid> acknowledged = new TreeMap<>();

  /** Which authority each of those is of. */
  private final Map<String, Cid> of = new TreeMap<>();

  /** The space's log, oldest first. */
  private final List<Cid> entries = new ArrayList<>();

  private SpaceEntry last;
  private Cid lastEnvelope;
  private int refusals;

  /** Heads that added more than one statement. */
  private int shared;

  private final Rot rot;

  /**
   * @param machines the first founds the space, and is a member always
   */
  Team(List<Machine> machines, Random random) {
    this.machines = machines;
    this.random = random;
    this.rot = new Rot(random);
    this.founder = new Owner("team", random);
    this.key = Owner.key(random);
    byte[] salt = new byte[SpaceEntry.Salt.BYTES];
    random.nextBytes(salt);
    this.last =
        SpaceEntry.genesis(
            new SpaceEntry.Salt(salt),
            KeySet.of(key.publicKey()),
            List.of(new Member(peer(machines.getFirst()), Role.ADMIN)),
            machines.getFirst().now());
    this.id = SpaceSigning.id(last);
    this.lastEnvelope = SpaceSigning.sign(last, List.of(key), (_, block) -> founder.put(block));
    enter(machines.getFirst());
    tell(lastEnvelope);
  }

  static PeerId peer(Machine machine) {
    return new PeerId(machine.keys().getFirst().publicKey().bytes());
  }

  private void enter(Machine machine) {
    if (everIn.add(machine)) {
      Room room = new Room(machine, id, new MemoryBlockStore(random));
      rooms.put(machine, room);
      doors.put(machine, new SpaceDoor(room));
    }
  }

  private Room room(Machine machine) {
    return Optional.ofNullable(rooms.get(machine)).orElseThrow();
  }

  private void tell(Cid envelope) {
    entries.add(envelope);
    LearnedSpace learned =
        room(machines.getFirst()).registrar().learnSpace(List.of(envelope), founder);
    if (learned.refusal().isPresent()) {
      throw new Simulation.Violation("the founder's entry is refused: " + learned.refusal().get());
    }
  }

  private boolean isMember(Machine machine) {
    return last.members().stream().anyMatch(one -> one.peer().equals(peer(machine)));
  }

  /** Somebody comes or goes. */
  String change() {
    Machine machine = machines.get(1 + random.nextInt(machines.size() - 1));
    List<Member> members = new ArrayList<>(last.members());
    boolean was = members.removeIf(one -> one.peer().equals(peer(machine)));
    if (!was) {
      members.add(new Member(peer(machine), Role.PUBLISH));
    }
    if (!was) {
      enter(machine);
    }
    next(members, last.revoked());
    return machine.name + (was ? " is shut out" : " is let in");
  }

  private void next(List<Member> members, List<SpaceEntry.RevokedHere> revoked) {
    last =
        last.next(
            id,
            lastEnvelope,
            members,
            revoked,
            List.of(key.publicKey()),
            machines.getFirst().now());
    lastEnvelope = SpaceSigning.sign(last, List.of(key), (_, block) -> founder.put(block));
    tell(lastEnvelope);
  }

  /** A home has another key: the space says that what the old one signed in it stands. */
  void rotated(Machine machine, Cid genesis, PublicKey old) {
    Optional<Room> room = Optional.ofNullable(rooms.get(machine));
    if (room.isEmpty()) {
      return;
    }
    Optional<Cid> head =
        room.get().registrar().authority(genesis).flatMap(AuthorityView::head).map(Signed::cid);
    room.get().restart(); // with the new key
    if (head.isPresent()) {
      List<SpaceEntry.RevokedHere> revoked = new ArrayList<>(last.revoked());
      revoked.add(new SpaceEntry.RevokedHere(genesis, old, head));
      next(last.members(), revoked);
      // A home goes on in the space only once it knows what stands there.
      LearnedSpace unused = room.get().learnLog(entries, founder);
    }
    room.get().bringKeys(genesis);
  }

  /**
   * A member that is home of an authority publishes in the space: one release, or several at once,
   * which share a head, one of them maybe yanked in it.
   */
  String publish(Machine machine, Owner owner, Cid genesis) {
    if (!isMember(machine)) {
      return machine.name + " is no member";
    }
    Room room = room(machine);
    int several = random.nextInt(4) == 0 ? 2 + random.nextInt(MOST_AT_ONCE - 1) : 1;
    List<Cid> statements = new ArrayList<>();
    List<Optional<String>> slots = new ArrayList<>();
    try {
      room.bringKeys(genesis);
      AuthorityView view = room.registrar().authority(genesis).orElseThrow();
      String path = "module/inside";
      String version = "";
      for (int i = 0; i < several; i++) {
        version = random.nextInt(3) + "." + random.nextInt(20) + ".0";
        Cid statement = owner.releaseIn(id, view, path, version, "secret", machine.now());
        Statement.Release release =
            (Statement.Release) Signed.read(owner, statement, Statement.class).body().op();
        secrets.add(release.module());
        statements.add(statement);
        slots.add(Optional.of(genesis + " r/" + path + "@" + version));
      }
      if (several > 1 && random.nextBoolean()) {
        Statement.Op yank = new Statement.Yank(version, "at once");
        statements.add(owner.sayIn(id, view, path, yank, machine.now()));
        slots.add(Optional.empty());
      }
      secrets.addAll(statements);
    } catch (Disk.PowerLoss lost) {
      room.restart();
      return machine.name + " lost power in the space";
    }
    if (random.nextInt(10) == 0) {
      room.disk.fail(random.nextBoolean() ? Disk.Fault.BEFORE_WRITE : Disk.Fault.AFTER_WRITE);
    }
    return handIn(room, genesis, owner, statements, slots);
  }

  private String handIn(
      Room room, Cid genesis, Owner owner, List<Cid> statements, List<Optional<String>> slots) {
    List<CompletableFuture<Receipt>> answers = room.handIn(statements, owner);
    Set<Cid> heads = new TreeSet<>();
    int added = 0;
    boolean lost = false;
    List<String> what = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      try {
        Receipt receipt = Registrar.await(answers.get(i));
        if (receipt.status() == Receipt.Status.ADDED) {
          heads.add(receipt.head());
          added++;
        }
        slots.get(i).ifPresent(slot -> acknowledge(slot, genesis, receipt.statement()));
        what.add("took " + receipt.statement() + " in " + receipt.head());
      } catch (AdmissionException e) {
        what.add("refused: " + e.code());
      } catch (Disk.PowerLoss e) {
        what.add("lost power");
        lost = true;
      }
    }
    if (heads.size() > 1 || (lost && added > 0)) {
      throw new Simulation.Violation(
          room.name() + ": what was handed in at once is in " + heads + ", power lost: " + lost);
    }
    shared += added > 1 ? 1 : 0;
    if (lost) {
      room.restart();
    }
    room.disk.fail(Disk.Fault.NONE);
    return room.name() + " " + String.join(", ", what);
  }

  private void acknowledge(String slot, Cid genesis, Cid statement) {
    Cid before = acknowledged.putIfAbsent(slot, statement);
    of.put(slot, genesis);
    if (before != null && !before.equals(statement)) {
      throw new Simulation.Violation(slot + " was acknowledged as two statements in the space");
    }
  }

  /**
   * A bit flips on the disk of a room.
   *
   * @param others honest machines that it is connected with
   */
  String rot(Machine machine, List<Machine> others) {
    Optional<Room> struck = Optional.ofNullable(rooms.get(machine));
    if (struck.isEmpty()) {
      return machine.name + " has nothing of the space that could rot";
    }
    List<Room> members =
        others.stream()
            .filter(one -> rooms.containsKey(one) && isMemberAsKnownTo(one, machine))
            .map(this::room)
            .toList();
    return rot.strike(struck.get(), members, new Inner());
  }

  /** How rooms ask each other. */
  private final class Inner implements Rot.Links<Room> {
    @Override
    public Remote remote(Room from, Room who, BiFunction<Request, List<Item>, List<Item>> lie) {
      return SpacePull.in(new Inside(who.machine(), from.machine(), lie), id);
    }

    @Override
    public void pull(Room into, Remote remote) throws IOException {
      SpacePull.Result unused = new SpacePull(into, remote).all(Optional.empty());
    }
  }

  /**
   * One machine asks another about the space, whoever they are.
   *
   * @param lie what the other says instead
   */
  String ask(
      Machine into,
      Machine from,
      BiFunction<Request, List<Item>, List<Item>> lie,
      boolean trouble) {
    if (into.equals(from)) {
      return "nobody asks himself";
    }
    if (!rooms.containsKey(from)) {
      return from.name + " has nothing of the space";
    }
    Remote remote = new Inside(into, from, lie);
    if (!rooms.containsKey(into) || !isMemberAsKnownTo(from, into)) {
      return pry(into, from, remote);
    }
    Room room = room(into);
    String key = into.name + " " + from.name;
    String came;
    try {
      SpacePull.Result result =
          new SpacePull(room, remote).all(Optional.ofNullable(cursors.get(key)));
      Pull.Outcome outcome = result.outcome();
      if (outcome.faults().isEmpty()) {
        result.cursor().ifPresent(cursor -> cursors.put(key, cursor));
      } else {
        cursors.remove(key);
      }
      came = outcome.changed().size() + " changed, " + outcome.faults().size() + " faults";
    } catch (IOException e) {
      came = "broke off";
    } catch (Disk.PowerLoss lost) {
      room.restart();
      came = "lost power";
    } catch (RuntimeException e) {
      if (!(e instanceof Explained explained)) {
        throw e;
      }
      cursors.remove(key);
      came = "refused: " + explained.code();
    }
    if (trouble && random.nextInt(12) == 0) {
      room.restart();
    }
    return "%s asked %s in the space: %s; %s"
        .formatted(into.name, from.name, came, room.tree().root());
  }

  private boolean isMemberAsKnownTo(Machine from, Machine who) {
    return room(from).role(peer(who).toString()).isPresent();
  }

  /** Who is no member, as far as the one who is asked knows, gets no answer to anything. */
  private String pry(Machine into, Machine from, Remote remote) {
    List<Request> all = new ArrayList<>();
    all.add(new Request.Roots(room(from).tree().root(), Optional.empty(), List.of()));
    all.add(new Request.Tree(room(from).tree().root()));
    all.add(new Request.Log(List.of(new Request.Want(id, Optional.empty(), List.of()))));
    room(from).registrar().authorities().stream()
        .map(AuthorityView::id)
        .sorted()
        .forEach(
            genesis -> {
              all.add(
                  new Request.Log(List.of(new Request.Want(genesis, Optional.empty(), List.of()))));
              all.add(new Request.Forks(List.of(genesis)));
            });
    if (!secrets.isEmpty()) {
      all.add(new Request.Blocks(List.copyOf(secrets).subList(0, Math.min(8, secrets.size()))));
    }
    for (Request request : all) {
      try (Remote.Answer unused = remote.ask(request.in(id))) {
        throw new Simulation.Violation(
            into.name + " is no member, and " + from.name + " answered " + request);
      } catch (IOException e) {
        refusals++;
      }
    }
    return into.name + " got nothing of " + from.name + ", by " + all.size() + " questions";
  }

  /** Lets every member ask every other until nothing changes; all of them hold the same then. */
  void settle(int rounds) {
    for (int round = 0; round < rounds; round++) {
      List<Machine> honest = machines.stream().filter(one -> one.honest && isMember(one)).toList();
      cursors.clear();
      for (Machine into : honest) {
        for (Machine from : honest) {
          String unused = ask(into, from, (_, said) -> said, false);
        }
      }
      if (honest.stream().map(one -> room(one).tree().root()).distinct().count() == 1) {
        return;
      }
    }
    throw new Simulation.Violation("members hold different things after " + rounds + " rounds");
  }

  /** What has to hold in the end. */
  void requireAll() {
    for (Machine machine : machines) {
      for (Cid secret : secrets) {
        if (machine.disk.has(secret)) {
          throw new Simulation.Violation("a secret lies in public at " + machine.name);
        }
      }
    }
    for (Machine machine : machines) {
      if (!machine.honest || !isMember(machine)) {
        continue;
      }
      Room room = room(machine);
      if (room.space().filter(log -> log.last().cid().equals(lastEnvelope)).isEmpty()) {
        throw new Simulation.Violation(machine.name + " does not know who is a member");
      }
      Fsck.Report report = Fsck.of(room.disk, Rot.WHOSE);
      if (!report.faults().isEmpty()) {
        throw new Simulation.Violation(
            room.name() + " holds what is not valid: " + report.faults());
      }
      acknowledged.forEach(
          (slot, statement) -> {
            Cid genesis = Optional.ofNullable(of.get(slot)).orElseThrow();
            if (homeIsAmongHonestMembers(genesis) && !holds(room, genesis, slot, statement)) {
              throw new Simulation.Violation(
                  slot + " was acknowledged in the space and is not at " + machine.name);
            }
          });
    }
  }

  private boolean holds(Room room, Cid genesis, String slot, Cid statement) {
    return room.registrar()
        .authority(genesis)
        .flatMap(view -> view.state().get(slot.substring(slot.indexOf(' ') + 1)))
        .equals(Optional.of(statement));
  }

  private boolean homeIsAmongHonestMembers(Cid genesis) {
    return machines.stream()
        .filter(one -> one.honest && isMember(one) && rooms.containsKey(one))
        .anyMatch(one -> one.registrar().isHome(genesis));
  }

  /** Questions that were refused, as they have to be. */
  int refusals() {
    return refusals;
  }

  int secrets() {
    return secrets.size();
  }

  /** Heads that added more than one statement. */
  int shared() {
    return shared;
  }

  /** What rotted on the disks of rooms. */
  Rot rotten() {
    return rot;
  }

  @Override
  public void close() {
    rooms.values().forEach(Room::close);
  }

  /** A machine's space as another machine asks it: the door first, then its real answers. */
  private final class Inside implements Remote {
    private final Machine who;
    private final Machine from;
    private final BiFunction<Request, List<Item>, List<Item>> lie;

    private Inside(Machine who, Machine from, BiFunction<Request, List<Item>, List<Item>> lie) {
      this.who = who;
      this.from = from;
      this.lie = lie;
    }

    @Override
    public String name() {
      return from.name;
    }

    @Override
    public Answer ask(Request request) throws IOException {
      // Through the codec: what is asked is what arrives.
      Request arrived = Request.decode(request.encode());
      if (!arrived.isAboutSpaces()) {
        throw new IOException("not asked in a space: " + request);
      }
      SpaceDoor door = Optional.ofNullable(doors.get(from)).orElseThrow();
      Responder responder =
          door.toRead(id, peer(who).toString())
              .orElseThrow(() -> new IOException("the stream was reset"));
      return Wire.answer(responder, arrived, lie, () -> true);
    }
  }
}
