package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.client.Peers;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.link.Invitation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.sync.link.PeerStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "peer",
    mixinStandardHelpOptions = true,
    description = {
      "Links with other nodes. Without more: every link, and how it does.",
      "A link is made by an invitation: `peer invite` at one node, `peer join FILE` at the other."
    })
final class PeerCommand implements Callable<Integer> {

  @Mixin private final Session session;

  PeerCommand(Session session) {
    this.session = session;
  }

  /** What is wanted of the other node. */
  static final class Wanted {
    @Option(
        names = "--follow",
        split = ",",
        paramLabel = "NAMES",
        description =
            "authorities to take from it unasked, as `org.dxos,com.example.*` (default: all);"
                + " others come when somebody asks for them")
    private List<String> follow = List.of();

    @Option(names = "--serve-only", description = "take nothing from it")
    private boolean serveOnly;

    @Option(
        names = "--bundles",
        defaultValue = "now",
        paramLabel = "now|later",
        description = "fetch bundles at once, or when somebody asks for them (default: now)")
    private String bundles = "now";

    private Link.Policy policy() {
      if (!List.of("now", "later").contains(bundles)) {
        throw new CommandException(
            ErrorCode.USAGE, "read `--bundles " + bundles + "`: expected `now` or `later`", "");
      }
      return new Link.Policy(
          !serveOnly, follow.stream().sorted().distinct().toList(), bundles.equals("now"));
    }
  }

  private Peers peers() {
    return Registries.peers(session.home(), session.nodeUrl(), session.variable("DMG_TOKEN"));
  }

  @Override
  public Integer call() {
    return list();
  }

