package org.dxos.dmg.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.Trigger;

/** The field {@code functions} of a module. */
final class FunctionReader {

  private final Optional<Name> module;
  private final Map<String, Node> seen = new LinkedHashMap<>();

  private FunctionReader(Optional<Name> module) {
    this.module = module;
  }

  /** A function without its schemas, and the schemas. */
  record Draft(FunctionEntry entry, List<Attachment> schemas) {}

  /**
   * @param module the module's own name, if that could be read
   */
  static List<Draft> read(Section section, Optional<Name> module) {
    FunctionReader reader = new FunctionReader(module);
    return section.list(
        "functions", "an array of objects, each with the `name` of a function", reader::read);
  }

  private Optional<Draft> read(Section.Place place, Node node) {
    Optional<Section> section =
        Section.of(place, node, "an object with the `name` of a function", "name");
    return section.isEmpty() ? Optional.empty() : read(section.get(), node);
  }

  private Optional<Draft> read(Section section, Node node) {
    Optional<Name> name = name(section);
    Optional<String> handler = section.text("handler");
    Optional<String> description = section.prose("description");
    List<Attachment> schemas = new ArrayList<>();
    schema(section, "input", FileUse.Place.INPUT, name).ifPresent(schemas::add);
    schema(section, "output", FileUse.Place.OUTPUT, name).ifPresent(schemas::add);
    List<Trigger> triggers =
        section.list("triggers", "an array of objects, each with a `kind`", TriggerReader::read);
    if (name.isPresent()) {
      Node other = seen.putIfAbsent(name.get().toString(), node);
      if (other != null && other.equals(node)) {
        // The same again adds nothing to a set.
        return Optional.empty();
      }
      if (other != null) {
        section
            .at("name")
            .report(
                Found.quoted(name.get().toString()),
                "each function once",
                Optional.of("an item before has this name and says something else"));
      }
    }
    return section.make(
        () ->
            new Draft(
                new FunctionEntry(
                    name.orElseThrow(),
                    handler,
                    description,
                    Optional.empty(),
                    Optional.empty(),
                    triggers),
                schemas));
  }

  private Optional<Name> name(Section section) {
    String expected =
        module
            .map(own -> "a name such as `\"" + Names.authority(own) + "/function/x\"`")
            .orElse(Names.EXPECTED);
    Section.Place place = section.at("name");
    Optional<Node> node = section.required("name", expected);
    Optional<Name> name = node.flatMap(value -> Names.read(place, value, expected));
    if (name.isEmpty() || module.isEmpty() || name.get().equals(module.get())) {
      return name;
    }
    Name own = module.get();
    if (!Names.authority(name.get()).equals(Names.authority(own))) {
      place.report(
          node.orElseThrow(),
          "a function of the module's authority `" + Names.authority(own) + "`",
          Optional.of(
              "functions of others are named under `dependencies` or in the resource `invoke`"));
      return Optional.empty();
    }
    if (!Names.kind(name.get()).equals("function")) {
      place.report(
          node.orElseThrow(),
          "a name of the kind `function`, or the module's own",
          Optional.of(
              "write `\""
                  + Names.authority(own)
                  + "/function/"
                  + name.get().path().substring(name.get().path().indexOf('/') + 1)
                  + "\"`"));
      return Optional.empty();
    }
    return name;
  }

  private static Optional<Attachment> schema(
      Section section, String field, FileUse.Place kind, Optional<Name> name) {
    Section.Place place = section.at(field);
    String of = name.map(Name::toString).orElse("");
    return section
        .node(field)
        .flatMap(
            node ->
                switch (node) {
                  case Node.Map _, Node.Bool _ ->
                      Optional.of(new Attachment.Inline(place.pointer(), kind, of, node));
                  case Node.Text _ ->
                      Values.path(place, node)
                          .map(path -> new Attachment.File(place.pointer(), kind, of, path));
                  default -> {
                    place.report(
                        node, "a JSON Schema, or the path of a file with one", Optional.empty());
                    yield Optional.empty();
                  }
                });
  }
}
