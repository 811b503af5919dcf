package org.dxos.dmg.manifest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.FormatException;

/**
 * One object of a manifest, read field by field. Nothing is thrown: what is wrong becomes a finding
 * and the accessor gives nothing. {@link #make} makes the value of the whole object, if nothing in
 * it was wrong.
 */
final class Section {

  static final String TEXT = "a text of one character or more";

  /** What reading one item of a list gives; empty if something was wrong with it. */
  @FunctionalInterface
  interface Item<T> {
    Optional<T> read(Place place, Node node);
  }

  /** Where a value stands, and where to say what is wrong with it. */
  record Place(Findings findings, Way way) {

    /** A pointer that is written out where it is told, not for each of many values on the way. */
    @FunctionalInterface
    interface Way {
      String text();
    }

    static Place top(Findings findings) {
      return new Place(findings, () -> "");
    }

    String pointer() {
      return way.text();
    }

    Place at(String key) {
      return new Place(
          findings, () -> way.text() + "/" + key.replace("~", "~0").replace("/", "~1"));
    }

    Place at(int index) {
      return new Place(findings, () -> way.text() + "/" + index);
    }

    void report(String found, String expected, Optional<String> hint) {
      findings.add(() -> new Finding(pointer(), found, expected, hint));
    }

    void report(Node found, String expected, Optional<String> hint) {
      if (found instanceof Node.Null && hint.isEmpty()) {
        report("null", expected, Optional.of("leave the field out"));
      } else {
        findings.add(() -> new Finding(pointer(), Found.of(found), expected, hint));
      }
    }
  }

  private final Place place;
  private final Map<String, Node> entries;
  private final Set<String> known = new LinkedHashSet<>();
  private final int before;

  private Section(Place place, Node.Map map) {
    this.place = place;
    this.entries = map.entries();
    this.before = place.findings().count();
  }

  /** The object {@code node}; a finding if it is something else. */
  static Optional<Section> of(Place place, Node node, String expected) {
    return of(place, node, expected, "");
  }

  /** As above; {@code key} is the field that a text in place of the object would be meant for. */
  static Optional<Section> of(Place place, Node node, String expected, String key) {
    if (node instanceof Node.Map map) {
      return Optional.of(new Section(place, map));
    }
    place.report(
        node,
        expected,
        node instanceof Node.Text text && !key.isEmpty()
            ? Optional.of("write `{\"" + key + "\": " + Found.inQuotes(text.value()) + "}`")
            : Optional.empty());
    return Optional.empty();
  }

  Place place() {
    return place;
  }

  Place at(String field) {
    return place.at(field);
  }

  boolean has(String field) {
    return entries.containsKey(field);
  }

  /** Takes a field as it stands. */
  Optional<Node> node(String field) {
    known.add(field);
    return Optional.ofNullable(entries.get(field));
  }

  /** Takes a field that must be there. */
  Optional<Node> required(String field, String expected) {
    Optional<Node> node = node(field);
    if (node.isEmpty()) {
      at(field).report("nothing", expected, Optional.empty());
    }
    return node;
  }

  Optional<String> text(String field) {
    return node(field).flatMap(node -> Values.text(at(field), node, TEXT, false));
  }

  Optional<String> prose(String field) {
    return node(field).flatMap(node -> Values.text(at(field), node, TEXT, true));
  }

  Optional<String> requiredText(String field, String expected) {
    return required(field, expected).flatMap(node -> Values.text(at(field), node, expected, false));
  }

  /** A text that {@code parser} reads; its refusal is the hint. */
  <T> Optional<T> parsed(String field, String expected, Function<String, T> parser) {
    return node(field).flatMap(node -> Values.parsed(at(field), node, expected, parser));
  }

  <T> Optional<T> requiredParsed(String field, String expected, Function<String, T> parser) {
    return required(field, expected)
        .flatMap(node -> Values.parsed(at(field), node, expected, parser));
  }

  /** A text that {@code test} accepts. */
  Optional<String> matching(
      String field,
      String expected,
      Predicate<String> test,
      Function<String, Optional<String>> hint) {
    return node(field).flatMap(node -> Values.matching(at(field), node, expected, test, hint));
  }

