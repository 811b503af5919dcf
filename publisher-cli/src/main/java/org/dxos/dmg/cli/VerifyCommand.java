package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.install.Chain;
import org.dxos.dmg.install.Installer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Follow the signatures from bytes to the id of the authority, and show each link.",
      "An installed folder is verified without a network; a lock or a name is verified against the registry's blocks."
    })
final class VerifyCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(paramLabel = "WHAT", description = "an installed folder, a dmg.lock, or a DXN")
  private String what = "";

  VerifyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    List<Chain.Verified> verified = verify();
    if (session.json()) {
      List<Node> modules = new ArrayList<>();
      verified.forEach(
          one ->
              modules.add(
                  new MapBuilder()
                      .put("release", one.module().reference())
                      .put("links", one.links(), Node::of)
                      .build()));
      session
          .terminal()
          .json(new MapBuilder().putAlways("verified", new Node.Array(modules)).build());
      return 0;
    }
    for (Chain.Verified one : verified) {
      session.terminal().line(one.module().reference());
      one.links().forEach(link -> session.terminal().line("  " + link));
    }
    session
        .terminal()
        .note("verified " + verified.size() + (verified.size() == 1 ? " release" : " releases"));
    return 0;
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
