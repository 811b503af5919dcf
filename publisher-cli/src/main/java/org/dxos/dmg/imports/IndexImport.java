package org.dxos.dmg.imports;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * The packages of an index as modules of one authority: every version a release, ranges as they
 * are, yanked ones yanked.
 *
 * <p>What no release here can say is left out, and counted: versions or ranges with a number of
 * more than nine digits, and of versions that differ only in their build all but the one without.
 */
public final class IndexImport {

  /** Where an index comes from. */
  public enum Origin {
    CRATES("io.crates"),
    PURESCRIPT("org.purescript");

    private final String authority;

    Origin(String authority) {
      this.authority = authority;
    }

    /** Under which everything is published. */
    public String authority() {
      return authority;
    }

    /** The one of that name, in lower case. */
    public static Optional<Origin> of(String text) {
      for (Origin origin : values()) {
        if (origin.toString().equals(text)) {
          return Optional.of(origin);
        }
      }
      return Optional.empty();
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What came of an import.
   *
   * @param published releases that were added
   * @param unchanged releases that were there
   * @param leftOut versions of the index that are no release here
   * @param yanked releases that are yanked now
   * @param claimed the authority, if this import claimed it
   */
  public record Report(
      int published, int unchanged, int leftOut, int yanked, Optional<Publisher.Claimed> claimed) {}

  private final Origin origin;
  private final Authority authority;
  private final Map<String, String> segments;
  private final List<IndexedPackage> imported = new ArrayList<>();
  private final int leftOut;

  public IndexImport(Origin origin, PackageIndex index) {
    this.origin = origin;
    this.authority = Name.parse(origin.authority() + "/module/x").authority();
    TreeSet<String> names = new TreeSet<>();
    Map<String, List<IndexedPackage>> byVersion = new HashMap<>();
    for (IndexedPackage one : index.all()) {
      names.add(one.name());
      byVersion
          .computeIfAbsent(one.name() + "@" + one.bareVersion(), _ -> new ArrayList<>(1))
          .add(one);
    }
    // A name that is needed and not there must not meet one that is.
    index.all().forEach(one -> one.needs().forEach(needed -> names.add(needed.name())));
    this.segments = Segments.of(names);
    for (IndexedPackage one : index.all()) {
      boolean alone =
          byVersion.getOrDefault(one.name() + "@" + one.bareVersion(), List.of()).size() == 1;
      if ((alone || one.version().equals(one.bareVersion())) && isSayable(one)) {
        imported.add(one);
      }
    }
    this.leftOut = index.size() - imported.size();
  }

  private static boolean isSayable(IndexedPackage one) {
    try {
      Version.parse(one.bareVersion());
      one.needs().forEach(needed -> Range.parse(needed.range()));
      return true;
    } catch (FormatException e) {
      return false;
    }
  }

  /** How many releases there are to publish. */
  public int size() {
    return imported.size();
  }

  /**
   * Publishes all of them, and yanks those that are. What is published already and the same stays
   * as it is, so a second run goes on where the first was interrupted.
   *
   * @throws RuntimeException as {@link Publisher#publish}
   */
  public Report publish(Publisher publisher, Publisher.Progress progress) {
    Publisher.Many many =
        publisher.publishAll(
            origin.authority(), imported, one -> PreparedModule.of(record(one)), progress);
    List<Publisher.Said> yanks =
        imported.stream()
            .filter(IndexedPackage::yanked)
            .map(
                one ->
                    new Publisher.Said(
                        module(one.name()),
                        new Statement.Yank(one.bareVersion(), "yanked at " + origin)))
            .toList();
    publisher.sayAll(yanks, progress);
    return new Report(many.published(), many.unchanged(), leftOut, yanks.size(), many.claimed());
  }

  /** The record of each release. */
  List<ModuleRecord> records() {
    return imported.stream().map(this::record).toList();
  }

  private ModuleRecord record(IndexedPackage one) {
    ModuleRecord.Builder record =
        ModuleRecord.named(module(one.name()), Version.parse(one.bareVersion()));
    one.license().ifPresent(record::license);
    for (IndexedPackage.Needed needed : one.needs()) {
      record.dependency(
          new Dependency.One(
              module(needed.name()),
              Range.parse(needed.range()),
              Optional.empty(),
              needed.optional()));
    }
    return record.ext(new MapBuilder().put(origin.toString(), facts(one)).build()).build();
  }

  private Name module(String name) {
    String segment = segments.get(name);
    if (segment == null) {
      throw new IllegalStateException("no segment for " + name);
    }
    return new Name(authority, Kind.MODULE, segment);
  }

  /** What the record has no field for, as it stands in the index. */
  private static Node facts(IndexedPackage one) {
    return new MapBuilder()
        .put("package", one.name())
        .put(
            "version",
            Optional.of(one.version()).filter(text -> !text.equals(one.bareVersion())),
            Node::of)
        .put("links", one.links(), Node::of)
        .put(
            "deps",
            one.needs().stream().filter(IndexImport::saysMore).toList(),
            needed ->
                new MapBuilder()
                    .put("name", needed.name())
                    .put("req", needed.range())
                    .put("kind", needed.kind(), Node::of)
                    .put("target", needed.target(), Node::of)
                    .put("as", needed.as(), Node::of)
                    .build())
        .build();
  }

  private static boolean saysMore(IndexedPackage.Needed needed) {
    return needed.kind().isPresent() || needed.target().isPresent() || needed.as().isPresent();
  }
}
