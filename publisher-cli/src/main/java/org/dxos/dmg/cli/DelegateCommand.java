package org.dxos.dmg.cli;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.authority.Amendments;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "delegate",
    description = {
      "Give a key the right to publish some paths for some days.",
      "Without --key one is made, and printed for the pipeline."
    })
final class DelegateCommand extends KeyLogCommand {

  private static final long DAY = 86_400;
  private static final int MAX_DAYS = 90;

  @Option(names = "--key", paramLabel = "PUBLIC", description = "the key, if there is one already")
  private Optional<String> key = Optional.empty();

  @Option(
      names = "--scope",
      required = true,
      split = ",",
      paramLabel = "PATH",
      description = "what it may publish: paths such as function/hello, or all below function/")
  private List<String> scope = List.of();

  @Option(
      names = "--caps",
      split = ",",
      defaultValue = "release",
      paramLabel = "CAP",
      description = "what it may do: release, yank, tag (default: release)")
  private List<String> caps = List.of();

  @Option(
      names = "--days",
      defaultValue = "30",
      paramLabel = "N",
      description = "for how long, 90 at most (default: 30)")
  private int days;

  @Option(names = "--label", paramLabel = "TEXT", description = "what it is for, such as gh-ci")
  private Optional<String> label = Optional.empty();

  DelegateCommand(Session session) {
    super(session);
  }

  @Override
  Amended amend(Amendments amendments, String authority) {
    if (days < 1 || days > MAX_DAYS) {
      throw new CommandException(
          ErrorCode.USAGE,
          "delegate for " + days + " days: expected 1 to " + MAX_DAYS,
          "give less days, and delegate again before they are over");
    }
    Optional<SigningKey> made = key.isPresent() ? Optional.empty() : Optional.of(fresh());
    PublicKey delegated =
        made.map(SigningKey::publicKey).orElseGet(() -> Arguments.publicKey(key.get()));
    long now = now();
    Delegate delegate =
        Arguments.read(
            () ->
                new Delegate(
                    delegated,
                    scope.stream().sorted().distinct().toList(),
                    caps.stream().map(DelegateCommand::cap).sorted().distinct().toList(),
                    now,
                    now + days * DAY,
                    label),
            "give `--scope function/` for all below it, or whole paths such as function/hello,"
                + " with commas between them");
    return new Amended(
        amendments.delegate(authority, delegate),
        "delegated to " + delegated,
        AuthorityAnswers.delegated(delegate, made.map(KeyRing::word)),
        made.map(this::forThePipeline).orElse(List.of()));
  }

  private List<Speech> forThePipeline(SigningKey made) {
    return List.of(
        new Speech("For the pipeline, as a secret variable; it is kept nowhere:", false),
        new Speech("DMG_KEY=" + KeyRing.word(made), true),
        new Speech("DMG_NODE=<the URL of your node>, then: dmg publish DIR", false),
        new Speech("It ends in " + days + " days; `dmg status` says so 14 days ahead.", false));
  }

  private SigningKey fresh() {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    session().world().random().nextBytes(seed);
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
}
