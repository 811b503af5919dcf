package org.dxos.dmg.imports;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipException;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;

/**
 * The index of a registry as JSON lines, one version of one package each: {@code {name, version,
 * deps: [{name, req, optional?, kind?, target?, as?}], yanked?, license?, links?}}. Unknown fields
 * are an error.
 */
public final class PackageIndex {

  private final List<IndexedPackage> packages;

  private PackageIndex(List<IndexedPackage> packages) {
    this.packages = List.copyOf(packages);
  }

  /**
   * Reads an index, gzipped or not.
   *
   * @throws FormatException with {@link ErrorCode#IMPORT_SYNTAX} and the number of the line, or
   *     {@link ErrorCode#TOO_LARGE}
   * @throws IOException if the file cannot be read
   */
  public static PackageIndex read(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      return read(in);
    }
  }

  static PackageIndex read(InputStream in) throws IOException {
    try {
      return read(new Lines(DebianPackages.unpacked(in), DebianPackages.MAX_BYTES));
    } catch (ZipException | EOFException e) {
      throw new FormatException(
          ErrorCode.IMPORT_SYNTAX,
          "unpack package index: " + e.getMessage(),
          "fetch the file again");
    }
  }

  private static PackageIndex read(Lines lines) throws IOException {
    List<IndexedPackage> packages = new ArrayList<>();
    Map<IndexedPackage.Needed, IndexedPackage.Needed> known = new HashMap<>();
    for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
      if (line.get().isBlank()) {
        continue;
      }
      if (packages.size() == DebianPackages.MAX_PACKAGES) {
        throw new FormatException(
            ErrorCode.TOO_LARGE,
            "read package index at line "
                + lines.number()
                + ": more than "
                + DebianPackages.MAX_PACKAGES
                + " versions");
      }
      try {
        packages.add(
            read(Fields.of("package", ErrorCode.IMPORT_SYNTAX, Json.parse(line.get())), known));
      } catch (FormatException e) {
        throw DebianPackages.at(lines.number(), e);
      }
    }
    return new PackageIndex(packages);
  }

  private static IndexedPackage read(
      Fields fields, Map<IndexedPackage.Needed, IndexedPackage.Needed> known) {
    IndexedPackage one =
        new IndexedPackage(
            fields.text("name"),
            fields.text("version"),
            needs(fields, known),
            flag(fields, "yanked"),
            fields.optionalText("license"),
            fields.optionalText("links"));
    fields.end();
    return one;
  }

  private static List<IndexedPackage.Needed> needs(
      Fields fields, Map<IndexedPackage.Needed, IndexedPackage.Needed> known) {
    if (fields.node("deps") instanceof Node.Array array) {
      return array.items().stream().map(node -> needed(node, known)).toList();
    }
    throw DebianPackages.refused("has `deps` that is no list");
  }

  private static boolean flag(Fields fields, String field) {
    return fields.optionalNode(field).stream()
        .anyMatch(
            node -> {
              if (node instanceof Node.Bool bool) {
                return bool.value();
              }
              throw DebianPackages.refused("has `" + field + "` that is neither true nor false");
            });
  }

  /** Few are different from each other; one copy of each is kept. */
  private static IndexedPackage.Needed needed(
      Node node, Map<IndexedPackage.Needed, IndexedPackage.Needed> known) {
    Fields fields = Fields.of("deps", ErrorCode.IMPORT_SYNTAX, node);
    IndexedPackage.Needed needed =
        new IndexedPackage.Needed(
            fields.text("name"),
            fields.text("req"),
            flag(fields, "optional"),
            fields.optionalText("kind"),
            fields.optionalText("target"),
            fields.optionalText("as"));
    fields.end();
    return known.computeIfAbsent(needed, same -> same);
  }

  /** How many versions there are. */
  public int size() {
    return packages.size();
  }

  List<IndexedPackage> all() {
    return packages;
  }
}
