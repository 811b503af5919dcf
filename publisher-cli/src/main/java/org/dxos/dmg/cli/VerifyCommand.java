package org.dxos.dmg.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.carry.Check;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.install.Chain;
import org.dxos.dmg.install.Installer;
import org.dxos.dmg.truststore.Watch;
import org.dxos.dmg.verdict.Standing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Follow the signatures from bytes to the id of the authority, and show each link.",
      "An installed folder and a CAR of `dmg export` are verified without a registry; a lock or a"
          + " name against the registry's blocks."
    })
final class VerifyCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(paramLabel = "WHAT", description = "an installed folder, a CAR, a dmg.lock, or a DXN")
  private String what = "";

  VerifyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (isCar(Path.of(what))) {
      return exported(Check.of(Path.of(what)));
    }
    List<Chain.Verified> verified = verify();
    if (session.json()) {
      List<Node> modules = new ArrayList<>();
      verified.forEach(
          one ->
              modules.add(
                  new MapBuilder()
                      .put("release", one.module().reference())
                      .put("links", one.links(), VerifyCommand::node)
                      .build()));
      session
          .terminal()
          .json(new MapBuilder().putAlways("verified", new Node.Array(modules)).build());
      return 0;
    }
    for (Chain.Verified one : verified) {
      session.terminal().line(one.module().reference());
      one.links().forEach(link -> session.terminal().line("  " + link.line()));
    }
    session
        .terminal()
        .note("verified " + verified.size() + (verified.size() == 1 ? " release" : " releases"));
    return 0;
  }

  private static Node.Map node(Chain.Link link) {
    MapBuilder map = new MapBuilder().put("stage", link.stage()).put("cid", link.cid().toString());
    link.more()
        .forEach(
            (what, value) -> {
              switch (what) {
                case "epoch", "seq" -> map.put(what, Long.parseLong(value));
                default -> map.put(what, value);
              }
            });
    return map.build();
  }

  /** A lock is JSON; a CAR begins with the length of its header. */
  private static boolean isCar(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      int first = in.read();
      return first >= 0 && first != '{' && !Character.isWhitespace(first);
    }
  }

  private int exported(List<Check.Authority> authorities) {
    Watch watch = session.watch();
    List<Node> told = new ArrayList<>();
    int releases = 0;
    for (Check.Authority one : authorities) {
      watch.requireBound(one.name(), one.standing().log().id(), "the file");
      releases += one.releases().size();
      told.add(node(one));
      if (!session.json()) {
        tell(one);
      }
    }
    if (session.json()) {
      session
          .terminal()
          .json(new MapBuilder().putAlways("authorities", new Node.Array(told)).build());
    }
    session
        .terminal()
        .note("verified %d authorities, %d releases".formatted(authorities.size(), releases));
    return 0;
  }

  private void tell(Check.Authority one) {
    Terminal terminal = session.terminal();
    terminal.line(one.name());
    terminal.line("  authority  " + one.standing().log().id());
    terminal.line(
        "  key log    "
            + one.standing().log().last().cid()
            + "  seq "
            + one.standing().log().last().body().seq());
    one.standing()
        .tip()
        .ifPresent(
            head -> terminal.line("  head       " + head.cid() + "  epoch " + head.body().epoch()));
    if (one.standing().contest() != Standing.Contest.NONE) {
      terminal.warning("`" + one.name() + "` is contested: the file proves it");
    }
    one.releases()
        .forEach(
            release -> terminal.line("  release    " + release.envelope() + "  " + release.name()));
  }

  private static Node node(Check.Authority one) {
    return new MapBuilder()
        .put("name", one.name())
        .put("authority", one.standing().log().id().toString())
        .put("keyHead", one.standing().log().last().cid().toString())
        .put("head", one.standing().tip(), head -> Node.of(head.cid().toString()))
        .flag("contested", one.standing().contest() != Standing.Contest.NONE)
        .put(
            "releases",
            one.releases(),
            release ->
                new MapBuilder()
                    .put("name", release.name())
                    .put("record", release.record().toString())
                    .put("release", release.envelope().toString())
                    .build())
        .build();
  }

  private List<Chain.Verified> verify() throws IOException {
    Path path = Path.of(what);
    if (Files.isDirectory(path)) {
      return new Installer(path.toAbsolutePath().normalize(), session.seen()::log).verify();
    }
    if (!Files.exists(path) && (what.startsWith("/") || what.startsWith("."))) {
      throw new CommandException(
          ErrorCode.USAGE,
          "verify `" + what + "`: there is no such file or folder",
          "give an installed folder, a dmg.lock, or a name");
    }
    try (Registry registry = session.registry()) {
      Lock lock =
          Files.isRegularFile(path)
              ? Installer.readLock(path)
              : registry.closure(new ClosureRequest(List.of(what), java.util.Optional.empty()));
      return new Chain(registry, session.seen()::log).verify(lock);
    }
  }
}
