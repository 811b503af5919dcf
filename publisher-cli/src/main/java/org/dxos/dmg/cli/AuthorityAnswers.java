package org.dxos.dmg.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.authority.PartialEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;

/** What the commands about authorities answer with {@code --json}; keys are written as hex. */
final class AuthorityAnswers {

  private AuthorityAnswers() {}

  /** What a registry tells of an authority, and more of this command. */
  static Node.Map of(AuthorityInfo info, MapBuilder more) {
    MapBuilder all = new MapBuilder();
    info.toNode().entries().forEach(all::putAlways);
    more.build().entries().forEach(all::putAlways);
    return all.build();
  }

  /** Who may do what, as the newest entry of the key log has it. */
  static MapBuilder keys(AuthorityEntry entry) {
    return new MapBuilder()
        .put("seq", entry.seq())
        .put("peer", entry.home().peer().toString())
        .put("owners", keys(entry.owners()))
        .put("recovery", keys(entry.recovery()))
        .put("delegates", entry.delegates(), AuthorityAnswers::delegate)
        .put("revoked", entry.revoked(), AuthorityAnswers::revoked);
  }

  private static Node.Map keys(KeySet set) {
    return new MapBuilder()
        .putAlways("keys", hex(set.keys()))
        .put("threshold", set.threshold())
        .build();
  }

  private static Node hex(List<PublicKey> keys) {
    return new Node.Array(keys.stream().<Node>map(key -> Node.of(key.toString())).toList());
  }

  static Node.Map delegate(Delegate one) {
    return new MapBuilder()
        .put("key", one.key().toString())
        .put("scope", one.scope(), Node::of)
        .put("caps", one.caps(), cap -> Node.of(cap.name().toLowerCase(Locale.ROOT)))
        .put("notBefore", one.notBefore())
        .put("notAfter", one.notAfter())
        .put("label", one.label(), Node::of)
        .build();
  }

  private static Node.Map revoked(Revoked one) {
    return new MapBuilder()
        .put("key", one.key().toString())
        .put("lastGood", one.lastGood().map(Cid::toString), Node::of)
        .put("reason", one.reason())
        .build();
  }

  /** An entry that wants more signatures, and the file in which it waits for them. */
  static Node.Map wanting(PartialEntry partial, Path file, MapBuilder more) {
    MapBuilder all =
        new MapBuilder()
            .put("name", partial.entry().authority())
            .put("authority", partial.entry().genesis().map(Cid::toString), Node::of)
            .put("seq", partial.entry().seq())
            .put("partial", file.toString())
            .putAlways("wanted", hex(partial.wanted()));
    more.build().entries().forEach(all::putAlways);
    return all.build();
  }

  /** What to publish so that a domain proves an authority. */
  static Node.Map proof(AuthorityInfo info, String domain, Node.Map wellKnown) {
    return new MapBuilder()
        .put("name", info.name())
        .put("authority", info.genesis().toString())
        .put(
            "dns",
            new MapBuilder()
                .put("name", "_dmg." + domain + ".")
                .put("type", "TXT")
                .put("text", "v=dmg1; id=" + info.genesis())
                .build())
        .put(
            "web",
            new MapBuilder()
                .put("url", "https://" + domain + "/.well-known/dmg.json")
                .put("content", wellKnown)
                .build())
        .build();
  }

  /** A key that was made and is kept nowhere: its secret is in the answer. */
  static MapBuilder delegated(Delegate delegate, Optional<String> secret) {
    return new MapBuilder().put("delegated", delegate(delegate)).put("secret", secret, Node::of);
  }
}
