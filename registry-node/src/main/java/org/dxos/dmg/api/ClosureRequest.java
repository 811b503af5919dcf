package org.dxos.dmg.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
 * @param minAge seconds that a release must have been made ago, unless a root names it exactly
 */
public record ClosureRequest(
    List<String> roots, Optional<Target> target, Rule rule, OptionalLong minAge) {

  /** More roots than an orchestrator installs at a time. */
  public static final int MAX_ROOTS = 1000;

  /** By the rule of one version a line, of any age. */
  public ClosureRequest(List<String> roots, Optional<Target> target) {
    this(roots, target, Rule.LINE, OptionalLong.empty());
  }

  public ClosureRequest {
    roots = List.copyOf(roots);
    if (roots.isEmpty() || roots.size() > MAX_ROOTS) {
      throw new FormatException(
          ErrorCode.USAGE,
          "ask for a closure: " + roots.size() + " roots, expected 1 to " + MAX_ROOTS);
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
        .build();
  }

  public static ClosureRequest fromNode(Node node) {
    Fields fields = Fields.of("closure request", ErrorCode.JSON_SYNTAX, node);
    ClosureRequest request =
        new ClosureRequest(
            fields.list("roots", one -> one instanceof Node.Text text ? text.value() : ""),
            fields.optionalText("target").map(Target::parse),
            fields.optionalText("rule").map(ClosureRequest::rule).orElse(Rule.LINE),
            fields.optionalUint("minAge"));
    fields.end();
    return request;
  }
}
