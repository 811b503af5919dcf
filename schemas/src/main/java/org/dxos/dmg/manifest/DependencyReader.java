package org.dxos.dmg.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.version.Range;

/** The field {@code dependencies}: an object by name, or a list. */
final class DependencyReader {

  private static final String RANGE = "a range of versions as text, such as `\"^1.2\"`";
  private static final String NAME =
      "the name of a module, function or API, such as `\"com.example/api/x\"`";
  private static final String ITEM = "an object with `name` and `range`, or with `anyOf`";

  private DependencyReader() {}

  static List<Dependency> read(Section.Place place, Node node) {
    return switch (node) {
      case Node.Map map -> byName(place, map);
      case Node.Array _ -> Values.list(place, node, ITEM, DependencyReader::item);
      default -> {
        place.report(
            node,
            "an object by name, or an array of objects",
            node instanceof Node.Text text
                ? Optional.of("write `{" + Found.inQuotes(text.value()) + ": \"*\"}`")
                : Optional.empty());
        yield List.of();
      }
    };
  }

  private static List<Dependency> byName(Section.Place place, Node.Map map) {
    List<Dependency> dependencies = new ArrayList<>();
    for (Map.Entry<String, Node> entry : map.entries().entrySet()) {
      Section.Place at = place.at(entry.getKey());
      if (entry.getKey().startsWith("@") || !entry.getKey().contains("/")) {
        at.report(
            Found.quoted(entry.getKey()),
            NAME,
            Optional.of("packages of npm, PyPI and the like belong into the bundle"));
        continue;
      }
      Optional<Name> name = Names.publishable(at, Node.of(entry.getKey()), NAME);
      wanted(at, name, entry.getValue()).ifPresent(dependencies::add);
    }
    return dependencies;
  }

  private static Optional<Dependency> wanted(Section.Place place, Optional<Name> name, Node value) {
    if (value instanceof Node.Map map && map.entries().containsKey("anyOf")) {
      place.report(
          map, RANGE, Optional.of("write `dependencies` as a list: alternatives have no one name"));
      return Optional.empty();
    }
    if (value instanceof Node.Map map) {
      return Section.of(place, map, ITEM).flatMap(section -> one(section, name));
    }
    Optional<Range> range = Values.parsed(place, value, RANGE, Range::parse);
    return name.isPresent() && range.isPresent()
        ? Optional.of(new Dependency.One(name.get(), range.get(), Optional.empty(), false))
        : Optional.empty();
  }

  private static Optional<Dependency> item(Section.Place place, Node node) {
    return Section.of(place, node, ITEM, "name")
        .flatMap(section -> section.has("anyOf") ? anyOf(section) : one(section, name(section)));
  }

  private static Optional<Dependency> one(Section section, Optional<Name> name) {
    Optional<Range> range = range(section);
    boolean optional = section.flag("optional");
    Optional<Name> provider = provider(section);
    // A name that is a key has its finding outside of this object.
    return section
        .make(
            () ->
                name.<Dependency>map(
                    known -> new Dependency.One(known, range.orElseThrow(), provider, optional)))
        .flatMap(one -> one);
  }

  private static Optional<Dependency> anyOf(Section section) {
    String expected = "an array of two alternatives or more";
    List<Dependency.Alternative> alternatives =
        section.list("anyOf", expected, DependencyReader::alternative);
    boolean few =
        section.node("anyOf").orElse(Node.NULL) instanceof Node.Array array
            && array.items().size() < 2;
    if (few) {
      section
          .at("anyOf")
          .report(
              section.node("anyOf").orElse(Node.NULL),
              expected,
              Optional.of("a single one needs no `anyOf`"));
    }
    boolean optional = section.flag("optional");
    return section.make(() -> new Dependency.AnyOf(alternatives, optional));
  }

  private static Optional<Dependency.Alternative> alternative(Section.Place place, Node node) {
    return Section.of(place, node, "an object with `name` and `range`")
        .flatMap(
            section -> {
              Optional<Name> name = name(section);
              Optional<Range> range = range(section);
              Optional<Name> provider = provider(section);
              return section.make(
                  () ->
                      new Dependency.Alternative(
                          name.orElseThrow(), range.orElseThrow(), provider));
            });
  }

  private static Optional<Name> name(Section section) {
    return section
        .required("name", NAME)
        .flatMap(node -> Names.publishable(section.at("name"), node, NAME));
  }

  private static Optional<Range> range(Section section) {
    return section.requiredParsed("range", RANGE, Range::parse);
  }

  private static Optional<Name> provider(Section section) {
    String expected = "the name of the module that provides it";
    return section
        .node("provider")
        .flatMap(node -> Names.publishable(section.at("provider"), node, expected));
  }
}
