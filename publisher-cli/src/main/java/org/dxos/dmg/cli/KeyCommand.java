package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    description = {
      "The private keys of this home. Each lies in a file of its own that only its owner can read.",
      "With DMG_PASSPHRASE, or DMG_PASSPHRASE_FILE, keys that are made are encrypted. A pipeline"
          + " gives a key in DMG_KEY or DMG_KEY_FILE."
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
    if (session.json()) {
      List<Node> keys = new ArrayList<>();
      for (KeyRing.Listed one : session.keys().list()) {
        keys.add(
            named(one.name(), one.key().toString())
                .putAlways("sealed", Node.of(one.sealed()))
                .build());
      }
      session.terminal().json(new MapBuilder().putAlways("keys", new Node.Array(keys)).build());
      return 0;
    }
    for (KeyRing.Listed one : session.keys().list()) {
      session
          .terminal()
          .line(one.key() + "  " + one.name() + (one.sealed() ? "  (passphrase)" : ""));
    }
    return 0;
  }

  @Command(name = "create", description = "Make a key; prints its public key.")
  int create(
      @Parameters(paramLabel = "NAME", description = "of the key in this home, such as gh-ci")
          String name) {
    return tell(name, session.keys().make(name).publicKey().toString());
  }

  private static MapBuilder named(String name, String key) {
    return new MapBuilder().put("name", name).put("key", key);
  }

  private int tell(String name, String key) {
    if (session.json()) {
      session.terminal().json(named(name, key).build());
    } else {
      session.terminal().line(key);
    }
    return 0;
  }

  @Command(name = "import", description = "Take a key from a file.")
  int take(
      @Parameters(paramLabel = "NAME", description = "of the key in this home, such as gh-ci")
          String name,
      @Parameters(paramLabel = "FILE", description = "a file that `dmg key export` printed")
          Path file)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CommandException(
          ErrorCode.USAGE, "import key: there is no file `" + file + "`", "give a key file");
    }
    String text = Files.readString(file, StandardCharsets.UTF_8);
    return tell(name, session.keys().take(name, text).key().toString());
  }

  @Command(
      name = "export",
      description = "Print the text of a key file: a secret, unless a passphrase protects it.")
  int give(
      @Parameters(paramLabel = "NAME", description = "of the key in this home, such as gh-ci")
          String name) {
    String text = session.keys().text(name);
    if (session.json()) {
      session.terminal().json(new MapBuilder().put("name", name).put("text", text).build());
    } else {
      session.terminal().bytes(text.getBytes(StandardCharsets.UTF_8));
    }
    return 0;
  }
}
