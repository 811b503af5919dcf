package org.dxos.dmg.closure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.dxn.Punycode;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.solver.Chosen;
import org.dxos.dmg.solver.Root;
import org.dxos.dmg.version.Version;

/**
 * The body {@code dmg/closure/1}: what was asked for, and the releases that answer it.
 *
 * @param roots in the order given, without doubles
 * @param modules by name, authority id and precedence of the version
 */
public record Closure(List<Asked> roots, Optional<Target> target, List<Module> modules) {

  public static final String TYPE = "dmg/closure/1";
  public static final int MAX_BYTES = 2 * 1024 * 1024;

  /**
   * @param range canonical range or exact version; a tag as written; a CID in base32
   */
  public record Asked(Name name, String range) {
    public Asked {
      if (range.isEmpty() || Fields.forbiddenAt(range, false) >= 0) {
        throw invalid("root `" + name + "` has no range");
      }
    }
  }

  /**
   * One release.
   *
   * @param release envelope of the release statement
   * @param variant index into the record's runtimes; there wherever the record has runtimes
   * @param bundle of that variant
   * @param needs indices here of what satisfies its dependencies, ascending
   */
  public record Module(
      Name name,
      Version version,
      Cid genesis,
      Cid release,
      Cid record,
      OptionalInt variant,
      Optional<Bundle> bundle,
      List<Integer> needs) {
    public Module {
      needs = List.copyOf(needs);
      for (Cid link : List.of(genesis, release, record)) {
        if (!link.storable() || link.codec() != Cid.DAG_CBOR) {
          throw invalid("module `" + name + "` links `" + link + "`, expected a dag-cbor block");
        }
      }
      if (variant.orElse(0) < 0 || (bundle.isPresent() && variant.isEmpty())) {
        throw invalid("module `" + name + "` has a bundle without a variant");
      }
    }

    /** {@code name@version}. */
    public String reference() {
      return name + "@" + version;
    }

    private static final Comparator<Module> ORDER =
        Comparator.comparing((Module one) -> one.name().toString(), Fields::compareUtf8)
            .thenComparing(Module::genesis)
            .thenComparing(Module::version);
  }

  public Closure {
    roots = List.copyOf(roots);
    modules = List.copyOf(modules);
    if (roots.isEmpty() || modules.isEmpty()) {
      throw invalid("it has no roots or no modules");
    }
    if (new HashSet<>(roots).size() != roots.size()) {
      throw invalid("it has a root twice");
    }
    target = target.filter(one -> !one.toNode().entries().isEmpty());
    for (int i = 0; i < modules.size(); i++) {
      if (i > 0 && Module.ORDER.compare(modules.get(i - 1), modules.get(i)) >= 0) {
        throw invalid("module " + i + " is out of order");
      }
      int before = -1;
      for (int need : modules.get(i).needs()) {
        if (need <= before || need >= modules.size()) {
          throw invalid("module " + i + " needs " + need + ", which is out of order or not there");
        }
        before = need;
      }
    }
  }

  /** The closure of a solution. */
  public static Closure of(List<Root> roots, Optional<Target> target, List<Chosen> chosen) {
    List<Chosen> sorted =
        chosen.stream()
            .sorted(
                Comparator.comparing(
                        (Chosen one) -> one.release().name().toString(), Fields::compareUtf8)
                    .thenComparing(one -> one.release().genesis())
                    .thenComparing(one -> one.release().version()))
            .toList();
    Map<Cid, Integer> places = new HashMap<>();
    for (int i = 0; i < sorted.size(); i++) {
      places.put(sorted.get(i).release().envelope(), i);
    }
    List<Module> modules = new ArrayList<>();
    for (Chosen one : sorted) {
      modules.add(
          new Module(
              one.release().name(),
              one.release().version(),
              one.release().genesis(),
              one.release().envelope(),
              one.release().record(),
              one.variant(),
              one.variant().isPresent()
                  ? one.release().module().runtimes().get(one.variant().getAsInt()).bundle()
                  : Optional.empty(),
              one.needs().stream()
                  .map(need -> Optional.ofNullable(places.get(need.envelope())).orElseThrow())
                  .sorted()
                  .toList()));
    }
    List<Asked> asked =
        roots.stream().map(root -> new Asked(root.name(), root.written())).distinct().toList();
    return new Closure(asked, target, modules);
  }

  public byte[] encode() {
    byte[] block = DagCbor.encode(node(Node::of));
    if (block.length > MAX_BYTES) {
      throw new FormatException(
          ErrorCode.TOO_LARGE, "write closure: " + block.length + " bytes, at most " + MAX_BYTES);
    }
    return block;
  }

