package org.dxos.dmg.mst;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.junit.jupiter.api.Test;

class MerkleSearchTreeTest {

  private static final Cid VALUE =
      Cid.parse("bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454");

  private final Map<Cid, byte[]> blocks = new HashMap<>();

  private MerkleSearchTree empty() {
    return MerkleSearchTree.empty(cid -> Optional.ofNullable(blocks.get(cid)));
  }

  private Cid rootOf(String... keys) {
    MerkleSearchTree tree = empty();
    for (String key : keys) {
      tree = tree.put(key, VALUE);
    }
    return tree.write(blocks::put).root();
  }

  /** The roots that the tests of atproto's own tree hold as literals. */
  @Test
  void rootsAreThoseThatAtprotoKnows() {
    assertEquals(
        "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm", rootOf().toString());
    assertEquals(
        "bafyreibj4lsc3aqnrvphp5xmrnfoorvru4wynt6lwidqbm2623a6tatzdu",
        rootOf("com.example.record/3jqfcqzm3fo2j").toString());
    assertEquals(
        "bafyreih7wfei65pxzhauoibu3ls7jgmkju4bspy4t2ha2qdjnzqvoy33ai",
        rootOf("com.example.record/3jqfcqzm3fx2j").toString());
    assertEquals(
        "bafyreicmahysq4n6wfuxo522m6dpiy7z7qzym3dzs756t5n7nfdgccwq7m",
        rootOf(
                "com.example.record/3jqfcqzm3fp2j",
                "com.example.record/3jqfcqzm3fr2j",
                "com.example.record/3jqfcqzm3fs2j",
                "com.example.record/3jqfcqzm3ft2j",
                "com.example.record/3jqfcqzm4fc2j")
            .toString());
  }

  @Property(tries = 60)
  void anyOrderOfInsertionGivesTheSameRootAndContent(@ForAll Random random) {
    int size = random.nextInt(300);
    TreeMap<String, Cid> model = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      model.put(
          "r/k" + random.nextInt(1000),
          Cid.of(Cid.RAW, ("v" + random.nextInt(5)).getBytes(StandardCharsets.US_ASCII)));
    }
    List<String> keys = new ArrayList<>(model.keySet());
    MerkleSearchTree first = fill(model, keys).write(blocks::put);
    Collections.shuffle(keys, random);
    MerkleSearchTree second = fill(model, keys).write(blocks::put);
    assertEquals(first.root(), second.root());

