package org.dxos.dmg.api;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.Role;

/**
 * A space as one node holds it.
 *
 * @param id of the space
 * @param name what it is called at this node; no other node sees that
 * @param entry envelope of the newest entry of its log; empty before any came
 * @param contested true if its owners have signed two continuations of its log
 * @param members as the newest entry lists them
 * @param guests who came by an invitation of this node and no entry lists yet; only here
 * @param root of everything held in it
 */
public record SpaceInfo(
    Cid id,
    Optional<String> name,
    Optional<Cid> entry,
    boolean contested,
    List<Member> members,
    List<Member> guests,
    Cid root) {

  public SpaceInfo {
    members = List.copyOf(members);
    guests = List.copyOf(guests);
  }

  public Node.Map toNode() {
    return new MapBuilder()
        .put("space", id.toString())
        .put("name", name, Node::of)
        .put("entry", entry.map(Cid::toString), Node::of)
        .flag("contested", contested)
        .put("members", members, SpaceInfo::node)
        .put("guests", guests, SpaceInfo::node)
        .put("root", root.toString())
        .build();
  }

  private static Node node(Member member) {
    return new MapBuilder()
        .put("peer", member.peer().toString())
        .put("role", member.role().text())
        .build();
  }

  /**
   * As a node told it.
   *
   * @throws org.dxos.dmg.error.FormatException if it is none
   */
  public static SpaceInfo fromNode(Node node) {
    Fields fields = Fields.of("space", ErrorCode.JSON_SYNTAX, node);
    return new SpaceInfo(
        Cid.parse(fields.text("space")),
        fields.optionalText("name"),
        fields.optionalText("entry").map(Cid::parse),
        fields.flag("contested"),
        fields.maps("members", SpaceInfo::member),
        fields.maps("guests", SpaceInfo::member),
        Cid.parse(fields.text("root")));
  }

  private static Member member(Fields fields) {
    return new Member(PeerId.parse(fields.text("peer")), Role.parse(fields.text("role")));
  }
}
