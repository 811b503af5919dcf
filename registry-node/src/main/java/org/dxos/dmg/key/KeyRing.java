package org.dxos.dmg.key;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;

/**
 * The private keys of one home: {@code keys/NAME.key}, one file each. The node's own are {@code
 * head}, {@code head-2} and so on, and {@code peer}; {@code owner-AUTHORITY} is made when an
 * authority is claimed; all other names are the user's.
 */
public final class KeyRing {

  private static final String SUFFIX = ".key";
  private static final String NAME = "[a-z0-9][a-z0-9._~-]{0,200}";

  private final Path home;
  private final RandomGenerator random;
  private final Secrets secrets;

  /**
   * What a key ring is told from outside.
   *
   * @param opening the passphrase of keys that are protected; asked for when one is needed
   * @param sealing the passphrase that protects keys that are made; without it they are not
   * @param given a key that lies in no file, such as a pipeline's
   */
  public record Secrets(
      Supplier<Optional<String>> opening, Optional<String> sealing, Optional<SigningKey> given) {

    /** No passphrase and no key. */
    public static final Secrets NONE =
        new Secrets(Optional::empty, Optional.empty(), Optional.empty());
  }

  /**
   * A key as it may be shown.
   *
   * @param name without {@code .key}
   * @param sealed true if a passphrase protects it
   */
  public record Listed(String name, PublicKey key, boolean sealed, Path file) {}

  /**
   * @param home the folder of the home
   * @param random a cryptographically secure source, from which new keys are drawn
   */
  public KeyRing(Path home, RandomGenerator random) {
    this(home, random, Secrets.NONE);
  }

  public KeyRing(Path home, RandomGenerator random, Secrets secrets) {
    this.home = home;
    this.random = random;
    this.secrets = secrets;
  }

  /** The keys with which this home's node signs heads, oldest first; the first is made here. */
  public List<SigningKey> heads() {
    List<SigningKey> heads = new ArrayList<>();
    heads.add(readOrMake(file("head"), headComment(), false));
    for (int n = 2; Files.exists(file("head-" + n)); n++) {
      heads.add(open(KeyFile.read(file("head-" + n)), "head-" + n));
    }
    return heads;
  }

  /** Makes one more key with which this home's node signs heads. */
  public SigningKey makeHead() {
    int n = 2;
    while (Files.exists(file("head-" + n))) {
      n++;
    }
    return make(file("head-" + n), headComment(), false);
  }

  private static String headComment() {
    return "DMG head key of this node. Keep it secret, and keep it out of backups.";
  }

  /** The key by which this home's node is known to its peers, made at the first call. */
  public SigningKey peer() {
    return readOrMake(file("peer"), "DMG peer key of this node. Keep it secret.", false);
  }

  /** Makes the owner key of an authority, or reads it if it is there. */
  public SigningKey makeOwner(String authority) {
    return readOrMake(
        file("owner-" + authority), "DMG owner key of " + authority + ". Keep it secret.", true);
  }

  /** The owner key of an authority, if it was claimed from this home. */
  public Optional<SigningKey> owner(String authority) {
    return find("owner-" + authority);
  }

  /** Makes another owner key of an authority, under the first free name. */
  public SigningKey makeNextOwner(String authority) {
    int n = 2;
    while (Files.exists(file("owner-" + authority + "." + n))) {
      n++;
    }
    return make(
        file("owner-" + authority + "." + n),
        "DMG owner key of " + authority + ". Keep it secret.",
        true);
  }

  /** Makes the recovery key of an authority, or reads it if it is still there. */
  public SigningKey makeRecovery(String authority) {
    return readOrMake(
        recoveryFile(authority),
        "DMG recovery key of "
            + authority
            + ". MOVE THIS OFF THE MACHINE: it wins the authority back when all else is lost.",
        true);
  }

  /** Where {@link #makeRecovery} writes. */
  public Path recoveryFile(String authority) {
    return home.resolve("recovery-" + authority + SUFFIX);
  }

  /** Makes a key of the user's. */
  public SigningKey make(String name) {
    return make(file(requireName(name)), "DMG key " + name + ". Keep it secret.", true);
  }

  /** Takes a key from the text of a key file, and keeps it under {@code name}. */
  public Listed take(String name, String text) {
    KeyFile file =
        KeyFile.parse(
            text,
            new KeyFile.Subject("key file to import", "give a file that `dmg key export` printed"));
    write(file(requireName(name)), KeyFile.text(file, "DMG key " + name + ". Keep it secret."));
    return listed(file(name));
  }

  /** The text of a key file, as it lies there: protected if it is. */
  public String text(String name) {
    try {
      return Files.readString(file(requireName(name)));
    } catch (NoSuchFileException e) {
      throw new KeyException(
          ErrorCode.KEY_MISSING,
          "read key `" + name + "`: this home has none of that name",
          "see `dmg key list` for the keys of this home");
    } catch (IOException e) {
      throw new KeyException(
          ErrorCode.KEY_MISSING,
          "read key `" + name + "`: " + e,
          "see `dmg key list` for the keys of this home");
    }
  }

