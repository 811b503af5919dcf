package org.dxos.dmg.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.solver.Rule;

/**
 * What to solve.
 *
 * @param roots DXNs, in the order in which they are decided
 * @param target what the closure has to run on; empty for anything
 * @param rule how many versions of a name may be in it
 * @param minAge seconds that a release must have been there, unless a root names it exactly
 * @param held envelopes of releases that are tried before all others, as a lock has them
 * @param without names, or names with a selector, that are taken not to be there
 * @param assumeYanked names, or names with a selector, that are taken to be yanked
 * @param at a head or a root: solved as of then; empty for now
 */
public record ClosureRequest(
    List<String> roots,
    Optional<Target> target,
    Rule rule,
    OptionalLong minAge,
    Set<Cid> held,
    List<String> without,
    List<String> assumeYanked,
    Optional<Cid> at) {

  /** More roots than an orchestrator installs at a time. */
  public static final int MAX_ROOTS = 1000;

  /** Each release that is looked at is held against all that is assumed. */
  public static final int MAX_ASSUMED = 200;

  /** By the rule of one version a line, of any age. */
  public ClosureRequest(List<String> roots, Optional<Target> target) {
    this(roots, target, Rule.LINE, OptionalLong.empty());
  }

  /** Nothing held, nothing assumed, as of now. */
  public ClosureRequest(
      List<String> roots, Optional<Target> target, Rule rule, OptionalLong minAge) {
    this(roots, target, rule, minAge, Set.of(), List.of(), List.of(), Optional.empty());
  }

  /** The same, with releases that are tried before all others. */
  public ClosureRequest holding(Set<Cid> other) {
    return new ClosureRequest(roots, target, rule, minAge, other, without, assumeYanked, at);
  }

  /** The same, as if. */
  public ClosureRequest assuming(List<String> gone, List<String> yanked) {
    return new ClosureRequest(roots, target, rule, minAge, held, gone, yanked, at);
  }

  /** The same, as of a head or a root. */
  public ClosureRequest asOf(Optional<Cid> moment) {
    return new ClosureRequest(roots, target, rule, minAge, held, without, assumeYanked, moment);
  }

  public ClosureRequest {
    roots = List.copyOf(roots);
    held = Set.copyOf(held);
    without = List.copyOf(without);
    assumeYanked = List.copyOf(assumeYanked);
    if (roots.isEmpty() || roots.size() > MAX_ROOTS) {
      throw new FormatException(
          ErrorCode.USAGE,
          "ask for a closure: " + roots.size() + " roots, expected 1 to " + MAX_ROOTS);
    }
    if (without.size() + assumeYanked.size() > MAX_ASSUMED) {
      throw new FormatException(
          ErrorCode.USAGE,
          "ask for a closure: it assumes "
              + (without.size() + assumeYanked.size())
              + " things, expected at most "
              + MAX_ASSUMED);
    }
    if (minAge.orElse(0) < 0) {
      throw new FormatException(
          ErrorCode.USAGE, "ask for a closure: releases at least " + minAge + " seconds old");
    }
  }

  /** One root, and a target in its short text. */
  public static ClosureRequest of(String root, Optional<String> target) {
    return new ClosureRequest(List.of(root), target.map(Target::parse));
  }

  /**
   * Reads {@code line} or {@code name}.
   *
   * @throws FormatException with {@link ErrorCode#USAGE}
   */
  public static Rule rule(String text) {
    return Rule.of(text)
        .orElseThrow(
            () ->
                new FormatException(
                    ErrorCode.USAGE, "read rule `" + text + "`: expected `line` or `name`"));
  }

  public Node.Map toNode() {
    return new MapBuilder()
        .put("roots", roots, Node::of)
        .put("target", target, one -> Node.of(one.toString()))
        .put(
            "rule",
            Optional.of(rule).filter(one -> one != Rule.LINE),
            one -> Node.of(one.toString()))
        .put("minAge", minAge)
        .put("held", held.stream().sorted().toList(), one -> Node.of(one.toString()))
        .put("without", without, Node::of)
        .put("assumeYanked", assumeYanked, Node::of)
        .put("at", at, one -> Node.of(one.toString()))
        .build();
  }

  public static ClosureRequest fromNode(Node node) {
    Fields fields = Fields.of("closure request", ErrorCode.JSON_SYNTAX, node);
    ClosureRequest request =
        new ClosureRequest(
            fields.list("roots", one -> one instanceof Node.Text text ? text.value() : ""),
            fields.optionalText("target").map(Target::parse),
            fields.optionalText("rule").map(ClosureRequest::rule).orElse(Rule.LINE),
            fields.optionalUint("minAge"),
            Set.copyOf(texts(fields, "held").stream().map(Cid::parse).toList()),
            texts(fields, "without"),
            texts(fields, "assumeYanked"),
            fields.optionalText("at").map(Cid::parse));
    fields.end();
    return request;
  }

  private static List<String> texts(Fields fields, String field) {
    return fields.has(field) ? fields.list(field, Part::text) : List.of();
  }
}
