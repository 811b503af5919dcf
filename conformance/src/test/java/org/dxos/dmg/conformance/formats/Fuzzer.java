package org.dxos.dmg.conformance.formats;

/** What Jazzer calls: one target a process, named by the first argument. */
public final class Fuzzer {

  private static FuzzTarget target = FuzzTarget.DAG_CBOR;

  private Fuzzer() {}

  public static void fuzzerInitialize(String[] arguments) {
    target = FuzzTarget.valueOf(arguments[0]);
  }

  public static void fuzzerTestOneInput(byte[] input) {
    boolean unused = target.accepts(input);
  }
}
