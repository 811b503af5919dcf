package org.dxos.dmg.conformance.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.care.Fault;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.care.Mending;
import org.dxos.dmg.care.Whose;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
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
   * How some of them ask each other: in public, or in the space.
   *
   * @param <R> what is struck
   */
  interface Links<R extends Running> {

    /**
     * One as another asks it.
     *
     * @param lie what it says instead
     */
    Remote remote(R from, R who, BiFunction<Request, List<Item>, List<Item>> lie);

    /** Takes all that a remote has. */
    void pull(R into, Remote remote) throws IOException;
  }

  /**
   * A bit flips in one block of a disk, whichever it is.
   *
   * @param others honest ones that it can ask now, and that can ask it
   * @return what came of it
   */
  <R extends Running> String strike(R struck, List<R> others, Links<R> links) {
    List<Cid> all = new ArrayList<>();
    struck.disk.eachBlock(all::add);
    if (all.isEmpty()) {
      return struck.name() + ": there is nothing that could rot";
    }
    Collections.sort(all);
    Cid cid = all.get(random.nextInt(all.size()));
    byte[] right = struck.disk.get(cid).orElseThrow();
    byte[] wrong = right.clone();
    wrong[random.nextInt(wrong.length)] ^= (byte) (1 << random.nextInt(8));
    struck.disk.overwrite(cid, wrong);
    flipped++;
    R other = others.isEmpty() ? struck : others.get(random.nextInt(others.size()));
    Remote watched = watched(links, struck, other, cid, wrong);
    ask(watched, cid);
    if (!others.isEmpty()) {
      pull(links, other, watched);
      pull(links, struck, links.remote(other, struck, (_, said) -> said));
    }
    struck.end();
    boolean began = begins(struck, cid);
    String how = mend(struck, cid, right, others, links);
    struck.begin();
    return "%s: a bit flips in `%s`, it %s, and %s"
        .formatted(struck.name(), cid, began ? "begins anew over it" : "does not begin", how);
  }

  /** Asks for the block itself. */
  private static void ask(Remote remote, Cid cid) {
    for (Request request : List.of(new Request.Blocks(List.of(cid)), new Request.Tree(cid))) {
      try (Remote.Answer unused = remote.ask(request)) {
        // what it says was looked at
      } catch (IOException e) {
        // it says nothing
      }
    }
  }

  private static <R extends Running> void pull(Links<R> links, R into, Remote remote) {
    try {
      links.pull(into, remote);
    } catch (IOException e) {
      // it broke off
    } catch (RuntimeException e) {
      if (!(e instanceof Explained)) {
        throw e;
      }
    }
  }

  /** A process that does not begin says because of which block. */
  private static boolean begins(Running machine, Cid cid) {
    try {
      machine.begin();
      machine.end();
      return true;
    } catch (RuntimeException e) {
      if (e instanceof Explained explained && explained.message().contains(cid.toString())) {
        return false;
      }
      throw new Simulation.Violation(
          machine.name() + " does not begin, and does not name `" + cid + "`: " + e);
    }
  }

  private <R extends Running> String mend(
      R machine, Cid cid, byte[] right, List<R> others, Links<R> links) {
    Fsck.Report before = Fsck.of(machine.disk, WHOSE);
    if (before.faults().isEmpty() && isThere(machine, cid, right)) {
      repaired++;
      return "is right again, as it was written anew";
    }
    if (!names(before, cid)) {
      throw new Simulation.Violation(
          machine.name() + " does not name damaged `" + cid + "`: " + before.faults());
    }
    boolean[] given = {false};
    Mending.Mended mended =
        Mending.of(
            machine.disk,
            WHOSE,
            before,
            wanted -> {
              Optional<byte[]> copy = copy(wanted, machine, others, links);
              given[0] |= wanted.equals(cid) && copy.isPresent();
              return copy;
            });
    if (mended.after().faults().isEmpty()) {
      repaired++;
      return "is put right: " + mended.fetched() + " fetched, " + mended.dropped() + " dropped";
    }
    if (given[0] || !names(mended.after(), cid)) {
      throw new Simulation.Violation(
          machine.name() + " is not put right, copy " + given[0] + ": " + mended.after().faults());
    }
    machine.disk.overwrite(cid, right);
    return "comes from a backup";
  }

  /** A node of a tree, or what comes once more, may be written over the damage. */
  private static boolean isThere(Running machine, Cid cid, byte[] right) {
    return machine.disk.get(cid).filter(block -> Arrays.equals(block, right)).isPresent();
  }

  private static boolean names(Fsck.Report report, Cid cid) {
    return report.faults().stream()
        .anyMatch(
            fault -> fault.kind() == Fault.Kind.CORRUPT && fault.block().equals(Optional.of(cid)));
  }

  /** A block as another gives it to whoever is linked. */
  private static <R extends Running> Optional<byte[]> copy(
      Cid cid, R struck, List<R> others, Links<R> links) {
    for (R other : others) {
      Remote remote = links.remote(other, struck, (_, said) -> said);
      try (Remote.Answer answer = remote.ask(new Request.Blocks(List.of(cid)))) {
        if (answer.next().orElseThrow() instanceof Item.Block block) {
          return Optional.of(block.bytes());
        }
      } catch (IOException e) {
        throw new IllegalStateException("a link that is up broke off", e);
      }
    }
    return Optional.empty();
  }

  /** One with a damaged block, as another asks it: whatever it says, the damage is not in it. */
  private static <R extends Running> Remote watched(
      Links<R> links, R struck, R who, Cid cid, byte[] wrong) {
    Remote remote =
        links.remote(
            struck,
            who,
            (request, said) -> {
              for (Item item : said) {
                if (item instanceof Item.Block block && Arrays.equals(block.bytes(), wrong)) {
                  throw new Simulation.Violation(
                      struck.name() + " serves damaged `" + cid + "` to " + request);
                }
              }
              return said;
            });
    return new Remote() {
      @Override
      public String name() {
        return remote.name();
      }

      @Override
      public Answer ask(Request request) throws IOException {
        try {
          return remote.ask(request);
        } catch (StorageException e) {
          throw new IOException("the stream was reset", e);
        }
      }
    };
  }
}
