package org.dxos.dmg.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.Backend;
import org.dxos.dmg.record.Deployment;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.version.Range;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

  private static Variant variant(Runtime runtime, String range) {
    return new Variant(
        runtime,
        Range.parse(range),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.of("image"),
        List.of(),
        Optional.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        java.util.Map.of());
  }

  /** Which of node 22, wasi and browser each preset selects, by number from 0; - for none. */
  @ParameterizedTest
  @CsvSource({
    "wasi, 1",
    "nodejs@20, -",
    "nodejs@22, 0",
    "cloudflare, 1",
    "browser, 1",
    "runtime=browser, 2",
    "docker, 0",
    "kubernetes, 0",
    "faasd, -",
    "server, 0"
  })
  void aPresetSelectsTheFirstVariantThatFits(String preset, String expected) {
    ModuleRecord module =
        MemoryCatalog.record("org.a/module/a", "1.0.0")
            .runtime(variant(Runtime.NODEJS, ">=22"))
            .runtime(variant(Runtime.WASI, "*"))
            .runtime(variant(Runtime.BROWSER, "*"))
            .build();
    OptionalInt index =
        expected.equals("-") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(expected));
    assertEquals(index, Target.parse(preset).variant(module));
    assertEquals(Target.parse(preset), Target.parse(Target.parse(preset).toString()));
  }

  @Test
  void textIsAsShortAsItIsWritten() {
    for (String text :
        List.of(
            "nodejs@20",
            "nodejs@20.11",
            "nodejs@20.11.1,server,memory=256Mi",
            "memory=1000",
            "memory=3Ti,grant=network")) {
      assertEquals(text, Target.parse(text).toString());
    }
    assertEquals("memory=1Gi", Target.parse("memory=1073741824").toString());
  }

  @Test
  void whatKeepsAVariantFromRunningIsSaid() {
    Variant plain = variant(Runtime.NODEJS, ">=20");
    Variant large =
        new Variant(
            plain.runtime(),
            plain.version(),
            List.of(Backend.SERVER),
            List.of(Deployment.DOCKER),
            plain.bundle(),
            plain.image(),
            plain.exec(),
            plain.entry(),
            OptionalLong.of(512L << 20),
            plain.timeout(),
            plain.env());
    ModuleRecord module = MemoryCatalog.record("org.a/module/a", "1.0.0").runtime(large).build();
    assertEquals(List.of("nodejs >=20"), Target.parse("nodejs@18").variants(module));
    assertEquals(
        List.of("nodejs >=20 that needs 512Mi"),
        Target.parse("nodejs@20,memory=256Mi").variants(module));
    assertEquals(List.of("nodejs >=20 on server"), Target.parse("local").variants(module));
    assertEquals(
        List.of("nodejs >=20 deployed as docker"), Target.parse("kubernetes").variants(module));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "nodejs@",
        "nodejs@^20",
        "nodejs@20.1.2.3",
        "grant=",
        "grant=foo",
        "memory=",
        "perl"
      })
  void aTextThatIsNoTargetIsRefused(String text) {
    FormatException refused = assertThrows(FormatException.class, () -> Target.parse(text));
    assertEquals(ErrorCode.USAGE, refused.code());
  }

  @Test
  void aProfileSaysTheSameAsTheShortText() {
    String json =
        """
        {"runtime": "nodejs", "version": "20", "backend": "server", "deployment": "docker",
         "memory": "256Mi", "resources": ["network", "identity"]}
        """;
    Target target = Target.ofProfile(Json.parse(json.getBytes(StandardCharsets.UTF_8)));
    assertEquals(
        Target.parse("nodejs@20,server,docker,memory=256Mi,grant=network,grant=identity"), target);
    assertEquals(OptionalLong.of(256L << 20), target.memory());
    assertEquals(Optional.of(Backend.SERVER), target.backend());
    assertEquals(Optional.of(Deployment.DOCKER), target.deployment());
    assertEquals(List.of("identity", "network"), target.resources());
    assertEquals(target, Target.fromNode(target.toNode()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"version\": \"20\"}",
        "{\"runtime\": \"perl\"}",
        "{\"runtime\": \"nodejs\", \"memory\": \"256Xi\"}",
        "{\"runtime\": \"nodejs\", \"memory\": [1]}",
        "{\"runtime\": \"nodejs\", \"color\": \"red\"}",
        "[]"
      })
  void aProfileThatIsNoneIsRefused(String json) {
    FormatException refused =
        assertThrows(
            FormatException.class,
            () -> Target.ofProfile(Json.parse(json.getBytes(StandardCharsets.UTF_8))));
    assertEquals(ErrorCode.USAGE, refused.code());
  }
}
