package org.dxos.dmg.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A release whose record was written for a later version, as it comes from a node that has one. */
class NewerRecordCommandTest {

  private static final long TIME = 1_800_000_000;

  private final World world =
      new World(
          () -> Instant.ofEpochSecond(TIME), new Random(5), Thread.ofPlatform().daemon().factory());
  private final Map<Cid, byte[]> blocks = new HashMap<>();
  private final BlockSource source = cid -> Optional.ofNullable(blocks.get(cid));

  @TempDir Path home;
  private Cid record = Cid.of(Cid.DAG_CBOR, new byte[0]);

  private static SigningKey key(int number) {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) number);
    return SigningKey.ofSeed(seed);
  }

  private Cid put(byte[] block) {
    Cid cid = DagCbor.cid(block);
    blocks.put(cid, block);
    return cid;
  }

  private Cid sign(Body body, SigningKey... keys) {
    put(body.encode());
    return put(Envelope.sign(body.type(), body.encode(), List.of(keys)).encode());
  }

  @BeforeEach
  void learn() {
    SigningKey owner = key(1);
    SigningKey headKey = key(3);
    AuthorityEntry genesis =
        new AuthorityEntry(
            "org.dxos",
            0,
            Optional.empty(),
            Optional.empty(),
            KeySet.of(owner.publicKey()),
            KeySet.of(key(2).publicKey()),
            new AuthorityEntry.Home(
                headKey.publicKey(), new PeerId(key(4).publicKey().bytes()), List.of()),
            List.of(),
            List.of(),
            Optional.empty(),
            Stream.of(owner, key(2)).map(SigningKey::publicKey).sorted().toList(),
            TIME,
            Optional.empty());
    Cid entry = sign(genesis, owner, key(2));
    Cid id = DagCbor.cid(genesis.encode());
    record =
        put(
            DagCbor.encode(
                new MapBuilder()
                    .put("type", "dmg/module/2")
                    .put("name", "org.dxos/module/later")
                    .put("version", "1.0.0")
                    .put("description", "Two lines,\nof tomorrow.")
                    .put("attested", Node.of(7))
                    .build()));
    Cid statement =
        sign(
            new Statement(
                id,
                "module/later",
                entry,
                owner.publicKey(),
                new Statement.Release("1.0.0", record, List.of(), Map.of()),
                Optional.empty(),
                Optional.empty(),
                TIME,
                Optional.empty()),
            owner);
    Cid state =
        MerkleSearchTree.empty(source)
            .put("r/module/later@1.0.0", statement)
            .write(blocks::put)
            .root();
    Cid head =
        sign(
            new Head(
                id,
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                entry,
                List.of(statement),
                state,
                TIME,
                TIME + 1000,
                Optional.empty()),
            headKey);
    try (LocalRegistry registry = LocalRegistry.open(home, world)) {
      registry.learn(id, List.of(entry, head), source);
    }
  }

  private record Run(int code, String out, String err) {}

  private Run dmg(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            List.of(arguments),
            new Terminal(new PrintStream(out, true), new PrintStream(err, true)),
            Map.of("DMG_HOME", home.toString()),
            world);
    return new Run(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void resolveAndClosureRefuseItAndSayWhatTellsMore() {
    for (List<String> command :
        List.of(
            List.of("resolve", "org.dxos/module/later@1.0.0"),
            List.of("show", "org.dxos/module/later@1.0.0"),
            List.of("closure", "org.dxos/module/later@1.0.0"))) {
      Run run = dmg(command.toArray(String[]::new));
      assertEquals(1, run.code(), run.toString());
      assertTrue(
          run.err()
              .contains(
                  "its record is a `dmg/module/2`, which this version keeps and does not"
                      + " understand"),
          run.err());
      assertTrue(run.err().contains("`dmg show " + record + "` tells"), run.err());
      assertFalse(run.out().contains("bafy"), run.out());
    }
  }

  @Test
  void showTellsWhatIsUnderstoodAndNamesTheRest() {
    Run run = dmg("show", record.toString());
    assertEquals(0, run.code(), run.toString());
    assertTrue(
        run.out().contains("type        dmg/module/2, of a later version than this one reads"),
        run.out());
    assertTrue(run.out().contains("name        org.dxos/module/later"), run.out());
    assertTrue(run.out().contains("not known   attested"), run.out());
    Run json = dmg("show", record.toString(), "--json");
    assertTrue(json.out().contains("\"notUnderstood\""), json.out());
  }

  @Test
  void nothingElseChoosesIt() {
    for (String dxn :
        List.of("org.dxos/module/later", "org.dxos/module/later@^1", "org.dxos/module/later@*")) {
      assertEquals(3, dmg("resolve", dxn).code(), dxn);
    }
  }
}
