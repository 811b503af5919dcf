package org.dxos.dmg.manifest;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.record.Backend;
import org.dxos.dmg.record.Deployment;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.version.Range;

/** One item of {@code runtimes}. */
final class RuntimeReader {

  private static final List<Runtime> RUNTIMES = Arrays.asList(Runtime.values());
  private static final List<Backend> BACKENDS = Arrays.asList(Backend.values());
  private static final List<Deployment> DEPLOYMENTS = Arrays.asList(Deployment.values());

  private static final String SOME_BACKENDS = "an array, each item " + Values.oneOf(BACKENDS);
  private static final String SOME_DEPLOYMENTS = "an array, each item " + Values.oneOf(DEPLOYMENTS);

  private RuntimeReader() {}

  /** A variant without its bundle, and the bundle that it asks for. */
  record Draft(Variant variant, Optional<BundleUse> bundle) {}

  static Optional<Draft> read(Section.Place place, Node node) {
    return Section.of(place, node, "an object such as `{\"runtime\": \"nodejs\"}`", "runtime")
        .flatMap(RuntimeReader::read);
  }

  private static Optional<Draft> read(Section section) {
    Optional<Runtime> runtime = section.requiredChoice("runtime", RUNTIMES);
    Optional<Range> version =
        section.parsed(
            "version", "a range of the runtime's versions, such as `\">=20\"`", Range::parse);
    List<Backend> backends =
        section.list(
            "backends", SOME_BACKENDS, (place, item) -> Values.choice(place, item, BACKENDS));
    List<Deployment> deployments =
        section.list(
            "deployments",
            SOME_DEPLOYMENTS,
            (place, item) -> Values.choice(place, item, DEPLOYMENTS));
    Optional<String> bundle =
        section.node("bundle").flatMap(path -> Values.bundlePath(section.at("bundle"), path));
    Optional<String> image = section.text("image");
    List<String> exec =
        section.list("exec", "an array of paths in the bundle", Values::pathInBundle);
    Optional<String> entry =
        section.node("entry").flatMap(path -> Values.pathInBundle(section.at("entry"), path));
    OptionalLong memory = section.quantity("memory", Unit.SIZE);
    OptionalLong timeout = section.quantity("timeout", Unit.DURATION);
    Map<String, String> env = env(section);
    return section.make(
        () -> {
          Variant variant =
              new Variant(
                  runtime.orElseThrow(),
                  version.orElse(Range.ANY),
                  backends,
                  deployments,
                  Optional.empty(),
                  image,
                  exec,
                  entry,
                  memory,
                  timeout,
                  env);
          String pointer = section.at("bundle").pointer();
          return new Draft(
              variant, bundle.map(path -> new BundleUse(pointer, path, variant.exec(), entry)));
        });
  }

  private static Map<String, String> env(Section section) {
    Map<String, String> env = new LinkedHashMap<>();
    section
        .node("env")
        .flatMap(node -> entries(section.at("env"), node))
        .ifPresent(
            map ->
                map.entries()
                    .forEach(
                        (key, node) -> {
                          Section.Place place = section.at("env").at(key);
                          Values.text(place, Node.of(key), "a variable's name", false);
                          Values.text(place, node, Section.TEXT, false)
                              .ifPresent(value -> env.put(key, value));
                        }));
    return env;
  }

  private static Optional<Node.Map> entries(Section.Place place, Node node) {
    if (node instanceof Node.Map map) {
      return Optional.of(map);
    }
    place.report(node, "an object of names and texts", Optional.empty());
    return Optional.empty();
  }
}
