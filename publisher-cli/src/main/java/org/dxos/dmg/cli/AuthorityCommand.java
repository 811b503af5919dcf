package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.authority.Amendments;
import org.dxos.dmg.authority.Changes;
import org.dxos.dmg.authority.LastGood;
import org.dxos.dmg.authority.PartialEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.publish.SpaceOwner;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Standing.Contest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

@Command(
    name = "authority",
    mixinStandardHelpOptions = true,
    description = "An authority and its key log: who may publish under a name.")
final class AuthorityCommand implements Callable<Integer> {

  private static final long DAY = 86_400;

  @Mixin private final Session session;

  @Option(
      names = "--partial",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description =
          "where to write an entry that others have to sign (default: AUTHORITY-SEQ.partial.json in"
              + " this folder)")
  private Optional<Path> unfinished = Optional.empty();

  AuthorityCommand(Session session) {
    this.session = session;
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
      name = "delegate",
      description = {
        "Give a key the right to publish some paths for some days.",
        "Without --key one is made, and printed for the pipeline."
      })
  int delegate(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name,
      @Option(
              names = "--key",
              paramLabel = "PUBLIC",
              description = "the key, if there is one already")
          Optional<String> key,
      @Option(
              names = "--scope",
              required = true,
              split = ",",
              paramLabel = "PATH",
              description =
                  "what it may publish: paths such as function/hello, or all below function/")
          String[] scope,
      @Option(
              names = "--caps",
              split = ",",
              defaultValue = "release",
              paramLabel = "CAP",
              description = "what it may do: release, yank, tag (default: release)")
          String[] caps,
      @Option(
              names = "--days",
              defaultValue = "30",
              paramLabel = "N",
              description = "for how long, 90 at most (default: 30)")
          int days,
      @Option(names = "--label", paramLabel = "TEXT", description = "what it is for, such as gh-ci")
          Optional<String> label)
      throws IOException {
    if (days < 1 || days > 90) {
      throw new CommandException(
          ErrorCode.USAGE,
          "delegate for " + days + " days: expected 1 to 90",
          "give less days, and delegate again before they are over");
    }
    long now = session.world().clock().instant().getEpochSecond();
    try (Registry registry = session.registry()) {
      Optional<SigningKey> made = key.isPresent() ? Optional.empty() : Optional.of(fresh());
      PublicKey delegated =
          made.map(SigningKey::publicKey).orElseGet(() -> Arguments.publicKey(key.get()));
      Delegate delegate =
          Arguments.read(
              () ->
                  new Delegate(
                      delegated,
                      Arrays.stream(scope).sorted().distinct().toList(),
                      Arrays.stream(caps).map(AuthorityCommand::cap).sorted().distinct().toList(),
                      now,
                      now + days * DAY,
                      label),
              "give `--scope function/` for all below it, or whole paths such as function/hello,"
                  + " with commas between them");
      int code =
          done(
              registry,
              amendments(registry).delegate(name, delegate),
              "delegated to " + delegated,
              AuthorityAnswers.delegated(delegate, made.map(KeyRing::word)));
      if (made.isPresent() && !session.json()) {
        session.terminal().note("For the pipeline, as a secret variable; it is kept nowhere:");
        session.terminal().line("DMG_KEY=" + KeyRing.word(made.get()));
        session.terminal().note("DMG_NODE=<the URL of your node>, then: dmg publish DIR");
        session
            .terminal()
            .note("It ends in " + days + " days; `dmg status` says so 14 days ahead.");
      }
      return code;
    }
  }

  private SigningKey fresh() {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    session.world().random().nextBytes(seed);
    return SigningKey.ofSeed(seed);
  }

  private static Cap cap(String text) {
    return switch (text) {
      case "release" -> Cap.RELEASE;
      case "yank" -> Cap.YANK;
      case "tag" -> Cap.TAG;
      default ->
          throw new CommandException(
              ErrorCode.USAGE,
              "cap `" + text + "`: expected release, yank or tag",
              "several go with commas: --caps release,tag");
    };
  }

  @Command(
      name = "revoke",
      description = {
        "Revoke a key of an owner or a delegate, for ever.",
        "What it said until now stays, unless --last-good names an earlier head; --all voids"
            + " everything it ever said."
      })
  int revoke(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name,
      @Parameters(
              paramLabel = "PUBLIC",
              description = "the public key, as `dmg authority show` prints it")
          String key,
      @Option(
              names = "--reason",
              required = true,
              paramLabel = "TEXT",
              description = "why, for all to read")
          String reason,
      @Option(
              names = "--last-good",
              paramLabel = "HEAD",
              description = "the last head up to which what it said counts")
          Optional<String> lastGood,
      @Option(names = "--all", description = "nothing that it ever said counts") boolean all)
      throws IOException {
    try (Registry registry = session.registry()) {
      return done(
          registry,
          amendments(registry)
              .revoke(name, Arguments.publicKey(key), lastGood(lastGood, all), reason),
          "revoked " + key);
    }
  }