  public Cid cid() {
    return DagCbor.cid(encode());
  }

  /** The map, with links as {@code link} has them: as links in the block, as text in the lock. */
  Node.Map node(java.util.function.Function<Cid, Node> link) {
    return new MapBuilder()
        .put("type", TYPE)
        .put(
            "roots",
            roots,
            root ->
                new MapBuilder()
                    .put("name", root.name().toString())
                    .put("range", root.range())
                    .build())
        .put("target", target, Target::toNode)
        .put("modules", modules, module -> moduleNode(module, link))
        .build();
  }

  private static Node moduleNode(Module module, java.util.function.Function<Cid, Node> link) {
    MapBuilder map =
        new MapBuilder()
            .put("name", module.name().toString())
            .put("version", module.version().toString())
            .put("genesis", link.apply(module.genesis()))
            .put("release", link.apply(module.release()))
            .put("record", link.apply(module.record()));
    module.variant().ifPresent(variant -> map.put("variant", variant));
    return map.put(
            "bundle",
            module.bundle(),
            bundle ->
                new MapBuilder()
                    .put("cid", link.apply(bundle.cid()))
                    .put("size", bundle.size())
                    .build())
        .put("needs", module.needs(), Node::of)
        .build();
  }

  /** Reads the block. */
  public static Closure decode(byte[] block) {
    if (block.length > MAX_BYTES) {
      throw new FormatException(
          ErrorCode.TOO_LARGE, "read closure: " + block.length + " bytes, at most " + MAX_BYTES);
    }
    return fromNode(DagCbor.decode(block), (fields, field) -> fields.link(field));
  }

  static Closure fromNode(Node node, java.util.function.BiFunction<Fields, String, Cid> link) {
    try {
      return read(node, link);
    } catch (FormatException e) {
      // A name, a version or a CID that is none makes the whole no closure.
      throw e.code() == ErrorCode.LOCK_INVALID ? e : invalid(e.message());
    }
  }

  private static Closure read(Node node, java.util.function.BiFunction<Fields, String, Cid> link) {
    Fields fields = Fields.of("closure", ErrorCode.LOCK_INVALID, node);
    String type = fields.text("type");
    if (!type.equals(TYPE)) {
      throw fields.error("has type `" + type + "`, expected `" + TYPE + "`");
    }
    Closure closure =
        new Closure(
            fields.list("roots", Closure::asked),
            fields.optionalNode("target").map(Target::fromNode),
            fields.list("modules", one -> module(one, link)));
    fields.end();
    return closure;
  }

  private static Asked asked(Node node) {
    Fields fields = Fields.of("closure /roots", ErrorCode.LOCK_INVALID, node);
    Asked asked = new Asked(name(fields), fields.text("range"));
    fields.end();
    return asked;
  }

  private static Module module(Node node, java.util.function.BiFunction<Fields, String, Cid> link) {
    Fields fields = Fields.of("closure /modules", ErrorCode.LOCK_INVALID, node);
    Name name = name(fields);
    Version version = Version.parse(fields.text("version"));
    java.util.OptionalLong variant = fields.optionalUint("variant");
    Module module =
        new Module(
            name,
            version,
            link.apply(fields, "genesis"),
            link.apply(fields, "release"),
            link.apply(fields, "record"),
            variant.isPresent() ? OptionalInt.of(index(variant.getAsLong())) : OptionalInt.empty(),
            fields.optionalNode("bundle").map(bundle -> bundle(bundle, link)),
            fields.list(
                "needs", need -> index(need instanceof Node.Int number ? number.value() : -1)));
    fields.end();
    return module;
  }

  private static int index(long number) {
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw invalid("`" + number + "` is no index");
    }
    return (int) number;
  }

  /** A name in its one spelling, without {@code ~id}. */
  private static Name name(Fields fields) {
    String text = fields.text("name");
    Name name = Name.parse(text, Punycode.ALLOWED);
    if (!name.toString().equals(text) || name.authority().claim().isPresent()) {
      throw invalid("`" + text + "` is not spelled as a name without `~id`");
    }
    return name;
  }

  private static Bundle bundle(Node node, java.util.function.BiFunction<Fields, String, Cid> link) {
    Fields fields = Fields.of("closure /modules/bundle", ErrorCode.LOCK_INVALID, node);
    Bundle bundle = new Bundle(link.apply(fields, "cid"), fields.uint("size"));
    fields.end();
    return bundle;
  }

  private static FormatException invalid(String what) {
    return new FormatException(ErrorCode.LOCK_INVALID, "read closure: " + what);
  }
}
