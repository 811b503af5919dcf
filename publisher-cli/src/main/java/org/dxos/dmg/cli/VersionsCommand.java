package org.dxos.dmg.cli;

import java.util.concurrent.Callable;
import org.dxos.dmg.api.ModuleInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.select.Notices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "versions",
    mixinStandardHelpOptions = true,
    description = "List the versions and tags of a name, newest first.")
final class VersionsCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Mixin private final Moments moments = new Moments();

  @Parameters(paramLabel = "NAME", description = "a name without selector")
  private String name = "";

  VersionsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Registry registry = session.registry()) {
      ModuleInfo module = registry.module(name, moments.at());
      if (session.json()) {
        session.terminal().json(module.toNode());
        return 0;
      }
      for (ModuleInfo.VersionInfo one : module.versions()) {
        StringBuilder tags = new StringBuilder();
        module
            .tags()
            .forEach(
                (tag, version) ->
                    tags.append(version.equals(one.version()) ? "  [" + tag + "]" : ""));
        session.terminal().line(one.version() + "  " + one.record() + marks(one.notices()) + tags);
      }
      return 0;
    }
  }

  private static String marks(Notices notices) {
    StringBuilder marks = new StringBuilder();
    notices.unavailable().ifPresent(why -> marks.append("  ").append(why));
    notices.yanked().ifPresent(notice -> marks.append("  yanked: ").append(notice.reason()));
    for (Notices.Deprecation one : notices.deprecated()) {
      marks.append("  deprecated: ").append(one.reason());
      one.successor().ifPresent(next -> marks.append(" (use ").append(next).append(')'));
    }
    return marks.toString();
  }
}
