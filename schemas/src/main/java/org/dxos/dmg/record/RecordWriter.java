package org.dxos.dmg.record;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Range;

/** Records and their parts as the maps of SCHEMA: what equals its default is left out. */
final class RecordWriter {

  private RecordWriter() {}

  static Node record(ModuleRecord record) {
    List<FunctionEntry> functions = record.functions();
    boolean defaultFunctions =
        record.name().kind() == Kind.FUNCTION
            && functions.equals(List.of(FunctionEntry.of(record.name())));
    Map<String, Node> provides = new LinkedHashMap<>();
    record.provides().forEach((api, what) -> provides.put(api.toString(), provided(what)));
    return new MapBuilder()
        .put("type", ModuleRecord.TYPE)
        .put("name", record.name().toString())
        .put("version", record.version().toString())
        .put("displayName", record.displayName(), Node::of)
        .put("description", record.description(), Node::of)
        .put("license", record.license(), Node::of)
        .put("homepage", record.homepage(), Node::of)
        .put("repository", record.repository(), Node::of)
        .put("authors", record.authors(), Node::of)
        .put("keywords", record.keywords(), Node::of)
        .put("functions", defaultFunctions ? List.of() : functions, RecordWriter::function)
        .put("runtimes", record.runtimes(), RecordWriter::variant)
        .put("resources", record.resources(), RecordWriter::resource)
        .put("provides", new Node.Map(provides))
        .put("providers", record.providers(), Node::of)
        .put("dependencies", record.dependencies(), RecordWriter::dependency)
        .put("ext", record.ext(), map -> map)
        .build();
  }

  private static Node function(FunctionEntry function) {
    boolean defaultTriggers = function.triggers().equals(Trigger.DEFAULT);
    return new MapBuilder()
        .put("name", function.name().toString())
        .put("handler", function.handler(), Node::of)
        .put("description", function.description(), Node::of)
        .put("input", function.input(), RecordWriter::file)
        .put("output", function.output(), RecordWriter::file)
        .put(
            "triggers",
            defaultTriggers ? List.<Trigger>of() : function.triggers(),
            RecordWriter::trigger)
        .build();
  }

  private static Node file(FileRef file) {
    return new MapBuilder().put("cid", Node.of(file.cid())).put("size", file.size()).build();
  }

  private static Node bundle(Bundle bundle) {
    return new MapBuilder().put("cid", Node.of(bundle.cid())).put("size", bundle.size()).build();
  }

  private static Node provided(Provided provided) {
    return new MapBuilder()
        .put("version", provided.version().toString())
        .put("interface", provided.interfaceFile(), RecordWriter::file)
        .build();
  }

  private static Node variant(Variant variant) {
    MapBuilder map = new MapBuilder().put("runtime", variant.runtime().toString());
    if (!variant.version().equals(Range.ANY)) {
      map.put("version", variant.version().toString());
    }
    if (!variant.backends().equals(variant.runtime().defaultBackends())) {
      map.put("backends", texts(variant.backends()));
    }
    if (!variant.deployments().equals(Variant.ALL_DEPLOYMENTS)) {
      map.put("deployments", texts(variant.deployments()));
    }
    return map.put("bundle", variant.bundle(), RecordWriter::bundle)
        .put("image", variant.image(), Node::of)
        .put("exec", variant.exec(), Node::of)
        .put("entry", variant.entry(), Node::of)
        .put("memory", variant.memory())
        .put("timeout", variant.timeout())
        .put("env", variant.env(), Node::of)
        .build();
  }

  static Node trigger(Trigger trigger) {
    MapBuilder map = new MapBuilder();
    switch (trigger) {
      case Trigger.Timer timer -> {
        map.put("kind", "timer").put("cron", timer.cron());
        unlessDefault(map, "timezone", timer.timezone(), Trigger.Timer.DEFAULT_TIMEZONE);
      }
      case Trigger.Subscription subscription -> {
        map.put("kind", "subscription").put("source", subscription.source(), Node::of);
        // Free values stay as they are written, the empty ones too.
        subscription.query().ifPresent(query -> map.putAlways("query", query));
        subscription.filter().ifPresent(filter -> map.putAlways("filter", filter));
      }
      case Trigger.Webhook webhook -> {
        map.put("kind", "webhook").put("path", webhook.path(), Node::of);
        unlessDefault(map, "method", webhook.method(), Trigger.Webhook.DEFAULT_METHOD);
      }
      case Trigger.Feed feed -> map.put("kind", "feed").put("feed", feed.feed(), Node::of);
      case Trigger.Email email ->
          map.put("kind", "email").put("address", email.address(), Node::of);
      case Trigger.Function function ->
          map.put("kind", "function")
              .put("function", function.function().toString())
              .put("on", function.on(), Node::of);
      case Trigger.Signal signal -> map.put("kind", "signal").put("topic", signal.topic());
      case Trigger.Direct _ -> map.put("kind", "direct");
    }
    return map.build();
  }

