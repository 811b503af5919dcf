package org.dxos.dmg.libp2p.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Hostile bytes are refused with typed errors and cost no more memory than 128 times their size and
 * 512 KiB: every change of one bit, random changes, bombs, and all that a fuzzer ever found.
 */
class HostileBytesTest {

  private static final int MUTATIONS = 300;
  private static final long PER_BYTE = 128;
  private static final long AT_LEAST = 512 * 1024;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TestFactory
  Stream<DynamicTest> everySeedIsAccepted() {
    return each(
        target -> {
          assertFalse(target.seeds().isEmpty());
          for (byte[] seed : target.seeds()) {
            assertTrue(target.accepts(seed), HexFormat.of().formatHex(seed));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> everyChangeOfOneBitIsRefusedOrRead() {
    return each(
        target -> {
          int tried = 0;
          for (byte[] seed : target.seeds()) {
            for (int bit = 0; bit < 8 * seed.length; bit++) {
              byte[] changed = seed.clone();
              changed[bit / 8] ^= (byte) (1 << bit % 8);
              boolean unused = target.accepts(changed);
              tried++;
            }
          }
          assertTrue(tried > 0);
        });
  }

  @TestFactory
  Stream<DynamicTest> noInputCostsMuchMoreThanItsSize() {
    return each(
        target -> {
          List<byte[]> inputs = new ArrayList<>(bombs());
          inputs.addAll(found(target));
          Random random = new Random(target.ordinal());
          for (int i = 0; i < MUTATIONS; i++) {
            inputs.add(mutated(target.seeds().get(i % target.seeds().size()), random));
          }
          inputs.forEach(target::accepts); // classes are loaded once
          for (byte[] input : inputs) {
            long limit = PER_BYTE * input.length + AT_LEAST;
            long spent = Long.MAX_VALUE;
            for (int i = 0; i < 3 && spent > limit; i++) {
              long before = threads.getCurrentThreadAllocatedBytes();
              boolean unused = target.accepts(input);
              spent = Math.min(spent, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(spent <= limit, spent + " bytes for " + input.length + " of input");
          }
        });
  }

  private interface Check {
    void on(FuzzTarget target) throws IOException;
  }

  private static Stream<DynamicTest> each(Check check) {
    return Stream.of(FuzzTarget.values())
        .map(target -> DynamicTest.dynamicTest(target.text(), () -> check.on(target)));
  }

  /** What says more than it has, and what repeats without end. */
  private static List<byte[]> bombs() {
    List<byte[]> bombs = new ArrayList<>();
    for (String one :
        List.of(
            "",
            "ffffffffffffffff7f",
            "80808080808080808001",
            "0affffffff07",
            "12ffffffffffffffff7f",
            "0000000000000001ffffffff",
            "00000001000000017fffffff",
            "0000000100000001000400006161",
            "ffff",
            "1aff7f")) {
      bombs.add(HexFormat.of().parseHex(one));
    }
    for (String one :
        List.of(
            "0a00",
            "1200",
            "1a00",
            "2200",
            "0a020a00",
            "22020a00",
            "0800",
            "036e610a",
            "000100010000000100000000",
            "000200010000000000000001",
            "047f000001",
            "2f61")) {
      byte[] piece = HexFormat.of().parseHex(one);
      byte[] bomb = new byte[64 * 1024 / piece.length * piece.length];
      for (int i = 0; i < bomb.length; i++) {
        bomb[i] = piece[i % piece.length];
      }
      bombs.add(bomb);
    }
    byte[] streams = new byte[12 * 4_096];
    for (int i = 0; i < 4_096; i++) {
      streams[12 * i + 1] = 1;
      streams[12 * i + 3] = 1;
      streams[12 * i + 6] = (byte) (2 * i + 1 >> 8);
      streams[12 * i + 7] = (byte) (2 * i + 1);
    }
    bombs.add(streams);
    return bombs;
  }

  private static byte[] mutated(byte[] seed, Random random) {
    byte[] bytes = Arrays.copyOf(seed, Math.max(1, seed.length + random.nextInt(9) - 4));
    for (int i = random.nextInt(8); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  /** The lines of {@code conformance/fuzz}, where that folder is: this library stands alone too. */
  private static List<byte[]> found(FuzzTarget target) throws IOException {
    Path file =
        Path.of(
            System.getProperty("dmg.root", "../.."), "conformance/fuzz", target.text() + ".txt");
    if (!Files.exists(file)) {
      return List.of();
    }
    return Files.readAllLines(file).stream()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(line -> HexFormat.of().parseHex(line.strip()))
        .toList();
  }
}
