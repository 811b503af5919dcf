package org.dxos.dmg.record;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.version.Version;

/**
 * What one release says about its module: a value. Equal values have equal blocks, and so equal
 * CIDs.
 *
 * @param name of a publishable kind, without {@code ~id}
 * @param authors a set
 * @param keywords a set
 * @param functions a set by name; for a module of kind function one of its own name if empty
 * @param runtimes in the author's order, which decides
 * @param resources a set
 * @param provides by API name
 * @param providers in an API's own release, the authorities that may provide it: a set
 * @param dependencies a set
 * @param ext free values of the author
 */
public record ModuleRecord(
    Name name,
    Version version,
    Optional<String> displayName,
    Optional<String> description,
    Optional<String> license,
    Optional<String> homepage,
    Optional<String> repository,
    List<String> authors,
    List<String> keywords,
    List<FunctionEntry> functions,
    List<Variant> runtimes,
    List<Resource> resources,
    Map<Name, Provided> provides,
    List<String> providers,
    List<Dependency> dependencies,
    Optional<Node.Map> ext) {

  /** The {@code type} of the block. */
  public static final String TYPE = "dmg/module/1";

  /** Of a block, so that a release and its closure stay small to send and quick to check. */
  public static final int MAX_BYTES = 256 << 10;

  public ModuleRecord {
    if (!name.kind().publishable() || isClaim(name)) {
      throw Rules.invalid(
          "name", "`" + name + "`, expected the name of a module that can be published");
    }
    Rules.text("displayName", displayName);
    Rules.prose("description", description);
    Rules.text("license", license);
    Rules.text("homepage", homepage);
    Rules.text("repository", repository);
    authors = Rules.texts("authors", authors);
    keywords = Rules.texts("keywords", keywords);
    functions = functions(name, functions);
    runtimes = List.copyOf(runtimes);
    resources = Rules.byEncoding(resources, RecordWriter::resource);
    provides = provides(provides);
    providers = Rules.texts("providers", providers);
    dependencies = Rules.byEncoding(dependencies, RecordWriter::dependency);
    Rules.free("ext", ext.map(map -> map));
    ext = ext.filter(map -> !map.entries().isEmpty());
  }

  private static List<FunctionEntry> functions(Name module, List<FunctionEntry> functions) {
    if (functions.isEmpty()) {
      return module.kind() == Kind.FUNCTION ? List.of(FunctionEntry.of(module)) : List.of();
    }
    TreeMap<String, FunctionEntry> sorted = new TreeMap<>();
    for (FunctionEntry function : functions) {
      String name = function.name().toString();
      if (!function.name().authority().equals(module.authority())
          || !(function.name().kind() == Kind.FUNCTION || function.name().equals(module))) {
        throw Rules.invalid(
            "functions",
            "`" + name + "`, expected functions of the authority `" + authority(module) + "`");
      }
      FunctionEntry other = sorted.put(name, function);
      if (other != null && !other.equals(function)) {
        throw Rules.invalid("functions", "two that are named `" + name + "`");
      }
    }
    return List.copyOf(sorted.values());
  }

  private static Map<Name, Provided> provides(Map<Name, Provided> provides) {
    for (Name api : provides.keySet()) {
      if (api.kind() != Kind.API) {
        throw Rules.invalid("provides", "`" + api + "`, expected the name of an API");
      }
    }
    return Rules.byKey(provides);
  }

  /** A record that says no more than its name and version; the start of a {@link Builder}. */
  public static Builder named(Name name, Version version) {
    return new Builder(name, version);
  }

  /**
   * Reads the block of a record.
   *
   * @throws FormatException with {@link ErrorCode#RECORD_INVALID}, or the codes of {@link DagCbor}
   */
  public static ModuleRecord decode(byte[] block) {
    return RecordReader.read(block);
  }

  /**
   * The block of this record.
   *
   * @throws FormatException if it is over {@link #MAX_BYTES}
   */
  public byte[] encode() {
    byte[] block = DagCbor.encode(RecordWriter.record(this));
    if (block.length > MAX_BYTES) {
      throw tooLarge(block.length);
    }
    return block;
  }

  static FormatException tooLarge(int size) {
    return new FormatException(
        ErrorCode.RECORD_INVALID, "record of " + size + " bytes: expected at most " + MAX_BYTES);
  }

  /** The CID of {@link #encode}. */
  public Cid cid() {
    return DagCbor.cid(encode());
  }

  /** The names of {@link #functions}, whole, sorted. */
  public SortedSet<String> functionNames() {
    SortedSet<String> names = new TreeSet<>();
    functions.forEach(function -> names.add(function.name().toString()));
    return names;
  }

  /**
   * The paths that a release of this record carries beside its own: its functions' names without
   * authority, sorted. These are a release statement's {@code names}.
   */
  public SortedSet<String> carriedPaths() {
    SortedSet<String> paths = new TreeSet<>();
    for (FunctionEntry function : functions) {
      if (function.name().kind() == Kind.FUNCTION) {
        paths.add(function.name().path());
      }
    }
    paths.remove(name.path());
    return paths;
  }

  /**
   * The authorities that a release statement binds to their ids: of dependencies with their
   * alternatives and providers, of {@code provides}, {@code providers}, function triggers and
   * {@code invoke}; without the record's own and without those that carry their {@code ~id}.
   */
  public SortedSet<String> authoritiesNamed() {
    SortedSet<String> named = new TreeSet<>();
    for (Dependency dependency : dependencies) {
      for (Dependency.Alternative alternative : dependency.alternatives()) {
        named.add(authority(alternative.name()));
        alternative.provider().ifPresent(provider -> named.add(authority(provider)));
      }
    }
    provides.keySet().forEach(api -> named.add(authority(api)));
    named.addAll(providers);
    for (FunctionEntry function : functions) {
      for (Trigger trigger : function.triggers()) {
        if (trigger instanceof Trigger.Function source) {
          named.add(authority(source.function()));
        }
      }
    }
    for (Resource resource : resources) {
      if (resource instanceof Resource.Invoke invoke) {
        invoke.functions().forEach(function -> named.add(authority(function)));
      }
    }
    named.remove(authority(name));
    named.removeIf(authority -> authority.indexOf('~') >= 0);
    return named;
  }

  /**
   * The raw blocks that this record links (schemas, interfaces), each once, in the order in which
   * they first occur in its bytes.
   */
  public List<Cid> links() {
    Set<Cid> links = new LinkedHashSet<>();
    RecordWriter.links(RecordWriter.record(this), links);
    links.removeIf(cid -> cid.codec() != Cid.RAW);
    return List.copyOf(links);
  }

  /** The bundles of the variants, in their order, each once. */
  public List<Bundle> bundles() {
    Set<Bundle> bundles = new LinkedHashSet<>();
    runtimes.forEach(variant -> variant.bundle().ifPresent(bundles::add));
    return List.copyOf(bundles);
  }

  /** The authority part of a name, with its {@code ~id} if it has one. */
  static String authority(Name name) {
    return name.authority().text();
  }

  static boolean isClaim(Name name) {
    return name.authority().claim().isPresent();
  }

  /** Gathers the parts of a record; what is not set is absent. */
  public static final class Builder {
    private final Name name;
    private final Version version;
    private Optional<String> displayName = Optional.empty();
    private Optional<String> description = Optional.empty();
    private Optional<String> license = Optional.empty();
    private Optional<String> homepage = Optional.empty();
    private Optional<String> repository = Optional.empty();
    private List<String> authors = List.of();
    private List<String> keywords = List.of();
    private final List<FunctionEntry> functions = new ArrayList<>();
    private final List<Variant> runtimes = new ArrayList<>();
    private final List<Resource> resources = new ArrayList<>();
    private Map<Name, Provided> provides = Map.of();
    private List<String> providers = List.of();
    private final List<Dependency> dependencies = new ArrayList<>();
    private Optional<Node.Map> ext = Optional.empty();

    private Builder(Name name, Version version) {
      this.name = name;
      this.version = version;
    }

    public Builder displayName(String value) {
      displayName = Optional.of(value);
      return this;
    }

    public Builder description(String value) {
      description = Optional.of(value);
      return this;
    }

    public Builder license(String value) {
      license = Optional.of(value);
      return this;
    }

    public Builder homepage(String value) {
      homepage = Optional.of(value);
      return this;
    }

    public Builder repository(String value) {
      repository = Optional.of(value);
      return this;
    }

    public Builder authors(List<String> values) {
      authors = values;
      return this;
    }

    public Builder keywords(List<String> values) {
      keywords = values;
      return this;
    }

    public Builder function(FunctionEntry value) {
      functions.add(value);
      return this;
    }

    public Builder runtime(Variant value) {
      runtimes.add(value);
      return this;
    }

    public Builder resource(Resource value) {
      resources.add(value);
      return this;
    }

    public Builder provides(Map<Name, Provided> values) {
      provides = values;
      return this;
    }

    public Builder providers(List<String> values) {
      providers = values;
      return this;
    }

    public Builder dependency(Dependency value) {
      dependencies.add(value);
      return this;
    }

    public Builder ext(Node.Map value) {
      ext = Optional.of(value);
      return this;
    }

    /** The record; a rule that is broken is a {@link FormatException}. */
    public ModuleRecord build() {
      return new ModuleRecord(
          name,
          version,
          displayName,
          description,
          license,
          homepage,
          repository,
          authors,
          keywords,
          functions,
          runtimes,
          resources,
          provides,
          providers,
          dependencies,
          ext);
    }
  }
}
