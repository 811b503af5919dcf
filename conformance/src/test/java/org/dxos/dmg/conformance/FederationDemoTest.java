package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.dxos.dmg.cli.Main;
import org.dxos.dmg.cli.Terminal;
import org.dxos.dmg.node.World;
import org.junit.jupiter.api.Test;

/** What a newcomer is shown of federation: {@code dmg demo --federation}, with its real nodes. */
class FederationDemoTest {

  @Test
  void theThreeNodesEndWithOneRootAndKeepWhatIsPrivate() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream words = new ByteArrayOutputStream();
    int code =
        Main.run(
            List.of(
                "demo",
                "--federation",
                "--examples",
                Path.of(System.getProperty("dmg.root", ".."), "examples").toString()),
            new Terminal(print(out), print(words)),
            Map.of(),
            World.real());
    String told = out.toString(StandardCharsets.UTF_8);
    assertEquals(0, code, () -> told + words.toString(StandardCharsets.UTF_8));
    List<String> lines = told.lines().map(String::strip).toList();
    List<String> local = lines.stream().filter(line -> line.contains(": not there")).toList();
    assertEquals(List.of("public: not there", "mirror: not there"), local);
    assertTrue(lines.contains("organisation: there"), told);
    assertEquals(
        List.of(
            "organisation: nothing of it in public, there in the space",
            "public: nothing of it in public, no such space",
            "mirror: nothing of it in public, there in the space"),
        lines.stream().filter(line -> line.contains("in public")).toList());
    List<String> roots =
        lines.stream()
            .filter(line -> line.startsWith("bafy"))
            .map(line -> line.split(" ")[0])
            .toList();
    assertEquals(3, roots.size(), told);
    assertEquals(1, roots.stream().distinct().count(), told);
  }

  private static PrintStream print(ByteArrayOutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }
}