  /** The key in a file anywhere, such as a recovery key on a stick. */
  public SigningKey read(Path file) {
    return open(KeyFile.read(file), file.toString());
  }

  /** A key as one word, which {@link #parse} reads: a secret. */
  public static String word(SigningKey key) {
    return KeyFile.line(new KeyFile.Plain(key)).replace(' ', ':');
  }

  /**
   * Reads a key from text such as a pipeline has in a variable.
   *
   * @param source the name of the variable, for words
   */
  public static SigningKey parse(
      String text, String source, Supplier<Optional<String>> passphrase) {
    String line = text.startsWith("dmg-key-1:") ? text.replace(':', ' ') : text;
    KeyFile file =
        KeyFile.parse(
            line,
            new KeyFile.Subject(
                "the key in " + source,
                "give the whole of what `dmg authority delegate` or `dmg key export` printed, or"
                    + " unset "
                    + source));
    return open(file, "in " + source, passphrase);
  }

  /** The key {@code name}, if it is here. */
  public Optional<SigningKey> find(String name) {
    Path file = file(name);
    return Files.exists(file) ? Optional.of(open(KeyFile.read(file), name)) : Optional.empty();
  }

  /** Every key of this home, by name. */
  public List<Listed> list() {
    if (!Files.isDirectory(keys())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(keys())) {
      return files
          .filter(file -> file.getFileName().toString().matches(NAME + "\\.key"))
          .map(KeyRing::listed)
          .sorted(Comparator.comparing(Listed::name))
          .toList();
    } catch (IOException e) {
      throw new KeyException(
          ErrorCode.STORAGE, "list keys in `" + keys() + "`: " + e, "check permissions");
    }
  }

  /**
   * A key that {@code fits}: the one given from outside, or where none was given one of this home
   * that is not the node's. Only the one that is returned is unlocked.
   */
  public Optional<SigningKey> signer(Predicate<PublicKey> fits) {
    if (secrets.given().isPresent()) {
      // Who gives a key means that one: to sign with another unasked would be a surprise.
      return secrets.given().filter(key -> fits.test(key.publicKey()));
    }
    return list().stream()
        .filter(one -> !one.name().matches("head(-[0-9]+)?|peer"))
        .filter(one -> fits.test(one.key()))
        .findFirst()
        .map(one -> open(KeyFile.read(one.file()), one.name()));
  }

  private static Listed listed(Path file) {
    KeyFile read = KeyFile.read(file);
    String name = file.getFileName().toString();
    return new Listed(
        name.substring(0, name.length() - SUFFIX.length()),
        read.publicKey(),
        read instanceof KeyFile.Sealed,
        file);
  }

  private SigningKey open(KeyFile file, String name) {
    return open(file, name, secrets.opening());
  }

  private static SigningKey open(KeyFile file, String name, Supplier<Optional<String>> passphrase) {
    return switch (file) {
      case KeyFile.Plain plain -> plain.key();
      case KeyFile.Sealed sealed ->
          sealed
              .open(
                  passphrase
                      .get()
                      .orElseThrow(
                          () ->
                              new KeyException(
                                  ErrorCode.KEY_MISSING,
                                  "unlock key `" + name + "`: a passphrase protects it",
                                  "set DMG_PASSPHRASE, or DMG_PASSPHRASE_FILE to a file that holds"
                                      + " it")))
              .orElseThrow(
                  () ->
                      new KeyException(
                          ErrorCode.KEY_MISSING,
                          "unlock key `" + name + "`: the passphrase is not the right one",
                          "give the one with which it was made"));
    };
  }

  private SigningKey readOrMake(Path file, String comment, boolean mayBeSealed) {
    return Files.exists(file)
        ? open(KeyFile.read(file), file.getFileName().toString())
        : make(file, comment, mayBeSealed);
  }

  private SigningKey make(Path file, String comment, boolean mayBeSealed) {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    random.nextBytes(seed);
    SigningKey key = SigningKey.ofSeed(seed);
    Optional<String> passphrase = mayBeSealed ? secrets.sealing() : Optional.empty();
    KeyFile made =
        passphrase
            .<KeyFile>map(words -> KeyFile.seal(key, words, random))
            .orElseGet(() -> new KeyFile.Plain(key));
    write(file, KeyFile.text(made, comment));
    return key;
  }

  private static void write(Path file, String text) {
    try {
      KeyFile.write(file, text);
    } catch (FileAlreadyExistsException e) {
      throw new KeyException(
          ErrorCode.TARGET_EXISTS,
          "write key file `" + file + "`: it is there",
          "choose another name; a key is never overwritten");
    } catch (IOException e) {
      throw new KeyException(
          ErrorCode.STORAGE, "write key file `" + file + "`: " + e, "check space and permissions");
    }
  }

  private static String requireName(String name) {
    if (!name.matches(NAME)) {
      throw new KeyException(
          ErrorCode.USAGE,
          "key name `" + name + "`: expected lower-case letters, digits, `.`, `-` and `_`",
          "for example gh-ci");
    }
    return name;
  }

  private Path file(String name) {
    return keys().resolve(name + SUFFIX);
  }

  private Path keys() {
    return home.resolve("keys");
  }
}
