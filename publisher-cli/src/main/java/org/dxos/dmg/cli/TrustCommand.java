package org.dxos.dmg.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
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
      "Decisions are kept in policy.json of the home, and with their reasons in trust.log beside"
          + " it."
    })
final class TrustCommand implements Callable<Integer> {

  @Mixin private final Session session;

  TrustCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<Claim> claims = claims();
    if (session.json()) {
      return json(claims);
    }
    claims.forEach(claim -> session.terminal().line(claim.line()));
    return 0;
  }

  private int json(List<Claim> claims) {
    session
        .terminal()
        .json(
            new MapBuilder()
                .putAlways(
                    "names", new Node.Array(claims.stream().<Node>map(Claim::toNode).toList()))
                .build());
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
    claims.forEach(claim -> session.terminal().line(claim.line()));
    return 0;
  }

  @Command(
      name = "pin",
      description = "Let a name mean one authority here, whatever else claims it.")
  int pin(
      @Parameters(paramLabel = "AUTHORITY", description = "the name, such as com.example")
          String name,
      @Parameters(paramLabel = "ID", description = "the authority id that it shall mean") String id,
      @Option(
              names = "--reason",
              required = true,
              paramLabel = "TEXT",
              description = "why; kept in trust.log")
          String reason) {
    Cid pinned = Arguments.authorityId(id);
    return write(
        "pin",
        name,
        Optional.of(pinned),
        reason,
        policy -> {
          if (policy.pins().containsKey(name)) {
            throw new CommandException(
                ErrorCode.CONFLICT,
                "pin `" + name + "`: it is pinned to `" + policy.pins().get(name) + "`",
                "change it with `dmg trust rebind`, and say why");
          }
          return pinned(policy, name, pinned);
        });
  }

  @Command(
      name = "rebind",
      description =
          "Let a name mean another authority from now on: after a domain changed hands, say.")
  int rebind(
      @Parameters(paramLabel = "AUTHORITY", description = "the name, such as com.example")
          String name,
      @Parameters(paramLabel = "ID", description = "the authority id that it shall mean") String id,
      @Option(
              names = "--reason",
              required = true,
              paramLabel = "TEXT",
              description = "why; kept in trust.log")
          String reason) {
    Cid pinned = Arguments.authorityId(id);
    return write(
        "rebind", name, Optional.of(pinned), reason, policy -> pinned(policy, name, pinned));
  }

  private static Policy pinned(Policy policy, String name, Cid id) {
    return Arguments.read(
        () -> policy.pinned(name, id), "give the name of an authority, such as com.example");
  }

  @Command(
      name = "unpin",
      description =
          "Take a pin away: the name means what was met first; where two were met, nothing until it"
              + " is pinned again.")
  int unpin(
      @Parameters(paramLabel = "AUTHORITY", description = "the name, such as com.example")
          String name,
      @Option(
              names = "--reason",
              required = true,
              paramLabel = "TEXT",
              description = "why; kept in trust.log")
          String reason) {
    Optional<Cid> was =
        Optional.ofNullable(new PolicyFile(session.home()).current().pins().get(name));
    return write(
        "unpin",
        name,
        was,
        reason,
        policy -> {
          if (!policy.pins().containsKey(name)) {
            throw new CommandException(
                ErrorCode.NOT_FOUND,
                "unpin `" + name + "`: it is not pinned",
                "see `dmg trust policy`");
          }
          return policy.unpinned(name);
        });
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
                      "decisions",
                      new Node.Array(decisions.stream().map(TrustCommand::decision).toList()))
                  .build());
    } else {
      decisions.forEach(session.terminal()::line);
    }
    return 0;
  }

  /** A line that a crash cut off is shown as it is. */
  private static Node decision(String line) {
    try {
      return Json.parse(line);
    } catch (FormatException e) {
      return new MapBuilder().put("damaged", line).build();
    }
  }

  @Command(
      name = "check",
      description = "Ask DNS and the web site of a name which authority it is.")
  int check(
      @Parameters(paramLabel = "AUTHORITY", description = "the name, such as com.example")
          String name) {
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

  private int write(
      String did, String name, Optional<Cid> id, String reason, UnaryOperator<Policy> edit) {
    Policy policy =
        new PolicyFile(session.home())
            .change(
                new PolicyFile.Decision(did, name, id, reason, session.world().clock().instant()),
                edit);
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
            now.map(one -> name + " means " + one + " here")
                .orElse(name + " is not pinned any more"));
    return 0;
  }

  private List<Claim> claims() {
    try (Registry registry = session.registry()) {
      return Claim.all(
          registry.status(), session.seen(), new PolicyFile(session.home()).current().pins());
    }
  }
}
