package org.dxos.dmg.solver;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.select.Target;

/**
 * What is to be solved. The answer is a function of this and of the catalog.
 *
 * @param roots decided first, in this order
 * @param target what every release has to run on; empty for anything
 * @param rule how many versions of a name may be in
 * @param newest releases made after this moment (seconds, UTC) are too young to be chosen, but for
 *     a root that is an exact version; empty for no such rule
 * @param held envelopes of releases that are tried before all others, as a lock has them; neither a
 *     yank nor their age is held against them
 */
public record Question(
    List<Root> roots, Optional<Target> target, Rule rule, OptionalLong newest, Set<Cid> held) {

  public Question {
    roots = List.copyOf(roots);
    held = Set.copyOf(held);
  }

  /** One version a line, anything to run on, of any age. */
  public static Question of(List<Root> roots) {
    return new Question(roots, Optional.empty(), Rule.LINE, OptionalLong.empty(), Set.of());
  }

  public Question on(Optional<Target> other) {
    return new Question(roots, other, rule, newest, held);
  }

  public Question by(Rule other) {
    return new Question(roots, target, other, newest, held);
  }

  /** The same without releases made after {@code moment}, in seconds UTC. */
  public Question madeBefore(OptionalLong moment) {
    return new Question(roots, target, rule, moment, held);
  }

  /** The same, with releases that are tried before all others. */
  public Question holding(Set<Cid> other) {
    return new Question(roots, target, rule, newest, other);
  }

  Question with(List<Root> other) {
    return new Question(other, target, rule, newest, held);
  }
}
