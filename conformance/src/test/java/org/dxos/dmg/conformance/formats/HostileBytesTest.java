package org.dxos.dmg.conformance.formats;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
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
 * Hostile input costs no more memory than 64 times its size and 64 KiB, overflows no stack, and is
 * refused with typed errors alone: bombs of length and depth, random changes of good bytes, and all
 * that a fuzzer ever found.
 */
class HostileBytesTest {

  private static final int MUTATIONS = 400;
  private static final long PER_BYTE = 64;
  private static final long AT_LEAST = 64 * 1024;

  /**
   * YAML is read by a library that costs more: two events, tokens and marks for a number and its
   * comma come to 800 bytes, and the target reads back what it wrote. It comes from an author's own
   * folder, never over a wire.
   */
  private static final long PER_BYTE_OF_YAML = 600;

  private static final long AT_LEAST_OF_YAML = 192 * 1024;

  /** A hundred findings in words are told of a manifest, however short it is; never of a block. */
  private static final long FINDINGS = 512 * 1024;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TestFactory
  Stream<DynamicTest> noTargetAllocatesBeyondItsInput() {
    return Stream.of(FuzzTarget.values())
        .map(target -> DynamicTest.dynamicTest(target.text(), () -> measure(target)));
  }

  @TestFactory
  Stream<DynamicTest> everySeedIsAccepted() {
    return Stream.of(FuzzTarget.values())
        .filter(target -> target != FuzzTarget.UNIXFS && target != FuzzTarget.MULTIBASE)
        .filter(target -> target != FuzzTarget.VERSION && target != FuzzTarget.RANGE)
        .map(
            target ->
                DynamicTest.dynamicTest(
                    target.text(),
                    () -> {
                      assertFalse(target.seeds().isEmpty());
                      target.seeds().forEach(seed -> assertTrue(target.accepts(seed), text(seed)));
                    }));
  }

  /** A target fails by itself if it reads bytes that it would write otherwise. */
  @TestFactory
  Stream<DynamicTest> everyChangeOfOneByteIsRefusedOrIsAnotherValueInItsOneSpelling() {
    return Stream.of(FuzzTarget.values())
        .map(target -> DynamicTest.dynamicTest(target.text(), () -> changeEachByte(target)));
  }

  private static void changeEachByte(FuzzTarget target) {
    int tried = 0;
    for (byte[] seed : target.seeds()) {
      for (int at = 0; at < seed.length; at++) {
        byte good = seed[at];
        for (int bit = 0; bit < 8; bit++) {
          seed[at] = (byte) (good ^ 1 << bit);
          boolean unused = target.accepts(seed);
          tried++;
        }
        seed[at] = good;
      }
    }
    assertTrue(tried > 0, "nothing was tried");
  }

  private void measure(FuzzTarget target) throws IOException {
    List<byte[]> inputs = new ArrayList<>(target.seeds());
    inputs.addAll(bombs());
    inputs.addAll(found(target));
    Random random = new Random(target.ordinal());
    for (int i = 0; i < MUTATIONS; i++) {
      inputs.add(mutated(target.seeds().get(i % target.seeds().size()), random));
    }
    boolean yaml = target == FuzzTarget.YAML || target == FuzzTarget.MANIFEST_YAML;
    // Classes are loaded and tables made once; what counts is what an input costs.
    inputs.forEach(target::accepts);
    for (byte[] input : inputs) {
      long spent = Long.MAX_VALUE;
      long limit =
          yaml
              ? PER_BYTE_OF_YAML * input.length + AT_LEAST_OF_YAML
              : PER_BYTE * input.length * (target == FuzzTarget.JSON ? 2 : 1)
                  + AT_LEAST; // read twice
      limit += target.name().startsWith("MANIFEST") ? FINDINGS : 0;
      // Whatever else the JVM does on this thread only adds: the least of three counts.
      for (int i = 0; i < 3 && spent > limit; i++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        boolean unused = target.accepts(input);
        spent = Math.min(spent, threads.getCurrentThreadAllocatedBytes() - before);
      }
      long bytes = spent;
      assertTrue(
          bytes <= limit,
          () -> bytes + " bytes allocated for " + input.length + " of input: " + text(input));
    }
  }

