package org.dxos.dmg.manifest;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.Access;
import org.dxos.dmg.record.Resource;

/** One item of {@code resources}. */
final class ResourceReader {

  private static final List<Access> ACCESS = Arrays.asList(Access.values());

  private ResourceReader() {}

  static Optional<Resource> read(Section.Place place, Node node) {
    return Section.of(place, node, "an object such as `{\"kind\": \"trace\"}`", "kind")
        .flatMap(
            section ->
                section
                    .requiredChoice("kind", Resource.KINDS)
                    .flatMap(kind -> read(section, kind)));
  }

  private static Optional<Resource> read(Section section, String kind) {
    boolean named = kind.equals("endpoint") || kind.equals("secret");
    Optional<String> name =
        named ? section.requiredText("name", "its name as text") : section.text("name");
    boolean optional = section.flag("optional");
    return switch (kind) {
      case "storage" -> {
        Optional<Access> access = section.requiredChoice("access", ACCESS);
        Optional<String> scope = section.text("scope");
        OptionalLong size = section.quantity("size", Unit.SIZE);
        yield section.make(
            () -> new Resource.Storage(name, optional, access.orElseThrow(), scope, size));
      }
      case "network" -> {
        List<String> hosts = section.someOf("hosts", "an array of one host or more", Values::host);
        Optional<String> direction = section.text("direction");
        yield section.make(
            () ->
                new Resource.Network(
                    name, optional, hosts, direction.orElse(Resource.Network.DEFAULT_DIRECTION)));
      }
      case "database" -> {
        Optional<Access> access = section.requiredChoice("access", ACCESS);
        List<String> spaces = section.texts("spaces");
        yield section.make(
            () -> new Resource.Database(name, optional, access.orElseThrow(), spaces));
      }
      case "feed" -> {
        Optional<Access> access = section.choice("access", ACCESS);
        yield section.make(() -> new Resource.Feed(name, optional, access));
      }
      case "identity" -> {
        Optional<Access> access = section.requiredChoice("access", ACCESS);
        yield section.make(() -> new Resource.Identity(name, optional, access.orElseThrow()));
      }
      case "credentials" -> {
        List<String> services =
            section.someOf(
                "services",
                "an array of one service or more",
                (place, node) -> Values.text(place, node, Section.TEXT, false));
        yield section.make(() -> new Resource.Credentials(name, optional, services));
      }
      case "ai" -> {
        List<String> models = section.texts("models");
        yield section.make(() -> new Resource.Ai(name, optional, models));
      }
      case "invoke" -> {
        List<Name> functions =
            section.someOf("functions", "an array of one function name or more", Names::read);
        yield section.make(() -> new Resource.Invoke(name, optional, functions));
      }
      case "trace" -> section.make(() -> new Resource.Trace(name, optional));
      case "registry" -> section.make(() -> new Resource.Registry(name, optional));
      case "compute" -> {
        OptionalLong memory = section.quantity("memory", Unit.SIZE);
        OptionalLong cpu =
            section.count(
                "cpu",
                "thousandths of a CPU as an integer",
                number ->
                    "write `%d` for %s of a CPU".formatted(Math.round(number * 1000), number));
        OptionalLong gpu =
            section.count("gpu", "a count as an integer", _ -> "a GPU cannot be divided");
        yield section.make(() -> new Resource.Compute(name, optional, memory, cpu, gpu));
      }
      case "endpoint" -> {
        Optional<String> protocol = section.requiredText("protocol", "its protocol as text");
        Optional<String> locality = section.text("locality");
        Optional<String> url = section.text("url");
        Optional<String> auth = section.text("auth");
        yield section.make(
            () ->
                new Resource.Endpoint(name, optional, protocol.orElseThrow(), locality, url, auth));
      }
      case "secret" -> section.make(() -> new Resource.Secret(name, optional));
      default -> throw new IllegalStateException("resource kind " + kind);
    };
  }
}
