package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.PeerStatus;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Standing;

/** How authorities and links do, for `status`: anybody may read it, so no peer is named. */
final class StatusReport {

  /** How long ahead the end of a delegation is announced: 14 days. */
  private static final long WARN_SECONDS = 14L * 86_400;

  private final Registrar registrar;
  private final long now;

  /**
   * @param now seconds, UTC
   */
  StatusReport(Registrar registrar, long now) {
    this.registrar = registrar;
    this.now = now;
  }

  /** Every authority that is held, by name. */
  Node.Array authorities() {
    List<Node> authorities = new ArrayList<>();
    registrar.authorities().stream()
        .sorted(Comparator.comparing(AuthorityView::name))
        .forEach(view -> authorities.add(authority(view)));
    return new Node.Array(authorities);
  }

  /** How many proofs of forks are held. */
  long forks() {
    return registrar.authorities().stream().mapToLong(one -> one.standing().forks().size()).sum();
  }

  /** How many peers there are and how they do. */
  Node peers(Federation among) {
    List<PeerStatus> all = among.status();
    Cid root = registrar.root();
    return new MapBuilder()
        .put("linked", (long) all.size())
        .put("connected", all.stream().filter(PeerStatus::connected).count())
        .put("equal", all.stream().filter(one -> one.root().equals(Optional.of(root))).count())
        .put("failing", all.stream().filter(one -> one.error().isPresent()).count())
        .put(
            "lag",
            all.stream()
                .flatMap(one -> one.lag().stream())
                .mapToLong(Long::longValue)
                .max()
                .orElse(0))
        .put("forks", all.stream().mapToLong(PeerStatus::forks).max().orElse(0))
        .put("received", all.stream().mapToLong(PeerStatus::received).sum())
        .put("sent", all.stream().mapToLong(PeerStatus::sent).sum())
        .build();
  }

  private Node authority(AuthorityView view) {
    MapBuilder map =
        new MapBuilder()
            .put("name", view.name())
            .put("authority", view.id().toString())
            .flag(
                "unbound",
                registrar
                    .authority(view.name())
                    .filter(one -> one.id().equals(view.id()))
                    .isEmpty())
            .flag("contested", view.standing().contest() != Standing.Contest.NONE);
    List<Node> ending = new ArrayList<>();
    for (AuthorityEntry.Delegate one : view.keyHead().body().delegates()) {
      if (one.notAfter() - now < WARN_SECONDS) {
        ending.add(
            new MapBuilder()
                .put("key", one.key().toString())
                .put("label", one.label(), Node::of)
                .put("notAfter", one.notAfter())
                .flag("expired", one.notAfter() <= now)
                .build());
      }
    }
    map.put("delegatesEnding", ending, node -> node);
    view.head()
        .ifPresent(
            head ->
                map.put("head", head.cid().toString())
                    .put("epoch", head.body().epoch())
                    .put("expires", head.body().expires())
                    .flag("stale", head.body().expires() <= now));
    return map.build();
  }
}
