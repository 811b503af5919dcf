package org.dxos.dmg.policy;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * A policy.
 *
 * @param pins names that mean one authority id, whatever else claims them
 * @param tofu what first sight of a claim that somebody carries here is worth; a node that serves
 *     others takes {@code dns} if it is not said, a home of one's own {@code allow}
 * @param allow if not empty, only these authorities are taken: names, or prefixes that end in
 *     {@code .*}
 * @param deny authorities that are not taken, whatever {@code allow} says
 * @param deniedBlocks blocks that are not given out
 * @param minAge how long ago the head that added a release has to be before a range or a tag
 *     chooses it
 * @param maxHeadAge how old the newest head of an authority may be
 * @param quota what a peer that is not followed for everything may bring within an hour
 * @param reach who is asked for what is not held, and who may ask
 */
public record Policy(
    Map<String, Cid> pins,
    Optional<Tofu> tofu,
    List<String> allow,
    List<String> deny,
    Set<Cid> deniedBlocks,
    Optional<Duration> minAge,
    Optional<Duration> maxHeadAge,
    Quota quota,
    Reach reach) {

  /**
   * What a peer may bring within an hour, as far as the policy says.
   *
   * @param authorities that are new here and not pinned
   * @param bytes of blocks
   */
  public record Quota(OptionalInt authorities, OptionalLong bytes) {

    /** It says nothing. */
    public static final Quota UNSAID = new Quota(OptionalInt.empty(), OptionalLong.empty());

    Optional<Node.Map> toNode() {
      MapBuilder map = new MapBuilder();
      authorities.ifPresent(one -> map.put("authorities", one));
      bytes.ifPresent(one -> map.put("bytes", one));
      return equals(UNSAID) ? Optional.empty() : Optional.of(map.build());
    }

    static Quota of(Node node) {
      Fields fields = Fields.of("policy /quota", ErrorCode.POLICY_INVALID, node);
      OptionalLong authorities = fields.optionalUint("authorities");
      OptionalLong bytes = fields.optionalUint("bytes");
      fields.end();
      if (authorities.orElse(0) > Integer.MAX_VALUE) {
        throw invalid("`quota` takes " + authorities.getAsLong() + " authorities within an hour");
      }
      return new Quota(
          authorities.isPresent()
              ? OptionalInt.of((int) authorities.getAsLong())
              : OptionalInt.empty(),
          bytes);
    }
  }

  /** What first sight of a claim is worth: trust on first use, or not. */
  public enum Tofu {
    /** The first claim to a name is believed. */
    ALLOW,
    /** It is believed if the domain's DNS or web site names it. */
    DNS,
    /** It is believed if an operator pins it. */
    NEVER;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** It says nothing. */
  public static final Policy OPEN =
      new Policy(
          Map.of(),
          Optional.empty(),
          List.of(),
          List.of(),
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          Quota.UNSAID,
          Reach.UNSAID);

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(s|m|h|d)");

  public Policy {
    pins = java.util.Collections.unmodifiableMap(new TreeMap<>(pins));
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
    deniedBlocks = java.util.Collections.unmodifiableSet(new TreeSet<>(deniedBlocks));
    pins.keySet().forEach(name -> requireAuthority("pins", name));
    allow.forEach(one -> requirePattern("allow", one));
    deny.forEach(one -> requirePattern("deny", one));
  }

  /** True if an authority may be held here. */
  public boolean admits(String authority) {
    return (allow.isEmpty() || allow.stream().anyMatch(one -> fits(one, authority)))
        && deny.stream().noneMatch(one -> fits(one, authority));
  }

  private static boolean fits(String pattern, String authority) {
    return pattern.endsWith(".*")
        ? authority.startsWith(pattern.substring(0, pattern.length() - 1))
        : authority.equals(pattern);
  }

  /** This policy with one more pin, which takes the place of an older one. */
  public Policy pinned(String name, Cid id) {
    Map<String, Cid> more = new TreeMap<>(pins);
    more.put(name, id);
    return new Policy(more, tofu, allow, deny, deniedBlocks, minAge, maxHeadAge, quota, reach);
  }

  /** This policy without a pin. */
  public Policy unpinned(String name) {
    Map<String, Cid> fewer = new TreeMap<>(pins);
    fewer.remove(name);
    return new Policy(fewer, tofu, allow, deny, deniedBlocks, minAge, maxHeadAge, quota, reach);
  }

  /**
   * What a lock's evidence names: the CID of what this policy says, as dag-cbor; a policy that says
   * nothing has that of the empty map.
   */
  public Cid digest() {
    return DagCbor.cid(DagCbor.encode(toNode()));
  }

  /** The fields that say something. */
  public Node.Map toNode() {
    return new MapBuilder()
        .put("pins", pins, id -> Node.of(id.toString()))
        .put("tofu", tofu.map(Tofu::text), Node::of)
        .put("allow", allow, Node::of)
        .put("deny", deny, Node::of)
        .put("deniedBlocks", List.copyOf(deniedBlocks), cid -> Node.of(cid.toString()))
        .put("minAge", minAge.map(one -> one.toSeconds() + "s"), Node::of)
        .put("maxHeadAge", maxHeadAge.map(one -> one.toSeconds() + "s"), Node::of)
        .put("quota", quota.toNode(), map -> map)
        .put("pullThrough", reach.pullThrough().map(Reach.From::text), Node::of)
        .put("pullNetworks", reach.written(), Node::of)
        .put("serve", reach.toAnyone() ? Optional.of("anyone") : Optional.empty(), Node::of)
        .build();
  }

  /**
   * Reads a policy.
   *
   * @throws FormatException with {@link ErrorCode#POLICY_INVALID}
   */
  public static Policy of(Node node) {
    Fields fields = Fields.of("policy", ErrorCode.POLICY_INVALID, node);
    Policy policy =
        new Policy(
            fields.map("pins", Policy::cid),
            fields.optionalText("tofu").map(Policy::tofu),
            fields.list("allow", Policy::text),
            fields.list("deny", Policy::text),
            new TreeSet<>(fields.list("deniedBlocks", Policy::cid)),
            fields.optionalText("minAge").map(text -> duration("minAge", text)),
            fields.optionalText("maxHeadAge").map(text -> duration("maxHeadAge", text)),
            fields.optionalNode("quota").map(Quota::of).orElse(Quota.UNSAID),
            new Reach(
                fields.optionalText("pullThrough").map(Policy::from),
                fields.list("pullNetworks", one -> Network.parse(text(one))),
                fields.optionalText("serve").map(Policy::toAnyone).orElse(false)));
    fields.end();
    return policy;
  }

  private static Tofu tofu(String text) {
    for (Tofu one : Tofu.values()) {
      if (one.text().equals(text)) {
        return one;
      }
    }
    throw invalid("`tofu` is `" + text + "`, expected allow, dns or never");
  }

  private static Reach.From from(String text) {
    for (Reach.From one : Reach.From.values()) {
      if (one.text().equals(text)) {
        return one;
      }
    }
    throw invalid("`pullThrough` is `" + text + "`, expected off, peers or anyone");
  }

  private static boolean toAnyone(String text) {
    return switch (text) {
      case "linked" -> false;
      case "anyone" -> true;
      default -> throw invalid("`serve` is `" + text + "`, expected linked or anyone");
    };
  }

  private static Duration duration(String field, String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw invalid("`" + field + "` is `" + text + "`, expected a number and s, m, h or d");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  private static String text(Node node) {
    if (node instanceof Node.Text text) {
      return text.value();
    }
    throw invalid("a list has something that is no text");
  }

  private static Cid cid(Node node) {
    try {
      return Cid.parse(text(node));
    } catch (FormatException e) {
      throw invalid(e.message());
    }
  }

  private static void requirePattern(String field, String pattern) {
    requireAuthority(
        field,
        pattern.endsWith(".*") ? pattern.substring(0, pattern.length() - 2) + ".x" : pattern);
  }

  private static void requireAuthority(String field, String name) {
    try {
      if (Authority.parse(name).base().equals(name)) {
        return;
      }
    } catch (FormatException e) {
      throw invalid("`" + field + "` names `" + name + "`: " + e.message());
    }
    throw invalid("`" + field + "` names `" + name + "`, expected an authority without `~id`");
  }

  private static FormatException invalid(String what) {
    return new FormatException(ErrorCode.POLICY_INVALID, "read policy: " + what);
  }
}
