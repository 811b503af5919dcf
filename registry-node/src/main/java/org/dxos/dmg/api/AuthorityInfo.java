package org.dxos.dmg.api;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.verdict.Standing.Contest;

/**
 * An authority.
 *
 * @param name as DXNs spell it
 * @param genesis the authority id
 * @param keyHead envelope of its newest key log entry
 * @param head envelope of its newest head; empty before the first publish
 * @param headKey of its home node
 * @param here true if the node that tells is its home
 * @param log envelopes of the key log, genesis first, to {@code keyHead}
 * @param contest what is contested, if anything
 * @param forks blocks that prove forks, resolved or not
 * @param aside envelopes of key log entries and heads that are valid and may not stand
 */
public record AuthorityInfo(
    String name,
    Cid genesis,
    Cid keyHead,
    Optional<Cid> head,
    PublicKey headKey,
    boolean here,
    List<Cid> log,
    Contest contest,
    List<Cid> forks,
    List<Cid> aside) {

  public AuthorityInfo {
    log = List.copyOf(log);
    forks = List.copyOf(forks);
    aside = List.copyOf(aside);
  }

  /** The same where no head of it is known: in another chain. */
  public AuthorityInfo withoutHead() {
    return new AuthorityInfo(
        name, genesis, keyHead, Optional.empty(), headKey, here, log, contest, forks, aside);
  }

  public Node.Map toNode() {
    return new MapBuilder()
        .put("name", name)
        .put("authority", genesis.toString())
        .put("keyHead", keyHead.toString())
        .put("head", head, cid -> Node.of(cid.toString()))
        .put("headKey", headKey.toString())
        .flag("here", here)
        .put("log", log, cid -> Node.of(cid.toString()))
        .put(
            "contested",
            contest == Contest.NONE
                ? Optional.<String>empty()
                : Optional.of(contest.name().toLowerCase(java.util.Locale.ROOT)),
            Node::of)
        .put("forks", forks, cid -> Node.of(cid.toString()))
        .put("aside", aside, cid -> Node.of(cid.toString()))
        .build();
  }

  public static AuthorityInfo fromNode(Node node) {
    Fields fields = Fields.of("authority", ErrorCode.JSON_SYNTAX, node);
    return new AuthorityInfo(
        fields.text("name"),
        Cid.parse(fields.text("authority")),
        Cid.parse(fields.text("keyHead")),
        fields.optionalText("head").map(Cid::parse),
        PublicKey.of(java.util.HexFormat.of().parseHex(fields.text("headKey"))),
        fields.flag("here"),
        fields.list("log", AuthorityInfo::cid),
        fields
            .optionalText("contested")
            .map(text -> Contest.valueOf(text.toUpperCase(java.util.Locale.ROOT)))
            .orElse(Contest.NONE),
        fields.list("forks", AuthorityInfo::cid),
        fields.list("aside", AuthorityInfo::cid));
  }

  private static Cid cid(Node node) {
    return Cid.parse(node instanceof Node.Text text ? text.value() : "");
  }
}
