package org.dxos.dmg.conformance.formats;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.FileRef;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Fork;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.unixfs.BundleFile;
import org.dxos.dmg.unixfs.BundleWriter;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * One small story in every format: `com.example` publishes `function/hello` 1.0.0. The pages of
 * {@code docs/formats} print these bytes, and the fuzzers start from them.
 */
final class FormatExamples {

  static final long TIME = 1_790_000_000;
  static final SigningKey OWNER = key(1);
  static final SigningKey RECOVERY = key(2);
  static final SigningKey HEAD = key(3);

  private static final Map<String, byte[]> ALL = new LinkedHashMap<>();

  private FormatExamples() {}

  /** The bytes of each example by its name, in the order of the story. */
  static synchronized Map<String, byte[]> all() {
    if (ALL.isEmpty()) {
      try {
        tell();
      } catch (IOException e) {
        throw new IllegalStateException("memory failed", e);
      }
    }
    return ALL;
  }

  private static SigningKey key(int n) {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    Arrays.fill(seed, (byte) n);
    return SigningKey.ofSeed(seed);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static Cid put(String name, byte[] block) {
    ALL.put(name, block);
    return DagCbor.cid(block);
  }

  private static Cid signed(String name, Body body, SigningKey... keys) {
    byte[] block = body.encode();
    put(name, block);
    return put(name + "-envelope", Envelope.sign(body.type(), block, List.of(keys)).encode());
  }

  private static List<PublicKey> sorted(SigningKey... keys) {
    return Stream.of(keys).map(SigningKey::publicKey).sorted().toList();
  }

  private static void tell() throws IOException {
    Map<String, Node> kinds = new LinkedHashMap<>();
    kinds.put("a", new Node.Array(List.of(Node.of(0), Node.of(-1), Node.of(500), Node.of("é"))));
    kinds.put("b", Node.of(new byte[] {1, 2}));
    kinds.put("aa", Node.of(Cid.of(Cid.RAW, ascii("hello\n"))));
    put("dag-cbor", DagCbor.encode(new Node.Map(kinds)));
    ALL.put("cid", Cid.of(Cid.RAW, ascii("hello\n")).bytes());
    ALL.put("peer-id", new PeerId(HEAD.publicKey().bytes()).multihash());

    Map<Cid, byte[]> bundle = new LinkedHashMap<>();
    var built =
        new BundleWriter()
            .write(
                List.of(file("index.js", "export default () => 'hello'\n")),
                (cid, block) -> bundle.put(cid, block));
    ALL.put("unixfs-file", bundle.values().iterator().next());
    ALL.put("unixfs-folder", bundle.get(built.root()));
    Map<Cid, byte[]> large = new LinkedHashMap<>();
    byte[] zeros = new byte[(1 << 20) + 1];
    var two =
        new BundleWriter()
            .write(
                List.of(
                    new BundleFile("zeros", zeros.length, () -> new ByteArrayInputStream(zeros))),
                (cid, block) -> large.put(cid, block));
    ALL.put(
        "unixfs-chunked",
        large.entrySet().stream()
            .filter(one -> one.getKey().codec() == Cid.DAG_PB && !one.getKey().equals(two.root()))
            .findFirst()
            .orElseThrow()
            .getValue());

    byte[] schema = ascii("{\"type\":\"string\"}");
    ModuleRecord record = record(built.root(), built.size(), schema);
    Cid module = put("record", record.encode());

    AuthorityEntry genesis =
        new AuthorityEntry(
            "com.example",
            0,
            Optional.empty(),
            Optional.empty(),
            KeySet.of(OWNER.publicKey()),
            KeySet.of(RECOVERY.publicKey()),
            new AuthorityEntry.Home(
                HEAD.publicKey(), new PeerId(HEAD.publicKey().bytes()), List.of()),
            List.of(),
            List.of(),
            Optional.empty(),
            sorted(OWNER, RECOVERY),
            TIME,
            Optional.empty());
    Cid keyHead = signed("authority", genesis, OWNER, RECOVERY);
    Cid id = DagCbor.cid(genesis.encode());

    Statement release =
        new Statement(
            id,
            "function/hello",
            keyHead,
            OWNER.publicKey(),
            new Statement.Release(
                "1.0.0",
                module,
                List.of(),
                Map.of("org.dxos", Cid.of(Cid.DAG_CBOR, ascii("genesis of org.dxos")))),
            Optional.empty(),
            Optional.empty(),
            TIME + 60,
            Optional.empty());
    Cid released = signed("release", release, OWNER);

    Map<Cid, byte[]> nodes = new LinkedHashMap<>();
    MerkleSearchTree tree =
        MerkleSearchTree.empty(cid -> Optional.ofNullable(nodes.get(cid)))
            .put("n/function/hello", released)
            .put("r/function/hello@1.0.0", released)
            .write((cid, block) -> nodes.put(cid, block));
    put("empty-tree", emptyTree());
    put("tree", nodes.get(tree.root()));

    Cid head = signed("head", head(id, keyHead, released, tree.root(), 0), HEAD);
    put(
        "state",
        new AuthorityState(keyHead, Optional.of(head), Optional.empty(), List.of()).encode());
    Head other = head(id, keyHead, released, tree.root(), 1);
    Envelope one = Envelope.decode(ALL.get("head-envelope"));
    Envelope two2 = Envelope.sign(Head.TYPE, other.encode(), List.of(HEAD));
    put("fork", Fork.of(Fork.Kind.HEAD, id, Optional.empty(), one, two2).encode());
    signed("space", space(), OWNER);

    Closure closure = closure(id, released, module, built.root(), built.size());
    put("closure", closure.encode());
    ALL.put(
        "lock",
        new Lock(
                closure,
                new Lock.Evidence(
                    TIME + 120, Map.of(id, head), Cid.of(Cid.RAW, ascii("policy")), tree.root()))
            .json());

    ByteArrayOutputStream car = new ByteArrayOutputStream();
    CarWriter writer = new CarWriter(car, List.of(released));
    for (String name : List.of("release", "release-envelope")) {
      writer.put(DagCbor.cid(ALL.get(name)), ALL.get(name));
    }
    ALL.put("car", car.toByteArray());
  }

  private static BundleFile file(String path, String content) {
    byte[] bytes = ascii(content);
    return new BundleFile(path, bytes.length, () -> new ByteArrayInputStream(bytes));
  }

  private static byte[] emptyTree() {
    Map<String, Node> fields = new LinkedHashMap<>();
    fields.put("l", Node.NULL);
    fields.put("e", Node.Array.EMPTY);
    return DagCbor.encode(new Node.Map(fields));
  }

  private static ModuleRecord record(Cid bundle, long size, byte[] schema) {
    Name name = Name.parse("com.example/function/hello");
    return ModuleRecord.named(name, Version.parse("1.0.0"))
        .license("MIT")
        .keywords(List.of("greeting"))
        .function(
            new FunctionEntry(
                name,
                Optional.of("index.js#default"),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new FileRef(Cid.of(Cid.RAW, schema), schema.length)),
                List.of()))
        .runtime(
            new Variant(
                Runtime.NODEJS,
                Range.parse(">=20"),
                List.of(),
                List.of(),
                Optional.of(new Bundle(bundle, size)),
                Optional.empty(),
                List.of(),
                Optional.of("index.js"),
                OptionalLong.of(64 << 20),
                OptionalLong.of(30_000),
                Map.of()))
        .dependency(
            new Dependency.One(
                Name.parse("org.dxos/api/log"), Range.parse("^1.2"), Optional.empty(), true))
        .build();
  }

  private static Head head(Cid id, Cid keyHead, Cid released, Cid state, long later) {
    return new Head(
        id,
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        keyHead,
        List.of(released),
        state,
        TIME + 61 + later,
        TIME + 61 + 7_776_000,
        Optional.empty());
  }

  private static SpaceEntry space() {
    return new SpaceEntry(
        0,
        Optional.of(new SpaceEntry.Salt(Cid.sha256(ascii("salt")))),
        Optional.empty(),
        Optional.empty(),
        KeySet.of(OWNER.publicKey()),
        List.of(
            new SpaceEntry.Member(new PeerId(HEAD.publicKey().bytes()), SpaceEntry.Role.PUBLISH)),
        List.of(),
        sorted(OWNER),
        TIME,
        Optional.empty());
  }

  private static Closure closure(Cid id, Cid release, Cid record, Cid bundle, long size) {
    Name name = Name.parse("com.example/function/hello");
    return new Closure(
        List.of(new Closure.Asked(name, "^1")),
        Optional.empty(),
        List.of(
            new Closure.Module(
                name,
                Version.parse("1.0.0"),
                id,
                release,
                record,
                OptionalInt.of(0),
                Optional.of(new Bundle(bundle, size)),
                List.of())));
  }
}
