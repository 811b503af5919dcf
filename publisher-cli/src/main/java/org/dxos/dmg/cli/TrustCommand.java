package org.dxos.dmg.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.policy.Policy;
import org.dxos.dmg.policy.PolicyFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "trust",
    mixinStandardHelpOptions = true,
    description = {
      "Which authority a name means here. Without more: every name that is known, and its id.",
      "Decisions are kept in policy.json of the home, and with their reasons in trust.log beside it."
    })
final class TrustCommand implements Callable<Integer> {

  @Mixin private final Session session;

  TrustCommand(Session session) {
    this.session = session;
  }

  /** A claim to a name, as the registry tells. */
  private record Claim(String name, String id, boolean unbound, boolean contested) {
    Node.Map toNode(boolean pinned) {
      return new MapBuilder()
          .put("name", name)
          .put("authority", id)
          .putAlways("inUse", Node.of(!unbound))
          .flag("pinned", pinned)
          .flag("contested", contested)
          .build();
    }
  }

  private static boolean pinned(Map<String, Cid> pins, Claim claim) {
    return Optional.ofNullable(pins.get(claim.name()))
        .map(Cid::toString)
        .equals(Optional.of(claim.id()));
  }

  private int json(List<Claim> claims) {
    Map<String, Cid> pins = new PolicyFile(session.home()).current().pins();
    session
        .terminal()
        .json(
            new MapBuilder()
                .putAlways(
                    "names",
                    new Node.Array(
                        claims.stream()
                            .<Node>map(claim -> claim.toNode(pinned(pins, claim)))
                            .toList()))
                .build());
    return 0;
  }

  @Override
  public Integer call() {
    Map<String, Cid> pins = new PolicyFile(session.home()).current().pins();
    List<Claim> claims = claims();
    if (session.json()) {
      return json(claims);
    }
    for (Claim claim : claims) {
      String how = pinned(pins, claim) ? "  pinned" : claim.unbound() ? "  another claim" : "";
      session
          .terminal()
          .line(claim.name() + "  " + claim.id() + how + (claim.contested() ? "  CONTESTED" : ""));
    }
    return 0;
  }

  @Command(
      name = "contested",
      description = "Names that several claim, and authorities in conflict.")
  int contested() {
    Map<String, List<Claim>> byName = new TreeMap<>();
    claims().forEach(one -> byName.computeIfAbsent(one.name(), _ -> new ArrayList<>()).add(one));
    List<Claim> claims =
        byName.values().stream()
            .filter(same -> same.size() > 1 || same.getFirst().contested())
            .flatMap(List::stream)
            .toList();
    if (session.json()) {
      return json(claims);
    }
    for (Claim claim : claims) {
      session
          .terminal()
          .line(
              claim.name()
                  + "  "
                  + claim.id()
                  + (claim.unbound() ? "  another claim" : "  in use")
                  + (claim.contested() ? "  CONTESTED" : ""));
    }
    return 0;
  }

  @Command(
      name = "pin",
      description = "Let a name mean one authority here, whatever else claims it.")
  int pin(
      @Parameters(paramLabel = "AUTHORITY") String name,
      @Parameters(paramLabel = "ID") String id,
      @Option(names = "--reason", required = true, paramLabel = "TEXT") String reason) {
    PolicyFile file = new PolicyFile(session.home());
    if (file.current().pins().containsKey(name)) {
      throw new CommandException(
          ErrorCode.CONFLICT,
          "pin `" + name + "`: it is pinned to `" + file.current().pins().get(name) + "`",
          "change it with `dmg trust rebind`, and say why");
    }
    return write(file, file.current().pinned(name, Cid.parse(id)), "pin", name, reason);
  }

  @Command(
      name = "rebind",
      description =
          "Let a name mean another authority from now on: after a domain changed hands, say.")
  int rebind(
      @Parameters(paramLabel = "AUTHORITY") String name,
      @Parameters(paramLabel = "ID") String id,
      @Option(names = "--reason", required = true, paramLabel = "TEXT") String reason) {
    PolicyFile file = new PolicyFile(session.home());
    return write(file, file.current().pinned(name, Cid.parse(id)), "rebind", name, reason);
  }