  @Command(
      name = "owners",
      description = {
        "Add owners, and set how many of them have to sign.",
        "Whose signature is wanted signs the file that is written, with `dmg authority sign`. An"
            + " owner is taken out by `dmg authority revoke`."
      })
  int owners(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name,
      @Option(
              names = "--add",
              split = ",",
              paramLabel = "PUBLIC",
              description = "public keys that `dmg key create` printed")
          String @Nullable [] added,
      @Option(
              names = "--threshold",
              paramLabel = "N",
              description = "how many have to sign, 4 at most")
          Optional<Integer> threshold)
      throws IOException {
    try (Registry registry = session.registry()) {
      return done(
          registry,
          amendments(registry).owners(name, publicKeys(added), threshold),
          "owners changed");
    }
  }

  @Command(
      name = "recovery",
      description = {
        "Add or replace recovery keys, and set how many of them have to sign.",
        "As many of the old ones sign as have to now, and as many of the new ones as have to then."
            + " Make one with `dmg key create`, and keep it elsewhere."
      })
  int recovery(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name,
      @Option(
              names = "--with",
              split = ",",
              paramLabel = "FILE",
              description = "recovery keys that sign, old and new, as far as they are at hand")
          @Nullable List<Path> files,
      @Option(
              names = "--add",
              split = ",",
              paramLabel = "PUBLIC",
              description = "public keys that `dmg key create` printed")
          String @Nullable [] added,
      @Option(
              names = "--remove",
              split = ",",
              paramLabel = "PUBLIC",
              description = "recovery keys that are none any more")
          String @Nullable [] removed,
      @Option(
              names = "--threshold",
              paramLabel = "N",
              description = "how many have to sign, 4 at most")
          Optional<Integer> threshold)
      throws IOException {
    try (Registry registry = session.registry()) {
      return done(
          registry,
          amendments(registry)
              .recovery(
                  name,
                  files == null ? List.of() : files,
                  publicKeys(added),
                  publicKeys(removed),
                  threshold),
          "recovery keys changed");
    }
  }

  private static List<PublicKey> publicKeys(String @Nullable [] keys) {
    return keys == null ? List.of() : Arrays.stream(keys).map(Arguments::publicKey).toList();
  }

  @Command(
      name = "rotate",
      description = "Replace this home's owner key by a fresh one; the recovery key signs too.")
  int rotate(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name,
      @Option(
              names = "--recovery",
              required = true,
              split = ",",
              paramLabel = "FILE",
              description =
                  "recovery keys, as many as have to sign; for those who are not given a file is"
                      + " written")
          List<Path> recovery,
      @Option(
              names = "--reason",
              defaultValue = "rotated",
              paramLabel = "TEXT",
              description = "why, for all to read (default: rotated)")
          String reason)
      throws IOException {
    try (Registry registry = session.registry()) {
      return done(registry, amendments(registry).rotate(name, recovery, reason), "rotated");
    }
  }

  @Command(
      name = "recover",
      description = {
        "Win an authority back with its recovery key: all owner keys are replaced by a fresh one.",
        "Settles a fork of the key log."
      })
  int recover(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name,
      @Option(
              names = "--recovery",
              required = true,
              split = ",",
              paramLabel = "FILE",
              description =
                  "recovery keys, as many as have to sign; for those who are not given a file is"
                      + " written")
          List<Path> recovery,
      @Option(
              names = "--reason",
              required = true,
              paramLabel = "TEXT",
              description = "why, for all to read")
          String reason,
      @Option(
              names = "--last-good",
              paramLabel = "HEAD",
              description = "the last head up to which what it said counts")
          Optional<String> lastGood,
      @Option(names = "--all", description = "nothing that it ever said counts") boolean all,
      @Option(names = "--here", description = "make this registry's node the home") boolean home)
      throws IOException {
    try (Registry registry = session.registry()) {
      return done(
          registry,
          amendments(registry).recover(name, recovery, lastGood(lastGood, all), home, reason),
          "recovered");
    }
  }

