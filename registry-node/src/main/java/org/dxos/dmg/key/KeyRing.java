package org.dxos.dmg.key;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.trust.SigningKey;

/** The private keys of one home. */
public final class KeyRing {

  private static final String MAGIC = "dmg-key-1 ed25519 ";

  private final Path home;
  private final RandomGenerator random;

  /**
   * @param home the folder of the home
   * @param random a cryptographically secure source, from which new keys are drawn
   */
  public KeyRing(Path home, RandomGenerator random) {
    this.home = home;
    this.random = random;
  }

  /** The key with which this home's node signs heads, made at the first call. */
  public SigningKey head() {
    return readOrMake(
        keys().resolve("head.key"),
        "DMG head key of this node. Keep it secret, and keep it out of backups.");
  }

  /** The key by which this home's node is known to its peers, made at the first call. */
  public SigningKey peer() {
    return readOrMake(keys().resolve("peer.key"), "DMG peer key of this node. Keep it secret.");
  }

  /** The owner key of an authority, if it was claimed from this home. */
  public Optional<SigningKey> owner(String authority) {
    Path file = ownerFile(authority);
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  /** Makes the owner key of an authority. */
  public SigningKey makeOwner(String authority) {
    return readOrMake(ownerFile(authority), "DMG owner key of " + authority + ". Keep it secret.");
  }

  /** Makes the recovery key of an authority, or reads it if it is still there. */
  public SigningKey makeRecovery(String authority) {
    return readOrMake(
        recoveryFile(authority),
        "DMG recovery key of "
            + authority
            + ". MOVE THIS OFF THE MACHINE: it wins the authority back when all else is lost.");
  }

  /** Where {@link #makeRecovery} writes. */
  public Path recoveryFile(String authority) {
    return home.resolve("recovery-" + authority + ".key");
  }

  private Path ownerFile(String authority) {
    return keys().resolve("owner-" + authority + ".key");
  }

  private Path keys() {
    return home.resolve("keys");
  }

  private SigningKey readOrMake(Path file, String comment) {
    if (Files.exists(file)) {
      return read(file);
    }
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    random.nextBytes(seed);
    SigningKey key = SigningKey.ofSeed(seed);
    String text =
        "# %s\n# public key: %s\n%s%s\n"
            .formatted(
                comment,
                key.publicKey(),
                MAGIC,
                Base64.getUrlEncoder().withoutPadding().encodeToString(seed));
    try {
      boolean posix = home.getFileSystem().supportedFileAttributeViews().contains("posix");
      Files.createDirectories(
          file.getParent(), posix ? attribute("rwx------") : new FileAttribute<?>[0]);
      write(file, text, posix);
      return key;
    } catch (FileAlreadyExistsException e) {
      return read(file); // another thread made it first
    } catch (IOException e) {
      throw new KeyException(
          ErrorCode.STORAGE, "write key file `" + file + "`: " + e, "check space and permissions");
    }
  }

  /** On disk before it is used: what a key that was lost has signed could never be taken back. */
  private static void write(Path file, String text, boolean posix) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            posix ? attribute("rw-------") : new FileAttribute<?>[0])) {
      out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      out.force(true);
    }
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private static FileAttribute<?>[] attribute(String permissions) {
    Set<PosixFilePermission> set = PosixFilePermissions.fromString(permissions);
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(set)};
  }

  private static SigningKey read(Path file) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(MAGIC)) {
          byte[] seed = Base64.getUrlDecoder().decode(line.substring(MAGIC.length()).strip());
          return SigningKey.ofSeed(seed);
        }
      }
      throw bad(file, "it has no line that begins with `" + MAGIC.strip() + "`");
    } catch (IOException e) {
      throw new KeyException(
          ErrorCode.STORAGE,
          "read key file `" + file + "`: " + e,
          "check that it is there and readable");
    } catch (IllegalArgumentException | FormatException e) {
      throw bad(file, String.valueOf(e.getMessage()));
    }
  }

  private static KeyException bad(Path file, String what) {
    return new KeyException(
        ErrorCode.POLICY_INVALID,
        "read key file `" + file + "`: " + what,
        "restore it from a backup");
  }
}
