package org.dxos.dmg.conformance.formats;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.car.CarReader;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.Multibase;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.cid.Varint;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.DxnResult;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.manifest.Manifest;
import org.dxos.dmg.manifest.ManifestResult;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.NewerRecord;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Fork;
import org.dxos.dmg.unixfs.Budget;
import org.dxos.dmg.unixfs.BundleReader;
import org.dxos.dmg.unixfs.DagPb;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * Every decoder and parser with what must hold for any input: it is refused with a typed error, or
 * it is read and is written again as the format says.
 */
enum FuzzTarget {
  DAG_CBOR(in -> same(in, DagCbor.encode(DagCbor.decode(in))), "dag-cbor", "record", "tree"),
  CID_BYTES(in -> same(in, Cid.fromBytes(in).bytes()), "cid"),
  CID_TEXT(
      in -> {
        Cid cid = Cid.parse(text(in));
        same(cid, Cid.parse(cid.toString()));
      }),
  PEER_ID(in -> same(in, PeerId.ofMultihash(in).multihash()), "peer-id"),
  MULTIBASE(
      in -> {
        String text = text(in);
        if (!text.isEmpty()) {
          Multibase base = Multibase.values()[text.charAt(0) % Multibase.values().length];
          String digits = text.substring(1);
          same(digits, base.encode(base.decode(digits)));
        }
      }),
  VARINT(
      in -> {
        Varint.Decoded read = Varint.read(in, 0);
        same(Arrays.copyOf(in, read.end()), Varint.of(read.value()));
      }),
  DXN(
      in -> {
        if (Dxn.read(text(in)) instanceof DxnResult.Parsed parsed) {
          same(parsed.dxn(), Dxn.parse(parsed.dxn().toString()));
          same(parsed.dxn(), Dxn.parse(parsed.dxn().uri()));
        }
      }),
  VERSION(
      in -> {
        Version version = Version.parse(text(in));
        same(version.toString(), Version.parse(version.toString()).toString());
      }),
  RANGE(
      in -> {
        Range range = Range.parse(text(in));
        same(range.toString(), Range.parse(range.toString()).toString());
      }),
  JSON(
      in -> {
        byte[] canonical = Json.canonical(Json.parse(in));
        same(canonical, Json.canonical(Json.parse(canonical)));
      },
      "lock"),
  YAML(
      in -> {
        byte[] canonical = Json.canonical(Json.parseYaml(in));
        same(canonical, Json.canonical(Json.parse(canonical)));
      },
      "lock"),
  MANIFEST_JSON(in -> manifest(Json.parse(in))),
  MANIFEST_YAML(in -> manifest(Json.parseYaml(in))),
  RECORD(in -> same(in, ModuleRecord.decode(in).encode()), "record"),
  NEWER_RECORD(
      in -> {
        Optional<NewerRecord> unused = NewerRecord.read(in);
      },
      "record"),
  AUTHORITY(FuzzTarget::body, "authority"),
  STATEMENT(FuzzTarget::body, "release"),
  HEAD(FuzzTarget::body, "head"),
  SPACE(FuzzTarget::body, "space"),
  ENVELOPE(in -> same(in, Envelope.decode(in).encode()), "head-envelope", "authority-envelope"),
  STATE(in -> same(in, AuthorityState.decode(in).encode()), "state"),
  FORK(in -> same(in, Fork.decode(in).encode()), "fork"),
  DAG_PB(in -> same(in, DagPb.encode(DagPb.decode(in))), "unixfs-folder", "unixfs-chunked"),
  UNIXFS(
      in -> {
        Cid root = Cid.of(Cid.DAG_PB, in);
        Cid empty = Cid.of(Cid.RAW, new byte[0]);
        BlockSource blocks =
            cid ->
                cid.equals(root)
                    ? Optional.of(in)
                    : cid.equals(empty) ? Optional.of(new byte[0]) : Optional.empty();
        new BundleReader().verify(blocks, root, Budget.upTo(1 << 20));
      },
      "unixfs-folder",
      "unixfs-chunked"),
  CAR(FuzzTarget::car, "car"),
  MST(
      in -> {
        Cid root = DagCbor.cid(in);
        MerkleSearchTree.at(root, cid -> cid.equals(root) ? Optional.of(in) : Optional.empty())
            .walk("", (key, value) -> true);
      },
      "tree",
      "empty-tree"),
  CLOSURE(in -> same(in, Closure.decode(in).encode()), "closure"),
  LOCK(
      in -> {
        Lock lock = Lock.parse(in);
        same(lock, Lock.parse(lock.json()));
      },
      "lock");

