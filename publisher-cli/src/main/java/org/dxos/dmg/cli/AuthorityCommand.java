package org.dxos.dmg.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Standing.Contest;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "authority",
    mixinStandardHelpOptions = true,
    description = "An authority and its key log: who may publish under a name.")
final class AuthorityCommand implements Callable<Integer> {

  private static final long DAY = 86_400;

  @Mixin private final Session session;

  private AuthorityCommand(Session session) {
    this.session = session;
  }

  /** With what is below it. */
  static CommandLine line(Session session) {
    return new CommandLine(new AuthorityCommand(session))
        .addSubcommand(new DelegateCommand(session))
        .addSubcommand(new OwnersCommand(session))
        .addSubcommand(new RecoveryCommand(session))
        .addSubcommand(new RevokeCommand(session))
        .addSubcommand(new RotateCommand(session))
        .addSubcommand(new RecoverCommand(session))
        .addSubcommand(new MoveCommand(session))
        .addSubcommand(new HealCommand(session))
        .addSubcommand(new SignCommand(session));
  }

  @Override
  public Integer call() {
    throw new CommandException(
        ErrorCode.USAGE,
        "authority: say what to do",
        "claim, show, delegate, owners, recovery, revoke, rotate, recover, move, heal, renew, prove"
            + " or sign; each has --help");
  }

  @Command(name = "claim", description = "Claim a name, and make its keys.")
  int claim(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name) {
    try (Registry registry = session.founding()) {
      Optional<AuthorityInfo> held = registry.authority(name);
      if (held.isPresent()) {
        throw new CommandException(
            ErrorCode.CONFLICT,
            "claim `" + name + "`: it is held here as `" + held.get().genesis() + "`",
            "publish with its keys, or claim a name of your own");
      }
      Publisher.Claimed claimed =
          new Publisher(
                  registry,
                  session.keys(),
                  session.world().clock(),
                  one -> NearClaims.require(session, registry, one))
              .claim(name);
      if (session.json()) {
        session
            .terminal()
            .json(
                AuthorityAnswers.of(
                    claimed.authority(),
                    new MapBuilder().put("recoveryKey", claimed.recoveryFile().toString())));
      } else {
        session.terminal().line(claimed.authority().genesis().toString());
      }
      session
          .terminal()
          .note("recovery key: " + claimed.recoveryFile() + " (move this off the machine)");
      return 0;
    }
  }

  @Command(name = "show", description = "Its key log, its keys and its newest head.")
  int show(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name) {
    try (Registry registry = session.registry()) {
      AuthorityInfo info = info(registry, name);
      if (session.json()) {
        AuthorityEntry entry = Signed.read(registry, info.keyHead(), AuthorityEntry.class).body();
        session.terminal().json(AuthorityAnswers.of(info, AuthorityAnswers.keys(entry)));
        return 0;
      }
      print(registry, info);
      return 0;
    }
  }

  private void print(Registry registry, AuthorityInfo info) {
    Terminal terminal = session.terminal();
    AuthorityEntry entry = Signed.read(registry, info.keyHead(), AuthorityEntry.class).body();
    long now = session.world().clock().instant().getEpochSecond();
    terminal.line(info.name() + "  " + info.genesis());
    if (info.contest() != Contest.NONE) {
      terminal.line(
          "CONTESTED: "
              + (info.contest() == Contest.KEYS
                  ? "its key log forked after seq " + entry.seq()
                  : "two heads follow the newest that stands")
              + "; nothing new is admitted until it is settled");
    }
    terminal.line(
        "home       "
            + entry.home().peer()
            + ", head key "
            + entry.home().headKey()
            + (info.here() ? ", this node" : ""));
    terminal.line("head       " + info.head().map(Cid::toString).orElse("none yet"));
    terminal.line("key log    seq " + entry.seq() + "  " + info.keyHead());
    entry.owners().keys().forEach(key -> terminal.line("owner      " + key));
    terminal.line("           " + entry.owners().threshold() + " of them must sign");
    entry.recovery().keys().forEach(key -> terminal.line("recovery   " + key));
    for (Delegate one : entry.delegates()) {
      terminal.line(
          "delegate   %s  %s on %s, %s%s"
              .formatted(
                  one.key(),
                  words(one.caps()),
                  String.join(" ", one.scope()),
                  until(one, now),
                  one.label().map(label -> ", " + label).orElse("")));
    }
    entry
        .revoked()
        .forEach(
            one ->
                terminal.line(
                    "revoked    %s  good up to %s: %s"
                        .formatted(
                            one.key(),
                            one.lastGood().map(Cid::toString).orElse("nothing"),
                            one.reason())));
    info.forks().forEach(fork -> terminal.line("fork       " + fork));
  }

  private static String until(Delegate one, long now) {
    long days = (one.notAfter() - now) / DAY;
    return one.notAfter() <= now
        ? "EXPIRED"
        : days < 14 ? "expires in " + days + " days" : "for " + days + " days";
  }

  private static String words(List<Cap> caps) {
    return String.join("+", caps.stream().map(cap -> cap.name().toLowerCase(Locale.ROOT)).toList());
  }

  @Command(
      name = "renew",
      description =
          "Let the newest head live for another 90 days. A node that runs does so by itself, 30"
              + " days ahead.")
  int renew(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name) {
    try (Registry registry = session.registry()) {
      AuthorityInfo info = registry.renew(info(registry, name).genesis());
      if (session.json()) {
        session.terminal().json(info.toNode());
        return 0;
      }
      session.terminal().line(info.head().map(Cid::toString).orElse("none"));
      session.terminal().note(name + ": renewed");
      return 0;
    }
  }

  @Command(
      name = "prove",
      description = "What to publish in DNS so that others can trust the name.")
  int prove(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name) {
    try (Registry registry = session.registry()) {
      AuthorityInfo info = info(registry, name);
      List<String> labels = Arrays.asList(name.split("\\."));
      String domain = String.join(".", labels.reversed());
      Node.Map wellKnown =
          new MapBuilder().put("v", "dmg1").put("id", info.genesis().toString()).build();
      if (session.json()) {
        session.terminal().json(AuthorityAnswers.proof(info, domain, wellKnown));
        return 0;
      }
      session.terminal().note("as a TXT record:");
      session.terminal().line("_dmg." + domain + ". TXT \"v=dmg1; id=" + info.genesis() + "\"");
      session.terminal().note("or at https://" + domain + "/.well-known/dmg.json:");
      session.terminal().bytes(Json.canonical(wellKnown));
      session.terminal().line("");
      return 0;
    }
  }

  private static AuthorityInfo info(Registry registry, String name) {
    return registry
        .authority(name)
        .orElseThrow(
            () ->
                new CommandException(
                    ErrorCode.AUTHORITY_UNKNOWN,
                    "show `" + name + "`: no such authority is held by " + registry.place(),
                    "ask a node that holds it with --node"));
  }
}
