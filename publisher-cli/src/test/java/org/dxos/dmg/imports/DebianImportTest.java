package org.dxos.dmg.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.junit.jupiter.api.Test;

/** Which package answers a clause, and what a record says, on lists made by hand. */
class DebianImportTest {

  @Test
  void firstAlternativeWithACandidateIsTaken() throws IOException {
    assertEquals(
        List.of("b"),
        dependencies(
            "a",
            """
            a 1 | Depends: none | b (>= 2) | c
            b 2 |
            c 1 |
            """));
  }

  @Test
  void constraintsAreDpkgs() throws IOException {
    String others =
        """
        b 1.0~rc1-1 |
        c 2:1 |
        """;
    assertEquals(List.of("c"), dependencies("a", "a 1 | Depends: b (>= 1.0) | c\n" + others));
    assertEquals(List.of("b"), dependencies("a", "a 1 | Depends: b (<< 1.0) | c\n" + others));
    assertEquals(List.of("b"), dependencies("a", "a 1 | Depends: c (<= 9) | b\n" + others));
    assertEquals(List.of("c"), dependencies("a", "a 1 | Depends: b:armhf | c:any\n" + others));
  }

  @Test
  void realPackageIsTakenBeforeOneThatProvides() throws IOException {
    assertEquals(
        List.of("mail"),
        dependencies(
            "a",
            """
            a 1 | Depends: mail
            exim 1 | Provides: mail
            mail 1 |
            """));
  }

  @Test
  void ofProvidersTheFirstByNameIsTakenAndAVersionAsksForAProvidedVersion() throws IOException {
    String providers =
        """
        postfix 3 | Provides: mail (= 2)
        exim 9 | Provides: mail
        """;
    assertEquals(List.of("exim"), dependencies("a", "a 1 | Depends: mail\n" + providers));
    assertEquals(List.of("postfix"), dependencies("a", "a 1 | Depends: mail (>= 2)\n" + providers));
    assertEquals(List.of(), dependencies("a", "a 1 | Depends: mail (>= 3)\n" + providers));
  }

  @Test
  void ofTwoVersionsTheHigherIsImportedAndEitherAnswers() throws IOException {
    DebianImport imports =
        imported(
            """
            a 1 | Depends: b (= 1)
            b 1 |
            b 10 | Section: new
            """);
    assertEquals(2, imports.size());
    assertEquals(List.of("b"), dependencies(imports, "a"));
    assertTrue(json(imports, "b").contains("\"version\":\"10\""));
  }

  @Test
  void whatCannotBeInstalledIsNoCandidateAndNeitherIsWhatNeedsIt() throws IOException {
    DebianImport imports =
        imported(
            """
            a 1 | Depends: b | c
            b 1 | Depends: broken
            broken 1 | Depends: nothing (>= 1)
            c 1 |
            """);
    assertEquals(List.of("b", "broken"), imports.notInstallable());
    assertEquals(List.of("c"), dependencies(imports, "a"));
    assertEquals(4, imports.size());
    assertTrue(json(imports, "broken").contains("\"unresolved\":[\"nothing (>= 1)\"]"));
  }

  @Test
  void packageThatItsOwnDependencyBreaksCannotBeInstalled() throws IOException {
    DebianImport imports =
        imported(
            """
            plugin 1 | Depends: host
            host 2 | Breaks: plugin (<< 2)
            twin 1 | Conflicts: trait; Provides: trait
            lucky 1 | Depends: host | twin; Conflicts: host
            """);
    assertEquals(List.of("plugin"), imports.notInstallable());
    assertEquals(List.of("host"), dependencies(imports, "plugin"));
  }

  @Test
  void namesThatAreLeftOutAreNoCandidates() throws IOException {
    DebianImport imports =
        new DebianImport(packages("a 1 | Depends: b | c\nb 1 |\nc 1 |\n"), Set.of("b"));
    assertEquals(List.of("c"), dependencies(imports, "a"));
    assertEquals(List.of("b"), imports.notInstallable());
  }

  @Test
  void cyclesAreInstallable() throws IOException {
    DebianImport imports = imported("a 1 | Depends: b\nb 1 | Depends: a\n");
    assertEquals(List.of(), imports.notInstallable());
    assertEquals(List.of("a"), dependencies(imports, "b"));
  }

  @Test
  void recordKeepsWhatDebianWrote() throws IOException {
    DebianImport imports =
        imported(
            """
            g++ 4:12.2.0-3 | Provides: c++-compiler (= 12), c++abi; Pre-Depends: cpp (= 4:12.2.0-3); Depends: clang | g++; Size: 7; Description: GNU C++ compiler
            cpp 4:12.2.0-3 |
            """);
    ModuleRecord record = imports.records().get("g++");
    assertEquals("org.debian/module/g", record.name().toString());
    assertEquals("1.0.0", record.version().toString());
    assertEquals("GNU C++ compiler", record.description().orElseThrow());
    assertEquals(
        "[org.debian/api/c-abi, org.debian/api/c-compiler]", record.provides().keySet().toString());
    assertEquals(List.of("cpp"), dependencies(imports, "g++"));
    assertEquals(
        "{\"debian\":{\"architecture\":\"amd64\",\"depends\":[\"cpp (= 4:12.2.0-3)\",\"clang | g++\"],"
            + "\"package\":\"g++\",\"preDepends\":1,\"provides\":[\"c++-compiler (= 12)\",\"c++abi\"],"
            + "\"size\":7,\"version\":\"4:12.2.0-3\"}}",
        json(imports, "g++"));
    assertEquals(record, ModuleRecord.decode(record.encode()));
  }

  private static String json(DebianImport imports, String name) {
    return new String(
        Json.canonical(imports.records().get(name).ext().orElseThrow()), StandardCharsets.UTF_8);
  }

  private static List<String> dependencies(String name, String list) throws IOException {
    return dependencies(imported(list), name);
  }

  private static List<String> dependencies(DebianImport imports, String name) {
    Map<String, ModuleRecord> records = imports.records();
    return records.get(name).dependencies().stream()
        .flatMap(one -> one.alternatives().stream())
        .map(Dependency.Alternative::name)
        .map(one -> one.local())
        .toList();
  }

  private static DebianImport imported(String list) throws IOException {
    return new DebianImport(packages(list));
  }

  /** A line is {@code name version | Field: value; Field: value}. */
  private static DebianPackages packages(String list) throws IOException {
    StringBuilder control = new StringBuilder();
    for (String line : list.lines().toList()) {
      int bar = line.indexOf(" |");
      String[] head = line.substring(0, bar).split(" ");
      control.append("Package: %s\nVersion: %s\nArchitecture: amd64\n".formatted(head[0], head[1]));
      String fields = line.substring(bar + 2).strip();
      if (!fields.isEmpty()) {
        control.append(fields.replace("; ", "\n")).append('\n');
      }
      control.append('\n');
    }
    return DebianPackages.read(
        new ByteArrayInputStream(control.toString().getBytes(StandardCharsets.UTF_8)), 1 << 20);
  }
}
