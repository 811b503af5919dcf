package org.dxos.dmg.publish;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;

/** What a folder without a {@code dmg.json} shows of itself: enough for a first manifest. */
public final class BareFolder {

  /**
   * Authority of a first manifest, which the author replaces: it is nobody's and never leaves a
   * node.
   */
  public static final String PLACEHOLDER_AUTHORITY = "local.me";

  private BareFolder() {}

  /** A manifest for the folder, to be written as {@code dmg.json}. */
  public static Node.Map manifest(Path folder, Optional<String> name, Optional<String> version)
      throws IOException {
    Optional<Node.Map> packageJson = json(folder.resolve("package.json"));
    String local = segment(folder.toAbsolutePath().normalize().getFileName().toString());
    MapBuilder map =
        new MapBuilder()
            .put("name", name.orElse(PLACEHOLDER_AUTHORITY + "/function/" + local))
            .put("version", version.or(() -> text(packageJson, "version")).orElse("0.1.0"));
    text(packageJson, "description").ifPresent(one -> map.put("description", one));
    text(packageJson, "license").ifPresent(one -> map.put("license", one));
    Optional<Node.Map> bare = json(folder.resolve("manifest.json"));
    return map.put("runtimes", runtimes(folder, text(bare, "runtime")), one -> one).build();
  }

  /** The text as it is written to a file. */
  public static byte[] bytes(Node.Map manifest) {
    return PreparedModule.text(manifest);
  }

  static Node runtime(Path folder, Optional<String> runtime) throws IOException {
    return runtimes(folder, runtime).getFirst();
  }

  private static List<Node> runtimes(Path folder, Optional<String> named) throws IOException {
    List<Node> found = new ArrayList<>();
    if (named.isPresent()) {
      found.add(variant(known(named.get()), ".", entry(folder, known(named.get()))));
      return found;
    }
    for (String wasm : files(folder, ".wasm")) {
      found.add(variant("wasi", wasm, Optional.empty()));
    }
    if (exists(folder, "package.json")
        || exists(folder, "index.js")
        || exists(folder, "index.mjs")) {
      found.add(variant("nodejs", ".", entry(folder, "nodejs")));
    }
    if (exists(folder, "requirements.txt")
        || exists(folder, "handler.py")
        || exists(folder, "main.py")
        || exists(folder, "pyproject.toml")) {
      found.add(variant("python", ".", entry(folder, "python")));
    }
    if (exists(folder, "Dockerfile")) {
      found.add(variant("oci", ".", Optional.empty()));
    }
    if (found.isEmpty()) {
      throw new PublishException(
          ErrorCode.MANIFEST_MISSING,
          "look at folder `"
              + folder
              + "`: found no package.json, index.js, requirements.txt, handler.py, main.py, *.wasm or Dockerfile",
          "write a dmg.json by hand; `examples/` has some");
    }
    return found;
  }

  /** Other systems' words for runtimes that we know. */
  private static String known(String runtime) {
    String word = runtime.toLowerCase(Locale.ROOT);
    if (word.startsWith("node")) {
      return "nodejs";
    }
    return word.startsWith("python") ? "python" : word;
  }

  private static Optional<String> entry(Path folder, String runtime) {
    List<String> candidates =
        switch (runtime) {
          case "nodejs" -> List.of("index.js", "index.mjs", "handler.js");
          case "python" -> List.of("handler.py", "main.py");
          default -> List.of();
        };
    return candidates.stream().filter(file -> exists(folder, file)).findFirst();
  }

  private static Node variant(String runtime, String bundle, Optional<String> entry) {
    return new MapBuilder()
        .put("runtime", runtime)
        .put("bundle", bundle)
        .put("entry", entry, Node::of)
        .build();
  }

  private static boolean exists(Path folder, String file) {
    return Files.isRegularFile(folder.resolve(file));
  }

  private static List<String> files(Path folder, String ending) throws IOException {
    try (Stream<Path> walk = Files.walk(folder, 3)) {
      return walk.filter(Files::isRegularFile)
          .map(path -> folder.relativize(path).toString().replace('\\', '/'))
          .filter(path -> path.endsWith(ending) && !path.contains("node_modules/"))
          .sorted()
          .toList();
    }
  }

  private static Optional<Node.Map> json(Path file) throws IOException {
    return Files.isRegularFile(file) && Json.parse(Files.readAllBytes(file)) instanceof Node.Map map
        ? Optional.of(map)
        : Optional.empty();
  }

  private static Optional<String> text(Optional<Node.Map> map, String field) {
    return map.map(one -> one.entries().get(field))
        .flatMap(
            node ->
                node instanceof Node.Text text && !text.value().isEmpty()
                    ? Optional.of(text.value())
                    : Optional.empty());
  }

  /** A folder's name as a segment of a name. */
  private static String segment(String name) {
    String cleaned =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    if (cleaned.isEmpty() || !Character.isLetter(cleaned.charAt(0))) {
      cleaned = ("x-" + cleaned).replaceAll("-+$", "");
    }
    return cleaned.length() <= 63 ? cleaned : cleaned.substring(0, 63).replaceAll("-+$", "");
  }
}
