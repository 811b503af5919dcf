package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.trust.SigningKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    description = {
      "The private keys of this home. Each lies in a file of its own that only its owner can read.",
      "With DMG_PASSPHRASE, or DMG_PASSPHRASE_FILE, keys that are made are encrypted. A pipeline gives a key in DMG_KEY or DMG_KEY_FILE."
    })
final class KeyCommand implements Callable<Integer> {

  @Mixin private final Session session;

  KeyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return list();
  }

  @Command(name = "list", description = "Names and public keys.")
  int list() {
    for (KeyRing.Listed one : session.keys().list()) {
      session
          .terminal()
          .line(one.key() + "  " + one.name() + (one.sealed() ? "  (passphrase)" : ""));
    }
    return 0;
  }

  @Command(name = "create", description = "Make a key; prints its public key.")
  int create(@Parameters(paramLabel = "NAME") String name) {
    SigningKey key = session.keys().make(name);
    if (session.json()) {
      session
          .terminal()
          .json(new MapBuilder().put("name", name).put("key", key.publicKey().toString()).build());
    } else {
      session.terminal().line(key.publicKey().toString());
    }
    return 0;
  }

  @Command(name = "import", description = "Take a key from a file.")
  int take(@Parameters(paramLabel = "NAME") String name, @Parameters(paramLabel = "FILE") Path file)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CommandException(
          ErrorCode.USAGE, "import key: there is no file `" + file + "`", "give a key file");
    }
    session
        .terminal()
        .line(
            session
                .keys()
                .take(name, Files.readString(file, StandardCharsets.UTF_8))
                .key()
                .toString());
    return 0;
  }

  @Command(
      name = "export",
      description = "Print the text of a key file: a secret, unless a passphrase protects it.")
  int give(@Parameters(paramLabel = "NAME") String name) {
    session.terminal().bytes(session.keys().text(name).getBytes(StandardCharsets.UTF_8));
    return 0;
  }
}
