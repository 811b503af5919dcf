package org.dxos.dmg.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Machines of which each is a network namespace with an address of its own, on a switch that is one
 * too. Cables can be cut, in one way alone if need be, without either end being told, as a network
 * does it. A second net, which is never cut, leads from this process to each machine.
 *
 * <p>Needs {@code ip}, and the right to make namespaces; {@link #available} says so. The names
 * begin with {@code dmg} and this process's id; those of processes that are no more are taken away.
 */
final class Namespaces implements AutoCloseable {

  private static final String PREFIX = "dmg";
  private static final String CARE = "m0";
  private static final String PEERS = "p0";

  private final String name = PREFIX + ProcessHandle.current().pid();
  private final String centre = name + "x0";
  private final int count;
  private final int net;

  private Namespaces(int count) throws IOException, InterruptedException {
    this.count = count;
    sweep();
    try {
      this.net = build();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** As many machines, numbered from 1, all on one switch. */
  static Namespaces of(int count) throws IOException, InterruptedException {
    return new Namespaces(count);
  }

  /** Whether namespaces can be made here, and cables between them. */
  static boolean available() throws InterruptedException {
    try (Namespaces one = new Namespaces(1)) {
      return one.count == 1;
    } catch (IOException e) {
      return false; // no such command, or no right to
    }
  }

  private int build() throws IOException, InterruptedException {
    ip("netns", "add", centre);
    for (String bridge : List.of("care", "left", "right")) {
      in(centre, "link", "add", bridge, "type", "bridge");
      in(centre, "link", "set", bridge, "up");
    }
    ip("link", "add", name + "r", "type", "veth", "peer", "name", "root", "netns", centre);
    in(centre, "link", "set", "root", "master", "care", "up");
    ip("link", "set", name + "r", "up");
    int free = freeNet();
    for (int one = 1; one <= count; one++) {
      ip("netns", "add", machine(one));
      in(machine(one), "link", "set", "lo", "up");
      cable(one, CARE, "care" + one, "care", "198.18." + free + "." + (10 + one));
      cable(one, PEERS, "peer" + one, "left", address(one));
    }
    return free;
  }

  /** Other runs on this machine have nets of their own. */
  private int freeNet() throws IOException, InterruptedException {
    int first = (int) (ProcessHandle.current().pid() % 250);
    for (int more = 0; more < 250; more++) {
      int candidate = (first + more) % 250;
      String net = "198.18." + candidate + ".";
      if (ip("route", "show", "root", net + "0/24").isBlank()) {
        ip("address", "add", net + "1/24", "dev", name + "r");
        return candidate;
      }
    }
    throw new IOException("no net of 198.18.0.0/16 is free");
  }

  private void cable(int one, String end, String port, String bridge, String address)
      throws IOException, InterruptedException {
    in(centre, "link", "add", port, "type", "veth", "peer", "name", end, "netns", machine(one));
    in(centre, "link", "set", port, "master", bridge, "up");
    in(machine(one), "address", "add", address + "/24", "dev", end);
    in(machine(one), "link", "set", end, "up");
  }

  private String machine(int one) {
    return name + "x" + one;
  }

  /** What to put before a command, for it to run on a machine. */
  List<String> on(int one) {
    return List.of("ip", "netns", "exec", machine(one));
  }

  /** Where the others reach a machine. */
  String address(int one) {
    return "198.19.0." + (10 + one);
  }

  /** Where this process reaches a machine, whatever is cut. */
  String reached(int one) {
    return "198.18." + net + "." + (10 + one);
  }

  /** Nothing passes any more between these machines and the others; nobody is told. */
  void part(Set<Integer> apart) throws IOException, InterruptedException {
    for (int one = 1; one <= count; one++) {
      in(centre, "link", "set", "peer" + one, "master", apart.contains(one) ? "right" : "left");
    }
  }

  /** All are on one switch again. */
  void join() throws IOException, InterruptedException {
    part(Set.of());
  }

  /** What one machine sends to the other is lost; the other way all is well. */
  void deafen(int from, int to) throws IOException, InterruptedException {
    in(
        machine(from),
        "neighbour",
        "replace",
        address(to),
        "lladdr",
        "02:00:00:00:00:01", // that of nobody
        "dev",
        PEERS,
        "nud",
        "permanent");
  }

  /** Undoes {@link #deafen}. */
  void undeafen(int from, int to) throws IOException, InterruptedException {
    in(machine(from), "neighbour", "delete", address(to), "dev", PEERS);
  }

  /** Pulls the cable of a machine out of the switch, or puts it in again. */
  void plug(int one, boolean in) throws IOException, InterruptedException {
    in(centre, "link", "set", "peer" + one, in ? "up" : "down");
  }

  /**
   * What a machine sends goes no faster than this.
   *
   * @param rate as {@code tc} reads it: {@code 2mbit}
   */
  void slow(int one, String rate) throws IOException, InterruptedException {
    run(
        List.of(
            "tc",
            "-n",
            machine(one),
            "qdisc",
            "replace",
            "dev",
            PEERS,
            "root",
            "tbf",
            "rate",
            rate,
            "burst",
            "32kb",
            "latency",
            "300ms"));
  }

  /** Undoes {@link #slow}. */
  void quicken(int one) throws IOException, InterruptedException {
    run(List.of("tc", "-n", machine(one), "qdisc", "delete", "dev", PEERS, "root"));
  }

  /** Whether {@link #slow} works here: {@code tc} is a package of its own in places. */
  boolean slows() throws InterruptedException {
    try {
      slow(1, "100mbit");
      quicken(1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Nothing of a process that was killed is left for long: its successor takes it away. */
  private static void sweep() throws IOException, InterruptedException {
    for (String line : ip("netns", "list").lines().toList()) {
      String found = line.split(" ")[0];
      if (found.matches(PREFIX + "[0-9]+x[0-9]+")) {
        long pid = Long.parseLong(found.substring(PREFIX.length(), found.indexOf('x')));
        if (ProcessHandle.of(pid).isEmpty()) {
          ip("netns", "delete", found);
        }
      }
    }
  }

  private static String in(String namespace, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip", "-n", namespace));
    command.addAll(Arrays.asList(arguments));
    return run(command);
  }

  private static String ip(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(Arrays.asList(arguments));
    return run(command);
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said.strip());
    }
    return said;
  }

  /**
   * Takes all of it away. A cable goes with the namespace of its end, but some time later: the one
   * of this process is taken out before, as the next run may want its name.
   */
  @Override
  public void close() throws InterruptedException {
    try {
      ip("link", "delete", name + "r");
    } catch (IOException e) {
      // It was not made; there may be namespaces nevertheless.
    }
    for (int one = 0; one <= count; one++) {
      try {
        ip("netns", "delete", name + "x" + one);
      } catch (IOException e) {
        continue; // it was not made
      }
    }
  }
}
