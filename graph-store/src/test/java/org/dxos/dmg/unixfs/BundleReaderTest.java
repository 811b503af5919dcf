package org.dxos.dmg.unixfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleReaderTest {

  private static final byte[] FOLDER = {8, 1};
  private static final Budget AMPLE = Budget.upTo(1L << 40);

  private final MapBlocks blocks = new MapBlocks();

  @Test
  void walkGivesFoldersAndFilesInOrderWithTheirBytes() throws IOException {
    Bundle bundle =
        new BundleWriter()
            .write(
                List.of(
                    BundleFile.of("b/x", "1".getBytes(StandardCharsets.UTF_8)),
                    BundleFile.of("a", "22".getBytes(StandardCharsets.UTF_8)),
                    BundleFile.of("b/c/d", new byte[0])),
                blocks);
    List<String> seen = new ArrayList<>();
    Bundle walked =
        new BundleReader()
            .walk(
                blocks,
                bundle.root(),
                Budget.declared(3),
                new BundleVisitor() {
                  @Override
                  public void folder(String path) {
                    seen.add(path + "/");
                  }

                  @Override
                  public OutputStream file(String path, long size) {
                    return new ByteArrayOutputStream() {
                      @Override
                      public void close() {
                        seen.add(path + "=" + size + ":" + toString(StandardCharsets.UTF_8));
                      }
                    };
                  }
                });
    assertEquals(bundle, walked);
    assertEquals(List.of("a=2:22", "b/", "b/c/", "b/c/d=0:", "b/x=1:1"), seen);
  }

  /** What the writer makes comes back the same; deep trees by a small profile. */
  @Property(tries = 100)
  void readerReturnsWhatWriterWasGiven(@ForAll("trees") Map<String, byte[]> files)
      throws IOException {
    Profile profile = new Profile(4, 3, 200);
    MapBlocks stored = new MapBlocks();
    List<BundleFile> list = new ArrayList<>();
    files.forEach((path, bytes) -> list.add(BundleFile.of(path, bytes)));
    Bundle bundle = new BundleWriter(profile).write(list, stored);
    Map<String, byte[]> read = contents(profile, stored, bundle);
    assertEquals(files.keySet(), read.keySet());
    files.forEach((path, bytes) -> assertArrayEquals(bytes, read.get(path), path));
    BundleReader reader = new BundleReader(profile);
    assertEquals(bundle, reader.verify(stored, bundle.root(), Budget.declared(bundle.size())));
    assertEquals(
        stored.blocks.keySet(), new HashSet<>(BundleBlocks.of(stored, bundle.root()).held()));
  }

  @Provide
  Arbitrary<Map<String, byte[]>> trees() {
    Arbitrary<String> path =
        Arbitraries.strings()
            .withChars("abc/")
            .ofMinLength(1)
            .ofMaxLength(9)
            .filter(text -> !text.startsWith("/") && !text.endsWith("/") && !text.contains("//"));
    return Arbitraries.maps(path, Arbitraries.bytes().array(byte[].class).ofMaxSize(120))
        .ofMinSize(1)
        .ofMaxSize(20)
        .map(BundleReaderTest::withoutFilesAsFolders);
  }

  private static Map<String, byte[]> withoutFilesAsFolders(Map<String, byte[]> files) {
    Map<String, byte[]> kept = new TreeMap<>(files);
    kept.keySet()
        .removeIf(path -> files.keySet().stream().anyMatch(other -> other.startsWith(path + "/")));
    return kept;
  }

  /** One byte changed, one block dropped: nothing passes. */
  @Property(tries = 100)
  void readerRefusesEveryDamagedBlock(@ForAll("trees") Map<String, byte[]> files, @ForAll int pick)
      throws IOException {
    Profile profile = new Profile(4, 3, 200);
    MapBlocks stored = new MapBlocks();
    List<BundleFile> list = new ArrayList<>();
    files.forEach((path, bytes) -> list.add(BundleFile.of(path, bytes)));
    Bundle bundle = new BundleWriter(profile).write(list, stored);
    List<Cid> cids = new ArrayList<>(stored.blocks.keySet());
    Cid victim = cids.get(Math.floorMod(pick, cids.size()));
    byte[] good = stored.get(victim).orElseThrow();
    byte[] bad = Arrays.copyOf(good, good.length + 1);
    stored.blocks.put(victim, bad);
    assertCode(ErrorCode.BLOCK_CORRUPT, () -> verify(profile, stored, bundle.root()));
    stored.blocks.remove(victim);
    assertCode(ErrorCode.BLOCK_MISSING, () -> verify(profile, stored, bundle.root()));
    assertEquals(List.of(victim), BundleBlocks.of(stored, bundle.root()).missing());
  }

  @Test
  void thirtyFoldersThatDoubleAreRefusedAtOnce() {
    Cid cid = folder(Map.of("f", blocks.raw((byte) 1)));
    for (int i = 0; i < 30; i++) {
      cid = folder(Map.of("a", cid, "b", cid));
    }
    Cid root = cid;
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          assertCode(ErrorCode.DAG_BUDGET, () -> verify(root));
          assertCode(ErrorCode.DAG_BUDGET, () -> new BundleReader().list(blocks, root, AMPLE));
        });
    assertTrue(blocks.reads <= 2 * 32, "reads: " + blocks.reads);
  }

  @Test
  void filesThatDoubleAreRefusedAtOnce() {
    Cid cid = blocks.raw((byte) 1);
    long size = 1;
    for (int i = 0; i < 30; i++) {
      cid = file(size * 2, List.of(size, size), List.of(cid, cid));
      size *= 2;
    }
    Cid root = folder(Map.of("f", cid));
    assertCode(ErrorCode.DAG_PB, () -> verify(root));
    assertTrue(blocks.reads < 5, "reads: " + blocks.reads);
  }

  /** A tree of the right shape may share one chunk a million times: what it comes to is counted. */
  @Test
  void fileOfOneSharedChunkIsHeldAgainstTheDeclaredSize() {
    Cid chunk = blocks.raw(new byte[1 << 20]);
    Cid node = chunk;
    long size = 1 << 20;
    for (int i = 0; i < 2; i++) {
      long piece = size;
      Cid child = node;
      size *= 1024;
      node =
          file(
              size,
              Stream.generate(() -> piece).limit(1024).toList(),
              Stream.generate(() -> child).limit(1024).toList());
    }
    Cid root = folder(Map.of("f", node));
    assertCode(
        ErrorCode.DAG_BUDGET,
        () -> new BundleReader().verify(blocks, root, Budget.declared(1 << 30)));
    assertEquals(3, blocks.reads);
  }

  @Test
  void walkCountsEveryVisitToABlock() throws IOException {
    Bundle bundle =
        new BundleWriter()
            .write(
                List.of(Pattern.file("a", 3), Pattern.file("b", 3), Pattern.file("c", 3)), blocks);
    BundleVisitor nowhere = (path, size) -> OutputStream.nullOutputStream();
    assertEquals(
        bundle, new BundleReader().walk(blocks, bundle.root(), new Budget(9, true, 4), nowhere));
    assertCode(
        ErrorCode.DAG_BUDGET,
        () -> new BundleReader().walk(blocks, bundle.root(), new Budget(9, true, 3), nowhere));
  }

  @ParameterizedTest
  @ValueSource(longs = {8, 10})
  void declaredSizeIsExact(long declared) throws IOException {
    Bundle bundle = new BundleWriter().write(List.of(Pattern.file("a", 9)), blocks);
    ErrorCode code = declared < 9 ? ErrorCode.DAG_BUDGET : ErrorCode.RECORD_INVALID;
    assertCode(
        code, () -> new BundleReader().verify(blocks, bundle.root(), Budget.declared(declared)));
    assertCode(
        code, () -> new BundleReader().list(blocks, bundle.root(), Budget.declared(declared)));
    assertEquals(bundle, new BundleReader().verify(blocks, bundle.root(), Budget.declared(9)));
  }

  @Test
  void depthHasItsLimit() throws IOException {
    Bundle bundle =
        new BundleWriter().write(List.of(Pattern.file("d/".repeat(31) + "f", 1)), blocks);
    assertEquals(bundle, verify(bundle.root()));
    Cid root = folder(Map.of("d", bundle.root()));
    assertCode(ErrorCode.DAG_BUDGET, () -> verify(root));
    assertCode(ErrorCode.DAG_BUDGET, () -> BundleBlocks.of(blocks, root));
  }

  /** The same file is met first where it is shallow enough. */
  @Test
  void depthCountsChunksOfFilesWhereverTheyAreLinked() throws IOException {
    Bundle bundle = new BundleWriter().write(List.of(Pattern.file("f", (1 << 20) + 1)), blocks);
    Cid file = new BundleReader().list(blocks, bundle.root(), AMPLE).getFirst().cid();
    Cid folder = bundle.root();
    for (int i = 0; i < 30; i++) {
      folder = folder(Map.of("d", folder));
    }
    Cid most = folder;
    assertEquals((1 << 20) + 1, verify(most).size());
    Cid over = folder(Map.of("a", file, "d", most));
    assertCode(ErrorCode.DAG_BUDGET, () -> verify(over));
    BundleVisitor nowhere = (path, size) -> OutputStream.nullOutputStream();
    assertCode(ErrorCode.DAG_BUDGET, () -> new BundleReader().walk(blocks, over, AMPLE, nowhere));
  }

  @Test
  void entriesHaveTheirLimit() {
    Map<String, Cid> entries = new TreeMap<>();
    Cid file = blocks.raw();
    for (int i = 0; i < 999; i++) {
      entries.put("f" + i, file);
    }
    Cid thousand = folder(Map.of("x", folder(entries)));
    Map<String, Cid> hundred = new TreeMap<>();
    for (int i = 0; i < 99; i++) {
      hundred.put("d" + i, thousand);
    }
    Map<String, Cid> rest = new TreeMap<>();
    for (int i = 0; i < 99_999 - 99 * 1001; i++) {
      rest.put("r" + i, file);
    }
    hundred.put("rest", folder(rest));
    // Weights of shared folders are right, so that only the count can be refused.
    Cid root = folder(hundred);
    assertEquals(99 * 999 + rest.size(), verify(root).files());
    hundred.put("one-more", file);
    Cid over = folder(hundred);
    assertCode(ErrorCode.DAG_BUDGET, () -> verify(over));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a/b",
        "../x",
        "/etc",
        "a\\b",
        "C:x",
        "nul",
        "aux.js",
        "a.",
        "caf\u00e9",
        "a\u0000"
      })
  void readerRefusesNamesThatWriterRefuses(String name) {
    Cid root = folder(Map.of(name, blocks.raw((byte) 1)));
    assertCode(ErrorCode.BUNDLE_ENTRY, () -> verify(root));
  }

  @Test
  void readerRefusesNamesThatDifferOnlyByCaseOrNotAtAll() {
    Cid file = blocks.raw((byte) 1);
    Cid root = folder(Map.of("a", file, "A", file));
    assertCode(ErrorCode.BUNDLE_ENTRY, () -> verify(root));
    Cid twice =
        blocks.node(
            new DagPb.Node(
                List.of(DagPb.Link.to(file, "a", 1), DagPb.Link.to(file, "a", 1)),
                Optional.of(FOLDER)));
    assertCode(ErrorCode.BUNDLE_ENTRY, () -> verify(twice));
  }

  static Stream<Map.Entry<String, String>> foreignData() {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("raw", "0800 1201aa 1801");
    data.put("metadata", "0803");
    data.put("symlink", "0804 12026162");
    data.put("unknown type", "0806");
    data.put("no type", "1801");
    data.put("empty", "");
    data.put("file with data in it", "0802 1201aa 1801");
    data.put("file of no size", "0802 1800");
    data.put("file without size", "0802");
    data.put("folder with mode", "0801 38a403");
    data.put("folder with time", "0801 42020801");
    data.put("folder with data", "0801 1200");
    data.put("type twice", "0801 0801");
    data.put("type that is not minimal", "088100");
    data.put("shard of other fanout", "0805 120101 2822 308004");
    data.put("shard of fanout 0", "0805 120101 2822 3000");
    data.put("shard of huge fanout", "0805 120101 2822 30ffffffffffffffff7f");
    data.put("shard without fanout", "0805 120101 2822");
    data.put("shard of other hash", "0805 120101 2812 308002");
    data.put("shard without bitfield", "0805 2822 308002");
    data.put("shard with empty bitfield", "0805 1200 2822 308002");
    data.put("shard with leading zero", "0805 12020001 2822 308002");
    data.put("shard with long bitfield", "0805 1221 01" + "00".repeat(32) + " 2822 308002");
    data.put("shard with more slots than links", "0805 120103 2822 308002");
    return data.entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("foreignData")
  void readerRefusesNodesThatTheProfileDoesNotMake(Map.Entry<String, String> row) {
    byte[] data = HexFormat.of().parseHex(row.getValue().replace(" ", ""));
    Cid node =
        blocks.node(
            new DagPb.Node(
                List.of(DagPb.Link.to(blocks.raw((byte) 1), "00x", 1)), Optional.of(data)));
    ErrorCode code = row.getKey().equals("symlink") ? ErrorCode.BUNDLE_ENTRY : ErrorCode.DAG_PB;
    Cid nested = folder(Map.of("inner", node));
    FormatException e = assertCode(code, () -> verify(nested));
    if (code == ErrorCode.BUNDLE_ENTRY) {
      assertTrue(e.message().contains("`inner`"), e.message());
    }
    FormatException atRoot = assertThrows(FormatException.class, () -> verify(node));
    assertTrue(
        atRoot.code() == ErrorCode.DAG_PB || atRoot.code() == ErrorCode.BUNDLE_ENTRY,
        atRoot.message());
  }

  @Test
  void rootThatIsAFileIsRefused() throws IOException {
    Cid raw = blocks.raw((byte) 1);
    assertCode(ErrorCode.BUNDLE_ENTRY, () -> verify(raw));
    Bundle bundle = new BundleWriter().write(List.of(Pattern.file("f", 3 << 20)), blocks);
    Cid file = new BundleReader().list(blocks, bundle.root(), AMPLE).getFirst().cid();
    assertCode(ErrorCode.BUNDLE_ENTRY, () -> verify(file));
  }

  @Test
  void emptyFolderIsRefused() {
    Cid empty = folder(Map.of());
    assertCode(ErrorCode.BUNDLE_ENTRY, () -> verify(empty));
    Cid root = folder(Map.of("a", empty));
    assertCode(ErrorCode.BUNDLE_ENTRY, () -> verify(root));
  }

  /** Each says the same files in another way, and would have another CID than the writer's. */
  @Test
  void folderInAnyOtherFormIsRefused() throws IOException {
    Cid file = blocks.raw((byte) 1);
    Cid wrongTsize =
        blocks.node(new DagPb.Node(List.of(DagPb.Link.to(file, "a", 2)), Optional.of(FOLDER)));
    assertCode(ErrorCode.DAG_PB, () -> verify(wrongTsize));
    Cid noTsize =
        blocks.node(
            new DagPb.Node(
                List.of(new DagPb.Link(file.bytes(), Optional.of("a"), OptionalLong.empty())),
                Optional.of(FOLDER)));
    assertCode(ErrorCode.DAG_PB, () -> verify(noTsize));
    Cid noName =
        blocks.node(
            new DagPb.Node(
                List.of(new DagPb.Link(file.bytes(), Optional.empty(), OptionalLong.of(1))),
                Optional.of(FOLDER)));
    assertCode(ErrorCode.DAG_PB, () -> verify(noName));
    Cid noData =
        blocks.node(new DagPb.Node(List.of(DagPb.Link.to(file, "a", 1)), Optional.empty()));
    assertCode(ErrorCode.DAG_PB, () -> verify(noData));
    List<BundleFile> files = List.of(Pattern.file("a", 1), Pattern.file("b", 1));
    Cid trie = new BundleWriter(new Profile(1 << 20, 1024, 10)).write(files, blocks).root();
    assertCode(ErrorCode.DAG_PB, () -> verify(trie));
    List<BundleFile> many = GoldenCidTest.files("wide-6000");
    Cid flat = new BundleWriter(new Profile(1 << 20, 1024, 1 << 20)).write(many, blocks).root();
    assertCode(ErrorCode.DAG_PB, () -> verify(flat));
    Cid small =
        new BundleWriter(new Profile(4, 3, 1 << 18))
            .write(List.of(Pattern.file("f", 9)), blocks)
            .root();
    assertCode(ErrorCode.DAG_PB, () -> verify(small));
    Cid wrapped = folder(Map.of("f", file(1, List.of(1L), List.of(file))));
    assertCode(ErrorCode.DAG_PB, () -> verify(wrapped));
    Cid big = folder(Map.of("f", blocks.raw(new byte[(1 << 20) + 1])));
    assertCode(ErrorCode.DAG_PB, () -> verify(big));
  }

  @Test
  void fileWhosePiecesDoNotAddUpIsRefused() {
    Cid full = blocks.raw(new byte[1 << 20]);
    Cid one = blocks.raw((byte) 1);
    long mib = 1 << 20;
    Cid right = folder(Map.of("f", file(mib + 1, List.of(mib, 1L), List.of(full, one))));
    assertEquals(mib + 1, verify(right).size());
    for (Cid file :
        List.of(
            file(mib + 2, List.of(mib, 1L), List.of(full, one)),
            file(mib + 1, List.of(1L, mib), List.of(one, full)),
            file(mib + 1, List.of(mib, 1L), List.of(full, full)),
            file(mib + 1, List.of(mib, 1L), List.of(one, one)),
            file(mib + 1, List.of(mib, 1L), List.of(full)),
            file(mib + 1, List.of(mib), List.of(full)),
            file(mib + 1, List.of(mib, 1L, 0L), List.of(full, one, blocks.raw())),
            file(Long.MAX_VALUE, List.of(Long.MAX_VALUE), List.of(full)),
            file(Long.MAX_VALUE, List.of(), List.of()))) {
      Cid root = folder(Map.of("f", file));
      FormatException e = assertThrows(FormatException.class, () -> verify(root));
      assertTrue(e.code() == ErrorCode.DAG_PB || e.code() == ErrorCode.DAG_BUDGET, e.message());
    }
    Cid named =
        blocks.node(
            new DagPb.Node(
                List.of(DagPb.Link.to(full, "", mib), DagPb.Link.to(one, "x", 1)),
                Optional.of(new UnixFsData.Inner(mib + 1, List.of(mib, 1L)).encode())));
    Cid root = folder(Map.of("f", named));
    assertCode(ErrorCode.DAG_PB, () -> verify(root));
  }

  @Test
  void trieWithEntryInTheWrongPlaceIsRefused() {
    Cid file = blocks.raw((byte) 1);
    int slot = FolderDag.slot("a", 0);
    Cid right = trie(Map.of(slot, "a"), file);
    // In its place, though the profile would not make a trie of one entry.
    assertTrue(
        assertCode(ErrorCode.DAG_PB, () -> verify(right))
            .message()
            .contains("form of the profile"));
    Cid wrong = trie(Map.of((slot + 1) % 256, "a"), file);
    assertTrue(
        assertCode(ErrorCode.DAG_PB, () -> verify(wrong)).message().contains("does not hash"));
    Cid shared = trie(Map.of(0, "", 1, ""), right);
    assertTrue(
        assertCode(ErrorCode.DAG_PB, () -> verify(shared)).message().contains("does not hash"));
    Cid deep = right;
    for (int i = 0; i < 9; i++) {
      deep = trie(Map.of(slot, ""), deep);
    }
    Cid root = deep;
    assertCode(ErrorCode.DAG_PB, () -> verify(root));
    Cid toFile = trie(Map.of(slot, ""), folder(Map.of("a", file)));
    assertTrue(
        assertCode(ErrorCode.DAG_PB, () -> verify(toFile)).message().contains("no trie node"));
  }

  @Test
  void linkToABlockThatIsNotOfBundlesIsRefused() {
    Cid cbor = Cid.of(Cid.DAG_CBOR, new byte[] {(byte) 0xa0});
    blocks.put(cbor, new byte[] {(byte) 0xa0});
    Cid root = folder(Map.of("a", cbor));
    assertCode(ErrorCode.BUNDLE_ENTRY, () -> verify(root));
    assertCode(ErrorCode.BUNDLE_ENTRY, () -> BundleBlocks.of(blocks, root));
    byte[] identity = HexFormat.of().parseHex("0155000100");
    Cid inline =
        blocks.node(
            new DagPb.Node(
                List.of(new DagPb.Link(identity, Optional.of("a"), OptionalLong.of(1))),
                Optional.of(FOLDER)));
    assertCode(ErrorCode.CID_UNSUPPORTED, () -> verify(inline));
  }

  @Test
  void blockOverTwoMebibytesIsRefusedBeforeItIsHashed() {
    Cid big = Cid.of(Cid.RAW, new byte[DagPb.MAX_BLOCK + 1]);
    blocks.blocks.put(big, new byte[DagPb.MAX_BLOCK + 1]);
    Cid root = folder(Map.of("a", big));
    assertCode(ErrorCode.BLOCK_TOO_LARGE, () -> verify(root));
  }

  private Bundle verify(Cid root) {
    return verify(Profile.UNIXFS_V1_2025, blocks, root);
  }

  private static Bundle verify(Profile profile, MapBlocks blocks, Cid root) {
    return new BundleReader(profile).verify(blocks, root, AMPLE);
  }

  private static Map<String, byte[]> contents(Profile profile, MapBlocks blocks, Bundle bundle)
      throws IOException {
    Map<String, byte[]> contents = new HashMap<>();
    new BundleReader(profile)
        .walk(
            blocks,
            bundle.root(),
            Budget.declared(bundle.size()),
            (path, size) ->
                new ByteArrayOutputStream() {
                  @Override
                  public void close() {
                    assertEquals(size, size());
                    contents.put(path, toByteArray());
                  }
                });
    return contents;
  }

  /** A folder made by hand, with the Tsize that each entry has. */
  private Cid folder(Map<String, Cid> entries) {
    List<DagPb.Link> links = new ArrayList<>();
    Map<Cid, Long> weights = new HashMap<>();
    new TreeMap<>(entries)
        .forEach((name, cid) -> links.add(DagPb.Link.to(cid, name, weight(cid, weights))));
    return blocks.node(new DagPb.Node(links, Optional.of(FOLDER)));
  }

  private Cid file(long size, List<Long> sizes, List<Cid> pieces) {
    Map<Cid, Long> weights = new HashMap<>();
    return blocks.node(
        new DagPb.Node(
            pieces.stream().map(cid -> DagPb.Link.to(cid, "", weight(cid, weights))).toList(),
            Optional.of(new UnixFsData.Inner(size, sizes).encode())));
  }

  private Cid trie(Map<Integer, String> slots, Cid target) {
    List<DagPb.Link> links = new ArrayList<>();
    new TreeMap<>(slots)
        .forEach(
            (slot, name) ->
                links.add(
                    DagPb.Link.to(
                        target, FolderDag.label(slot) + name, weight(target, new HashMap<>()))));
    return blocks.node(
        new DagPb.Node(
            links,
            Optional.of(
                UnixFsData.Shard.of(new ArrayList<>(new TreeMap<>(slots).keySet())).encode())));
  }

  private long weight(Cid cid, Map<Cid, Long> known) {
    Long before = known.get(cid);
    if (before != null) {
      return before;
    }
    byte[] block = blocks.blocks.getOrDefault(cid, new byte[0]);
    long weight = block.length;
    if (cid.codec() == Cid.DAG_PB) {
      for (DagPb.Link link : DagPb.decode(block).links()) {
        weight += Cid.fromBytes(link.hash()).storable() ? link.tsize().orElse(0) : 0;
      }
    }
    known.put(cid, weight);
    return weight;
  }

  private static FormatException assertCode(ErrorCode code, Executable action) {
    FormatException e = assertThrows(FormatException.class, action);
    assertEquals(code, e.code(), e.message());
    assertFalse(e.message().isEmpty());
    return e;
  }
}