  @Command(name = "list", description = "Every link, and how it does.")
  int list() {
    Peers.Around around = peers().around();
    if (session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put("peer", around.peer())
                  .put("addresses", around.addresses(), Node::of)
                  .putAlways(
                      "links",
                      new Node.Array(
                          around.links().stream().<Node>map(PeerStatus::toNode).toList()))
                  .build());
      return 0;
    }
    for (PeerStatus one : around.links()) {
      session.terminal().line(one.link().peer() + "  " + state(one));
    }
    if (around.links().isEmpty()) {
      session.terminal().note("no links; make one with `dmg peer invite`");
    }
    return 0;
  }

  private static String state(PeerStatus one) {
    return (one.connected() ? "connected" : "away")
        + one.lag().map(PeerCommand::lag).orElse("")
        + one.lastEqual().map(equal -> ", equal at " + Instant.ofEpochSecond(equal.at())).orElse("")
        + (one.forks() == 0 ? "" : ", forks of " + one.forks() + " authorities")
        + one.error().map(text -> ", " + text).orElse("");
  }

  private static String lag(long seconds) {
    return seconds == 0 ? ", in step" : ", " + seconds + " s behind";
  }

  @Command(name = "show", description = "One link, whole.")
  int show(
      @Parameters(paramLabel = "PEER", description = "its id, as `dmg peer` prints it")
          String peer) {
    PeerStatus one = find(peer);
    if (session.json()) {
      session.terminal().json(one.toNode());
      return 0;
    }
    Link.Policy policy = one.link().policy();
    session.terminal().line(one.link().peer());
    session.terminal().line("  " + state(one));
    one.link().addresses().forEach(address -> session.terminal().line("  at " + address));
    session
        .terminal()
        .line(
            "  "
                + (policy.follow()
                    ? "follows "
                        + (policy.authorities().isEmpty()
                            ? "everything"
                            : String.join(", ", policy.authorities()))
                        + (policy.bundles() ? ", bundles at once" : ", bundles when asked for")
                    : "serves only"));
    one.root().ifPresent(root -> session.terminal().line("  root " + root));
    one.lastEqual().ifPresent(equal -> session.terminal().line("  last equal " + equal.root()));
    session
        .terminal()
        .line("  received " + one.received() + " bytes, sent " + one.sent() + " bytes");
    return 0;
  }

  private PeerStatus find(String peer) {
    return peers().around().links().stream()
        .filter(one -> one.link().peer().equals(peer))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandException(
                    ErrorCode.NOT_FOUND,
                    "find link with `" + peer + "`: there is none",
                    "see `dmg peer list`"));
  }

  @Command(
      name = "invite",
      description = {
        "Write an invitation to this node: whoever has the file can link with it, once.",
        "Hand it over as you would a password."
      })
  int invite(
      @Parameters(
              paramLabel = "FILE",
              defaultValue = "invitation.toml",
              arity = "0..1",
              description = "where to write it (default: invitation.toml)")
          Path file,
      @Option(
              names = "--days",
              defaultValue = "7",
              paramLabel = "N",
              description = "how long it is good, 7 at most (default: 7)")
          int days,
      @Mixin Wanted wanted)
      throws IOException {
    return InvitationFile.offer(
        session,
        file,
        () -> peers().invite(wanted.policy(), Math.multiplyExact(days, InvitationFile.DAY)));
  }

  @Command(
      name = "join",
      description = "Take an invitation: the two nodes link, and share the space that it is into.")
  int join(
      @Parameters(paramLabel = "FILE", description = "an invitation") Path file,
      @Option(
              names = "--as",
              paramLabel = "NAME",
              description = "what to call the space here that the invitation is into, as `team`")
          Optional<String> name,
      @Mixin Wanted wanted)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CommandException(
          ErrorCode.NOT_FOUND, "read `" + file + "`: there is no such file", "");
    }
    Invitation invitation = InvitationFile.read(Files.readString(file, StandardCharsets.UTF_8));
    name.ifPresent(one -> requireName(one, invitation));
    Optional<Invitation.Place> place = peers().join(invitation, wanted.policy());
    if (place.isEmpty()) {
      return told("joined", invitation.peer(), invitation.peer());
    }
    String id = place.get().space().toString();
    name.ifPresent(
        one -> {
          try (Registry registry = session.registry()) {
            var unused = registry.spaces().rename(id, one);
          }
        });
    if (session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put("status", "joined")
                  .put("peer", invitation.peer())
                  .put("space", id)
                  .put("name", name, Node::of)
                  .put("role", place.get().role().text())
                  .build());
      return 0;
    }
    session.terminal().line(invitation.peer());
    session
        .terminal()
        .note(
            "in space `%s` with the role %s%s"
                .formatted(
                    name.orElse(id),
                    place.get().role().text(),
                    name.isPresent()
                        ? ""
                        : "; call it something: `dmg space rename " + id + " NAME`"));
    return 0;
  }

  /** Before the invitation is used up. */
  private void requireName(String name, Invitation invitation) {
    SpaceInfo.requireName(name);
    if (invitation.place().isEmpty()) {
      throw new CommandException(
          ErrorCode.USAGE,
          "call a space `" + name + "`: the invitation is into none",
          "leave out --as");
    }
    try (Registry registry = session.registry()) {
      if (registry.spaces().all().stream()
          .filter(one -> !one.id().equals(invitation.place().get().space()))
          .anyMatch(one -> one.name().equals(Optional.of(name)))) {
        throw new CommandException(
            ErrorCode.USAGE,
            "call a space `" + name + "`: another one here is called that",
            "choose another name; it is seen here alone");
      }
    }
  }

  @Command(name = "policy", description = "Change what is taken from a peer.")
  int policy(
      @Parameters(paramLabel = "PEER", description = "its id, as `dmg peer` prints it") String peer,
      @Mixin Wanted wanted) {
    peers().change(peer, wanted.policy());
    return show(peer);
  }

  @Command(name = "remove", description = "End a link: nothing more is told or taken.")
  int remove(
      @Parameters(paramLabel = "PEER", description = "its id, as `dmg peer` prints it")
          String peer) {
    peers().remove(peer);
    return told("removed", peer, "removed " + peer);
  }

  private int told(String status, String peer, String line) {
    if (session.json()) {
      session.terminal().json(new MapBuilder().put("status", status).put("peer", peer).build());
    } else {
      session.terminal().line(line);
    }
    return 0;
  }
}
