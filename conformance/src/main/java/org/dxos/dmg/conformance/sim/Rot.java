package org.dxos.dmg.conformance.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.care.Fault;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.care.Mending;
import org.dxos.dmg.care.Whose;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.sync.replica.Follow;
import org.dxos.dmg.sync.replica.Pull;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;

/**
 * Bits that flip in blocks on a disk, and what its operator does then: the process goes on over it
 * for a while, ends, and may not begin again; the store is looked at, and what others hold puts it
 * right. A block of which nobody has a copy comes back from a backup.
 */
final class Rot {

  static final Whose WHOSE = new Whose(_ -> false, Set.of());

  private final Random random;
  private int flipped;
  private int repaired;

  Rot(Random random) {
    this.random = random;
  }

  /** Bits that flipped. */
  int flipped() {
    return flipped;
  }

  /** Blocks that came right again without a backup. */
  int repaired() {
    return repaired;
  }

  /**
   * A bit flips in one block of a machine, whichever it is.
   *
   * @param others honest machines that it can ask now, and that can ask it
   * @return what came of it
   */
  String strike(Machine machine, List<Machine> others) {
    List<Cid> all = new ArrayList<>();
    machine.disk.eachBlock(all::add);
    Collections.sort(all);
    Cid cid = all.get(random.nextInt(all.size()));
    byte[] right = machine.disk.get(cid).orElseThrow();
    byte[] wrong = right.clone();
    wrong[random.nextInt(wrong.length)] ^= (byte) (1 << random.nextInt(8));
    machine.disk.overwrite(cid, wrong);
    flipped++;
    ask(new Watched(machine, cid, wrong));
    if (!others.isEmpty()) {
      Machine other = others.get(random.nextInt(others.size()));
      pull(other, new Watched(machine, cid, wrong));
      pull(machine, new Wire(other, (_, said) -> said, Long.MAX_VALUE));
    }
    machine.end();
    boolean began = begins(machine, cid);
    String how = mend(machine, cid, right, others);
    machine.begin();
    return "%s: a bit flips in `%s`, it %s, and %s"
        .formatted(machine.name, cid, began ? "begins anew over it" : "does not begin", how);
  }

  /** Asks for the block itself. */
  private static void ask(Watched remote) {
    for (Request request :
        List.of(new Request.Blocks(List.of(remote.cid)), new Request.Tree(remote.cid))) {
      try (Remote.Answer unused = remote.ask(request)) {
        // what it says was looked at
      } catch (IOException e) {
        // it says nothing
      }
    }
  }

  private static void pull(Machine into, Remote remote) {
    try {
      Pull.Outcome unused =
          new Pull(into, remote, Follow.ALL, Quota.none(), Optional.empty()).all();
    } catch (IOException e) {
      // it broke off
    } catch (RuntimeException e) {
      if (!(e instanceof Explained)) {
        throw e;
      }
    }
  }

  /** A process that does not begin says because of which block. */
  private static boolean begins(Machine machine, Cid cid) {
    try {
      machine.begin();
      machine.end();
      return true;
    } catch (RuntimeException e) {
      if (e instanceof Explained explained && explained.message().contains(cid.toString())) {
        return false;
      }
      throw new Simulation.Violation(
          machine.name + " does not begin, and does not name `" + cid + "`: " + e);
    }
  }

  private String mend(Machine machine, Cid cid, byte[] right, List<Machine> others) {
    Fsck.Report before = Fsck.of(machine.disk, WHOSE);
    if (!names(before, cid)) {
      throw new Simulation.Violation(
          machine.name + " does not name damaged `" + cid + "`: " + before.faults());
    }
    boolean[] given = {false};
    Mending.Mended mended =
        Mending.of(
            machine.disk,
            WHOSE,
            before,
            wanted -> {
              Optional<byte[]> copy = copy(wanted, others);
              given[0] |= wanted.equals(cid) && copy.isPresent();
              return copy;
            });
    if (mended.after().faults().isEmpty()) {
      repaired++;
      return "is put right: " + mended.fetched() + " fetched, " + mended.dropped() + " dropped";
    }
    if (given[0] || !names(mended.after(), cid)) {
      throw new Simulation.Violation(
          machine.name + " is not put right, copy " + given[0] + ": " + mended.after().faults());
    }
    machine.disk.overwrite(cid, right);
    return "comes from a backup";
  }

  private static boolean names(Fsck.Report report, Cid cid) {
    return report.faults().stream()
        .anyMatch(
            fault -> fault.kind() == Fault.Kind.CORRUPT && fault.block().equals(Optional.of(cid)));
  }

  /** A block as another machine gives it to whoever is linked. */
  private static Optional<byte[]> copy(Cid cid, List<Machine> others) {
    for (Machine other : others) {
      Wire wire = new Wire(other, (_, said) -> said, Long.MAX_VALUE);
      try (Remote.Answer answer = wire.ask(new Request.Blocks(List.of(cid)))) {
        if (answer.next().orElseThrow() instanceof Item.Block block) {
          return Optional.of(block.bytes());
        }
      } catch (IOException e) {
        throw new IllegalStateException("a link that is up broke off", e);
      }
    }
    return Optional.empty();
  }

  /**
   * A machine with a damaged block, as others ask it: whatever it says, the damage is not in it.
   */
  private static final class Watched implements Remote {
    private final Cid cid;
    private final Wire wire;

    private Watched(Machine machine, Cid cid, byte[] wrong) {
      this.cid = cid;
      this.wire =
          new Wire(
              machine,
              (request, said) -> {
                for (Item item : said) {
                  if (item instanceof Item.Block block && Arrays.equals(block.bytes(), wrong)) {
                    throw new Simulation.Violation(
                        machine.name + " serves damaged `" + cid + "` to " + request);
                  }
                }
                return said;
              },
              Long.MAX_VALUE);
    }

    @Override
    public String name() {
      return wire.name();
    }

    @Override
    public Answer ask(Request request) throws IOException {
      try {
        return wire.ask(request);
      } catch (StorageException e) {
        throw new IOException("the stream was reset", e);
      }
    }
  }
}
