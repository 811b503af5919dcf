package org.dxos.dmg.imports;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;

/**
 * One JSON object a line: {@code name version arch section description size sha256 provides depends
 * recommends conflicts breaksFrom multiArch source}. A relation is {@code {name, arch?, op?,
 * version?}}; {@code depends} and {@code recommends} are lists of alternatives, {@code breaksFrom}
 * is the index at which breaks begin among the conflicts. Unknown fields are an error.
 */
final class JsonLinesReader implements DebianReader {

  private final Lines lines;

  /** Names and versions occur often; one copy of each is kept. */
  private final Map<DebianTerm, DebianTerm> terms = new HashMap<>();

  JsonLinesReader(Lines lines) {
    this.lines = lines;
  }

  @Override
  public Optional<DebianPackage> next() throws IOException {
    Optional<String> line = lines.next();
    while (line.isPresent() && line.get().isBlank()) {
      line = lines.next();
    }
    if (line.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          read(Fields.of("package", ErrorCode.IMPORT_SYNTAX, Json.parse(line.get()))));
    } catch (FormatException e) {
      throw DebianPackages.at(lines.number(), e);
    }
  }

  private DebianPackage read(Fields fields) {
    List<DebianTerm> conflicts = terms(fields, "conflicts");
    OptionalLong breaksFrom = fields.optionalUint("breaksFrom");
    int split = (int) Math.min(breaksFrom.orElse(conflicts.size()), conflicts.size());
    DebianPackage one =
        new DebianPackage(
            fields.text("name"),
            new DebianVersion(fields.text("version")),
            fields.text("arch"),
            fields.optionalText("section"),
            fields.optionalNode("description").flatMap(JsonLinesReader::cleaned),
            fields.optionalUint("size"),
            fields.optionalText("sha256"),
            fields.optionalText("source"),
            fields.optionalText("multiArch"),
            terms(fields, "provides"),
            clauses(fields, "depends"),
            0,
            clauses(fields, "recommends"),
            conflicts.subList(0, split),
            conflicts.subList(split, conflicts.size()));
    fields.end();
    return one;
  }

  private static Optional<String> cleaned(Node node) {
    if (node instanceof Node.Text text) {
      return Prose.cleaned(text.value());
    }
    throw DebianPackages.refused("has a description that is no text");
  }

  private List<DebianPackage.Clause> clauses(Fields fields, String field) {
    List<DebianPackage.Clause> clauses = new ArrayList<>();
    for (Node node : items(fields.optionalNode(field).orElse(Node.Array.EMPTY), field)) {
      List<DebianTerm> alternatives = new ArrayList<>();
      items(node, field).forEach(item -> alternatives.add(term(item, field)));
      clauses.add(new DebianPackage.Clause(alternatives));
    }
    return clauses;
  }

  private List<DebianTerm> terms(Fields fields, String field) {
    List<DebianTerm> found = new ArrayList<>();
    items(fields.optionalNode(field).orElse(Node.Array.EMPTY), field)
        .forEach(item -> found.add(term(item, field)));
    return found;
  }

  /** A version without {@code op} is one that is provided. */
  private DebianTerm term(Node node, String field) {
    Fields fields = Fields.of(field, ErrorCode.IMPORT_SYNTAX, node);
    String name = fields.text("name");
    Optional<String> architecture = fields.optionalText("arch");
    Optional<String> comparison = fields.optionalText("op");
    Optional<String> version = fields.optionalText("version");
    fields.end();
    if (comparison.isPresent() && version.isEmpty()) {
      throw fields.error("has `op` without `version`");
    }
    DebianTerm term =
        new DebianTerm(
            name,
            architecture,
            version.map(
                one ->
                    new DebianTerm.Bound(
                        DebianTerm.Comparison.of(comparison.orElse("=")), new DebianVersion(one))));
    return terms.computeIfAbsent(term, same -> same);
  }

  private static List<Node> items(Node node, String field) {
    if (node instanceof Node.Array array) {
      return array.items();
    }
    throw DebianPackages.refused("has a `" + field + "` that is no list where one is expected");
  }
}