  static Node resource(Resource resource) {
    MapBuilder map =
        new MapBuilder()
            .put("kind", resource.kind())
            .put("name", resource.name(), Node::of)
            .flag("optional", resource.optional());
    switch (resource) {
      case Resource.Storage storage ->
          map.put("access", storage.access().toString())
              .put("scope", storage.scope(), Node::of)
              .put("size", storage.size());
      case Resource.Network network -> {
        map.put("hosts", network.hosts(), Node::of);
        unlessDefault(map, "direction", network.direction(), Resource.Network.DEFAULT_DIRECTION);
      }
      case Resource.Database database ->
          map.put("access", database.access().toString())
              .put("spaces", database.spaces(), Node::of);
      case Resource.Feed feed -> map.put("access", feed.access(), access -> text(access));
      case Resource.Identity identity -> map.put("access", identity.access().toString());
      case Resource.Credentials credentials ->
          map.put("services", credentials.services(), Node::of);
      case Resource.Ai ai -> map.put("models", ai.models(), Node::of);
      case Resource.Invoke invoke -> map.put("functions", texts(invoke.functions()));
      case Resource.Trace _, Resource.Registry _, Resource.Secret _ -> {}
      case Resource.Compute compute ->
          map.put("memory", compute.memory()).put("cpu", compute.cpu()).put("gpu", compute.gpu());
      case Resource.Endpoint endpoint ->
          map.put("protocol", endpoint.protocol())
              .put("locality", endpoint.locality(), Node::of)
              .put("url", endpoint.url(), Node::of)
              .put("auth", endpoint.auth(), Node::of);
    }
    return map.build();
  }

  static Node dependency(Dependency dependency) {
    MapBuilder map =
        switch (dependency) {
          case Dependency.One one -> wanted(one.name(), one.range(), one.provider());
          case Dependency.AnyOf anyOf ->
              new MapBuilder()
                  .put(
                      "anyOf",
                      anyOf.alternatives(),
                      one -> wanted(one.name(), one.range(), one.provider()).build());
        };
    return map.flag("optional", dependency.optional()).build();
  }

  private static MapBuilder wanted(Name name, Range range, Optional<Name> provider) {
    return new MapBuilder()
        .put("name", name.toString())
        .put("range", range.toString())
        .put("provider", provider, text -> text(text));
  }

  /** Adds every link in {@code node} in the order of its encoding. */
  static void links(Node node, Set<Cid> links) {
    switch (node) {
      case Node.Link link -> links.add(link.cid());
      case Node.Array array -> array.items().forEach(item -> links(item, links));
      case Node.Map map -> {
        List<String> keys = new ArrayList<>(map.entries().keySet());
        // Keys with other characters than ASCII lead to no links: ext and env have none.
        keys.sort(
            (a, b) ->
                a.length() != b.length() ? a.length() - b.length() : Fields.compareUtf8(a, b));
        for (String key : keys) {
          Node value = map.entries().get(key);
          if (value != null) {
            links(value, links);
          }
        }
      }
      case Node.Null _,
          Node.Bool _,
          Node.Int _,
          Node.BigInt _,
          Node.Real _,
          Node.Text _,
          Node.Bytes _ -> {}
    }
  }

  private static void unlessDefault(MapBuilder map, String field, String value, String standard) {
    if (!value.equals(standard)) {
      map.put(field, value);
    }
  }

  private static Node text(Object value) {
    return Node.of(value.toString());
  }

  private static Node texts(List<?> values) {
    return new Node.Array(values.stream().map(RecordWriter::text).toList());
  }
}
