package org.dxos.dmg.api;

import java.util.Optional;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * Who would be hurt if some releases were withdrawn, by the static closure.
 *
 * @param of what was asked for
 * @param withdrawn the releases it stands for
 * @param lost clauses that would have no candidate left
 * @param moved clauses that would lead to another release
 * @param indirect releases that would lead to one that lost a clause
 * @param roots of all these, those on which nobody else depends
 */
public record Withdrawal(
    String of,
    Part<String> withdrawn,
    Part<Clause> lost,
    Part<Clause> moved,
    Part<String> indirect,
    Part<String> roots) {

  /**
   * A clause that is touched.
   *
   * @param release whose it is
   * @param clause what it asks for
   * @param from where it leads
   * @param to where it would lead; empty if nowhere
   */
  public record Clause(String release, String clause, String from, Optional<String> to) {

    Node toNode() {
      return new MapBuilder()
          .put("release", release)
          .put("clause", clause)
          .put("from", from)
          .put("to", to, Node::of)
          .build();
    }

    static Clause fromNode(Node node) {
      Fields fields = Fields.of("clause", ErrorCode.JSON_SYNTAX, node);
      return new Clause(
          fields.text("release"),
          fields.text("clause"),
          fields.text("from"),
          fields.optionalText("to"));
    }
  }

  public Node.Map toNode() {
    return new MapBuilder()
        .put("of", of)
        .put("withdrawn", withdrawn.toNode(Node::of))
        .put("lost", lost.toNode(Clause::toNode))
        .put("moved", moved.toNode(Clause::toNode))
        .put("indirect", indirect.toNode(Node::of))
        .put("roots", roots.toNode(Node::of))
        .build();
  }

  public static Withdrawal fromNode(Node node) {
    Fields fields = Fields.of("withdrawal", ErrorCode.JSON_SYNTAX, node);
    Withdrawal withdrawal =
        new Withdrawal(
            fields.text("of"),
            Part.fromNode(fields.node("withdrawn"), Part::text),
            Part.fromNode(fields.node("lost"), Clause::fromNode),
            Part.fromNode(fields.node("moved"), Clause::fromNode),
            Part.fromNode(fields.node("indirect"), Part::text),
            Part.fromNode(fields.node("roots"), Part::text));
    fields.end();
    return withdrawal;
  }
}
