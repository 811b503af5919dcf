package org.dxos.dmg.api;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;
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
 * @param role what the newest entry lets this node do; empty if it does not list it
 * @param place what this node is in it, for all that it knows
 * @param root of everything held in it
 */
public record SpaceInfo(
    Cid id,
    Optional<String> name,
    Optional<Cid> entry,
    boolean contested,
    List<Member> members,
    List<Member> guests,
    Optional<Role> role,
    Place place,
    Cid root) {

  /** What a node is in a space, for all that it knows itself. */
  public enum Place {
    /** Its log has not come yet. */
    WAITING,
    /** The newest entry lists it. */
    MEMBER,
    /** It is answered, and not listed yet. */
    GUEST,
    /** The newest entry that it has lists it, and no member that it asks answers it any more. */
    REFUSED,
    /** The newest entry does not list it. */
    OUT;

    /** As it is told. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Place parse(String text) {
      return Arrays.stream(values())
          .filter(one -> one.text().equals(text))
          .findFirst()
          .orElseThrow(
              () -> new FormatException(ErrorCode.JSON_SYNTAX, "read space: place `" + text + "`"));
    }
  }

  /** What a space may be called at a node. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  /**
   * Checks a name before anything is done under it.
   *
   * @return the name
   * @throws FormatException with {@link ErrorCode#USAGE} if a space cannot be called that
   */
  public static String requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new FormatException(
          ErrorCode.USAGE,
          "call a space `"
              + Quoted.of(name)
              + "`: expected lower-case letters, digits and `-`, 40 at most",
          "for example `team`");
    }
    return name;
  }

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
        .put("role", role.map(Role::text), Node::of)
        .put("place", place.text())
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
        fields.optionalText("role").map(Role::parse),
        Place.parse(fields.text("place")),
        Cid.parse(fields.text("root")));
  }

  private static Member member(Fields fields) {
    return new Member(PeerId.parse(fields.text("peer")), Role.parse(fields.text("role")));
  }
}
