package org.dxos.dmg.record;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.dxn.Punycode;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * Blocks to records. Values sort themselves when they are made; here each set is compared with what
 * became of it, and a field that equals its default is refused, so that only the one canonical
 * block of a record is read.
 */
final class RecordReader {

  private RecordReader() {}

  static ModuleRecord read(byte[] block) {
    if (block.length > ModuleRecord.MAX_BYTES) {
      throw ModuleRecord.tooLarge(block.length);
    }
    Node node = DagCbor.decode(block);
    Fields fields = Fields.of("record", ErrorCode.RECORD_INVALID, node);
    checkType(fields);
    ModuleRecord record = record(fields);
    fields.end();
    // The block is strict, so it has one spelling for a value: equal values are equal bytes.
    if (!RecordWriter.record(record).equals(node)) {
      throw fields.error("is not written in the one canonical way");
    }
    return record;
  }

  private static void checkType(Fields fields) {
    String type = fields.text("type");
    if (type.equals(ModuleRecord.TYPE)) {
      return;
    }
    String expected =
        "has the type `" + Quoted.of(type) + "`, expected `" + ModuleRecord.TYPE + "`";
    if (NewerRecord.isNewer(type)) {
      throw new FormatException(
          ErrorCode.RECORD_INVALID,
          fields.error(expected).message() + "; it was written for a newer version of DMG",
          "update DMG on this machine");
    }
    throw fields.error(expected);
  }

  private static ModuleRecord record(Fields fields) {
    Name name = name(fields, "name", fields.text("name"));
    Version version = version(fields, fields.text("version"));
    List<FunctionEntry> functions = fields.maps("functions", RecordReader::function);
    List<Resource> resources = fields.maps("resources", RecordReader::resource);
    List<Dependency> dependencies = fields.maps("dependencies", RecordReader::dependency);
    ModuleRecord record =
        new ModuleRecord(
            name,
            version,
            fields.optionalText("displayName"),
            fields.optionalProse("description"),
            fields.optionalText("license"),
            fields.optionalText("homepage"),
            fields.optionalText("repository"),
            fields.sortedTexts("authors"),
            fields.sortedTexts("keywords"),
            functions,
            fields.maps("runtimes", RecordReader::variant),
            resources,
            provides(fields),
            providers(fields),
            dependencies,
            fields.ext());
    if (!functions.isEmpty()) {
      sorted(fields, "functions", functions, record.functions());
    }
    sorted(fields, "resources", resources, record.resources());
    sorted(fields, "dependencies", dependencies, record.dependencies());
    return record;
  }

  private static FunctionEntry function(Fields fields) {
    List<Trigger> triggers = fields.maps("triggers", RecordReader::trigger);
    if (triggers.equals(Trigger.DEFAULT)) {
      throw standard(fields, "triggers");
    }
    FunctionEntry function =
        new FunctionEntry(
            name(fields, "name", fields.text("name")),
            fields.optionalText("handler"),
            fields.optionalProse("description"),
            fields.optionalMap("input", RecordReader::file),
            fields.optionalMap("output", RecordReader::file),
            triggers);
    if (!triggers.isEmpty()) {
      sorted(fields, "triggers", triggers, function.triggers());
    }
    return function;
  }

  private static FileRef file(Fields fields) {
    return new FileRef(fields.link("cid"), fields.uint("size"));
  }

  private static Bundle bundle(Fields fields) {
    return new Bundle(fields.link("cid"), fields.uint("size"));
  }

  private static Map<Name, Provided> provides(Fields fields) {
    Map<Name, Provided> provides = new LinkedHashMap<>();
    fields
        .mapsByKey(
            "provides",
            (_, inner) ->
                new Provided(
                    version(inner, inner.text("version")),
                    inner.optionalMap("interface", RecordReader::file)))
        .forEach((api, provided) -> provides.put(name(fields, "provides", api), provided));
    return provides;
  }

  private static List<String> providers(Fields fields) {
    List<String> providers = fields.sortedTexts("providers");
    for (String provider : providers) {
      exact(fields, "providers", provider, text -> Authority.parse(text, Punycode.ALLOWED));
    }
    return providers;
  }

  private static Variant variant(Fields fields) {
    Runtime runtime = choice(fields, "runtime", fields.text("runtime"), Runtime::of);
    Optional<Range> version = fields.optionalText("version").map(text -> range(fields, text));
    List<Backend> backends = choices(fields, "backends", Backend::of);
    List<Deployment> deployments = choices(fields, "deployments", Deployment::of);
    if (version.isPresent() && version.get().equals(Range.ANY)) {
      throw standard(fields, "version");
    }
    if (backends.equals(runtime.defaultBackends())) {
      throw standard(fields, "backends");
    }
    if (deployments.equals(Variant.ALL_DEPLOYMENTS)) {
      throw standard(fields, "deployments");
    }
    return new Variant(
        runtime,
        version.orElse(Range.ANY),
        backends,
        deployments,
        fields.optionalMap("bundle", RecordReader::bundle),
        fields.optionalText("image"),
        fields.sortedTexts("exec"),
        fields.optionalText("entry"),
        fields.optionalUint("memory"),
        fields.optionalUint("timeout"),
        env(fields));
  }

  private static Map<String, String> env(Fields fields) {
    return fields.map(
        "env",
        node -> {
          if (node instanceof Node.Text text) {
            return text.value();
          }
          throw fields.error("has a value in `env` that is not text");
        });
  }

