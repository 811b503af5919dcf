package org.dxos.dmg.node.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;

/** Every path that is served: the one list from which requests are told apart. */
final class Routes {

  /**
   * A path and what can be done with it.
   *
   * @param path as OpenAPI writes it; a parameter comes last and takes the rest, slashes included
   * @param methods that are answered
   */
  record Route(String path, List<String> methods, String summary) {

    boolean serves(String rawPath) {
      int parameter = path.indexOf('{');
      return parameter < 0
          ? rawPath.equals(path)
          : rawPath.length() > parameter && rawPath.startsWith(path.substring(0, parameter));
    }
  }

  private static final List<String> READ = List.of("GET", "HEAD");
  private static final List<String> POST = List.of("POST");

  static final List<Route> ALL =
      List.of(
          served("/v1/resolve/{dxn}", READ, "The release that a name selects"),
          served("/v1/closure/{dxn}", READ, "The lock of a name and all that it needs"),
          served("/v1/closure", POST, "The lock of several names"),
          served("/v1/modules/{name}", READ, "Versions and tags of a name"),
          served("/v1/authorities/{authority}", READ, "An authority: id, key log entry, head"),
          served("/v1/dependents/{dxn}", READ, "Who leads to a name, or would be hurt without it"),
          served("/v1/why", READ, "The ways by which a release leads to a name"),
          served("/v1/search", READ, "Modules by words"),
          served("/v1/node", READ, "The node: keys, root, position"),
          served("/v1/status", READ, "What is held, and how far projections are"),
          served("/v1/publish", POST, "Hand in a release, as a CAR"),
          served("/v1/statements", POST, "Hand in any other signed statement, as a CAR"),
          served("/v1/authorities", POST, "Hand in key log entries and heads, as a CAR"),
          served("/v1/node/head-key", POST, "Make a new key that signs heads here"),
          served("/v1/node/renew", POST, "Let the newest head of an authority live on"),
          served(WriteResource.BLOCKS, List.of("PUT"), "Send blocks ahead of a release, as a CAR"),
          served("/v1/blocks/missing", POST, "Which of these blocks are not held"),
          served("/v1/events", List.of("GET"), "What is admitted, as Server-Sent Events"),
          served(VocabularyResource.MANIFEST_SCHEMA, READ, "The JSON Schema of manifests"),
          served(VocabularyResource.ONTOLOGY, READ, "The ontology, in Turtle"),
          served(VocabularyResource.SHAPES, READ, "SHACL shapes of the graph of a record"),
          served(VocabularyResource.CONTEXT, READ, "The JSON-LD context"),
          served("/sparql", List.of("GET", "POST"), "SPARQL 1.1 query"),
          served("/ipfs/{cid}", READ, "A block, as a trustless gateway gives it"),
          served("/healthz", READ, "The process runs"),
          served("/readyz", READ, "It answers, and its projection is not far behind"),
          served("/metrics", READ, "Figures in the text format of Prometheus"),
          served("/openapi.json", READ, "This list"),
          served("/", READ, "A page for people"),
          served(UpkeepResource.REINDEX, UpkeepResource.METHODS, "Make the projection anew"),
          served(UpkeepResource.COLLECT, UpkeepResource.METHODS, "Collect what nothing leads to"),
          served(
              UpkeepResource.CHECKPOINT,
              UpkeepResource.METHODS,
              "Make a copy of the home beside it, for a backup"),
          served(UpkeepResource.JOBS + "{job}", READ, "What came of upkeep that takes a while"),
          served(SpacesResource.SPACES, List.of("GET", "HEAD", "POST"), "The spaces held here"),
          served(
              SpacesResource.SPACES + "/{space}",
              List.of("GET", "HEAD", "POST", "PUT"),
              "A space, and below it all that a registry answers, over that space"),
          served(PeersResource.INVITATIONS, POST, "Invite another node"),
          served(
              PeersResource.PEERS,
              List.of("GET", "HEAD", "POST"),
              "The links with other nodes; take an invitation"),
          served(PeersResource.EVENTS, List.of("GET"), "How they do, as Server-Sent Events"),
          served(
              "/v1/peers/{peer}",
              PeersResource.METHODS_OF_ONE,
              "Change or end the link with a node"));

  private Routes() {}

  private static Route served(String path, List<String> methods, String summary) {
    return new Route(path, methods, summary);
  }

  static Optional<Route> of(String rawPath) {
    return ALL.stream().filter(route -> route.serves(rawPath)).findFirst();
  }

  /** True if a path answers a method. */
  static boolean allows(String rawPath, String method) {
    return of(rawPath).map(route -> route.methods().contains(method)).orElse(false);
  }

  /** What is served, as an OpenAPI 3.1 document. */
  static Node.Map openApi(String version) {
    Map<String, Node> paths = new TreeMap<>();
    for (Route route : ALL) {
      paths.put(route.path(), path(route));
    }
    return new MapBuilder()
        .put("openapi", "3.1.0")
        .put("info", new MapBuilder().put("title", "DMG node").put("version", version).build())
        .put("paths", paths, one -> one)
        .build();
  }

  private static Node path(Route route) {
    MapBuilder path = new MapBuilder();
    int open = route.path().indexOf('{');
    if (open >= 0) {
      String name = route.path().substring(open + 1, route.path().length() - 1);
      path.put(
          "parameters",
          List.of(name),
          one ->
              new MapBuilder()
                  .put("name", one)
                  .put("in", "path")
                  .put("required", Node.of(true))
                  .put("schema", new MapBuilder().put("type", "string").build())
                  .build());
    }
    for (String method : route.methods()) {
      path.put(
          method.toLowerCase(java.util.Locale.ROOT),
          new MapBuilder()
              .put("summary", route.summary())
              .put(
                  "responses",
                  new MapBuilder()
                      .put("2XX", new MapBuilder().put("description", "the answer").build())
                      .put("default", problem())
                      .build())
              .build());
    }
    return path.build();
  }

  private static Node problem() {
    return new MapBuilder()
        .put("description", "a problem (RFC 9457) with code, title, detail and hint")
        .put(
            "content",
            Map.of(Problems.MEDIA_TYPE, new MapBuilder().put("schema", Node.Map.EMPTY).build()),
            one -> one)
        .build();
  }
}