  <T> Optional<T> choice(String field, Collection<T> values) {
    return node(field).flatMap(node -> Values.choice(at(field), node, values));
  }

  <T> Optional<T> requiredChoice(String field, Collection<T> values) {
    return required(field, Values.oneOf(values))
        .flatMap(node -> Values.choice(at(field), node, values));
  }

  /** A boolean whose default is false. */
  boolean flag(String field) {
    Optional<Node> node = node(field);
    if (node.isEmpty()) {
      return false;
    }
    if (node.get() instanceof Node.Bool bool) {
      return bool.value();
    }
    boolean quoted =
        node.get() instanceof Node.Text text && text.value().matches("(?i)true|false|yes|no");
    at(field)
        .report(
            node.get(),
            "`true` or `false`",
            quoted ? Optional.of("write `true` or `false` without quotes") : Optional.empty());
    return false;
  }

  OptionalLong quantity(String field, Unit unit) {
    Optional<Node> node = node(field);
    return node.isPresent() ? Values.quantity(at(field), node.get(), unit) : OptionalLong.empty();
  }

  /** An integer from 0 on; {@code hint} for a number with a fraction. */
  OptionalLong count(String field, String expected, Function<Double, String> hint) {
    Optional<Node> node = node(field);
    if (node.isEmpty()) {
      return OptionalLong.empty();
    }
    if (node.get() instanceof Node.Int number
        && number.value() >= 0
        && number.value() <= Fields.MAX_UINT) {
      return OptionalLong.of(number.value());
    }
    at(field)
        .report(
            node.get(),
            expected,
            node.get() instanceof Node.Real real
                ? Optional.of(hint.apply(real.value()))
                : Optional.empty());
    return OptionalLong.empty();
  }

  /** The items of an array, without those that something was wrong with; empty if absent. */
  <T> List<T> list(String field, String expected, Item<T> item) {
    return node(field).map(node -> Values.list(at(field), node, expected, item)).orElse(List.of());
  }

  List<String> texts(String field) {
    return list(field, "an array of texts", (where, node) -> Values.text(where, node, TEXT, false));
  }

  /** A list that is there and has one item at least. */
  <T> List<T> someOf(String field, String expected, Item<T> item) {
    Optional<Node> node = required(field, expected);
    if (node.isEmpty()) {
      return List.of();
    }
    if (node.get() instanceof Node.Array array && array.items().isEmpty()) {
      at(field).report("an empty array", expected, Optional.empty());
      return List.of();
    }
    return Values.list(at(field), node.get(), expected, item);
  }

  /** Reports each field that was not asked for. */
  private void end() {
    for (String field : entries.keySet()) {
      if (!known.contains(field)) {
        unknown(field);
      }
    }
  }

  private void unknown(String field) {
    if (place.findings().full()) {
      place.report("a field", "no such field", Optional.empty());
      return;
    }
    List<String> free = new ArrayList<>(known);
    free.removeAll(entries.keySet());
    Optional<String> near = Spelling.nearest(field, free);
    String hint =
        near.map(name -> "did you mean `" + name + "`?")
            .orElseGet(
                () ->
                    known.contains("ext")
                        ? "put fields of your own under `ext`"
                        : "the fields here are `" + String.join("`, `", known) + "`");
    Node value = entries.get(field);
    at(field)
        .report(value == null ? "nothing" : Found.of(value), "no such field", Optional.of(hint));
  }

  /**
   * The value of this object; empty if something in it was wrong. Fields that nobody has asked for
   * are reported.
   */
  <T> Optional<T> make(Supplier<T> value) {
    end();
    if (place.findings().count() > before) {
      return Optional.empty();
    }
    try {
      return Optional.of(value.get());
    } catch (FormatException e) {
      // The readers say more than the constructors do; this is for a rule that only those know.
      place.report("a value that no record can have", "another one", Optional.of(e.message()));
      return Optional.empty();
    }
  }
}
