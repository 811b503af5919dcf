package org.dxos.dmg.carry;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.admission.Carried;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.unixfs.BundleBlocks;
import org.dxos.dmg.verdict.Signed;

/** Writes authorities, or what a closure needs of them, to a file. */
public final class Export {

  private Export() {}

  /**
   * What was written.
   *
   * @param blocks each once
   */
  public record Report(int authorities, int items, long blocks) {}

  /**
   * Writes everything that a registry holds of some authorities, with what proves their forks.
   *
   * @param out is not closed
   */
  public static Report write(List<AuthorityInfo> authorities, Registry registry, OutputStream out)
      throws IOException {
    return write(authorities, registry, registry, out);
  }

  /**
   * Writes what somebody needs to install a closure where no registry can be reached: of each
   * authority in it everything that is signed, with all records, and of bundles those of the
   * closure alone.
   *
   * @param out is not closed
   */
  public static Report closure(Closure closure, Registry registry, OutputStream out)
      throws IOException {
    Set<Cid> nodes = new HashSet<>();
    Map<Cid, AuthorityInfo> authorities = new LinkedHashMap<>();
    for (Closure.Module module : closure.modules()) {
      String name = module.name().authority().base();
      authorities.computeIfAbsent(
          module.genesis(),
          id ->
              registry
                  .authority(name + "~" + id)
                  .orElseThrow(
                      () ->
                          new IllegalStateException(
                              "closure over `" + id + "`, which is not held")));
      module
          .bundle()
          .ifPresent(bundle -> nodes.addAll(BundleBlocks.of(registry, bundle.cid()).held()));
    }
    // A bundle begins with a node of its own: where that is not there, nobody looks for the rest.
    BlockSource some =
        cid ->
            cid.codec() == Cid.DAG_PB && !nodes.contains(cid)
                ? Optional.empty()
                : registry.get(cid);
    return write(List.copyOf(authorities.values()), registry, some, out);
  }

  /**
   * @param blocks what of the registry is written
   */
  private static Report write(
      List<AuthorityInfo> authorities, Registry registry, BlockSource blocks, OutputStream out)
      throws IOException {
    List<Manifest.Log> logs = new ArrayList<>();
    int items = 0;
    for (AuthorityInfo one :
        authorities.stream().sorted(Comparator.comparing(AuthorityInfo::genesis)).toList()) {
      Manifest.Log log = new Manifest.Log(one.genesis(), items(one, registry));
      logs.add(log);
      items += log.items().size();
    }
    byte[] manifest = new Manifest(logs).encode();
    Cid root = DagCbor.cid(manifest);
    CarWriter writer = new CarWriter(out, List.of(root));
    writer.put(root, manifest);
    Set<Cid> written = new HashSet<>();
    for (Manifest.Log log : logs) {
      for (Cid item : log.items()) {
        Set<Cid> linked = new LinkedHashSet<>();
        Carried.eachBlock(item, blocks, linked::add);
        for (Cid cid : linked) {
          if (written.add(cid)) {
            writer.put(cid, Signed.need(blocks, cid, "block"));
          }
        }
      }
    }
    return new Report(logs.size(), items, written.size());
  }

  /** What stands, and what was put aside, each after what it links to. */
  private static List<Cid> items(AuthorityInfo info, Registry registry) {
    Set<Cid> envelopes =
        new LinkedHashSet<>(Carried.envelopes(info.keyHead(), info.head(), registry));
    envelopes.addAll(info.aside());
    record Item(Cid envelope, boolean head, long height) {}
    List<Item> items = new ArrayList<>();
    for (Cid envelope : envelopes) {
      Body body = Signed.read(registry, envelope, Body.class).body();
      items.add(
          switch (body) {
            case AuthorityEntry entry -> new Item(envelope, false, entry.seq());
            case Head head -> new Item(envelope, true, head.epoch());
            default ->
                throw new IllegalStateException("`" + envelope + "` is no entry and no head");
          });
    }
    items.sort(Comparator.comparing(Item::head).thenComparingLong(Item::height));
    return items.stream().map(Item::envelope).toList();
  }
}
