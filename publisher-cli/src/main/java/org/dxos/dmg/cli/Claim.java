package org.dxos.dmg.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.truststore.Seen;
import org.dxos.dmg.truststore.TrustStore;

/**
 * An authority for which a name could stand, and why this home knows of it: the registry holds it,
 * another registry showed it, or a person pinned it.
 *
 * @param held by the registry that is asked
 * @param inUse true if the name means this one
 * @param contested true if it is in conflict with itself
 * @param seen the epoch of the newest head that another registry showed; empty if none did or it
 *     had no head
 * @param met true if another registry showed it
 */
record Claim(
    String name,
    String id,
    boolean held,
    boolean inUse,
    boolean pinned,
    boolean contested,
    boolean met,
    Optional<Long> seen) {

  /**
   * Every claim that is known, by name; what the name means first.
   *
   * @param status of the registry
   */
  static List<Claim> all(Node.Map status, TrustStore store, Map<String, Cid> pins) {
    List<Claim> claims = new ArrayList<>(held(status, store, pins));
    for (Seen seen : store.all()) {
      if (claims.stream().noneMatch(one -> one.id().equals(seen.genesis().toString()))) {
        boolean elsewhere =
            claims.stream().anyMatch(one -> one.name().equals(seen.name()) && one.inUse());
        claims.add(of(seen.name(), seen.genesis(), store, pins, false, !elsewhere, false));
      }
    }
    pins.forEach(
        (name, id) -> {
          if (claims.stream().noneMatch(one -> one.id().equals(id.toString()))) {
            claims.add(of(name, id, store, pins, false, true, false));
          }
        });
    claims.sort(
        Comparator.comparing(Claim::name)
            .thenComparing(one -> !one.inUse())
            .thenComparing(Claim::id));
    return claims;
  }

  /** The names of the authorities that a registry holds. */
  static List<String> named(Node.Map status) {
    List<String> names = new ArrayList<>();
    if (status.entries().get("authorities") instanceof Node.Array held) {
      for (Node one : held.items()) {
        if (one instanceof Node.Map map && map.entries().get("name") instanceof Node.Text name) {
          names.add(name.value());
        }
      }
    }
    return names;
  }

  private static List<Claim> held(Node.Map status, TrustStore store, Map<String, Cid> pins) {
    List<Claim> claims = new ArrayList<>();
    if (status.entries().get("authorities") instanceof Node.Array held) {
      for (Node one : held.items()) {
        if (one instanceof Node.Map map
            && map.entries().get("name") instanceof Node.Text name
            && map.entries().get("authority") instanceof Node.Text id) {
          claims.add(
              of(
                  name.value(),
                  Cid.parse(id.value()),
                  store,
                  pins,
                  true,
                  !map.entries().containsKey("unbound"),
                  map.entries().containsKey("contested")));
        }
      }
    }
    return claims;
  }

  /**
   * @param inUse as far as there is no pin
   */
  private static Claim of(
      String name,
      Cid id,
      TrustStore store,
      Map<String, Cid> pins,
      boolean held,
      boolean inUse,
      boolean contested) {
    Optional<Cid> pin = Optional.ofNullable(pins.get(name));
    Optional<Seen> seen = store.of(id);
    return new Claim(
        name,
        id.toString(),
        held,
        pin.map(id::equals).orElse(inUse),
        pin.equals(Optional.of(id)),
        contested,
        seen.isPresent(),
        seen.flatMap(Seen::head).map(head -> head.body().epoch()));
  }

  /** For people. */
  String line() {
    List<String> words = new ArrayList<>();
    if (pinned) {
      words.add("pinned");
    }
    if (!inUse) {
      words.add("another claim");
    }
    if (!held) {
      words.add(
          met ? "seen elsewhere" + seen.map(epoch -> ", epoch " + epoch).orElse("") : "not held");
    }
    if (contested) {
      words.add("CONTESTED");
    }
    return name + "  " + id + (words.isEmpty() ? "" : "  " + String.join("; ", words));
  }

  Node.Map toNode() {
    return new MapBuilder()
        .put("name", name)
        .put("authority", id)
        .putAlways("inUse", Node.of(inUse))
        .putAlways("held", Node.of(held))
        .flag("pinned", pinned)
        .flag("contested", contested)
        .flag("seen", met)
        .put("epoch", seen, Node::of)
        .build();
  }
}
