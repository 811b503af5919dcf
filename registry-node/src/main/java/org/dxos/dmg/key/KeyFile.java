package org.dxos.dmg.key;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.SCrypt;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;

/**
 * The text of one private key: lines that begin with {@code #} for people, and one of
 *
 * <pre>
 *   dmg-key-1 ed25519 SEED
 *   dmg-key-1 ed25519-scrypt PUBLIC N R P SALT NONCE BOX
 * </pre>
 *
 * <p>Binary is base64url without padding, the public key hexadecimal. BOX is the seed under
 * ChaCha20-Poly1305 with a key of 32 bytes that scrypt (RFC 7914) makes of the passphrase and the
 * salt; the public key is authenticated with it.
 */
sealed interface KeyFile {

  String PLAIN = "dmg-key-1 ed25519 ";

  /** Begins the line that tells people the public key, and by which a damaged file is known. */
  String PUBLIC = "# public key:";

  String SEALED = "dmg-key-1 ed25519-scrypt ";

  /** 64 MiB and some 200 ms on a small machine. */
  int SCRYPT_N = 1 << 16;

  int SCRYPT_R = 8;
  int SCRYPT_P = 1;

  /** What a file may ask of this machine: 256 MiB. */
  int MAX_SCRYPT_N = 1 << 18;

  /** The public key, for which no passphrase is needed. */
  PublicKey publicKey();

  /** Not protected by a passphrase. */
  record Plain(SigningKey key) implements KeyFile {
    @Override
    public PublicKey publicKey() {
      return key.publicKey();
    }
  }