  private static String text(byte[] input) {
    String hex = HexFormat.of().formatHex(input, 0, Math.min(input.length, 200));
    return hex + (input.length > 200 ? "…" : "");
  }

  /** Inputs that say more than they have, or nest without end. */
  private static List<byte[]> bombs() {
    List<byte[]> bombs = new ArrayList<>();
    HexFormat hex = HexFormat.of();
    for (String one :
        List.of(
            "",
            "9bffffffffffffffff",
            "9b7fffffffffffffff",
            "9a7fffffff",
            "bbffffffffffffffff",
            "ba3fffffff6161ba3fffffff6161ba3fffffff6161ba3fffffff6161ba3fffffff",
            "5bffffffffffffffff",
            "5a7fffffff",
            "7b7fffffffffffffff00",
            "d82a5a7fffffff00",
            "9fff",
            "8000",
            "ffffffffffffffffffff",
            "80808080808080808001",
            "8100",
            "12ffffffffffffffff7f",
            "0affffffff07",
            "1280808080f0ffffff7f")) {
      bombs.add(hex.parseHex(one));
    }
    for (String one : List.of("81", "a16161", "d82a", "12020a00", "0a")) {
      byte[] piece = hex.parseHex(one);
      byte[] bomb = new byte[256 * 1024 / piece.length * piece.length];
      for (int i = 0; i < bomb.length; i++) {
        bomb[i] = piece[i % piece.length];
      }
      bombs.add(bomb);
    }
    for (String one :
        List.of("1", "[]", "{}", "[1]", "null", "\"\"", "{\"kind\":1}", "{\"runtime\":1}")) {
      for (String field : List.of("", "runtimes", "resources", "keywords", "functions", "ext")) {
        String list = "[" + (one + ",").repeat(4_000) + one + "]";
        bombs.add(
            (field.isEmpty() ? list : "{\"" + field + "\":" + list + "}")
                .getBytes(StandardCharsets.UTF_8));
      }
    }
    for (String one : List.of("80", "8100", "a16000", "62c3a9", "a162c3a900", "40", "20", "f5")) {
      bombs.add(hex.parseHex("991000" + one.repeat(0x1000)));
    }
    for (String one :
        List.of(
            "[",
            "{\"a\":",
            "\"",
            "- ",
            "- - ",
            "{a: ",
            "a: \n ",
            "&a [*a, ",
            "1",
            "0.",
            "1e",
            "-",
            "^1 ||",
            ">=1.0.0 ",
            "1.",
            "a.",
            "a/",
            "%41",
            "dxn:",
            "b",
            "z",
            "k",
            "*",
            "x - ",
            " ",
            "\\u0000",
            "\u00e9",
            "\ud83d\ude00")) {
      bombs.add(one.repeat(64 * 1024 / one.length()).getBytes(StandardCharsets.UTF_8));
      bombs.add(one.repeat(100).getBytes(StandardCharsets.UTF_8));
    }
    return bombs;
  }

  private static byte[] mutated(byte[] seed, Random random) {
    byte[] bytes = seed.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes = Arrays.copyOf(bytes, at);
        case 1 -> {
          byte[] longer = Arrays.copyOf(bytes, bytes.length + 8);
          System.arraycopy(bytes, at, longer, at + 8, bytes.length - at);
          bytes = longer;
        }
        case 2 -> {
          if (bytes.length > 0) {
            bytes[at] = (byte) random.nextInt();
          }
        }
        case 3 -> {
          if (bytes.length > 0) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
          }
        }
        default -> {
          byte[] twice = Arrays.copyOf(bytes, bytes.length + at);
          System.arraycopy(bytes, 0, twice, bytes.length, at);
          bytes = twice;
        }
      }
    }
    return bytes;
  }

  /** {@code conformance/fuzz/TARGET.txt}: words after `#`, else an input in hex a line. */
  private static List<byte[]> found(FuzzTarget target) throws IOException {
    Path file =
        Path.of(
            System.getProperty("dmg.root", ".."), "conformance", "fuzz", target.text() + ".txt");
    if (!Files.exists(file)) {
      return List.of();
    }
    return Files.readAllLines(file).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(HexFormat.of()::parseHex)
        .toList();
  }
}
