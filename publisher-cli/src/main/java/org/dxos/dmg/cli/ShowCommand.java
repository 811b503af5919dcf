package org.dxos.dmg.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Variant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Show a release: its functions, runtimes, resources and dependencies.")
final class ShowCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(paramLabel = "DXN", description = "the release to show")
  private String dxn = "";

  ShowCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Registry registry = session.registry()) {
      ReleaseInfo release = registry.resolve(dxn);
      if (session.json()) {
        session.terminal().json(release.toNode());
        return 0;
      }
      ModuleRecord module = ModuleRecord.decode(registry.get(release.record()).orElseThrow());
      describe(release, module).forEach(session.terminal()::line);
      release.warnings().forEach(session.terminal()::warning);
      return 0;
    }
  }

  private static List<String> describe(ReleaseInfo release, ModuleRecord module) {
    List<String> lines = new ArrayList<>();
    lines.add(release.reference());
    module.description().ifPresent(lines::add);
    lines.add("");
    add(lines, "license", module.license());
    add(lines, "repository", module.repository());
    for (FunctionEntry function : module.functions()) {
      lines.add(
          "function    "
              + function.name()
              + function.handler().map(one -> "  (" + one + ")").orElse(""));
    }
    for (Variant variant : module.runtimes()) {
      String bundle =
          variant.bundle().map(one -> "  " + one.cid() + ", " + one.size() + " bytes").orElse("");
      lines.add(
          "runtime     "
              + variant.runtime()
              + " "
              + variant.version()
              + " on "
              + variant.backends()
              + bundle);
    }
    module
        .resources()
        .forEach(
            resource ->
                lines.add(
                    "asks for    "
                        + resource.kind()
                        + resource.name().map(name -> " " + name).orElse("")));
    module
        .provides()
        .forEach((api, provided) -> lines.add("provides    " + api + " " + provided.version()));
    for (Dependency dependency : module.dependencies()) {
      lines.add("needs       " + text(dependency));
    }
    lines.add("");
    lines.add("record      " + release.record());
    lines.add("release     " + release.release());
    lines.add("authority   " + release.genesis());
    lines.add("head        " + release.head());
    return lines;
  }

  private static void add(List<String> lines, String what, Optional<String> value) {
    value.ifPresent(one -> lines.add("%-12s%s".formatted(what, one)));
  }

  static String text(Dependency dependency) {
    String text =
        switch (dependency) {
          case Dependency.One one -> one.name() + "@" + one.range();
          case Dependency.AnyOf anyOf ->
              String.join(
                  " or ",
                  anyOf.alternatives().stream()
                      .map(one -> one.name() + "@" + one.range())
                      .toList());
        };
    return dependency.optional() ? text + "  (optional)" : text;
  }
}