  @Command(name = "unpin", description = "Take a pin away: the name means what it meant before.")
  int unpin(
      @Parameters(paramLabel = "AUTHORITY") String name,
      @Option(names = "--reason", required = true, paramLabel = "TEXT") String reason) {
    PolicyFile file = new PolicyFile(session.home());
    if (!file.current().pins().containsKey(name)) {
      throw new CommandException(
          ErrorCode.NOT_FOUND, "unpin `" + name + "`: it is not pinned", "see `dmg trust policy`");
    }
    return write(file, file.current().unpinned(name), "unpin", name, reason);
  }

  @Command(name = "policy", description = "The policy in force, and its digest.")
  int policy() {
    Policy policy = new PolicyFile(session.home()).current();
    if (session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put("digest", policy.digest().toString())
                  .putAlways("policy", policy.toNode())
                  .build());
      return 0;
    }
    session.terminal().json(policy.toNode());
    session.terminal().note("digest " + policy.digest());
    return 0;
  }

  @Command(name = "log", description = "What was decided, when and why.")
  int log() {
    List<String> decisions = new PolicyFile(session.home()).decisions();
    if (session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .putAlways(
                      "decisions", new Node.Array(decisions.stream().map(Json::parse).toList()))
                  .build());
    } else {
      decisions.forEach(session.terminal()::line);
    }
    return 0;
  }

  @Command(
      name = "check",
      description = "Ask DNS and the web site of a name which authority it is.")
  int check(@Parameters(paramLabel = "AUTHORITY") String name) {
    Optional<AuthorityInfo> held;
    try (Registry registry = session.registry()) {
      held = registry.authority(name);
    }
    MapBuilder answer = new MapBuilder().put("name", name);
    answer.put("held", held, info -> Node.of(info.genesis().toString()));
    return switch (session.world().proof().ask(name)) {
      case NameProof.Answer.Names names -> {
        boolean same = held.map(AuthorityInfo::genesis).equals(Optional.of(names.id()));
        if (session.json()) {
          answer.put("proved", names.id().toString()).putAlways("same", Node.of(same));
          session.terminal().json(answer.build());
        } else {
          session.terminal().line(names.id().toString());
        }
        if (held.isPresent() && !same) {
          session
              .terminal()
              .warning(
                  "here `%s` is `%s`; the domain may have changed hands, which changes nothing here"
                      .formatted(name, held.get().genesis()));
          yield ErrorCode.Outcome.UNTRUSTED.exitCode();
        }
        session.terminal().note(same ? "as it is here" : "not held here");
        yield 0;
      }
      case NameProof.Answer.Silent silent -> {
        if (session.json()) {
          session.terminal().json(answer.put("silent", silent.why()).build());
        }
        session.terminal().note("no proof: " + silent.why());
        yield ErrorCode.Outcome.NOT_FOUND.exitCode();
      }
    };
  }

  private int write(PolicyFile file, Policy policy, String did, String name, String reason) {
    file.change(policy, did, name, reason, session.world().clock().instant());
    Optional<Cid> now = Optional.ofNullable(policy.pins().get(name));
    if (session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put("did", did)
                  .put("name", name)
                  .put("authority", now.map(Cid::toString), Node::of)
                  .put("policy", policy.digest().toString())
                  .build());
    } else {
      session.terminal().line(policy.digest().toString());
    }
    session
        .terminal()
        .note(
            now.map(id -> name + " means " + id + " here")
                .orElse(name + " is not pinned any more"));
    return 0;
  }

  private List<Claim> claims() {
    List<Claim> claims = new ArrayList<>();
    try (Registry registry = session.registry()) {
      if (registry.status().entries().get("authorities") instanceof Node.Array held) {
        for (Node one : held.items()) {
          if (one instanceof Node.Map map
              && map.entries().get("name") instanceof Node.Text name
              && map.entries().get("authority") instanceof Node.Text id) {
            claims.add(
                new Claim(
                    name.value(),
                    id.value(),
                    map.entries().containsKey("unbound"),
                    map.entries().containsKey("contested")));
          }
        }
      }
    }
    return claims;
  }
}
