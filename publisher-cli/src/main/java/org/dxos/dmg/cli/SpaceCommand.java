package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.publish.Promotion;
import org.dxos.dmg.publish.SpaceOwner;
import org.dxos.dmg.sync.link.Invitation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.RevokedHere;
import org.dxos.dmg.trust.SpaceEntry.Role;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "space",
    mixinStandardHelpOptions = true,
    description = {
      "Spaces: publish to some nodes alone.",
      "All other commands work in one with --space, as `dmg publish --space team`."
    })
final class SpaceCommand implements Callable<Integer> {

  @Mixin private final Session session;

  SpaceCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return list();
  }

  @Command(name = "list", description = "Every space of this home or node.")
  int list() {
    try (Registry registry = session.registry()) {
      List<SpaceInfo> all = registry.spaces().all();
      if (session.json()) {
        session.terminal().json(new Node.Array(all.stream().<Node>map(SpaceInfo::toNode).toList()));
        return 0;
      }
      for (SpaceInfo one : all) {
        session
            .terminal()
            .line(one.name().map(name -> name + "  ").orElse("") + one.id() + state(one));
      }
      if (all.isEmpty()) {
        session.terminal().note("no spaces; make one with `dmg space create NAME`");
      }
      return 0;
    }
  }

  private static String state(SpaceInfo one) {
    int members = one.members().size();
    return "  "
        + members
        + (members == 1 ? " member" : " members")
        + (one.contested() ? ", contested" : "")
        + place(one).map(text -> ", " + text).orElse("");
  }

  /** What is to be said of this node's own place; empty where all is as it should be. */
  private static Optional<String> place(SpaceInfo one) {
    return switch (one.place()) {
      case MEMBER -> Optional.empty();
      case WAITING -> Optional.of("who is in it has not come yet");
      case GUEST -> Optional.of("this node is not listed yet");
      case REFUSED -> Optional.of("this node is answered by no member any more");
      case OUT -> Optional.of("this node is no member any more");
    };
  }

  @Command(
      name = "create",
      description = {
        "Make a space: its owner key is kept in this home, and this node is its first member.",
        "It is called by NAME here alone."
      })
  int create(
      @Parameters(paramLabel = "NAME", description = "what to call it here, as `team`")
          String name) {
    try (Registry registry = session.founding()) {
      SpaceOwner owner = owner(registry);
      String key = owner.keyName(SpaceInfo.requireName(name));
      SpaceInfo space = owner.create(name);
      if (session.json()) {
        session.terminal().json(space.toNode());
      } else {
        session.terminal().line(space.id().toString());
        session
            .terminal()
            .note("owner key " + session.home().resolve("keys").resolve(key + ".key"));
      }
      return 0;
    }
  }

  private SpaceOwner owner(Registry registry) {
    return new SpaceOwner(
        registry, session.keys(), session.world().random(), session.world().clock());
  }

  @Command(name = "show", description = "A space: its id, its root, and who is in it.")
  int show(
      @Parameters(paramLabel = "SPACE", description = "its name here, or its id") String space) {
    try (Registry registry = session.registry()) {
      return told(registry.spaces().show(space));
    }
  }

  private int told(SpaceInfo space) {
    if (session.json()) {
      session.terminal().json(space.toNode());
      return 0;
    }
    session.terminal().line(space.id().toString());
    space.name().ifPresent(name -> session.terminal().line("  called " + name + " here"));
    session.terminal().line("  root " + space.root());
    place(space).ifPresent(text -> session.terminal().line("  " + text));
    if (space.contested()) {
      session.terminal().line("  contested: its owners signed two continuations of its log");
    }
    space.members().forEach(one -> session.terminal().line("  " + line(one)));
    space
        .guests()
        .forEach(
            one -> session.terminal().line("  " + line(one) + "  (invited here, not listed yet)"));
    return 0;
  }

  @Command(
      name = "rename",
      description = "Call a space otherwise here; no other node sees what it is called.")
  int rename(
      @Parameters(paramLabel = "SPACE", description = "its name here, or its id") String space,
      @Parameters(paramLabel = "NAME", description = "what to call it here, as `team`")
          String name) {
    SpaceInfo.requireName(name);
    try (Registry registry = session.registry()) {
      return told(registry.spaces().rename(space, name));
    }
  }

  private static String line(Member member) {
    return "%-8s%s".formatted(member.role().text(), member.peer());
  }

  @Command(
      name = "members",
      description = {
        "Who is in a space; with options, change it. That takes the space's owner key.",
        "A member that is removed gets nothing more; what it has it keeps."
      })
  int members(
      @Parameters(paramLabel = "SPACE", description = "its name here, or its id") String space,
      @Option(
              names = "--add",
              paramLabel = "PEER=ROLE",
              description = "let a node in, or change its role: read, publish or admin")
          Map<String, String> add,
      @Option(names = "--remove", paramLabel = "PEER", description = "shut a node out")
          List<String> remove) {
    Map<String, String> added = Optional.ofNullable(add).orElse(Map.of());
    List<PeerId> removed =
        Optional.ofNullable(remove).orElse(List.of()).stream().map(SpaceCommand::peer).toList();
    List<Member> let = new ArrayList<>();
    added.forEach((peer, role) -> let.add(new Member(peer(peer), role(role))));
    try (Registry registry = session.registry()) {
      SpaceInfo now = registry.spaces().show(space);
      if (added.isEmpty() && removed.isEmpty()) {
        return told(now);
      }
      Map<PeerId, Role> members = new HashMap<>();
      now.members().forEach(one -> members.put(one.peer(), one.role()));
      now.guests().forEach(one -> members.put(one.peer(), one.role()));
      let.forEach(one -> members.put(one.peer(), one.role()));
      for (PeerId peer : removed) {
        if (members.remove(peer) == null) {
          throw new CommandException(
              ErrorCode.NOT_FOUND,
              "remove `" + peer + "` from space `" + space + "`: it is no member",
              "see `dmg space members " + space + "`");
        }
      }
      if (!members.containsValue(Role.ADMIN)) {
        throw new CommandException(
            ErrorCode.CONFLICT,
            "change the members of space `" + space + "`: no admin would be left",
            "let another node in first, with `--add PEER=admin`");
      }
      List<Member> list = new ArrayList<>();
      members.forEach((peer, role) -> list.add(new Member(peer, role)));
      return told(owner(registry).change(now, list));
    }
  }

  private static Role role(String text) {
    return Arguments.read(
        () -> Role.parse(text), "read, publish or admin: each may what those before it may");
  }

  /** A peer id is a key as well, and a weak one is none. */
  private static PeerId peer(String text) {
    return Arguments.read(
        () -> new Member(PeerId.parse(text), Role.READ).peer(),
        "`dmg peer --json` at the other node prints its peer id, such as 12D3KooW…");
  }

  @Command(
      name = "invite",
      description = {
        "Write an invitation into a space: whose node takes it with `dmg peer join` is in it.",
        "Good once. Hand it over as you would a password."
      })
  int invite(
      @Parameters(paramLabel = "SPACE", description = "its name here, or its id") String space,
      @Parameters(
              paramLabel = "FILE",
              defaultValue = "invitation.toml",
              arity = "0..1",
              description = "where to write it (default: invitation.toml)")
          Path file,
      @Option(
              names = "--role",
              defaultValue = "read",
              paramLabel = "ROLE",
              description = "read, publish or admin (default: read)")
          String role,
      @Option(
              names = "--days",
              defaultValue = "7",
              paramLabel = "N",
              description = "how long it is good, 7 at most (default: 7)")
          int days)
      throws IOException {
    Role granted = role(role);
    return InvitationFile.offer(
        session,
        file,
        () ->
            Registries.peers(session.home(), session.nodeUrl(), session.variable("DMG_TOKEN"))
                .invite(
                    Link.Policy.NOTHING,
                    Math.multiplyExact(days, InvitationFile.DAY),
                    Optional.of(new Invitation.Place(id(space), granted))));
  }

  @Command(
      name = "keep",
      description = {
        "After a key of an authority was revoked: let stand what it said in a space until then.",
        "Where its public heads end says nothing of a space. It takes the space's owner key."
      })
  int keep(
      @Parameters(paramLabel = "SPACE", description = "its name here, or its id") String space,
      @Parameters(paramLabel = "AUTHORITY", description = "as com.example") String authority,
      @Option(
              names = "--last-good",
              paramLabel = "HEAD",
              description = "the last head in the space that stands (default: the newest)")
          Optional<String> lastGood,
      @Option(names = "--none", description = "nothing that those keys said there stands")
          boolean none) {
    Optional<Cid> head = Optional.ofNullable(lastGood).flatMap(one -> one).map(Arguments::head);
    if (head.isPresent() && none) {
      throw new CommandException(
          ErrorCode.USAGE, "--none and --last-good: one of them at most", "");
    }
    try (Registry registry = session.registry()) {
      List<RevokedHere> kept =
          owner(registry).keep(registry.spaces().show(space), authority, head, none);
      if (session.json()) {
        session
            .terminal()
            .json(
                new MapBuilder()
                    .put("status", "kept")
                    .put("name", authority)
                    .put("keys", kept, SpaceCommand::node)
                    .build());
        return 0;
      }
      for (RevokedHere one : kept) {
        session
            .terminal()
            .line(
                one.key()
                    + one.lastGood()
                        .map(last -> "  stands up to " + last)
                        .orElse("  nothing stands"));
      }
      return 0;
    }
  }

  private static Node node(RevokedHere one) {
    return new MapBuilder()
        .put("key", one.key().toString())
        .put("lastGood", one.lastGood().map(Cid::toString), Node::of)
        .build();
  }

  private Cid id(String space) {
    try (Registry registry = session.registry()) {
      return registry.spaces().show(space).id();
    }
  }

  @Command(
      name = "promote",
      description = {
        "Make public what was said of a name in a space, with the same CIDs.",
        "What is public stays so: --dry-run tells first what it would be. What needs something that"
            + " is in the space alone is refused."
      })
  int promote(
      @Parameters(paramLabel = "SPACE", description = "its name here, or its id") String space,
      @Parameters(paramLabel = "NAME", description = "a module, as com.example/function/x")
          String name,
      @Option(names = "--dry-run", description = "say what would become public; change nothing")
          boolean dry,
      @Option(
              names = "--incomplete",
              description = "also what needs something that is in the space alone")
          boolean incomplete) {
    try (Registry registry = session.registry()) {
      Promotion promotion =
          new Promotion(
              registry.spaces().open(space), registry, session.keys(), session.world().clock());
      Promotion.Plan plan = promotion.plan(Name.parse(name));
      if (!dry) {
        Promotion.Promoted promoted = promotion.promote(plan, incomplete);
        tell(name, promoted.statements().isEmpty() ? "unchanged" : "promoted", plan);
        promoted
            .receipt()
            .filter(one -> one.status() == PublishReceipt.Status.PENDING)
            .ifPresent(
                _ ->
                    session
                        .terminal()
                        .note(
                            "it is on its way to the home of its authority; `dmg status` tells when"
                                + " it waits no more"));
        return 0;
      }
      tell(name, plan.statements().isEmpty() ? "unchanged" : "would be promoted", plan);
      return 0;
    }
  }

  private void tell(String name, String status, Promotion.Plan plan) {
    plan.lacking().forEach(one -> session.terminal().warning(name + "@" + one));
    if (session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put("status", status)
                  .put("name", name)
                  .put("statements", plan.statements(), one -> Node.of(one.statement().toString()))
                  .flag("claims", plan.claims())
                  .put("lacking", plan.lacking(), Node::of)
                  .build());
      return;
    }
    plan.statements().forEach(one -> session.terminal().line(one.statement() + "  " + one.says()));
    int count = plan.statements().size();
    session
        .terminal()
        .note(
            count == 0
                ? "all that was said of `" + name + "` there is public; nothing was changed"
                : "%s: %d %s about %s%s"
                    .formatted(
                        status,
                        count,
                        count == 1 ? "statement" : "statements",
                        name,
                        plan.claims() ? ", and its authority" : ""));
  }
}
