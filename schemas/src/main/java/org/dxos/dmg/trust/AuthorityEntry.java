package org.dxos.dmg.trust;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;

/**
 * An entry of an authority's key log: its complete state of keys. The CID of the body with seq 0 is
 * the authority id.
 *
 * @param authority the name, as DXNs spell it, without {@code ~id}
 * @param seq 0 for the genesis, else one more than that of {@code prev}
 * @param genesis the authority id; absent exactly at seq 0
 * @param prev envelope of the entry before; absent exactly at seq 0
 * @param owners who may change the log and sign anything
 * @param recovery who may win the log back
 * @param home the node that orders the authority's statements
 * @param delegates keys with narrower rights, sorted by key
 * @param revoked keys that no longer count, sorted by key; only grows
 * @param resolves envelope of the first entry of a losing branch; only with recovery
 * @param signers who signs this entry, sorted
 * @param created seconds, UTC
 * @param ext free values
 */
public record AuthorityEntry(
    String authority,
    long seq,
    Optional<Cid> genesis,
    Optional<Cid> prev,
    KeySet owners,
    KeySet recovery,
    Home home,
    List<Delegate> delegates,
    List<Revoked> revoked,
    Optional<Cid> resolves,
    List<PublicKey> signers,
    long created,
    Optional<Node.Map> ext)
    implements Body {

  public static final String TYPE = "dmg/authority/1";

  /** 90 days. */
  public static final long MAX_DELEGATION_SECONDS = 7_776_000;

  /**
   * @param headKey the key that signs heads
   * @param peer the home node's peer id
   * @param addrs multiaddrs without {@code /p2p}, sorted
   */
  public record Home(PublicKey headKey, PeerId peer, List<String> addrs) {
    public Home {
      addrs = List.copyOf(addrs);
      Rules.sortedTexts("addrs", addrs);
      PublicKey.of(peer.key()); // a peer id is a key as well, and no door for weak ones
    }
  }

  /** What a delegate may do. The order is that of the texts. */
  public enum Cap {
    RELEASE,
    TAG,
    YANK;

    String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * @param scope whole paths, or prefixes that end in {@code /}; sorted, at least one
   * @param caps sorted, at least one
   * @param notBefore seconds, UTC, inclusive
   * @param notAfter seconds, UTC, exclusive
   */
  public record Delegate(
      PublicKey key,
      List<String> scope,
      List<Cap> caps,
      long notBefore,
      long notAfter,
      Optional<String> label) {
    public Delegate {
      scope = List.copyOf(scope);
      caps = List.copyOf(caps);
      if (scope.isEmpty() || caps.isEmpty()) {
        throw invalid("delegate `" + key + "` has no scope or no caps");
      }
      Rules.sortedTexts("scope", scope);
      for (String one : scope) {
        if (!Rules.isScope(one)) {
          throw invalid(
              "delegate scope `"
                  + Quoted.of(one)
                  + "`, expected a path or a prefix such as `function/`");
        }
      }
      Rules.uint("notBefore", notBefore);
      Rules.uint("notAfter", notAfter);
      Rules.text("label", label);
      for (int i = 1; i < caps.size(); i++) {
        if (caps.get(i - 1).compareTo(caps.get(i)) >= 0) {
          throw invalid("delegate `" + key + "` has caps that are not sorted and distinct");
        }
      }
      if (notAfter <= notBefore || notAfter - notBefore > MAX_DELEGATION_SECONDS) {
        throw invalid(
            "delegate `%s` for %d s, expected 1 to %d"
                .formatted(key, notAfter - notBefore, MAX_DELEGATION_SECONDS));
      }
    }

    /** True if this key may do {@code cap} on {@code path} at {@code time} (seconds, UTC). */
    public boolean allows(Cap cap, String path, long time) {
      return caps.contains(cap) && inScope(path) && notBefore <= time && time < notAfter;
    }

    /** True if {@code path} is one of the scope's paths or below one of its prefixes. */
    public boolean inScope(String path) {
      return scope.stream()
          .anyMatch(one -> one.endsWith("/") ? path.startsWith(one) : path.equals(one));
    }
  }

  /**
   * @param lastGood envelope of the last public head of this key that stands; absent: none does
   */
  public record Revoked(PublicKey key, Optional<Cid> lastGood, String reason) {
    public Revoked {
      Rules.link("lastGood", lastGood);
      Rules.prose("reason", reason);
    }
  }

  public AuthorityEntry {
    delegates = List.copyOf(delegates);
    revoked = List.copyOf(revoked);
    signers = List.copyOf(signers);
    ext = Rules.ext(ext);
    Rules.text("authority", authority);
    Rules.uint("seq", seq);
    Rules.uint("created", created);
    Rules.link("genesis", genesis);
    Rules.link("prev", prev);
    Rules.link("resolves", resolves);
    if ((seq == 0) != genesis.isEmpty() || (seq == 0) != prev.isEmpty()) {
      throw new FormatException(
          ErrorCode.SEQ_GAP,
          "read authority: seq %d with%s `genesis` and with%s `prev`"
              .formatted(seq, genesis.isEmpty() ? "out" : "", prev.isEmpty() ? "out" : ""));
    }
    KeySet.requireSorted("signers", signers);
    if (signers.isEmpty() || signers.size() > KeySet.MAX_KEYS) {
      throw invalid(signers.size() + " signers, expected 1 to " + KeySet.MAX_KEYS);
    }
    KeySet.requireSorted("delegates", delegates.stream().map(Delegate::key).toList());
    KeySet.requireSorted("revoked", revoked.stream().map(Revoked::key).toList());
    requireDisjoint(owners, recovery, home, delegates, revoked);
  }

  private static void requireDisjoint(
      KeySet owners, KeySet recovery, Home home, List<Delegate> delegates, List<Revoked> revoked) {
    Map<PublicKey, String> roles = new HashMap<>();
    owners.keys().forEach(key -> assign(roles, key, "owner"));
    recovery.keys().forEach(key -> assign(roles, key, "recovery"));
    assign(roles, home.headKey(), "head key");
    delegates.forEach(delegate -> assign(roles, delegate.key(), "delegate"));
    revoked.forEach(one -> assign(roles, one.key(), "revoked"));
  }

  private static void assign(Map<PublicKey, String> roles, PublicKey key, String role) {
    String other = roles.putIfAbsent(key, role);
    if (other != null) {
      throw new FormatException(
          ErrorCode.POLICY_INVALID,
          "read authority: key `" + key + "` is both " + other + " and " + role);
    }
  }

  @Override
  public String type() {
    return TYPE;
  }

  /** The delegate with this key. */
  public Optional<Delegate> delegate(PublicKey key) {
    return delegates.stream().filter(one -> one.key().equals(key)).findFirst();
  }

  /** What this entry says of a key that it revokes; empty if it does not. */
  public Optional<Revoked> revocation(PublicKey key) {
    return revoked.stream().filter(one -> one.key().equals(key)).findFirst();
  }

  /** True if this entry revokes {@code key}. */
  public boolean revokes(PublicKey key) {
    return revoked.stream().anyMatch(one -> one.key().equals(key));
  }

  static AuthorityEntry decode(Node node) {
    Fields fields = Fields.of("authority", ErrorCode.BODY_INVALID, node);
    fields.text("type");
    AuthorityEntry entry =
        new AuthorityEntry(
            fields.text("authority"),
            fields.uint("seq"),
            fields.optionalLink("genesis"),
            fields.optionalLink("prev"),
            KeySet.decode(fields.node("owners")),
            KeySet.decode(fields.node("recovery")),
            decodeHome(fields.node("home")),
            fields.list("delegates", AuthorityEntry::decodeDelegate),
            fields.list("revoked", AuthorityEntry::decodeRevoked),
            fields.optionalLink("resolves"),
            fields.list("signers", KeySet::key),
            fields.uint("created"),
            fields.ext());
    fields.end();
    return entry;
  }

  private static Home decodeHome(Node node) {
    Fields fields = Fields.of("authority /home", ErrorCode.BODY_INVALID, node);
    Home home =
        new Home(
            PublicKey.of(fields.bytes("headKey", PublicKey.BYTES)),
            PeerId.ofMultihash(fields.bytesUpTo("peer", 64)),
            fields.sortedTexts("addrs"));
    fields.end();
    return home;
  }

  private static Delegate decodeDelegate(Node node) {
    Fields fields = Fields.of("authority /delegates", ErrorCode.BODY_INVALID, node);
    Delegate delegate =
        new Delegate(
            PublicKey.of(fields.bytes("key", PublicKey.BYTES)),
            fields.sortedTexts("scope"),
            decodeCaps(fields.sortedTexts("caps")),
            fields.uint("notBefore"),
            fields.uint("notAfter"),
            fields.optionalText("label"));
    fields.end();
    return delegate;
  }

  private static List<Cap> decodeCaps(List<String> texts) {
    List<Cap> caps = new ArrayList<>();
    for (String text : texts) {
      caps.add(
          switch (text) {
            case "release" -> Cap.RELEASE;
            case "tag" -> Cap.TAG;
            case "yank" -> Cap.YANK;
            default ->
                throw invalid("cap `" + Quoted.of(text) + "`, expected release, tag or yank");
          });
    }
    return caps;
  }

  private static Revoked decodeRevoked(Node node) {
    Fields fields = Fields.of("authority /revoked", ErrorCode.BODY_INVALID, node);
    Revoked revoked =
        new Revoked(
            PublicKey.of(fields.bytes("key", PublicKey.BYTES)),
            fields.optionalLink("lastGood"),
            fields.prose("reason"));
    fields.end();
    return revoked;
  }

  @Override
  public Node node() {
    return new MapBuilder()
        .put("type", TYPE)
        .put("authority", authority)
        .put("seq", seq)
        .put("genesis", genesis, Node::of)
        .put("prev", prev, Node::of)
        .put("owners", owners.node())
        .put("recovery", recovery.node())
        .put(
            "home",
            new MapBuilder()
                .put("headKey", home.headKey().node())
                .put("peer", Node.of(home.peer().multihash()))
                .put("addrs", home.addrs(), Node::of)
                .build())
        .put("delegates", delegates, AuthorityEntry::delegateNode)
        .put("revoked", revoked, AuthorityEntry::revokedNode)
        .put("resolves", resolves, Node::of)
        .put("signers", signers, PublicKey::node)
        .put("created", created)
        .put("ext", ext, one -> one)
        .build();
  }

  private static Node delegateNode(Delegate delegate) {
    return new MapBuilder()
        .put("key", delegate.key().node())
        .put("scope", delegate.scope(), Node::of)
        .put("caps", delegate.caps(), cap -> Node.of(cap.text()))
        .put("notBefore", delegate.notBefore())
        .put("notAfter", delegate.notAfter())
        .put("label", delegate.label(), Node::of)
        .build();
  }

  private static Node revokedNode(Revoked revoked) {
    return new MapBuilder()
        .put("key", revoked.key().node())
        .put("lastGood", revoked.lastGood(), Node::of)
        .put("reason", revoked.reason())
        .build();
  }

  private static FormatException invalid(String what) {
    return new FormatException(ErrorCode.BODY_INVALID, "read authority: " + what);
  }
}
