package org.dxos.dmg.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.ModuleRecord;

/** Formatting, order where it means nothing, doubles, units and defaults leave the CID as it is. */
class EqualMeaningTest {

  /** Lists of a manifest that are sets, by the name of their field. */
  private static final Set<String> SETS =
      Set.of("keywords", "triggers", "functions", "resources", "hosts", "backends", "dependencies");

  private static final Map<String, List<String>> SPELLINGS =
      Map.of(
          "128Mi", List.of("131072Ki"),
          "64Mi", List.of("65536Ki"),
          "30s", List.of("30000ms"),
          "mail.proton.me:443", List.of("Mail.Proton.ME:443"));

  /** Defaults that may be written out, by the value of {@code kind} or {@code runtime}. */
  private static final Map<String, Map<String, String>> DEFAULTS =
      Map.of(
          "timer", Map.of("timezone", "\"UTC\""),
          "network", Map.of("direction", "\"out\"", "optional", "false"),
          "storage", Map.of("optional", "false"),
          "secret", Map.of("optional", "false"),
          "nodejs",
              Map.of("deployments", "[\"docker\",\"kubernetes\",\"bare-metal\"]", "env", "{}"),
          "wasi", Map.of("exec", "[]"));

  private static final Cid PLAIN =
      ManifestTest.build(Json.parse(ManifestTest.EXAMPLE)).record().cid();

  @Property(tries = 150)
  void anySpellingOfAManifestHasOneCid(@ForAll long seed) {
    Random random = new Random(seed);
    Node spelled = spell("", Json.parse(ManifestTest.EXAMPLE), random);
    String text =
        random.nextBoolean()
            ? Json.pretty(spelled)
            : new String(Json.canonical(spelled), StandardCharsets.UTF_8);
    Node read = random.nextBoolean() ? Json.parse(numbers(text, random)) : Json.parseYaml(text);
    ModuleRecord record = ManifestTest.build(read).record();
    assertEquals(PLAIN, record.cid());
    assertEquals(record, ModuleRecord.decode(record.encode()));
  }

  /** Whatever an author writes is a manifest whose record can be read, or findings; no crash. */
  @Property(tries = 400)
  void anyDamagedManifestIsReadOrTold(@ForAll long seed) {
    Random random = new Random(seed);
    Node damaged = damage(Json.parse(ManifestTest.EXAMPLE), random);
    switch (Manifest.read(damaged)) {
      case ManifestResult.Valid valid -> {
        ModuleRecord record = valid.manifest().draft();
        assertEquals(record, ModuleRecord.decode(record.encode()));
      }
      case ManifestResult.Invalid invalid ->
          assertEquals(ErrorCode.MANIFEST_INVALID, invalid.failure().code());
    }
  }

  private static final List<String> JUNK =
      List.of(
          "null",
          "true",
          "-1",
          "1.5",
          "1e300",
          "\"\"",
          "\"x\"",
          "\"a/b/c\"",
          "\"\\u202e\"",
          "[]",
          "[null]",
          "{}",
          "{\"kind\":\"timer\"}",
          "{\"anyOf\":[{},{}]}",
          "[[]]",
          "\"com.example/api/x\"");

  private static Node damage(Node node, Random random) {
    if (random.nextInt(12) == 0) {
      return Json.parse(JUNK.get(random.nextInt(JUNK.size())));
    }
    return switch (node) {
      case Node.Array array ->
          new Node.Array(array.items().stream().map(item -> damage(item, random)).toList());
      case Node.Map map -> {
        Map<String, Node> entries = new LinkedHashMap<>();
        map.entries()
            .forEach(
                (key, value) ->
                    entries.put(random.nextInt(40) == 0 ? key + "x" : key, damage(value, random)));
        yield new Node.Map(entries);
      }
      default -> node;
    };
  }

  private static String numbers(String text, Random random) {
    return random.nextBoolean() ? text.replace("134217728", "1.34217728e+8") : text;
  }

  private static Node spell(String field, Node node, Random random) {
    return switch (node) {
      case Node.Map map -> spellMap(field, map, random);
      case Node.Array array -> {
        List<Node> items = new ArrayList<>();
        array.items().forEach(item -> items.add(spell("", item, random)));
        if (SETS.contains(field)) {
          if (random.nextBoolean()) {
            items.add(items.get(random.nextInt(items.size())));
          }
          Collections.shuffle(items, random);
        }
        yield new Node.Array(items);
      }
      case Node.Text text when field.equals("memory") && random.nextBoolean() ->
          text.value().equals("128Mi") ? Node.of(134_217_728) : node;
      case Node.Text text when SPELLINGS.containsKey(text.value()) && random.nextBoolean() ->
          Node.of(SPELLINGS.getOrDefault(text.value(), List.of(text.value())).getFirst());
      default -> node;
    };
  }

  private static Node spellMap(String field, Node.Map map, Random random) {
    Map<String, Node> spelled = new LinkedHashMap<>();
    map.entries().forEach((key, value) -> spelled.put(key, spell(key, value, random)));
    for (String kind : List.of("kind", "runtime")) {
      if (spelled.get(kind) instanceof Node.Text text) {
        DEFAULTS
            .getOrDefault(text.value(), Map.of())
            .forEach(
                (key, value) -> {
                  if (random.nextBoolean()) {
                    spelled.putIfAbsent(key, Json.parse(value));
                  }
                });
      }
    }
    List<String> keys = new ArrayList<>(spelled.keySet());
    Collections.shuffle(keys, random);
    Map<String, Node> shuffled = new LinkedHashMap<>();
    for (String key : keys) {
      Node value = spelled.get(key);
      if (value != null) {
        shuffled.put(key, value);
      }
    }
    Node.Map result = new Node.Map(shuffled);
    return field.equals("dependencies") && random.nextBoolean() ? asList(result, random) : result;
  }

  /** Dependencies by name as the list that says the same. */
  private static Node asList(Node.Map dependencies, Random random) {
    List<Node> items = new ArrayList<>();
    dependencies
        .entries()
        .forEach(
            (name, value) -> {
              Map<String, Node> item = new LinkedHashMap<>();
              item.put("name", Node.of(name));
              switch (value) {
                case Node.Map map -> item.putAll(map.entries());
                default -> item.put("range", value);
              }
              items.add(new Node.Map(item));
            });
    Collections.shuffle(items, random);
    return new Node.Array(items);
  }
}