    MerkleSearchTree read =
        MerkleSearchTree.at(first.root(), cid -> Optional.ofNullable(blocks.get(cid)));
    TreeMap<String, Cid> seen = new TreeMap<>();
    read.walk(
        "",
        (key, value) -> {
          seen.put(key, value);
          return true;
        });
    assertEquals(model, seen);
    for (String key : keys) {
      assertEquals(Optional.of(model.get(key)), read.get(key));
    }
    assertEquals(Optional.empty(), read.get("r/absent"));
  }

  @Property(tries = 30)
  void treeGrownInStepsEqualsTreeMadeAtOnce(@ForAll Random random) {
    MerkleSearchTree once = empty();
    MerkleSearchTree steps = empty();
    for (int step = 0; step < 5; step++) {
      for (int i = 0; i < 40; i++) {
        String key = "a/" + random.nextInt(500);
        once = once.put(key, VALUE);
        steps = steps.put(key, VALUE);
      }
      Cid root = steps.write(blocks::put).root();
      steps = MerkleSearchTree.at(root, cid -> Optional.ofNullable(blocks.get(cid)));
    }
    assertEquals(once.write(blocks::put).root(), steps.write(blocks::put).root());
  }

  @Test
  void walkPrefixVisitsExactlyItsKeysInOrder() {
    MerkleSearchTree tree = empty();
    for (String key : List.of("r/a@1", "r/a@2", "r/ab@1", "n/a", "t/a:x", "r/a@10")) {
      tree = tree.put(key, VALUE);
    }
    List<String> seen = new ArrayList<>();
    tree.walkPrefix("r/a@", (key, _) -> seen.add(key));
    assertEquals(List.of("r/a@1", "r/a@10", "r/a@2"), seen);
  }

  @Test
  void pathProvesPresenceFromItsBlocksAlone() {
    MerkleSearchTree tree = empty();
    for (int i = 0; i < 500; i++) {
      tree = tree.put("r/k" + i, VALUE);
    }
    MerkleSearchTree written = tree.write(blocks::put);
    Map<Cid, byte[]> proof = new HashMap<>();
    written.path("r/k77").forEach(cid -> proof.put(cid, blocks.get(cid)));
    assertTrue(proof.size() < 12, "a proof of " + proof.size() + " nodes");
    MerkleSearchTree shown =
        MerkleSearchTree.at(written.root(), cid -> Optional.ofNullable(proof.get(cid)));
    assertEquals(Optional.of(VALUE), shown.get("r/k77"));
  }

  @Test
  void keysAtTheLimitAreTakenAndOnePastAreRefused() {
    String longest = "k".repeat(TreeNode.MAX_KEY);
    assertEquals(Optional.of(VALUE), empty().put(longest, VALUE).get(longest));
    for (String bad : List.of("", longest + "k", "a b", "ä", "\u007f")) {
      TreeException e = assertThrows(TreeException.class, () -> empty().put(bad, VALUE));
      assertEquals(ErrorCode.MST_SHAPE, e.code());
    }
  }

  @Test
  void missingBlockIsNamed() {
    TreeException e =
        assertThrows(
            TreeException.class, () -> MerkleSearchTree.at(VALUE, _ -> Optional.empty()).get("k"));
    assertEquals(ErrorCode.BLOCK_MISSING, e.code());
    assertTrue(e.message().contains(VALUE.toString()));
  }

  @Test
  void nodesThatBreakTheShapeAreRefused() {
    // A key on a layer that its neighbour is not on; keys out of order; a wrong count of shared
    // bytes.
    refuse(
        node(
            Node.NULL,
            entry(0, "com.example.record/3jqfcqzm3fp2j", Node.NULL),
            entry(0, "com.example.record/3jqfcqzm3fs2j", Node.NULL)));
    refuse(node(Node.NULL, entry(0, "b", Node.NULL), entry(0, "a", Node.NULL)));
    refuse(node(Node.NULL, entry(1, "a", Node.NULL)));
    refuse(node(Node.of(VALUE)));
    refuse(node(Node.of(VALUE), entry(0, "a", Node.NULL)));
    refuse(new MapBuilder().put("l", Node.NULL).build());
  }

  private void refuse(Node.Map node) {
    byte[] block = DagCbor.encode(node);
    Cid cid = DagCbor.cid(block);
    TreeException e =
        assertThrows(
            TreeException.class,
            () -> MerkleSearchTree.at(cid, _ -> Optional.of(block)).get("zzz"));
    assertEquals(ErrorCode.MST_SHAPE, e.code());
  }

  private static Node.Map node(Node left, Node... entries) {
    return new MapBuilder().put("l", left).putAlways("e", new Node.Array(List.of(entries))).build();
  }

  private static Node entry(int shared, String rest, Node subtree) {
    return new MapBuilder()
        .put("p", shared)
        .put("k", Node.of(rest.getBytes(StandardCharsets.US_ASCII)))
        .put("v", Node.of(VALUE))
        .put("t", subtree)
        .build();
  }

  private MerkleSearchTree fill(Map<String, Cid> model, List<String> keys) {
    MerkleSearchTree tree = empty();
    for (String key : keys) {
      tree = tree.put(key, model.get(key));
    }
    return tree;
  }

  /** What differs is what a comparison of maps says, and what is shared is not read. */
  @Property(tries = 60)
  void diffIsThatOfTheMaps(@ForAll Random random) {
    TreeMap<String, Cid> before = new TreeMap<>();
    MerkleSearchTree one = empty();
    for (int i = random.nextInt(400); i > 0; i--) {
      String key = "r/module/m" + random.nextInt(600) + "@1.0.0";
      Cid value = value(random.nextInt(3));
      before.put(key, value);
      one = one.put(key, value);
    }
    TreeMap<String, Cid> after = new TreeMap<>();
    MerkleSearchTree other = empty();
    for (Map.Entry<String, Cid> entry : before.entrySet()) {
      if (random.nextInt(20) > 0) {
        Cid value = random.nextInt(30) > 0 ? entry.getValue() : value(random.nextInt(3));
        after.put(entry.getKey(), value);
        other = other.put(entry.getKey(), value);
      }
    }
    for (int i = random.nextInt(5); i > 0; i--) {
      String key = "s/module/m" + random.nextInt(600) + "@1.0.0";
      after.put(key, VALUE);
      other = other.put(key, VALUE);
    }
    List<String> wanted = new ArrayList<>();
    TreeMap<String, Cid> keys = new TreeMap<>(before);
    keys.putAll(after);
    for (String key : keys.keySet()) {
      Optional<Cid> was = Optional.ofNullable(before.get(key));
      Optional<Cid> is = Optional.ofNullable(after.get(key));
      if (!was.equals(is)) {
        wanted.add(key + " " + was + " " + is);
      }
    }
    List<String> found = new ArrayList<>();
    MerkleSearchTree stored = one.write(blocks::put);
    stored.diff(other, (key, was, is) -> found.add(key + " " + was + " " + is));
    assertEquals(wanted, found);
    found.clear();
    MerkleSearchTree later = other.write(blocks::put);
    MerkleSearchTree.at(stored.root(), cid -> Optional.ofNullable(blocks.get(cid)))
        .diff(
            MerkleSearchTree.at(later.root(), cid -> Optional.ofNullable(blocks.get(cid))),
            (key, was, is) -> found.add(key + " " + was + " " + is));
    assertEquals(wanted, found);
  }

  @Test
  void diffReadsOnlyWhatDiffers() {
    MerkleSearchTree tree = empty();
    for (int i = 0; i < 5_000; i++) {
      tree = tree.put("r/module/m" + i + "@1.0.0", VALUE);
    }
    Cid one = tree.write(blocks::put).root();
    Cid other = tree.put("r/module/m77@1.0.1", VALUE).write(blocks::put).root();
    int[] reads = {0};
    org.dxos.dmg.block.BlockSource counted =
        cid -> {
          reads[0]++;
          return Optional.ofNullable(blocks.get(cid));
        };
    List<String> found = new ArrayList<>();
    MerkleSearchTree.at(one, counted)
        .diff(MerkleSearchTree.at(other, counted), (key, _, _) -> found.add(key));
    assertEquals(List.of("r/module/m77@1.0.1"), found);
    assertTrue(reads[0] < 40, reads[0] + " nodes were read");
  }

  private static Cid value(int n) {
    return DagCbor.cid(DagCbor.encode(new MapBuilder().put("n", n).build()));
  }
}
