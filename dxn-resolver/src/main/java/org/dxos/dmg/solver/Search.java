package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dxos.dmg.solver.Requirement.Option;
import org.dxos.dmg.solver.Slot.Place;

/**
 * PubGrub: decide, propagate what follows, and where that fails, learn why and jump back.
 *
 * <p><b>Decisions.</b> Requirements stand in an agenda: the roots in their order, then those of
 * each release decided, in the order in which releases were. The first that is not met is decided,
 * its best value first. So what is found is the first solution of a tree that depends on the
 * question and the registry alone: what is learned only cuts off branches without a solution, and
 * neither the order in which releases arrived nor the way search took can be seen in the answer.
 *
 * @see <a href="https://nex3.medium.com/pubgrub-2fb6470504f">PubGrub</a>
 */
final class Search {

  /** What to go back to when a level ends. */
  private record Mark(int agenda, int cursor) {}

  /** A requirement to be met; a root is decided even where it is met by the way. */
  private record Item(Requirement requirement, boolean root) {}

  private final Universe universe;
  private final PartialSolution partial = new PartialSolution();
  private final List<Item> agenda = new ArrayList<>();
  private final List<Mark> marks = new ArrayList<>();
  private int cursor;

  Search(Universe universe) {
    this.universe = universe;
  }

  /**
   * Searches.
   *
   * @return why there is no solution: an incompatibility without terms; or empty, and the slots are
   *     decided
   */
  Optional<Incompatibility> run() {
    List<Incompatibility> asked = new ArrayList<>();
    universe.roots(asked).forEach(root -> agenda.add(new Item(root, true)));
    attachFresh();
    asked.forEach(partial::attach);
    while (partial.failed().isEmpty()) {
      OptionalInt back = partial.settle();
      if (back.isPresent()) {
        Mark mark = marks.get(back.getAsInt());
        agenda.subList(mark.agenda(), agenda.size()).clear();
        cursor = mark.cursor();
        marks.subList(back.getAsInt(), marks.size()).clear();
      } else if (partial.failed().isEmpty() && !decide()) {
        break;
      }
    }
    return partial.failed();
  }

  /** The releases decided, in that order. */
  List<Place> chosen() {
    return partial.trail().stream()
        .filter(PartialSolution.Entry::isDecision)
        .map(entry -> new Place(entry.slot, entry.slot.decided))
        .filter(place -> place.slot().subject instanceof Slot.Module)
        .toList();
  }

  private void attachFresh() {
    universe.takeFresh().forEach(partial::attach);
  }

  /** Decides the next thing; false if everything is met. */
  private boolean decide() {
    while (cursor < agenda.size()) {
      Optional<Place> next = next(agenda.get(cursor));
      if (next.isPresent()) {
        take(next.get());
        return true;
      }
      cursor++;
    }
    return false;
  }

  /** What to decide for a requirement; empty if it is met. */
  private Optional<Place> next(Item item) {
    Requirement requirement = item.requirement();
    Option option = requirement.options.getFirst();
    if (requirement.choice.isPresent()) {
      Slot choice = requirement.choice.get();
      int met = item.root() ? -1 : met(requirement);
      if (met < 0 && choice.decided == Slot.NONE) {
        return Optional.of(new Place(choice, bestOption(requirement, choice)));
      }
      option = requirement.options.get(met >= 0 ? met : choice.decided - 1);
    }
    Slot slot = option.slot();
    if (slot.decided == Slot.NONE) {
      return Optional.of(new Place(slot, bestValue(option)));
    }
    if (slot.subject instanceof Slot.Api) {
      Place provider = universe.place(slot.release(slot.decided));
      return provider.slot().decided == Slot.NONE ? Optional.of(provider) : Optional.empty();
    }
    return Optional.empty();
  }

  /** An option that is met by what was decided for something else; -1 if there is none. */
  private static int met(Requirement requirement) {
    for (int i = 0; i < requirement.options.size(); i++) {
      Option option = requirement.options.get(i);
      if (option.slot().decided != Slot.NONE && option.values().has(option.slot().decided)) {
        return i;
      }
    }
    return -1;
  }

  /** The first option left; a provider that is here already goes before others. */
  private int bestOption(Requirement requirement, Slot choice) {
    for (int i = 0; i < requirement.options.size(); i++) {
      Option option = requirement.options.get(i);
      if (choice.now.has(i + 1) && isHere(option.slot(), option.order()[0])) {
        return i + 1;
      }
    }
    return choice.now.next(1);
  }

  private int bestValue(Option option) {
    int best = Slot.NONE;
    for (int value : option.order()) {
      if (option.slot().now.has(value)) {
        if (isHere(option.slot(), value)) {
          return value;
        }
        best = best == Slot.NONE ? value : best;
      }
    }
    return best;
  }

  /** True if a value of an API is a release that was decided for something else. */
  private boolean isHere(Slot slot, int value) {
    if (!(slot.subject instanceof Slot.Api)) {
      return false;
    }
    Place place = universe.place(slot.release(value));
    return place.slot().decided == place.value();
  }

  /** Decides, unless what follows from the value rules it out: then that is known now. */
  private void take(Place place) {
    Slot slot = place.slot();
    int entries = partial.trail().size();
    List<Incompatibility> following = universe.following(slot, place.value());
    attachFresh();
    following.forEach(partial::attach);
    if (!partial.isQuiet(entries)) {
      return;
    }
    marks.add(new Mark(agenda.size(), cursor));
    partial.decide(slot, place.value());
    universe
        .requirements(slot, place.value())
        .forEach(requirement -> agenda.add(new Item(requirement, false)));
  }
}
