package org.dxos.dmg.carry;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dxos.dmg.admission.Carried;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Signed;

/** Writes authorities to a file. */
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
        Set<Cid> blocks = new LinkedHashSet<>();
        Carried.eachBlock(item, registry, blocks::add);
        for (Cid cid : blocks) {
          if (written.add(cid)) {
            writer.put(cid, Signed.need(registry, cid, "block"));
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
