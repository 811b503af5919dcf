package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Peers;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.client.RemoteException;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.publish.SpaceOwner;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Invitation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.version.Version;

/**
 * Three nodes in three processes: an organisation's own, a public one, and a mirror of that. What
 * is published at the first is resolved at the last.
 */
final class FederationDemo {

  private static final long PATIENCE_SECONDS = 30;
  private static final long INVITATION_SECONDS = 600;
  private static final String NEWEST = "org.dxos/module/tracing";
  private static final String LOCAL = "local.acme/module/payroll";
  private static final String PRIVATE = "com.acme/module/payroll";
  private static final String SPACE = "acme";

  private final Session session;
  private final Path examples;

  FederationDemo(Session session, Path examples) {
    this.session = session;
    this.examples = examples;
  }

  void show(Path work) throws IOException {
    say("Three nodes, each a process with a home of its own:");
    try (NodeChild own = node(work, "organisation");
        NodeChild open = node(work, "public")) {
      NodeChild mirror = node(work, "mirror");
      try {
        say("Linked by invitation: the organisation's with the public one, that with the mirror:");
        link(own, open);
        link(open, mirror);
        publish(own, mirror);
        stayLocal(own, open, mirror);
        stayPrivate(own, open, mirror);
        mirror = comeBack(own, mirror);
        roots(List.of(own, open, mirror));
      } finally {
        mirror.close();
      }
    }
  }

  private NodeChild node(Path work, String name) throws IOException {
    Path home = Files.createDirectories(work.resolve(name));
    // No domain stands behind the names of the examples, so that DNS cannot prove them.
    Files.writeString(home.resolve("policy.json"), "{\"tofu\": \"allow\"}\n");
    NodeChild node = NodeChild.start(home);
    step(name + "  " + node.url());
    return node;
  }

  private void link(NodeChild inviter, NodeChild joiner) {
    Peers peers = peers(inviter);
    peers(joiner).join(peers.invite(Link.Policy.FULL, INVITATION_SECONDS), Link.Policy.FULL);
    step(inviter.home().getFileName() + " and " + joiner.home().getFileName());
  }

  private void publish(NodeChild own, NodeChild mirror) throws IOException {
    say("The examples, published at the organisation's node, each with its bundle:");
    try (Registry at = registry(own)) {
      Publisher publisher = publisher(own, at);
      String last = "";
      int count = 0;
      for (String line :
          Files.readAllLines(examples.resolve("order.txt"), StandardCharsets.UTF_8)) {
        String name = line.strip();
        if (!name.isEmpty() && !name.startsWith("#")) {
          PreparedModule module =
              PreparedModule.read(examples.resolve(name), Optional.empty(), Optional.empty());
          publisher.publish(module);
          last = module.record().name() + "@" + module.record().version();
          count++;
        }
      }
      String newest = last;
      long start = System.nanoTime();
      await("the mirror to resolve `" + newest + "`", () -> resolves(mirror, newest));
      step(
          count
              + " modules; the mirror resolves the last of them "
              + millis(start)
              + " ms after it was acknowledged");
    }
  }

  private void stayLocal(NodeChild own, NodeChild open, NodeChild mirror) {
    say("What is published under `local.` never leaves its node:");
    try (Registry at = inside(own)) {
      publisher(own, at)
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse(LOCAL), Version.parse("1.0.0")).build()));
    }
    for (NodeChild node : List.of(own, open, mirror)) {
      step(node.home().getFileName() + (resolves(node, LOCAL) ? ": there" : ": not there"));
    }
  }

  private void stayPrivate(NodeChild own, NodeChild open, NodeChild mirror) {
    say("A space: the organisation invites the mirror into it, and publishes there:");
    try (Registry at = inside(own)) {
      SpaceInfo space =
          new SpaceOwner(
                  at,
                  new KeyRing(own.home(), session.world().random()),
                  session.world().random(),
                  session.world().clock())
              .create(SPACE);
      Invitation invitation =
          peers(own)
              .invite(
                  Link.Policy.NOTHING,
                  INVITATION_SECONDS,
                  Optional.of(new Invitation.Place(space.id(), SpaceEntry.Role.READ)));
      peers(mirror).join(invitation, Link.Policy.NOTHING);
      publisher(own, at.spaces().open(SPACE))
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse(PRIVATE), Version.parse("1.0.0")).build()));
      String id = space.id().toString();
      long start = System.nanoTime();
      await("the mirror to resolve `" + PRIVATE + "` in the space", () -> sees(mirror, id));
      step("the mirror resolves " + PRIVATE + " there " + millis(start) + " ms later");
      for (NodeChild node : List.of(own, open, mirror)) {
        step(
            node.home().getFileName()
                + (resolves(node, PRIVATE) ? ": in public" : ": nothing of it in public")
                + (sees(node, id) ? ", there in the space" : ", no such space"));
      }
    }
  }

  private boolean sees(NodeChild node, String space) {
    try (Registry at = inside(node)) {
      return at.spaces().open(space).resolve(PRIVATE).version().length() > 0;
    } catch (NotFoundException e) {
      return false;
    } catch (RemoteException e) {
      if (e.code().outcome() == ErrorCode.Outcome.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /** A node as those see it who run it. */
  private Registry inside(NodeChild node) {
    return Registries.open(node.home(), Optional.empty(), Optional.empty(), session.world());
  }

  private NodeChild comeBack(NodeChild own, NodeChild mirror) throws IOException {
    say("The mirror is killed; meanwhile a release appears; it comes back and catches up:");
    mirror.kill();
    try (Registry at = registry(own)) {
      publisher(own, at)
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse(NEWEST), Version.parse("99.0.0")).build()));
    }
    long start = System.nanoTime();
    NodeChild back = NodeChild.start(mirror.home());
    await("the mirror to catch up", () -> resolves(back, NEWEST + "@99.0.0"));
    step("caught up " + millis(start) + " ms after it was started");
    return back;
  }

  private void roots(List<NodeChild> nodes) {
    say("What each holds, in one number: equal if and only if they hold the same:");
    await("equal roots", () -> nodes.stream().map(FederationDemo::root).distinct().count() == 1);
    nodes.forEach(node -> step(root(node) + "  " + node.home().getFileName()));
  }

  private static Cid root(NodeChild node) {
    try (Registry at = registry(node)) {
      return at.node().root();
    }
  }

  private static boolean resolves(NodeChild node, String dxn) {
    try (Registry at = registry(node)) {
      return at.resolve(dxn).version().length() > 0;
    } catch (NotFoundException e) {
      return false;
    } catch (RemoteException e) {
      if (e.code().outcome() == ErrorCode.Outcome.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /** Each question is a request, which paces it. */
  private static void await(String what, BooleanSupplier done) {
    long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new CommandException(
            ErrorCode.INTERNAL, "waited " + PATIENCE_SECONDS + " s for " + what, "");
      }
    }
  }

  private static long millis(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }

  private static Registry registry(NodeChild node) {
    return Registries.at(node.url(), Optional.empty());
  }

  private static Peers peers(NodeChild node) {
    return Registries.peers(node.home(), Optional.empty(), Optional.empty());
  }

  private Publisher publisher(NodeChild node, Registry at) {
    return new Publisher(
        at, new KeyRing(node.home(), session.world().random()), session.world().clock());
  }

  private void say(String text) {
    session.terminal().line("");
    session.terminal().line("» " + text);
  }

  private void step(String text) {
    session.terminal().line("  " + text);
    session.terminal().flush();
  }
}
