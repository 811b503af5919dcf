package org.dxos.dmg.care;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.dxos.dmg.admission.World;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.unixfs.Bundle;
import org.dxos.dmg.unixfs.BundleFile;
import org.dxos.dmg.unixfs.BundleWriter;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.version.Range;

/** A store with something of everything, and what tests do to it. */
final class Scene {

  private Scene() {}

  /** A registrar over a store with two authorities, releases with bundles, and a tag. */
  static World world(Path home) {
    World world = new World(home);
    AuthorityView one = world.claim("com.one");
    for (int i = 0; i < 3; i++) {
      world.publish(one, bundled(world, "com.one/module/m" + i, "1.0.0", "index " + i));
    }
    world.tag(one, "module/m0", "stable", "1.0.0", Optional.empty());
    AuthorityView local = world.claim("local.two");
    world.publish(local, bundled(world, "local.two/module/n", "1.0.0", "index 0"));
    return world;
  }

  /** A record of a module with a bundle of two files, one larger than a chunk. */
  static ModuleRecord bundled(World world, String name, String version, String content) {
    byte[] small = content.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] large = new byte[(1 << 20) + 10];
    java.util.Arrays.fill(large, (byte) content.hashCode());
    Bundle built =
        write(
            List.of(
                new BundleFile("data.bin", large.length, () -> new ByteArrayInputStream(large)),
                new BundleFile("index.js", small.length, () -> new ByteArrayInputStream(small))),
            world);
    return World.record(name, version)
        .runtime(
            variant(
                new org.dxos.dmg.record.Bundle(built.root(), (long) small.length + large.length)))
        .build();
  }

  private static Bundle write(List<BundleFile> files, World world) {
    try {
      return new BundleWriter().write(files, world.blocks::put);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Variant variant(org.dxos.dmg.record.Bundle bundle) {
    return new Variant(
        Runtime.NODEJS,
        Range.ANY,
        List.of(),
        List.of(),
        Optional.of(bundle),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        java.util.Map.of());
  }

  static Whose ours() {
    return new Whose(key -> key.equals(World.HEAD.publicKey()), Set.of());
  }

  static Set<Cid> all(BlockStore store) {
    Set<Cid> all = new TreeSet<>();
    store.eachBlock(all::add);
    return all;
  }

  static void take(BlockStore store, Cid cid) {
    Batch batch = new Batch();
    batch.discard(cid);
    store.commit(batch);
  }

  static void put(BlockStore store, Cid cid, byte[] block) {
    Batch batch = new Batch();
    batch.put(cid, block);
    store.commit(batch);
  }

  static List<Fault.Kind> kinds(Fsck.Report report) {
    List<Fault.Kind> kinds = new ArrayList<>();
    report.faults().forEach(fault -> kinds.add(fault.kind()));
    return kinds;
  }
}
