package org.dxos.dmg.conformance.formats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Lets Jazzer look for inputs that break a target: {@code ./build -Pfuzz verify}, a minute each,
 * another time by {@code -Ddmg.fuzz.seconds=}, some targets by {@code -Ddmg.fuzz.targets=DXN,CAR};
 * those of the libp2p begin with {@code LIBP2P_}. What it finds belongs as a line into {@code
 * conformance/fuzz}, which every build reads again.
 */
@EnabledIfSystemProperty(named = "dmg.fuzz.seconds", matches = "[0-9]+")
class FuzzRun {

  private static final Path WORK =
      Path.of(System.getProperty("dmg.root", ".."), "conformance", "target", "fuzz")
          .toAbsolutePath()
          .normalize();

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final String LIBP2P = "org.dxos.dmg.libp2p.fuzz.Fuzzer";
  private static final String CLASSES =
      System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
          + File.pathSeparator
          + WORK.resolve("../../../federation/libp2p/target/test-classes").normalize();

  @TestFactory
  Stream<DynamicTest> noInputBreaksTheTarget() throws IOException, InterruptedException {
    String only = System.getProperty("dmg.fuzz.targets", "");
    Stream<Subject> own =
        Stream.of(FuzzTarget.values())
            .map(
                target ->
                    new Subject(
                        Fuzzer.class.getName(), target.name(), target.text(), target.seeds()));
    return Stream.concat(own, libp2p().stream())
        .filter(target -> only.isEmpty() || List.of(only.split(",")).contains(target.name()))
        .map(target -> DynamicTest.dynamicTest(target.text(), () -> run(target)));
  }

  private record Subject(String fuzzer, String name, String text, List<byte[]> seeds) {}

  /** The targets of the libp2p, which lie among its tests and tell of themselves. */
  private static List<Subject> libp2p() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(JAVA, "-cp", CLASSES, LIBP2P)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), "the targets of the libp2p");
    return told.lines()
        .filter(line -> line.startsWith("target "))
        .map(line -> List.of(line.split(" ")))
        .map(
            words ->
                new Subject(
                    LIBP2P,
                    "LIBP2P_" + words.get(1),
                    words.get(2),
                    words.stream().skip(3).map(HexFormat.of()::parseHex).toList()))
        .toList();
  }

  private static void run(Subject target) throws IOException, InterruptedException {
    Path corpus = Files.createDirectories(WORK.resolve(target.text()));
    int number = 0;
    for (byte[] seed : target.seeds()) {
      Files.write(corpus.resolve("seed-" + number++), seed);
    }
    Path log = WORK.resolve(target.text() + ".log");
    Process process =
        new ProcessBuilder(
                JAVA,
                "-cp",
                CLASSES,
                "-Xmx1g",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.fuzzer(),
                "--target_args=" + target.name().replaceFirst("^LIBP2P_", ""),
                "--instrumentation_includes=org.dxos.dmg.**",
                "--reproducer_path=" + WORK,
                "-artifact_prefix=" + WORK + "/" + target.text() + "-",
                "-max_total_time=" + System.getProperty("dmg.fuzz.seconds"),
                "-max_len=4096",
                "-timeout=10",
                "-rss_limit_mb=3000",
                corpus.toString())
            .directory(WORK.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertEquals(0, process.waitFor(), () -> "see " + log + findings(target));
  }

  /** The inputs found, as the lines that `conformance/fuzz` takes. */
  private static String findings(Subject target) {
    StringBuilder lines = new StringBuilder();
    try (Stream<Path> files = Files.list(WORK)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.matches(target.text() + "-(crash|timeout|oom)-.*")) {
          lines.append('\n').append(HexFormat.of().formatHex(Files.readAllBytes(file)));
        }
      }
    } catch (IOException e) {
      lines.append('\n').append(e);
    }
    return lines.toString();
  }
}
