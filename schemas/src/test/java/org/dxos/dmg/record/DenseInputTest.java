package org.dxos.dmg.record;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Blocks that have as many things in as few bytes as can be: what each of them costs is seen here,
 * where in a short input it would be lost in the constant part of the limit.
 */
class DenseInputTest {

  private static final int COUNT = 8_000;
  private static final long PER_BYTE = 64;
  private static final long AT_LEAST = 64 << 10;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static void measure(byte[] block, Runnable decode) {
    long spent = Long.MAX_VALUE;
    // Whatever else the JVM does on this thread only adds: the least counts.
    for (int i = 0; i < 8; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      decode.run();
      spent = Math.min(spent, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    long least = spent;
    assertTrue(
        least <= PER_BYTE * block.length + AT_LEAST,
        () ->
            "%d bytes for %d, %.1f times"
                .formatted(least, block.length, (double) least / block.length));
  }

  private static byte[] arrayOf(String item) {
    byte[] one = HexFormat.of().parseHex(item);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x99, (byte) (COUNT >> 8), (byte) COUNT});
    for (int i = 0; i < COUNT; i++) {
      out.writeBytes(one);
    }
    return out.toByteArray();
  }

  @TestFactory
  Stream<DynamicTest> valueOfVeryManySmallParts() {
    return Stream.of(
            "8100",
            "8180",
            "81818180",
            "a16000",
            "a160a16000",
            "62c3a9",
            "a162c3a900",
            "63efbfbd",
            "60",
            "40",
            "4100",
            "20",
            "3863",
            "1bffffffffffffffff",
            "19012c",
            "fb3ff0000000000000",
            "f5",
            "820000",
            "83000000",
            "a26000616100")
        .map(
            item ->
                DynamicTest.dynamicTest(
                    item,
                    () -> {
                      byte[] block = arrayOf(item);
                      measure(block, () -> DagCbor.decode(block));
                    }));
  }

  private static Node map(Object... pairs) {
    Map<String, Node> entries = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      entries.put(
          pairs[i].toString(),
          pairs[i + 1] instanceof Node node ? node : Node.of(pairs[i + 1].toString()));
    }
    return new Node.Map(entries);
  }

  private static Node list(int count, IntFunction<Node> item) {
    List<Node> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(item.apply(i));
    }
    return new Node.Array(items);
  }

  private static Node many(int count, IntFunction<Node> value) {
    Map<String, Node> entries = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      entries.put("a.b/api/c" + word(i), value.apply(i));
    }
    return new Node.Map(entries);
  }

  private static String word(int i) {
    return Integer.toString(i + 46_656, 36);
  }

  private static Node needs(String range) {
    return list(400, i -> map("name", "a.b/api/c" + word(i), "range", range));
  }

  private static Map<String, Node> fields() {
    Map<String, Node> fields = new LinkedHashMap<>();
    fields.put(
        "functions, one of many equal triggers",
        list(
            1,
            i ->
                map(
                    "name",
                    "a.b/function/c",
                    "triggers",
                    list(COUNT, j -> map("kind", "direct")))));
    fields.put(
        "functions, one of many triggers",
        list(
            1,
            i ->
                map(
                    "name",
                    "a.b/function/c",
                    "triggers",
                    list(COUNT, j -> map("kind", "signal", "topic", word(j))))));
    fields.put("functions", list(COUNT, i -> map("name", "a.b/function/c" + word(i))));
    fields.put("runtimes", list(COUNT, i -> map("runtime", "jvm")));
    fields.put("resources", list(COUNT, i -> map("kind", "trace")));
    fields.put("provides", many(5_000, i -> map("version", "1.0.0")));
    fields.put("keywords", list(COUNT, i -> Node.of(word(i))));
    fields.put("providers", list(COUNT, i -> Node.of("a." + word(i))));
    fields.put("dependencies", list(6_000, i -> map("name", "a.b/api/c" + word(i), "range", "*")));
    fields.put("dependencies of many sets", needs("1" + " || 1".repeat(100)));
    fields.put("dependencies of many comparators", needs("1" + " 1".repeat(250)));
    fields.put("dependencies of long pre-releases", needs("1.2.3-a" + ".a".repeat(240)));
    fields.put("ext", many(5_000, i -> Node.of(0)));
    return fields;
  }

  @TestFactory
  Stream<DynamicTest> recordOfVeryManySmallParts() {
    return fields().entrySet().stream()
        .map(
            field ->
                DynamicTest.dynamicTest(
                    field.getKey(),
                    () -> {
                      String name = field.getKey().replaceAll("[, ].*", "");
                      boolean api = name.equals("providers");
                      byte[] block =
                          DagCbor.encode(
                              map(
                                  "type",
                                  ModuleRecord.TYPE,
                                  "name",
                                  api ? "a.b/api/m" : "a.b/module/m",
                                  "version",
                                  "1.0.0",
                                  name,
                                  field.getValue()));
                      assertTrue(block.length <= ModuleRecord.MAX_BYTES, block.length + " bytes");
                      measure(
                          block,
                          () -> {
                            try {
                              ModuleRecord.decode(block);
                            } catch (FormatException e) {
                              // the equal ones; what counts is what was spent until then
                            }
                          });
                    }));
  }
}
