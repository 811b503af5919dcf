package org.dxos.dmg.jmh;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.FileRef;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Records of 1.5 KB decoded and encoded, as values of dag-cbor and whole; a DXN parsed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class VocabularyBench {

  static final ModuleRecord RECORD = record();

  private final byte[] block = RECORD.encode();
  private final Node node = DagCbor.decode(block);
  private final String dxn = "org.dxos/function/universal-indexer@^1.2";

  private static Cid raw(String text) {
    return Cid.of(Cid.RAW, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A module as people write them: some words, three functions, two variants, dependencies. */
  private static ModuleRecord record() {
    ModuleRecord.Builder builder =
        ModuleRecord.named(
                Name.parse("com.example/module/proton-mail-bridge"), Version.parse("1.4.0"))
            .displayName("Proton mail bridge")
            .description(
                "Brings a Proton mailbox into ECHO spaces: new mail becomes objects, flags and"
                    + " folders are kept in step, and what is sent from a space goes out.")
            .license("MIT")
            .homepage("https://example.com/bridge")
            .repository("https://example.com/bridge.git")
            .authors(List.of("Ada Example <ada@example.com>"))
            .keywords(List.of("bridge", "mail", "proton"));
    for (String function : List.of("fetch-mail", "send-mail", "sync-flags")) {
      builder.function(
          new FunctionEntry(
              Name.parse("com.example/function/" + function),
              Optional.of("index.js#" + function),
              Optional.empty(),
              Optional.of(new FileRef(raw("input of " + function), 420)),
              Optional.of(new FileRef(raw("output of " + function), 380)),
              List.of()));
    }
    for (Runtime runtime : List.of(Runtime.NODEJS, Runtime.WASI)) {
      builder.runtime(
          new Variant(
              runtime,
              Range.parse(runtime == Runtime.WASI ? "0.2" : ">=20"),
              List.of(),
              List.of(),
              Optional.of(new Bundle(Cid.of(Cid.DAG_PB, new byte[] {1}), 48_213)),
              Optional.empty(),
              List.of(),
              Optional.of("index.js"),
              OptionalLong.of(128 << 20),
              OptionalLong.of(30_000),
              Map.of("MODE", "bridge")));
    }
    for (String name :
        List.of("function/echo-writer", "api/secrets", "function/queue", "module/log")) {
      builder.dependency(
          new Dependency.One(
              Name.parse("org.dxos/" + name), Range.parse("^1.2"), Optional.empty(), false));
    }
    return builder.build();
  }

  @Benchmark
  public Node decodeNode() {
    return DagCbor.decode(block);
  }

  @Benchmark
  public byte[] encodeNode() {
    return DagCbor.encode(node);
  }

  @Benchmark
  public ModuleRecord decodeRecord() {
    return ModuleRecord.decode(block);
  }

  @Benchmark
  public byte[] encodeRecord() {
    return RECORD.encode();
  }

  @Benchmark
  public Dxn parseDxn() {
    return Dxn.parse(dxn);
  }
}
