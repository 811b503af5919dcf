package org.dxos.dmg.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.record.Resource;
import org.dxos.dmg.version.Version;

/** The top of a manifest. */
final class ManifestReader {

  private static final String MODULE = "the module's name, such as `\"com.example/function/x\"`";

  private final Findings findings = new Findings();
  private final List<Attachment> attachments = new ArrayList<>();

  private ManifestReader() {}

  static ManifestResult read(Node root) {
    ManifestReader reader = new ManifestReader();
    Section.Place top = Section.Place.top(reader.findings);
    Optional<Manifest> manifest =
        Section.of(top, root, "an object with `name` and `version`").flatMap(reader::manifest);
    return manifest
        .<ManifestResult>map(ManifestResult.Valid::new)
        .orElseGet(() -> reader.findings.result());
  }

  private Optional<Manifest> manifest(Section top) {
    top.text("$schema");
    Optional<Name> name = moduleName(top);
    Optional<Version> version = version(top);
    Optional<String> displayName = top.text("displayName");
    Optional<String> description = top.prose("description");
    Optional<String> license = top.text("license");
    Optional<String> homepage = top.text("homepage");
    Optional<String> repository = top.text("repository");
    List<String> authors = top.texts("authors");
    List<String> keywords = top.texts("keywords");
    List<FunctionReader.Draft> functions = FunctionReader.read(top, name);
    functions.forEach(function -> attachments.addAll(function.schemas()));
    List<RuntimeReader.Draft> runtimes =
        top.list("runtimes", "an array of objects, each with a `runtime`", RuntimeReader::read);
    List<Resource> resources =
        top.list("resources", "an array of objects, each with a `kind`", ResourceReader::read);
    Map<Name, Provided> provides = provides(top);
    List<String> providers = providers(top, name);
    List<Dependency> dependencies =
        top.node("dependencies")
            .map(node -> DependencyReader.read(top.at("dependencies"), node))
            .orElse(List.of());
    Optional<Node.Map> ext = ext(top);
    Optional<ModuleRecord> record =
        top.make(
            () ->
                new ModuleRecord(
                    name.orElseThrow(),
                    version.orElseThrow(),
                    displayName,
                    description,
                    license,
                    homepage,
                    repository,
                    authors,
                    keywords,
                    functions.stream().map(FunctionReader.Draft::entry).toList(),
                    runtimes.stream().map(RuntimeReader.Draft::variant).toList(),
                    resources,
                    provides,
                    providers,
                    dependencies,
                    ext));
    return record
        .filter(one -> fewNames(top, one))
        .map(
            one ->
                new Manifest(
                    one, attachments, runtimes.stream().map(RuntimeReader.Draft::bundle).toList()));
  }

  private static Optional<Version> version(Section section) {
    return section
        .required("version", Values.VERSION)
        .flatMap(node -> Values.version(section.at("version"), node));
  }

  private static Optional<Name> moduleName(Section top) {
    Section.Place place = top.at("name");
    Optional<Node> node = top.required("name", MODULE);
    Optional<Name> name = node.flatMap(value -> Names.publishable(place, value, MODULE));
    if (name.isPresent() && Names.authority(name.get()).indexOf('~') >= 0) {
      place.report(node.orElseThrow(), MODULE, Optional.of("leave `~` and the id after it out"));
      return Optional.empty();
    }
    return name;
  }

  private Map<Name, Provided> provides(Section top) {
    Map<Name, Provided> provides = new LinkedHashMap<>();
    String expected = "an object by name of API";
    top.node("provides")
        .ifPresent(
            node -> {
              Section.Place place = top.at("provides");
              if (!(node instanceof Node.Map map)) {
                place.report(node, expected, Optional.empty());
                return;
              }
              map.entries()
                  .forEach(
                      (api, what) -> {
                        Optional<Name> name = Names.api(place.at(api), Node.of(api));
                        provided(place.at(api), what, name)
                            .ifPresent(
                                provided ->
                                    name.ifPresent(
                                        one -> {
                                          if (provides.put(one, provided) != null) {
                                            twice(place.at(api), one);
                                          }
                                        }));
                      });
            });
    return provides;
  }

  /** Domains are folded to lower case, so two keys can be one name: which of them is meant? */
  private static void twice(Section.Place place, Name api) {
    place.report(
        Found.quoted(api.toString()),
        "each API once",
        Optional.of("a key before is the same name in another spelling"));
  }

  private Optional<Provided> provided(Section.Place place, Node node, Optional<Name> api) {
    String expected = "an object such as `{\"version\": \"2.1.0\"}`";
    if (node instanceof Node.Text text) {
      place.report(
          node,
          expected,
          Optional.of("write `{\"version\": " + Found.inQuotes(text.value()) + "}`"));
      return Optional.empty();
    }
    return Section.of(place, node, expected)
        .flatMap(
            section -> {
              Optional<Version> version = version(section);
              Section.Place file = section.at("interface");
              section
                  .node("interface")
                  .flatMap(path -> Values.path(file, path))
                  .ifPresent(
                      path ->
                          attachments.add(
                              new Attachment.File(
                                  file.pointer(),
                                  FileUse.Place.INTERFACE,
                                  api.map(Name::toString).orElse(""),
                                  path)));
              return section.make(() -> new Provided(version.orElseThrow(), Optional.empty()));
            });
  }

  private static List<String> providers(Section top, Optional<Name> module) {
    List<String> providers =
        top.list(
            "providers",
            "an array of authorities",
            (place, node) ->
                Values.parsed(
                        place, node, "an authority, such as `\"com.example\"`", Authority::parse)
                    .map(Authority::toString));
    if (top.has("providers") && module.isPresent() && !Names.kind(module.get()).equals("api")) {
      top.at("providers")
          .report(
              top.node("providers").orElse(Node.NULL),
              "no such field: only a module of the kind `api` lists its providers",
              Optional.of("to name the provider of a dependency, use its field `provider`"));
    }
    return providers;
  }

  private static Optional<Node.Map> ext(Section top) {
    return top.node("ext")
        .flatMap(
            node -> {
              if (node instanceof Node.Map map) {
                return Values.free(top.at("ext"), node).map(_ -> map);
              }
              top.at("ext").report(node, "an object", Optional.empty());
              return Optional.empty();
            });
  }

  private static boolean fewNames(Section top, ModuleRecord record) {
    int names = record.carriedPaths().size();
    if (names <= Manifest.MAX_NAMES) {
      return true;
    }
    top.at("functions")
        .report(
            names + " functions beside the module's own name",
            "at most " + Manifest.MAX_NAMES,
            Optional.of("split the module"));
    return false;
  }
}
