package org.dxos.dmg.sync.link;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.replica.Follow;
import org.dxos.dmg.sync.wire.Request;

/**
 * Authorities that were pulled because somebody asked for them: a register each, so that news of
 * them are wanted after a restart as well. Safe for many threads.
 */
final class Pulled {

  private static final String PULLED = "pulled/";

  private final BlockStore store;
  private final Map<Cid, One> all = new LinkedHashMap<>();

  /**
   * @param node where it came from, if that is no linked node
   */
  private record One(String name, Optional<String> node) {}

  Pulled(BlockStore store) {
    this.store = store;
    for (String register : store.registers(PULLED)) {
      store
          .register(register)
          .ifPresent(value -> all.put(Cid.parse(register.substring(PULLED.length())), of(value)));
    }
  }

  private static One of(byte[] value) {
    Fields fields = Fields.of("pulled", ErrorCode.STORAGE, DagCbor.decode(value));
    One one = new One(fields.text("name"), fields.optionalText("node"));
    fields.end();
    return one;
  }

  synchronized void add(String name, Cid id, Optional<String> node) {
    One one = new One(name, node);
    if (!one.equals(all.get(id))) {
      Batch batch = new Batch();
      batch.set(
          PULLED + id,
          DagCbor.encode(new MapBuilder().put("name", name).put("node", node, Node::of).build()));
      store.commit(batch);
      all.put(id, one);
    }
  }

  /** True if it came from a node that is not linked, and tells no news. */
  synchronized boolean isFromFar(Cid id) {
    return Optional.ofNullable(all.get(id)).flatMap(One::node).isPresent();
  }

  /** Addresses of nodes that are not linked, the last one first. */
  synchronized List<String> far() {
    List<String> nodes =
        new ArrayList<>(all.values().stream().flatMap(one -> one.node().stream()).toList());
    return nodes.reversed().stream().distinct().toList();
  }

  /**
   * What is wanted of a peer: what its link says, and what was pulled; as much as a request takes.
   */
  synchronized Follow wanted(Link.Policy policy) {
    if (policy.authorities().isEmpty()) {
      return policy.wanted();
    }
    TreeSet<String> names = new TreeSet<>(policy.authorities());
    for (One one : new ArrayList<>(all.values()).reversed()) {
      if (names.size() >= Request.MAX_FOLLOW) {
        break;
      }
      names.add(one.name());
    }
    return Follow.of(List.copyOf(names));
  }
}