  private static Trigger trigger(Fields fields) {
    String kind = fields.text("kind");
    return switch (kind) {
      case "timer" ->
          new Trigger.Timer(
              fields.text("cron"), withDefault(fields, "timezone", Trigger.Timer.DEFAULT_TIMEZONE));
      case "subscription" ->
          new Trigger.Subscription(
              fields.optionalText("source"),
              fields.optionalNode("query"),
              fields.optionalNode("filter"));
      case "webhook" ->
          new Trigger.Webhook(
              withDefault(fields, "method", Trigger.Webhook.DEFAULT_METHOD),
              fields.optionalText("path"));
      case "feed" -> new Trigger.Feed(fields.optionalText("feed"));
      case "email" -> new Trigger.Email(fields.optionalText("address"));
      case "function" ->
          new Trigger.Function(
              name(fields, "function", fields.text("function")), fields.optionalText("on"));
      case "signal" -> new Trigger.Signal(fields.text("topic"));
      case "direct" -> new Trigger.Direct();
      default -> throw fields.error("has the unknown kind `" + Quoted.of(kind) + "`");
    };
  }

  private static Resource resource(Fields fields) {
    String kind = fields.text("kind");
    Optional<String> name = fields.optionalText("name");
    boolean optional = fields.flag("optional");
    return switch (kind) {
      case "storage" ->
          new Resource.Storage(
              name,
              optional,
              choice(fields, "access", fields.text("access"), Access::of),
              fields.optionalText("scope"),
              fields.optionalUint("size"));
      case "network" ->
          new Resource.Network(
              name,
              optional,
              fields.sortedTexts("hosts"),
              withDefault(fields, "direction", Resource.Network.DEFAULT_DIRECTION));
      case "database" ->
          new Resource.Database(
              name,
              optional,
              choice(fields, "access", fields.text("access"), Access::of),
              fields.sortedTexts("spaces"));
      case "feed" ->
          new Resource.Feed(
              name,
              optional,
              fields
                  .optionalText("access")
                  .map(text -> choice(fields, "access", text, Access::of)));
      case "identity" ->
          new Resource.Identity(
              name, optional, choice(fields, "access", fields.text("access"), Access::of));
      case "credentials" ->
          new Resource.Credentials(name, optional, fields.sortedTexts("services"));
      case "ai" -> new Resource.Ai(name, optional, fields.sortedTexts("models"));
      case "invoke" ->
          new Resource.Invoke(
              name,
              optional,
              fields.sortedTexts("functions").stream()
                  .map(text -> name(fields, "functions", text))
                  .toList());
      case "trace" -> new Resource.Trace(name, optional);
      case "registry" -> new Resource.Registry(name, optional);
      case "compute" ->
          new Resource.Compute(
              name,
              optional,
              fields.optionalUint("memory"),
              fields.optionalUint("cpu"),
              fields.optionalUint("gpu"));
      case "endpoint" ->
          new Resource.Endpoint(
              name,
              optional,
              fields.text("protocol"),
              fields.optionalText("locality"),
              fields.optionalText("url"),
              fields.optionalText("auth"));
      case "secret" -> new Resource.Secret(name, optional);
      default -> throw fields.error("has the unknown kind `" + Quoted.of(kind) + "`");
    };
  }

  private static Dependency dependency(Fields fields) {
    boolean optional = fields.flag("optional");
    if (fields.has("anyOf")) {
      return new Dependency.AnyOf(fields.maps("anyOf", RecordReader::alternative), optional);
    }
    Dependency.Alternative one = alternative(fields);
    return new Dependency.One(one.name(), one.range(), one.provider(), optional);
  }

  private static Dependency.Alternative alternative(Fields fields) {
    return new Dependency.Alternative(
        name(fields, "name", fields.text("name")),
        range(fields, fields.text("range")),
        fields.optionalText("provider").map(text -> name(fields, "provider", text)));
  }

  private static Name name(Fields fields, String field, String text) {
    return exact(fields, field, text, name -> Name.parse(name, Punycode.ALLOWED));
  }

  private static Version version(Fields fields, String text) {
    return exact(fields, "version", text, Version::parse);
  }

  private static Range range(Fields fields, String text) {
    return exact(fields, "range", text, Range::parse);
  }

  /** The value of a text that must be the value's one spelling. */
  private static <T> T exact(Fields fields, String field, String text, Function<String, T> parser) {
    T value;
    try {
      value = parser.apply(text);
    } catch (FormatException e) {
      throw fields.error("has `" + Quoted.of(text) + "` in field `" + field + "`: " + e.message());
    }
    if (!value.toString().equals(text)) {
      throw fields.error(
          "has `%s` in field `%s`, expected its canonical spelling `%s`"
              .formatted(Quoted.of(text), field, Quoted.of(value.toString())));
    }
    return value;
  }

  private static <T> T choice(
      Fields fields, String field, String text, Function<String, Optional<T>> of) {
    Optional<T> value = of.apply(text);
    if (value.isEmpty()) {
      throw fields.error(
          "has the unknown value `" + Quoted.of(text) + "` in field `" + field + "`");
    }
    return value.get();
  }

  private static <T> List<T> choices(
      Fields fields, String field, Function<String, Optional<T>> of) {
    List<String> texts = fields.sortedTexts(field);
    if (texts.isEmpty()) {
      return List.of();
    }
    List<T> values = new ArrayList<>(texts.size());
    for (String text : texts) {
      values.add(choice(fields, field, text, of));
    }
    return values;
  }

  private static String withDefault(Fields fields, String field, String standard) {
    Optional<String> written = fields.optionalText(field);
    if (written.isPresent() && written.get().equals(standard)) {
      throw standard(fields, field);
    }
    return written.orElse(standard);
  }

  private static void sorted(Fields fields, String field, List<?> written, List<?> set) {
    if (!written.equals(set)) {
      throw fields.error("has field `" + field + "` not sorted by bytes and distinct");
    }
  }

  private static FormatException standard(Fields fields, String field) {
    return fields.error("has the default of field `" + field + "`, which is not written");
  }
}
