package org.dxos.dmg.explain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.dxos.dmg.explain.Derivation.Claim;
import org.dxos.dmg.explain.Derivation.Follows;

/** What follows from the facts on the way to the failure, as numbered sentences. */
final class Steps {

  /** A chain of more facts than this is told step by step. */
  private static final int PLAIN = 3;

  /** Of a riddle that took thousands of steps nobody reads them: the facts are all there is. */
  private static final int MOST = 40;

  private final Explanation why;
  private final Map<Derivation, String> labels = new IdentityHashMap<>();
  private final List<String> sentences = new ArrayList<>();

  private Steps(Explanation why) {
    this.why = why;
  }

  static List<String> of(Explanation why) {
    if (why.facts().size() <= PLAIN || !(why.derivation() instanceof Follows end)) {
      return List.of();
    }
    Steps steps = new Steps(why);
    List<Derivation> order = inOrder(end);
    if (order.size() > MOST) {
      return List.of("that these cannot all be met takes " + order.size() + " steps to show");
    }
    for (Derivation one : order) {
      steps.tell((Follows) one, one == end);
    }
    // An end that follows from all facts at once says nothing that is not said.
    return steps.labels.isEmpty() ? List.of() : steps.sentences;
  }

  /** Inner nodes, each after those it follows from. No recursion: a derivation may be deep. */
  private static List<Derivation> inOrder(Follows end) {
    List<Derivation> order = new ArrayList<>();
    java.util.Set<Derivation> opened = Collections.newSetFromMap(new IdentityHashMap<>());
    java.util.Set<Derivation> done = Collections.newSetFromMap(new IdentityHashMap<>());
    java.util.ArrayDeque<Derivation> stack = new java.util.ArrayDeque<>(List.of(end));
    while (!stack.isEmpty()) {
      Derivation top = stack.peek();
      if (!(top instanceof Follows follows)) {
        stack.pop();
      } else if (opened.add(top)) {
        follows.from().reversed().forEach(stack::push);
      } else {
        stack.pop();
        if (done.add(top)) {
          order.add(top);
        }
      }
    }
    return order;
  }

  private void tell(Follows one, boolean last) {
    TreeSet<Integer> facts = new TreeSet<>();
    List<String> because = new ArrayList<>();
    for (Derivation from : one.from()) {
      switch (from) {
        case Derivation.Given given -> facts.add(why.facts().indexOf(given.fact()) + 1);
        case Derivation.Rule _ -> {}
        case Follows step -> because.add(labels.getOrDefault(step, ""));
      }
    }
    List<String> all = new ArrayList<>(facts.stream().map(String::valueOf).toList());
    because.stream().filter(text -> !text.isEmpty()).distinct().forEach(all::add);
    String from = all.isEmpty() ? "" : "from " + String.join(", ", all) + ": ";
    if (last) {
      sentences.add("so, " + from + "nothing is left");
      return;
    }
    String label = letters(labels.size());
    labels.put(one, label);
    sentences.add(label + ". " + from + sentence(one.never()));
  }

  private static String letters(int number) {
    String rest = number < 26 ? "" : letters(number / 26 - 1);
    return rest + (char) ('a' + number % 26);
  }

  /** That claims cannot all be true, said so that a person can follow. */
  private static String sentence(List<Claim> never) {
    List<String> holds = new ArrayList<>();
    List<String> lacks = new ArrayList<>();
    for (Claim claim : never) {
      if (isNegative(claim)) {
        lacks.add(positive(claim));
      } else {
        holds.add(positive(claim));
      }
    }
    if (lacks.isEmpty()) {
      return holds.size() == 1
          ? holds.getFirst() + " cannot be"
          : "not " + String.join(" together with ", holds);
    }
    String result = String.join(", or ", lacks);
    return holds.isEmpty()
        ? "there must be " + result
        : String.join(" and ", holds) + " would need " + result;
  }

  private static boolean isNegative(Claim claim) {
    return switch (claim) {
      case Derivation.Holds holds -> holds.negated();
      case Derivation.ProvidedBy provided -> provided.negated();
      case Derivation.MetBy met -> met.negated();
    };
  }

  /** What a claim is about; the sentence around it says whether it is there. */
  private static String positive(Claim claim) {
    return switch (claim) {
      case Derivation.Holds holds ->
          "`" + holds.name() + "` " + Words.versions(holds.versions(), "or");
      case Derivation.ProvidedBy provided ->
          providers(provided) + " as provider of `" + provided.api() + "`";
      case Derivation.MetBy met ->
          String.join(" or ", met.ways().stream().map(Steps::positive).distinct().toList())
              + " for "
              + met.wanted().reference();
    };
  }

  private static String providers(Derivation.ProvidedBy provided) {
    return String.join(
        " or ",
        provided.providers().stream()
            .map(one -> "`" + one.name() + "@" + one.version() + "`")
            .toList());
  }
}
