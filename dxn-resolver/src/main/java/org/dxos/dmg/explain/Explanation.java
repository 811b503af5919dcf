package org.dxos.dmg.explain;

import java.util.List;
import org.dxos.dmg.dagcbor.Node;

/**
 * Why there is no solution.
 *
 * @param facts those of the registry and the question that it rests on: without any one of them
 *     there would be a solution
 * @param derivation how it follows from them
 * @param oneALine true if 1.x and 2.x of a name may be in one closure
 */
public record Explanation(List<Fact> facts, Derivation derivation, boolean oneALine) {

  public Explanation {
    facts = List.copyOf(facts);
  }

  /** The shortest true reason, in one line. */
  public String reason() {
    return Words.reason(this);
  }

  /** The reason, and the facts that it rests on, one a line. */
  public List<String> lines() {
    return Words.lines(this);
  }

  /** What would mend it, nearest first. */
  public List<String> mends() {
    return Mends.of(this);
  }

  /**
   * All of it as data: {@code reason}, {@code facts}, {@code steps} and {@code mends}. A step says
   * which claims can {@code never} be true together, and from which facts and earlier steps that
   * follows, by their numbers from 0; the last says that nothing is left. Of more than 300 steps
   * only how many there are is told, as {@code stepsCount}.
   */
  public Node.Map toNode() {
    return ExplanationData.of(this);
  }

  /** All of it as text, lines ended by a line feed. */
  public String text() {
    StringBuilder text = new StringBuilder();
    lines().forEach(line -> text.append(line).append('\n'));
    mends().forEach(mend -> text.append("hint: ").append(mend).append('\n'));
    return text.toString();
  }
}