  @Command(
      name = "move",
      description = "Make another node the home; everything of the authority is carried there.")
  int move(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "URL",
              description = "the node that is to be the home")
          String url,
      @Option(
              names = "--address",
              split = ",",
              paramLabel = "MULTIADDR",
              description = "where it is reached, written into the key log for all to read")
          @Nullable List<String> addresses,
      @Option(
              names = "--reason",
              defaultValue = "moved",
              paramLabel = "TEXT",
              description = "why, for all to read (default: moved)")
          String reason)
      throws IOException {
    try (Registry registry = session.registry();
        Registry to = Registries.at(url, session.variable("DMG_TOKEN"))) {
      return done(
          registry,
          amendments(registry)
              .move(
                  name,
                  to,
                  addresses == null ? List.of() : addresses.stream().sorted().distinct().toList(),
                  reason),
          "home is " + url);
    }
  }

  @Command(
      name = "heal",
      description = {
        "End a fork of heads (a copied or restored home): the node gets a new head key.",
        "--keep names the last head of the side that goes on; what the other side added is added"
            + " again where it applies."
      })
  int heal(
      @Parameters(paramLabel = "AUTHORITY", description = "its name, such as com.example")
          String name,
      @Option(
              names = "--keep",
              paramLabel = "HEAD",
              description =
                  "the newest head of the side that goes on (default: where the two part)")
          Optional<String> keep,
      @Option(names = "--take-back", description = "make this node the home, though another is")
          boolean takeBack,
      @Option(
              names = "--reason",
              defaultValue = "two homes",
              paramLabel = "TEXT",
              description = "why, for all to read (default: two homes)")
          String reason)
      throws IOException {
    try (Registry registry = session.registry()) {
      return done(
          registry,
          amendments(registry).heal(name, keep.map(Arguments::head), takeBack, reason),
          "healed");
    }
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

  @Command(
      name = "sign",
      description = {
        "Add this home's signatures to an entry that others began; hands it in if it is complete.",
        "Says what the entry changes, so that you know what you sign."
      })
  int sign(
      @Parameters(
              paramLabel = "FILE",
              description = "what `dmg authority` wrote for others to sign")
          Path file,
      @Option(
              names = "--with",
              split = ",",
              paramLabel = "KEYFILE",
              description = "keys that are not in this home, such as recovery keys")
          @Nullable List<Path> files,
      @Option(names = "--show", description = "say what it changes, and sign nothing") boolean show)
      throws IOException {
    String text = Arguments.text(file, "the file that `dmg authority` wrote for others to sign");
    PartialEntry partial =
        Arguments.read(
            () -> PartialEntry.parse(text),
            "give the file that `dmg authority` wrote for others to sign");
    try (Registry registry = session.registry()) {
      Optional<AuthorityEntry> before = amendments(registry).before(partial);
      List<String> changes = Changes.of(before, partial.entry());
      session
          .terminal()
          .note(
              "entry %d of %s (%s)%s:"
                  .formatted(
                      partial.entry().seq(),
                      partial.entry().authority(),
                      partial.entry().genesis().map(Cid::toString).orElse("genesis"),
                      before.isPresent()
                          ? ""
                          : ", which is not held here: this is all that it says"));
      changes.forEach(one -> session.terminal().note("  " + one));
      MapBuilder more = new MapBuilder().put("changes", changes, Node::of);
      if (show) {
        tell(partial, file, more);
        return 0;
      }
      Amendments.Outcome outcome =
          amendments(registry).sign(partial, files == null ? List.of() : files);
      if (outcome instanceof Amendments.Outcome.Wanting wanting) {
        Files.writeString(file, wanting.partial().toJson());
        tell(wanting.partial(), file, more);
        return 0;
      }
      return done(registry, outcome, "signed by all", more);
    }
  }

  private int done(Registry registry, Amendments.Outcome outcome, String told) throws IOException {
    return done(registry, outcome, told, new MapBuilder());
  }

  private int done(Registry registry, Amendments.Outcome outcome, String told, MapBuilder more)
      throws IOException {
    switch (outcome) {
      case Amendments.Outcome.Done(AuthorityInfo info) -> {
        List<String> spaces =
            SpaceOwner.unsettled(registry, info).stream()
                .map(one -> one.name().orElse(one.id().toString()))
                .toList();
        more.put("unsettledSpaces", spaces, Node::of);
        if (session.json()) {
          session.terminal().json(AuthorityAnswers.of(info, more));
        } else {
          session.terminal().line(info.keyHead().toString());
          session
              .terminal()
              .note(info.name() + ": " + told + ", key log seq " + (info.log().size() - 1));
        }
        spaces.forEach(
            one ->
                session
                    .terminal()
                    .warning(
                        "in space `%s` nothing that a revoked key said stands until its owner says so: `dmg space keep %s %s`"
                            .formatted(one, one, info.name())));
      }
      case Amendments.Outcome.Wanting(PartialEntry partial) -> {
        Path file =
            unfinished.orElseGet(
                () ->
                    Path.of(
                        partial.entry().authority()
                            + "-"
                            + partial.entry().seq()
                            + ".partial.json"));
        Files.writeString(file, partial.toJson());
        tell(partial, file, more);
      }
    }
    return 0;
  }

  private void tell(PartialEntry partial, Path file, MapBuilder more) {
    if (session.json()) {
      session.terminal().json(AuthorityAnswers.wanting(partial, file, more));
    } else {
      session.terminal().line(file.toString());
    }
    partial
        .wanted()
        .forEach(key -> session.terminal().note("still wanted: the signature of " + key));
    session
        .terminal()
        .note(
            partial.wanted().isEmpty()
                ? "complete: hand it in with `dmg authority sign "
                    + file.getFileName()
                    + "` where the authority is held"
                : "hint: its holder runs `dmg authority sign " + file.getFileName() + "`");
  }

  private Amendments amendments(Registry registry) {
    return new Amendments(registry, session.keys(), session.world().clock());
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

  private static LastGood lastGood(Optional<String> head, boolean all) {
    if (head.isPresent() && all) {
      throw new CommandException(ErrorCode.USAGE, "--all and --last-good: one of them at most", "");
    }
    return all
        ? new LastGood.Never()
        : head.<LastGood>map(one -> new LastGood.At(Arguments.head(one)))
            .orElseGet(LastGood.Now::new);
  }
}
