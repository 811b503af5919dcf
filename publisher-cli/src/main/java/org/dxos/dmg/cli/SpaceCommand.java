package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
        + (one.contested() ? ", contested" : "");
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
    try (Registry registry = session.registry()) {
      SpaceInfo space = owner(registry).create(name);
      if (session.json()) {
        session.terminal().json(space.toNode());
      } else {
        session.terminal().line(space.id().toString());
        session
            .terminal()
            .note(
                "owner key "
                    + session.home().resolve("keys").resolve(SpaceOwner.keyName(name) + ".key"));
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
    List<String> removed = Optional.ofNullable(remove).orElse(List.of());
    try (Registry registry = session.registry()) {
      SpaceInfo now = registry.spaces().show(space);
      if (added.isEmpty() && removed.isEmpty()) {
        return told(now);
      }
      Map<PeerId, Role> members = new HashMap<>();
      now.members().forEach(one -> members.put(one.peer(), one.role()));
      now.guests().forEach(one -> members.put(one.peer(), one.role()));
      added.forEach((peer, role) -> members.put(PeerId.parse(peer), Role.parse(role)));
      for (String peer : removed) {
        if (members.remove(PeerId.parse(peer)) == null) {
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
    return InvitationFile.offer(
        session,
        file,
        () ->
            Registries.peers(session.home(), session.nodeUrl(), session.variable("DMG_TOKEN"))
                .invite(
                    Link.Policy.NOTHING,
                    Math.multiplyExact(days, InvitationFile.DAY),
                    Optional.of(new Invitation.Place(id(space), Role.parse(role)))));
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
    try (Registry registry = session.registry()) {
      return told(
          owner(registry)
              .keep(
                  registry.spaces().show(space),
                  authority,
                  Optional.ofNullable(lastGood).flatMap(one -> one).map(Cid::parse),
                  none));
    }
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
        "What is public stays so."
      })
  int promote(
      @Parameters(paramLabel = "SPACE", description = "its name here, or its id") String space,
      @Parameters(paramLabel = "NAME", description = "a module, as com.example/function/x")
          String name) {
    try (Registry registry = session.registry()) {
      Promotion.Promoted promoted =
          new Promotion(
                  registry.spaces().open(space), registry, session.keys(), session.world().clock())
              .promote(Name.parse(name));
      if (session.json()) {
        session
            .terminal()
            .json(
                new MapBuilder()
                    .put("status", promoted.statements().isEmpty() ? "unchanged" : "promoted")
                    .put("name", name)
                    .put("statements", promoted.statements(), cid -> Node.of(cid.toString()))
                    .build());
      } else {
        promoted.statements().forEach(one -> session.terminal().line(one.toString()));
        session
            .terminal()
            .note(
                promoted.statements().isEmpty()
                    ? "all that was said of `" + name + "` there is public; nothing was changed"
                    : "promoted "
                        + promoted.statements().size()
                        + (promoted.statements().size() == 1 ? " statement" : " statements")
                        + " about "
                        + name);
      }
      return 0;
    }
  }
}