  /** Protected by a passphrase. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Sealed(PublicKey publicKey, int n, byte[] salt, byte[] nonce, byte[] box)
      implements KeyFile {

    /** The key, if the passphrase is right. */
    Optional<SigningKey> open(String passphrase) {
      try {
        byte[] seed = cipher(Cipher.DECRYPT_MODE, passphrase, this).doFinal(box);
        SigningKey key = SigningKey.ofSeed(seed);
        return key.publicKey().equals(publicKey) ? Optional.of(key) : Optional.empty();
      } catch (GeneralSecurityException e) {
        return Optional.empty();
      }
    }
  }

  /** Protects a key by a passphrase. */
  static Sealed seal(SigningKey key, String passphrase, RandomGenerator random) {
    byte[] salt = new byte[16];
    byte[] nonce = new byte[12];
    random.nextBytes(salt);
    random.nextBytes(nonce);
    Sealed parameters = new Sealed(key.publicKey(), SCRYPT_N, salt, nonce, new byte[0]);
    try {
      byte[] box = cipher(Cipher.ENCRYPT_MODE, passphrase, parameters).doFinal(key.seed());
      return new Sealed(key.publicKey(), SCRYPT_N, salt, nonce, box);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("ChaCha20-Poly1305 is part of every Java", e);
    }
  }

  private static Cipher cipher(int mode, String passphrase, Sealed sealed)
      throws GeneralSecurityException {
    byte[] secret =
        SCrypt.generate(
            passphrase.getBytes(StandardCharsets.UTF_8),
            sealed.salt(),
            sealed.n(),
            SCRYPT_R,
            SCRYPT_P,
            32);
    Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
    cipher.init(mode, new SecretKeySpec(secret, "ChaCha20"), new IvParameterSpec(sealed.nonce()));
    cipher.updateAAD(sealed.publicKey().bytes());
    return cipher;
  }

  /**
   * What is read, for words.
   *
   * @param name such as {@code key file `x`}
   * @param hint what to do if it is none
   */
  record Subject(String name, String hint) {}

  /** The text of a file with this key. */
  static String text(KeyFile file, String comment) {
    return "# %s\n%s %s\n%s\n".formatted(comment, PUBLIC, file.publicKey(), line(file));
  }

  /** The line that has the key. */
  static String line(KeyFile file) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return switch (file) {
      case Plain plain -> PLAIN + base64.encodeToString(plain.key().seed());
      case Sealed sealed ->
          SEALED
              + String.join(
                  " ",
                  List.of(
                      sealed.publicKey().toString(),
                      String.valueOf(sealed.n()),
                      String.valueOf(SCRYPT_R),
                      String.valueOf(SCRYPT_P),
                      base64.encodeToString(sealed.salt()),
                      base64.encodeToString(sealed.nonce()),
                      base64.encodeToString(sealed.box())));
    };
  }

  /**
   * Reads the text of a key file.
   *
   * @param subject what it is called in an error
   */
  static KeyFile parse(String text, Subject subject) {
    KeyFile read = line(text, subject);
    // A seed has no checksum: one bit lost would be another key, and nothing else would tell.
    Optional<String> told =
        text.lines()
            .map(String::strip)
            .filter(line -> line.startsWith(PUBLIC))
            .map(line -> line.substring(PUBLIC.length()).strip())
            .findFirst();
    if (told.isPresent() && !told.get().equals(read.publicKey().toString())) {
      throw bad(
          subject,
          "its key is that of `%s`, and it says `%s`".formatted(read.publicKey(), told.get()));
    }
    return read;
  }

  private static KeyFile line(String text, Subject subject) {
    try {
      for (String line : text.lines().map(String::strip).toList()) {
        if (line.startsWith(PLAIN)) {
          return new Plain(SigningKey.ofSeed(bytes(line.substring(PLAIN.length()).strip())));
        }
        if (line.startsWith(SEALED)) {
          return sealed(line.substring(SEALED.length()).split(" "), subject);
        }
      }
    } catch (NumberFormatException e) {
      throw bad(subject, "scrypt N is no number"); // what stands there may be part of a secret
    } catch (IllegalArgumentException | FormatException e) {
      throw bad(subject, String.valueOf(e.getMessage()));
    }
    throw bad(subject, "it has no line that begins with `" + PLAIN.strip() + "`");
  }

  private static Sealed sealed(String[] parts, Subject subject) {
    if (parts.length != 7
        || !parts[2].equals(String.valueOf(SCRYPT_R))
        || !parts[3].equals(String.valueOf(SCRYPT_P))) {
      throw bad(subject, "expected PUBLIC N 8 1 SALT NONCE BOX after `" + SEALED.strip() + "`");
    }
    int n = Integer.parseInt(parts[1]);
    if (n < 2 || n > MAX_SCRYPT_N || Integer.bitCount(n) != 1) {
      throw bad(subject, "scrypt N is " + n + ", expected a power of two up to " + MAX_SCRYPT_N);
    }
    byte[] nonce = bytes(parts[5]);
    if (nonce.length != 12) {
      throw bad(subject, "the nonce has " + nonce.length + " bytes, expected 12");
    }
    return new Sealed(
        PublicKey.of(HexFormat.of().parseHex(parts[0])),
        n,
        bytes(parts[4]),
        nonce,
        bytes(parts[6]));
  }

  private static byte[] bytes(String base64) {
    return Base64.getUrlDecoder().decode(base64);
  }

  /** Reads a key file. */
  static KeyFile read(Path file) {
    try {
      return parse(
          Files.readString(file),
          new Subject("key file `" + file + "`", "restore it from a backup"));
    } catch (NoSuchFileException e) {
      throw new KeyException(
          ErrorCode.STORAGE,
          "read key file `" + file + "`: there is no such file",
          "give the file that was written when the key was made");
    } catch (IOException e) {
      throw new KeyException(
          ErrorCode.STORAGE,
          "read key file `" + file + "`: " + e,
          "check that it is there and readable");
    }
  }

  /**
   * Writes a key file that is not there yet: whole, on disk and readable by its owner alone before
   * it has its name. What a key that was lost has signed could never be taken back.
   *
   * @throws FileAlreadyExistsException if it is there
   */
  static void write(Path file, String text) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    Files.createDirectories(folder, posix ? attribute("rwx------") : new FileAttribute<?>[0]);
    Path fresh =
        Files.createTempFile(
            folder, ".new-", ".key", posix ? attribute("rw-------") : new FileAttribute<?>[0]);
    try {
      try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        out.force(true);
      }
      place(fresh, file);
    } finally {
      Files.deleteIfExists(fresh);
    }
    try (FileChannel sync = FileChannel.open(folder, StandardOpenOption.READ)) {
      sync.force(true);
    }
  }

  /** Gives a file its name, and never takes one away from another. */
  private static void place(Path fresh, Path file) throws IOException {
    try {
      Files.createLink(file, fresh);
    } catch (UnsupportedOperationException noLinks) {
      Files.move(fresh, file);
    }
  }

  private static FileAttribute<?>[] attribute(String permissions) {
    Set<PosixFilePermission> set = PosixFilePermissions.fromString(permissions);
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(set)};
  }

  private static KeyException bad(Subject subject, String what) {
    return new KeyException(
        ErrorCode.POLICY_INVALID, "read " + subject.name() + ": " + what, subject.hint());
  }
}
