package org.dxos.dmg.imports;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/** Debian packages as modules of one authority; the package says how. */
public final class DebianImport {

  /** Under which everything is published. */
  public static final String AUTHORITY = "org.debian";

  /**
   * Debian's versions are no semantic ones, so each import is a world of its own at this version.
   */
  private static final Version VERSION = Version.parse("1.0.0");

  private final Candidates candidates;
  private final Authority authority = Name.parse(AUTHORITY + "/module/x").authority();
  private final Map<String, String> modules;
  private final Map<String, String> apis;
  private final List<DebianPackage> imported;

  /**
   * What came of an import.
   *
   * @param published releases that were added
   * @param unchanged releases that were there
   * @param clauses dependency clauses of all of them
   * @param unresolved how many of these nothing on the list can answer
   * @param claimed the authority, if this import claimed it
   */
  public record Report(
      int published,
      int unchanged,
      int clauses,
      int unresolved,
      Optional<Publisher.Claimed> claimed) {}

  /** Of two versions of a name the higher is imported. */
  public DebianImport(DebianPackages packages) {
    this(packages, Set.of());
  }

  /**
   * @param leftOut names that no dependency shall lead to, beside those that cannot be installed;
   *     they are imported all the same
   */
  public DebianImport(DebianPackages packages, Set<String> leftOut) {
    this.candidates = Candidates.among(packages.all(), leftOut);
    this.imported = candidates.newest();
    this.modules = Segments.of(imported.stream().map(DebianPackage::name).toList());
    this.apis = Segments.of(candidates.provided());
  }

  /** How many releases there are to publish. */
  public int size() {
    return imported.size();
  }

  /**
   * Names of the packages that no set of packages on the list satisfies, as far as was found, and
   * of those left out.
   */
  public List<String> notInstallable() {
    return List.copyOf(
        new TreeSet<>(candidates.impossible().stream().map(DebianPackage::name).toList()));
  }

  /**
   * Publishes all of them. What is published already and the same stays as it is, so a second run
   * goes on where the first was interrupted.
   *
   * @throws RuntimeException as {@link Publisher#publish}
   */
  public Report publish(Publisher publisher, Publisher.Progress progress) {
    Publisher.Many many =
        publisher.publishAll(AUTHORITY, imported, one -> PreparedModule.of(record(one)), progress);
    int clauses = imported.stream().mapToInt(one -> one.depends().size()).sum();
    int unresolved = imported.stream().mapToInt(one -> unresolved(one).size()).sum();
    return new Report(many.published(), many.unchanged(), clauses, unresolved, many.claimed());
  }

  /** The record of each package, by the package's name. */
  Map<String, ModuleRecord> records() {
    Map<String, ModuleRecord> records = new TreeMap<>();
    imported.forEach(one -> records.put(one.name(), record(one)));
    return records;
  }

  private ModuleRecord record(DebianPackage one) {
    ModuleRecord.Builder record = ModuleRecord.named(module(one), VERSION);
    one.description().ifPresent(record::description);
    one.section().ifPresent(section -> record.keywords(List.of(section)));
    record.provides(provides(one));
    TreeSet<String> needed = new TreeSet<>();
    one.depends()
        .forEach(clause -> candidates.of(clause).ifPresent(found -> needed.add(found.name())));
    needed.remove(one.name()); // whoever answers a clause himself needs nobody for it
    for (String name : needed) {
      record.dependency(
          new Dependency.One(name(Kind.MODULE, modules, name), Range.ANY, Optional.empty(), false));
    }
    return record.ext(new MapBuilder().put("debian", facts(one)).build()).build();
  }

  private Name module(DebianPackage one) {
    return name(Kind.MODULE, modules, one.name());
  }

  private Name name(Kind kind, Map<String, String> segments, String debian) {
    String segment = segments.get(debian);
    if (segment == null) {
      throw new IllegalStateException("no segment for " + debian);
    }
    return new Name(authority, kind, segment);
  }

  private Map<Name, Provided> provides(DebianPackage one) {
    Map<Name, Provided> provides = new TreeMap<>();
    for (DebianTerm provided : one.provides()) {
      provides.put(name(Kind.API, apis, provided.name()), new Provided(VERSION, Optional.empty()));
    }
    return provides;
  }

  private List<DebianPackage.Clause> unresolved(DebianPackage one) {
    List<DebianPackage.Clause> unresolved = new ArrayList<>();
    for (DebianPackage.Clause clause : one.depends()) {
      if (candidates.of(clause).isEmpty()) {
        unresolved.add(clause);
      }
    }
    return unresolved;
  }

  /** Everything as Debian wrote it: a relation is one text, a clause with its alternatives too. */
  private Node facts(DebianPackage one) {
    return new MapBuilder()
        .put("package", one.name())
        .put("version", one.version().text())
        .put("architecture", one.architecture())
        .put("section", one.section(), Node::of)
        .put("size", one.size())
        .put("sha256", one.sha256(), Node::of)
        .put("source", one.source(), Node::of)
        .put("multiArch", one.multiArch(), Node::of)
        .put("provides", texts(one.provides()))
        .put("depends", texts(one.depends()))
        .put(
            "preDepends",
            one.preDepends() == 0 ? Optional.empty() : Optional.of((long) one.preDepends()),
            Node::of)
        .put("recommends", texts(one.recommends()))
        .put("conflicts", texts(one.conflicts()))
        .put("breaks", texts(one.breaks()))
        .put("unresolved", texts(unresolved(one)))
        .build();
  }

  private static Node texts(List<?> relations) {
    return Node.ofTexts(DebianPackage.texts(relations));
  }
}
