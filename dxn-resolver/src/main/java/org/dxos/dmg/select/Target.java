package org.dxos.dmg.select;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.record.Backend;
import org.dxos.dmg.record.Deployment;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Resource;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * What a closure has to run on. Whatever is absent is not asked for.
 *
 * <p>The short text is {@code
 * runtime[@version][,backend][,deployment][,memory=BYTES][,grant=KIND…]}: {@code nodejs@20,server}.
 * {@code browser} is a runtime and a backend; by itself it means the backend, which runs wasi too,
 * and {@code runtime=browser} the runtime.
 *
 * @param version of the runtime; missing parts are 0
 * @param resources kinds that are granted; empty: not looked at
 * @param memory bytes that a function may have
 */
public record Target(
    Optional<Runtime> runtime,
    Optional<Version> version,
    Optional<Backend> backend,
    Optional<Deployment> deployment,
    List<String> resources,
    OptionalLong memory) {

  private static final String RUNTIME = "runtime=";
  private static final String GRANT = "grant=";

  /** Of memory, each 1,024 of the one before. */
  private static final String UNITS = "KMGT";

  public Target {
    resources = List.copyOf(resources);
    if (memory.orElse(0) < 0 || memory.orElse(0) > Fields.MAX_UINT) {
      throw invalid("memory of " + memory.getAsLong() + " bytes");
    }
    if (version.isPresent() && runtime.isEmpty()) {
      throw invalid("a version without a runtime");
    }
  }

  /**
   * Reads the short text.
   *
   * @throws FormatException with {@link ErrorCode#USAGE}
   */
  public static Target parse(String text) {
    Optional<Runtime> runtime = Optional.empty();
    Optional<Version> version = Optional.empty();
    Optional<Backend> backend = Optional.empty();
    Optional<Deployment> deployment = Optional.empty();
    List<String> resources = new ArrayList<>();
    OptionalLong memory = OptionalLong.empty();
    for (String part : text.split(",", -1)) {
      String word = part.strip();
      int at = word.indexOf('@');
      String head = at < 0 ? word : word.substring(0, at);
      if (word.startsWith("memory=")) {
        memory = OptionalLong.of(parseMemory(word.substring("memory=".length())));
      } else if (word.startsWith(GRANT)) {
        resources.add(kind(word.substring(GRANT.length())));
      } else if (word.startsWith(RUNTIME)) {
        runtime =
            Optional.of(
                known(
                    "runtime",
                    word.substring(RUNTIME.length()),
                    Runtime.of(word.substring(RUNTIME.length()))));
      } else if (Runtime.of(head).isPresent() && !word.equals(Backend.BROWSER.toString())) {
        runtime = Runtime.of(head);
        version = at < 0 ? Optional.empty() : Optional.of(parseVersion(word.substring(at + 1)));
      } else if (Backend.of(word).isPresent()) {
        backend = Backend.of(word);
      } else if (Deployment.of(word).isPresent()) {
        deployment = Deployment.of(word);
      } else {
        throw invalid("`" + word + "` is no runtime, backend or deployment");
      }
    }
    return new Target(
        runtime,
        version,
        backend,
        deployment,
        resources.stream().distinct().sorted(Fields::compareUtf8).toList(),
        memory);
  }

  /**
   * Reads a profile that a person wrote: the fields of the map in a closure, where a version may
   * leave parts out ({@code "20"}), memory may have a unit ({@code "256Mi"}) and resources stand in
   * any order.
   *
   * @throws FormatException with {@link ErrorCode#USAGE}
   */
  public static Target ofProfile(Node node) {
    Fields fields = Fields.of("target", ErrorCode.USAGE, node);
    List<String> words = new ArrayList<>();
    Optional<String> version = fields.optionalText("version");
    Optional<String> runtime = fields.optionalText("runtime");
    runtime.ifPresent(one -> known("runtime", one, Runtime.of(one)));
    if (version.isPresent() && runtime.isEmpty()) {
      throw invalid("a version without a runtime");
    }
    runtime.ifPresent(
        one -> words.add(version.map(v -> one + "@" + v).orElseGet(() -> RUNTIME + one)));
    fields
        .optionalText("backend")
        .ifPresent(one -> words.add(known("backend", one, Backend.of(one)).toString()));
    fields
        .optionalText("deployment")
        .ifPresent(one -> words.add(known("deployment", one, Deployment.of(one)).toString()));
    fields
        .optionalNode("memory")
        .ifPresent(
            one ->
                words.add(
                    "memory="
                        + switch (one) {
                          case Node.Int number -> Long.toString(number.value());
                          case Node.Text text -> text.value();
                          default -> throw invalid("memory that is neither bytes nor a text");
                        }));
    if (fields.has("resources")) {
      fields
          .list("resources", one -> one instanceof Node.Text text ? text.value() : "")
          .forEach(one -> words.add(GRANT + one));
    }
    fields.end();
    if (words.isEmpty()) {
      throw invalid("a profile that says nothing");
    }
    return parse(String.join(",", words));
  }

  /** What nothing asks for cannot be meant: most likely it is misspelled. */
  private static String kind(String text) {
    if (!Resource.KINDS.contains(text)) {
      throw invalid(
          "`" + text + "` is no kind of resource, expected " + String.join(", ", Resource.KINDS));
    }
    return text;
  }

  private static Version parseVersion(String text) {
    int dots = (int) text.chars().filter(c -> c == '.').count();
    try {
      return Version.parse(text + ".0".repeat(Math.max(0, 2 - dots)));
    } catch (FormatException e) {
      throw invalid("version `" + text + "` of the runtime, expected for example 20 or 20.11.1");
    }
  }

  /** As short as it can be written: parts that are 0 are left away at the end. */
  private static String text(Version version) {
    String text = version.toString();
    return text.endsWith(".0.0")
        ? text.substring(0, text.length() - ".0.0".length())
        : text.endsWith(".0") ? text.substring(0, text.length() - ".0".length()) : text;
  }

  /** Bytes as {@code memory=} takes them, in the largest unit that leaves no fraction. */
  private static String memoryText(long bytes) {
    int unit = 0;
    long number = bytes;
    while (unit < UNITS.length() && number > 0 && number % 1024 == 0) {
      number /= 1024;
      unit++;
    }
    return unit == 0 ? Long.toString(bytes) : number + UNITS.substring(unit - 1, unit) + "i";
  }

  private static long parseMemory(String text) {
    String digits = text;
    long factor = 1;
    if (text.endsWith("i") && text.length() > 2) {
      int unit = UNITS.indexOf(text.charAt(text.length() - 2));
      digits = text.substring(0, text.length() - 2);
      factor = unit < 0 ? 0 : 1L << (10 * (unit + 1));
    }
    try {
      long number = Long.parseLong(digits);
      if (factor == 0 || number < 0 || number > Fields.MAX_UINT / factor) {
        throw invalid("memory `" + text + "`, expected bytes, or for example 256Mi");
      }
      return number * factor;
    } catch (NumberFormatException e) {
      throw invalid("memory `" + text + "`, expected bytes, or for example 256Mi");
    }
  }

  /**
   * The first variant of a record that fits; 0 for a record without runtimes, which runs nowhere
   * and fits everywhere.
   */
  public OptionalInt variant(ModuleRecord module) {
    if (module.runtimes().isEmpty()) {
      return OptionalInt.of(0);
    }
    if (!notGranted(module).isEmpty()) {
      return OptionalInt.empty();
    }
    for (int i = 0; i < module.runtimes().size(); i++) {
      if (fits(module.runtimes().get(i))) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  private boolean fits(Variant variant) {
    return (runtime.isEmpty() || variant.runtime() == runtime.get())
        && (version.isEmpty() || variant.version().contains(version.get()))
        && (backend.isEmpty() || variant.backends().contains(backend.get()))
        && (deployment.isEmpty() || variant.deployments().contains(deployment.get()))
        && (memory.isEmpty() || variant.memory().orElse(0) <= memory.getAsLong());
  }

  /**
   * The variants of a record, each with what keeps it from running here beside its runtime and the
   * versions of that: {@code nodejs >=20 that needs 512Mi}.
   */
  public List<String> variants(ModuleRecord module) {
    return module.runtimes().stream().map(this::variant).distinct().toList();
  }

  private String variant(Variant variant) {
    String text =
        variant.version().equals(Range.ANY)
            ? variant.runtime().toString()
            : variant.runtime() + " " + variant.version();
    boolean otherRuntime =
        !(runtime.isEmpty() || variant.runtime() == runtime.get())
            || !(version.isEmpty() || variant.version().contains(version.get()));
    if (otherRuntime) {
      return text;
    }
    if (backend.isPresent() && !variant.backends().contains(backend.get())) {
      return text + " on " + either(variant.backends());
    }
    if (deployment.isPresent() && !variant.deployments().contains(deployment.get())) {
      return text + " deployed as " + either(variant.deployments());
    }
    return memory.isPresent() && variant.memory().orElse(0) > memory.getAsLong()
        ? text + " that needs " + memoryText(variant.memory().orElse(0))
        : text;
  }

  private static String either(List<?> all) {
    return String.join(" or ", all.stream().map(Object::toString).toList());
  }

  /** Kinds of resources that a record cannot do without, and that this does not grant. */
  public List<String> notGranted(ModuleRecord module) {
    return resources.isEmpty()
        ? List.of()
        : module.resources().stream()
            .filter(resource -> !resource.optional() && !resources.contains(resource.kind()))
            .map(resource -> resource.kind())
            .distinct()
            .sorted()
            .toList();
  }

  /** The map in a closure. */
  public Node.Map toNode() {
    return new MapBuilder()
        .put("runtime", runtime, one -> Node.of(one.toString()))
        .put("version", version, one -> Node.of(one.toString()))
        .put("backend", backend, one -> Node.of(one.toString()))
        .put("deployment", deployment, one -> Node.of(one.toString()))
        .put("resources", resources, Node::of)
        .put("memory", memory)
        .build();
  }

  /** Reads the map in a closure. */
  public static Target fromNode(Node node) {
    Fields fields = Fields.of("closure /target", ErrorCode.LOCK_INVALID, node);
    Target target =
        new Target(
            fields.optionalText("runtime").map(text -> known("runtime", text, Runtime.of(text))),
            fields.optionalText("version").map(Version::parse),
            fields.optionalText("backend").map(text -> known("backend", text, Backend.of(text))),
            fields
                .optionalText("deployment")
                .map(text -> known("deployment", text, Deployment.of(text))),
            fields.sortedTexts("resources"),
            fields.optionalUint("memory"));
    fields.end();
    return target;
  }

  private static <T> T known(String field, String text, Optional<T> value) {
    return value.orElseThrow(() -> invalid("`" + text + "` is no " + field));
  }

  private static FormatException invalid(String what) {
    return new FormatException(
        ErrorCode.USAGE, "read target: " + what, "write for example `nodejs@20,server` or `wasi`");
  }

  /** The short text. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    runtime.ifPresent(
        one ->
            parts.add(
                one == Runtime.BROWSER && version.isEmpty()
                    ? RUNTIME + one
                    : one + version.map(v -> "@" + text(v)).orElse("")));
    backend.ifPresent(one -> parts.add(one.toString()));
    deployment.ifPresent(one -> parts.add(one.toString()));
    memory.ifPresent(one -> parts.add("memory=" + memoryText(one)));
    resources.forEach(one -> parts.add(GRANT + one));
    return String.join(",", parts);
  }
}
