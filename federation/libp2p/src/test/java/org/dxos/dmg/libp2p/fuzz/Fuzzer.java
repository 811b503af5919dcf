package org.dxos.dmg.libp2p.fuzz;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What a fuzzer calls: one target a process, named by the first argument. It needs nothing of the
 * fuzzer, so this library does not depend on one; without arguments it tells its targets, each with
 * its seeds.
 */
public final class Fuzzer {

  private static FuzzTarget target = FuzzTarget.FRAME;

  private Fuzzer() {}

  public static void fuzzerInitialize(String[] arguments) {
    target = FuzzTarget.valueOf(arguments[0]);
  }

  public static void fuzzerTestOneInput(byte[] input) {
    boolean unused = target.accepts(input);
  }

  /** A line for each target: its name, the name of its files, its seeds in hex. */
  public static void main(String[] arguments) {
    for (FuzzTarget each : FuzzTarget.values()) {
      List<String> words =
          new java.util.ArrayList<>(Arrays.asList("target", each.name(), each.text()));
      each.seeds().forEach(seed -> words.add(HexFormat.of().formatHex(seed)));
      System.out.println(String.join(" ", words));
    }
  }
}
