package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.verdict.Axiom;
import org.dxos.dmg.verdict.Dossier;
import org.dxos.dmg.verdict.Standing;
import org.junit.jupiter.api.Test;

/**
 * {@code conformance/chains}: histories as plain JSON, for other implementations as well. With
 * {@code -Ddmg.bless=true} the files are written anew; a person reads the difference.
 */
class GoldenChainsTest {

  private static final Path FOLDER =
      Path.of(System.getProperty("dmg.root", ".."), "conformance", "chains");

  @Test
  void theFilesAreWhatTheHistoriesAre() throws IOException {
    hold("valid.json", GoldenChains.valid());
    hold("invalid.json", GoldenChains.invalid());
  }

  private static void hold(String name, List<GoldenChains.Chain> chains) throws IOException {
    Set<String> names = new HashSet<>();
    List<Node> items = new ArrayList<>();
    for (GoldenChains.Chain chain : chains) {
      assertTrue(names.add(chain.name()), chain.name() + " twice");
      items.add(describe(chain));
    }
    String found = Json.pretty(new Node.Array(items));
    Path file = FOLDER.resolve(name);
    if (Boolean.getBoolean("dmg.bless")) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, found);
    }
    assertEquals(Files.readString(file), found, name);
  }

  private static Node describe(GoldenChains.Chain chain) {
    MapBuilder map =
        new MapBuilder()
            .put("name", chain.name())
            .put("shows", chain.shows())
            .put("genesis", chain.genesis().toString())
            .put("offered", chain.offered(), cid -> Node.of(cid.toString()))
            .put(
                "blocks",
                List.copyOf(GoldenChains.blocks(chain)),
                cid -> Node.of(Base64.getEncoder().encodeToString(chain.forge().blocks.get(cid))));
    outcome(chain.genesis(), chain.offered(), chain.forge().blocks, map);
    return map.build();
  }

  /** Adds {@code verdict}, or {@code refused} with the code for the last of what is offered. */
  private static void outcome(
      Cid genesis, List<Cid> offered, Map<Cid, byte[]> blocks, MapBuilder map) {
    Map<Cid, byte[]> held = new HashMap<>(blocks);
    Dossier dossier =
        new Dossier(genesis, cid -> Optional.ofNullable(held.get(cid)), held::putIfAbsent);
    for (int i = 0; i < offered.size(); i++) {
      try {
        dossier.offer(offered.get(i));
      } catch (RuntimeException e) {
        if (!(e instanceof Explained explained)) {
          throw e;
        }
        assertEquals(offered.size() - 1, i, "refused too early: " + e.getMessage());
        map.put("refused", explained.code().name());
        return;
      }
    }
    assertEquals(Set.of(), dossier.waiting());
    Standing verdict = Axiom.of(dossier);
    map.put(
        "verdict",
        new MapBuilder()
            .put("keyHead", verdict.log().last().cid().toString())
            .put("head", verdict.tip().map(tip -> tip.cid().toString()), Node::of)
            .put("contest", verdict.contest().name().toLowerCase(java.util.Locale.ROOT))
            .put(
                "void", verdict.voided().stream().sorted().toList(), cid -> Node.of(cid.toString()))
            .put("forks", verdict.state().forks(), cid -> Node.of(cid.toString()))
            .build());
  }

  @Test
  void everyValidChainIsJudgedFromItsFileAlone() throws IOException {
    int verdicts = 0;
    for (Node item : read("valid.json")) {
      Fields chain = Fields.of("chain", ErrorCode.JSON_SYNTAX, item);
      MapBuilder judged = judge(chain);
      assertEquals(
          Optional.of(chain.node("verdict")),
          Optional.ofNullable(judged.build().entries().get("verdict")),
          chain.text("name"));
      verdicts++;
    }
    assertTrue(verdicts >= 20, verdicts + " chains");
  }

  @Test
  void everyInvalidChainIsRefusedFromItsFileAlone() throws IOException {
    int refusals = 0;
    for (Node item : read("invalid.json")) {
      Fields chain = Fields.of("chain", ErrorCode.JSON_SYNTAX, item);
      MapBuilder judged = judge(chain);
      assertEquals(
          Optional.of(chain.node("refused")),
          Optional.ofNullable(judged.build().entries().get("refused")),
          chain.text("name"));
      refusals++;
    }
    assertTrue(refusals >= 60, refusals + " chains");
  }

  private static MapBuilder judge(Fields chain) {
    Map<Cid, byte[]> blocks = new HashMap<>();
    for (String base64 : chain.list("blocks", GoldenChainsTest::text)) {
      byte[] block = Base64.getDecoder().decode(base64);
      blocks.put(DagCbor.cid(block), block);
    }
    MapBuilder map = new MapBuilder();
    outcome(
        Cid.parse(chain.text("genesis")),
        chain.list("offered", node -> Cid.parse(text(node))),
        blocks,
        map);
    return map;
  }

  private static List<Node> read(String name) throws IOException {
    byte[] json = Files.readString(FOLDER.resolve(name)).getBytes(StandardCharsets.UTF_8);
    return ((Node.Array) Json.parse(json)).items();
  }

  private static String text(Node node) {
    return ((Node.Text) node).value();
  }
}
