package org.dxos.dmg.admission;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.record.FileRef;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.unixfs.Bundle;
import org.dxos.dmg.unixfs.BundleFile;
import org.dxos.dmg.unixfs.BundleWriter;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;

/** What a release leads to: other authorities, blocks, functions. */
class ReleaseContentTest extends RegistrarScene {

  @Test
  void aDependencyOnAnUnknownOrLocalAuthorityIsRefused() {
    AuthorityView view = world.claim("org.dxos");
    world.claim("local.mine");
    ModuleRecord record =
        World.record("org.dxos/module/bridge", "1.0.0")
            .dependency(on("com.nobody/module/vault"))
            .build();
    Statement.Release release =
        new Statement.Release(
            "1.0.0", world.put(record.encode()), List.of(), Map.of("com.nobody", view.id()));
    refused(
        ErrorCode.AUTHORITY_UNKNOWN,
        () -> world.submit(owner(view, "module/bridge", release), World.OWNER));
    ModuleRecord local =
        World.record("org.dxos/module/bridge", "1.0.0")
            .dependency(on("local.mine/module/vault"))
            .build();
    refused(ErrorCode.STATEMENT_REFUSED, () -> world.publish(view, local));
  }

  @Test
  void aReleaseComesWithAllItsBlocksInTheSizesItSays() throws IOException {
    AuthorityView view = world.claim("org.dxos");
    byte[] schema = "{\"type\":\"object\"}".getBytes(StandardCharsets.US_ASCII);
    FileRef ref = FileRef.of(schema);
    Name api = Name.parse("org.dxos/api/mail");
    Bundle bundle =
        new BundleWriter()
            .write(
                List.of(
                    new BundleFile(
                        "index.js",
                        3,
                        () ->
                            new java.io.ByteArrayInputStream(
                                "abc".getBytes(StandardCharsets.US_ASCII)))),
                world.blocks::put);
    ModuleRecord good = whole(api, ref, bundle.root(), 3);
    refused(ErrorCode.BLOCK_MISSING, () -> world.publish(view, good)); // the schema
    world.blocks.put(ref.cid(), schema);
    ModuleRecord size = whole(api, new FileRef(ref.cid(), ref.size() + 1), bundle.root(), 3);
    refused(ErrorCode.SIZE_EXCEEDED, () -> world.publish(view, size));
    for (long wrong : new long[] {0, 2, 4}) {
      ModuleRecord other = whole(api, ref, bundle.root(), wrong);
      assertThrows(RuntimeException.class, () -> world.publish(view, other), "size " + wrong);
    }
    for (Cid cid : List.copyOf(world.blocks.keySet())) {
      if (cid.codec() == Cid.DAG_PB
          || cid.equals(Cid.of(Cid.RAW, "abc".getBytes(StandardCharsets.US_ASCII)))) {
        byte[] block = world.blocks.remove(cid);
        assertThrows(RuntimeException.class, () -> world.publish(view, good));
        world.blocks.put(cid, block);
      }
    }
    assertEquals(Optional.empty(), world.registrar.authority("org.dxos").orElseThrow().head());
    assertEquals(Receipt.Status.ADDED, world.publish(view, good).status());
    for (Cid cid : List.of(good.cid(), ref.cid(), bundle.root())) {
      assertArrayEquals(world.blocks.get(cid), world.store.get(cid).orElseThrow());
    }
  }

  private static ModuleRecord whole(Name api, FileRef ref, Cid bundle, long size) {
    return World.record("org.dxos/module/bridge", "1.0.0")
        .provides(Map.of(api, new Provided(Version.parse("1.0.0"), Optional.of(ref))))
        .runtime(
            new Variant(
                Runtime.NODEJS,
                Range.ANY,
                List.of(),
                List.of(),
                Optional.of(new org.dxos.dmg.record.Bundle(bundle, size)),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Map.of()))
        .build();
  }

  @Test
  void aFunctionNameBelongsToOneModuleForEver() {
    AuthorityView view = world.claim("org.dxos");
    Receipt first = world.publish(view, carrying("module/bridge", "1.0.0", "read"));
    AdmissionException.Conflict conflict =
        assertThrows(
            AdmissionException.Conflict.class,
            () -> world.publish(view, carrying("module/other", "1.0.0", "read")));
    assertEquals(first.statement(), conflict.standing());
    assertThrows(
        AdmissionException.Conflict.class, () -> world.publish(view, "function/read", "1.0.0"));
    world.publish(view, carrying("module/bridge", "2.0.0", "write"));
    assertThrows(
        AdmissionException.Conflict.class,
        () -> world.publish(view, carrying("module/other", "1.0.0", "write")));
    // A function's own release binds its name in the same way.
    world.publish(view, "function/alone", "1.0.0");
    assertThrows(
        AdmissionException.Conflict.class,
        () -> world.publish(view, carrying("module/other", "1.0.0", "alone")));
    AuthorityView now = world.registrar.authority(view.id()).orElseThrow();
    assertEquals(Optional.of(first.statement()), now.state().get("n/function/read"));
    assertEquals(Optional.empty(), now.state().get("r/module/other@1.0.0"));
  }
}
