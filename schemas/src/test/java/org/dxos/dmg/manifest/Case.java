package org.dxos.dmg.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;

/**
 * Bad manifests with what is said of them, from {@code findings.txt}: a title after {@code ==}, the
 * fields that are laid over a small good manifest ({@code -} lists those that are taken away), a
 * line {@code [reader only]} where JSON Schema cannot express the rule, and the findings.
 */
record Case(String title, String fields, boolean readerOnly, String findings) {

  static final String FILE = "findings.txt";

  /** The manifest of this case. */
  Node manifest() {
    return over(fields);
  }

  static Node over(String fields) {
    Map<String, Node> manifest = new LinkedHashMap<>();
    manifest.put("name", Node.of("com.example/function/x"));
    manifest.put("version", Node.of("1.0.0"));
    manifest.putAll(((Node.Map) Json.parse(fields)).entries());
    if (manifest.remove("-") instanceof Node.Array gone) {
      gone.items().forEach(item -> manifest.remove(((Node.Text) item).value()));
    }
    return new Node.Map(manifest);
  }

  static List<Case> all() {
    String text;
    try (InputStream in = Case.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("no " + FILE);
      }
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Case> cases = new ArrayList<>();
    for (String block : text.split("(?m)^== ")) {
      if (!block.isBlank()) {
        String[] parts = block.split("\n", 3);
        String rest = parts[2];
        boolean readerOnly = rest.startsWith("[reader only]\n");
        String findings = readerOnly ? rest.substring(rest.indexOf('\n') + 1) : rest;
        cases.add(new Case(parts[0], parts[1], readerOnly, findings));
      }
    }
    return cases;
  }

  /** This case in the file's own form, with other findings. */
  String with(String newFindings) {
    return "== "
        + title
        + "\n"
        + fields
        + "\n"
        + (readerOnly ? "[reader only]\n" : "")
        + newFindings;
  }

  @Override
  public String toString() {
    return title;
  }
}
