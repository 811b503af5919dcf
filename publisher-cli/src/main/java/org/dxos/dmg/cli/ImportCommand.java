package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.carry.Import;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.imports.DebianImport;
import org.dxos.dmg.imports.DebianPackages;
import org.dxos.dmg.imports.IndexImport;
import org.dxos.dmg.imports.PackageIndex;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.verdict.Standing.Contest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Take in what others have: packages of other registries, or a CAR of `dmg export`.",
      "dmg import debian, crates or purescript FILE publishes packages as signed releases; "
          + "dmg import car FILE takes authorities that `dmg export` wrote."
    })
final class ImportCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(index = "0", paramLabel = "KIND", description = "debian, crates, purescript or car")
  private String kind = "";

  @Parameters(
      index = "1",
      paramLabel = "FILE",
      description = "a Packages file, or an index as JSON lines; either may be gzipped")
  private Path file = Path.of("");

  @Option(
      names = "--leave-out",
      paramLabel = "NAMES",
      description = "a file with a package name a line: no dependency leads to these")
  private Optional<Path> leaveOut = Optional.empty();

  ImportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (kind.equals("car")) {
      return importCar();
    }
    Optional<IndexImport.Origin> origin = IndexImport.Origin.of(kind);
    if (origin.isPresent()) {
      return importIndex(origin.get());
    }
    if (!kind.equals("debian")) {
      throw new CommandException(
          ErrorCode.USAGE,
          "import `" + kind + "`: this version imports debian, crates, purescript and car",
          "give debian and a Packages file, crates or purescript and an index, or car and a file of `dmg export`");
    }
    requireFile(file, "give a Packages file");
    Set<String> names = leftOut();
    DebianPackages packages = DebianPackages.read(file);
    try (Registry registry = session.founding()) {
      Publisher publisher = new Publisher(registry, session.keys(), session.world().clock());
      Indexing indexing = new Indexing(registry, session.world());
      DebianImport.Report report =
          new DebianImport(packages, names).publish(publisher, progress(indexing));
      indexing.finish();
      if (session.json()) {
        session
            .terminal()
            .json(
                new MapBuilder()
                    .put("published", report.published())
                    .put("unchanged", report.unchanged())
                    .put("clauses", report.clauses())
                    .put("unresolved", report.unresolved())
                    .put("authority", DebianImport.AUTHORITY)
                    .build());
      } else {
        report.claimed().ifPresent(this::noteClaim);
        session
            .terminal()
            .line(
                "published "
                    + report.published()
                    + " releases, "
                    + report.unchanged()
                    + " were there");
        session
            .terminal()
            .note(
                report.clauses()
                    + " dependency clauses, "
                    + report.unresolved()
                    + " without a candidate");
      }
      return 0;
    }
  }

  private int importCar() throws IOException {
    requireFile(file, "give a file that `dmg export` wrote");
    try (Registry registry = session.founding()) {
      for (AuthorityInfo one : Import.read(file, registry)) {
        session
            .terminal()
            .line(
                one.name()
                    + "  "
                    + one.genesis()
                    + "  "
                    + one.head().map(Object::toString).orElse("no head")
                    + (one.contest() == Contest.NONE ? "" : "  CONTESTED"));
      }
      return 0;
    }
  }

  private int importIndex(IndexImport.Origin origin) throws IOException {
    requireFile(file, "give an index as JSON lines, gzipped or not");
    PackageIndex index = PackageIndex.read(file);
    try (Registry registry = session.founding()) {
      Publisher publisher = new Publisher(registry, session.keys(), session.world().clock());
      Indexing indexing = new Indexing(registry, session.world());
      IndexImport.Report report =
          new IndexImport(origin, index).publish(publisher, progress(indexing));
      indexing.finish();
      if (session.json()) {
        session
            .terminal()
            .json(
                new MapBuilder()
                    .put("published", report.published())
                    .put("unchanged", report.unchanged())
                    .put("leftOut", report.leftOut())
                    .put("yanked", report.yanked())
                    .put("authority", origin.authority())
                    .build());
        return 0;
      }
      report.claimed().ifPresent(this::noteClaim);
      session
          .terminal()
          .line(
              "published "
                  + report.published()
                  + " releases, "
                  + report.unchanged()
                  + " were there; yanked: "
                  + report.yanked());
      if (report.leftOut() > 0) {
        session
            .terminal()
            .note(
                "left out: "
                    + report.leftOut()
                    + ", for numbers of more than nine digits, or the same but for their build");
      }
      return 0;
    }
  }

  private void noteClaim(Publisher.Claimed claimed) {
    session
        .terminal()
        .note(
            "claimed authority "
                + claimed.authority().name()
                + ", recovery key "
                + claimed.recoveryFile()
                + " (move this off the machine)");
  }

  private Set<String> leftOut() throws IOException {
    Set<String> names = new LinkedHashSet<>();
    if (leaveOut.isPresent()) {
      requireFile(leaveOut.get(), "give a file with a package name a line");
      Files.readAllLines(leaveOut.get()).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .forEach(names::add);
    }
    return names;
  }

  private static void requireFile(Path path, String hint) {
    if (!Files.isRegularFile(path)) {
      throw new CommandException(
          ErrorCode.USAGE, "import `" + path + "`: there is no such file", hint);
    }
  }

  private Publisher.Progress progress(Indexing indexing) {
    return (done, all) -> {
      if (!session.json()) {
        session.terminal().note("published " + done + " of " + all);
      }
      indexing.published(done, all);
    };
  }
}