  private interface Check {
    void on(byte[] input) throws IOException;
  }

  private static final Map<FuzzTarget, List<String>> TEXTS =
      Map.of(
          CID_TEXT,
          List.of(
              "bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am",
              "QmY7Yh4UquoXHLPFo2XbhXkhBvFoPwmQUSa92pxnxjQuPU"),
          MULTIBASE,
          List.of("babc234", "kk2k4r8", "z12D3KooWxyz"),
          DXN,
          List.of(
              "org.dxos/function/universal-indexer@^1.2 || >=3 <4",
              "dxn://org.dxos/function/universal-indexer@1.2.0",
              "dxn:org.dxos.function.universalIndexer:1.2.3",
              "ipfs://bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am",
              "org.dxos~bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am/module/a%2fb"),
          VERSION,
          List.of("1.2.3-rc.1+build", "v0.0.0", "=1.0.0"),
          RANGE,
          List.of("^1.2 || >=3.0.0-a <4 || 1.x - 2", "~> 1.2.3", "*", "1.2.3 - 2"),
          MANIFEST_JSON,
          List.of(
              "{\"name\":\"com.example/function/a\",\"version\":\"1.0.0\",\"runtimes\":[{\"runtime\":"
                  + "\"wasi\",\"bundle\":\"a.wasm\",\"memory\":\"128Mi\",\"timeout\":\"30s\"}],"
                  + "\"dependencies\":{\"org.dxos/api/b\":\"^1\"},\"ext\":{\"k\":[1,true,\"x\"]}}"),
          MANIFEST_YAML,
          List.of(
              "name: com.example/function/a\nversion: \"1.0.0\"\nfunctions:\n- name:"
                  + " com.example/function/a\n  triggers:\n  - {kind: timer, cron: '* * * * *'}\n"
                  + "resources: [{kind: network, hosts: [a]}]\n"));

  private final Check check;
  private final List<String> examples;

  FuzzTarget(Check check, String... examples) {
    this.check = check;
    this.examples = List.of(examples);
  }

  /** The name of its folders and files. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Good inputs to start from. */
  List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    examples.forEach(name -> seeds.add(FormatExamples.all().get(name)));
    TEXTS
        .getOrDefault(this, List.of())
        .forEach(text -> seeds.add(text.getBytes(StandardCharsets.UTF_8)));
    if (this == VARINT) {
      seeds.add(new byte[] {(byte) 0xac, 2});
    }
    return seeds;
  }

  /**
   * True if {@code input} was read, false if it was refused as it should be.
   *
   * @throws RuntimeException or an error, if what must hold does not
   */
  boolean accepts(byte[] input) {
    try {
      check.on(input);
      return true;
    } catch (RuntimeException e) {
      if (e instanceof Explained) {
        return false;
      }
      throw e;
    } catch (IOException e) {
      throw new IllegalStateException("memory failed", e);
    }
  }

  private static void body(byte[] in) {
    same(in, Body.decode(in).encode());
  }

  private static void manifest(Node root) {
    if (Manifest.read(root) instanceof ManifestResult.Valid(Manifest manifest)) {
      manifest.draft();
    }
  }

  private static void car(byte[] in) throws IOException {
    CarReader reader = new CarReader(new ByteArrayInputStream(in));
    while (reader.next().isPresent()) {
      if (reader.offset() > in.length) {
        throw new AssertionError("read " + reader.offset() + " of " + in.length + " bytes");
      }
    }
  }

  private static String text(byte[] in) {
    return new String(in, StandardCharsets.UTF_8);
  }

  private static void same(byte[] expected, byte[] found) {
    if (!Arrays.equals(expected, found)) {
      throw new AssertionError("read, and written again as other bytes");
    }
  }

  private static void same(Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new AssertionError("`" + expected + "` became `" + found + "`");
    }
  }
}
