package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.trust.PublicKey;

/** Reads what a person wrote after a command; what cannot be read is a mistake in the use of it. */
final class Arguments {

  private static final long MAX_TEXT_BYTES = 1 << 20;

  private Arguments() {}

  /** A public key, as 64 hexadecimal digits. */
  static PublicKey publicKey(String hex) {
    if (!hex.matches("[0-9a-fA-F]{64}")) {
      throw new CommandException(
          ErrorCode.USAGE,
          "public key `" + hex + "`: expected 64 hexadecimal digits",
          "`dmg authority show` and `dmg key list` print keys so");
    }
    return read(
        () -> PublicKey.of(java.util.HexFormat.of().parseHex(hex)),
        "`dmg key create NAME` makes a key and prints its public half");
  }

  static List<PublicKey> publicKeys(List<String> hex) {
    return hex.stream().map(Arguments::publicKey).toList();
  }

  /** The envelope of a head. */
  static Cid head(String text) {
    return read(
        () -> Cid.parse(text),
        "`dmg authority show` and the answer to a publish name heads, such as bafy…");
  }

  /** The id of an authority. */
  static Cid authorityId(String text) {
    return read(
        () -> Cid.parse(text),
        "an authority id is a CID, such as bafy…; `dmg trust`, `dmg trust check` and `dmg authority"
            + " show` print them");
  }

  /** The text of a small file. */
  static String text(Path file, String what) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CommandException(
          ErrorCode.USAGE, "read `" + file + "`: there is no such file", "give " + what);
    }
    if (Files.size(file) > MAX_TEXT_BYTES) {
      throw new CommandException(
          ErrorCode.USAGE,
          "read `%s`: %d bytes, expected at most %d"
              .formatted(file, Files.size(file), MAX_TEXT_BYTES),
          "give " + what);
    }
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new CommandException(
          ErrorCode.USAGE, "read `" + file + "`: it is no text", "give " + what);
    }
  }

  /**
   * A value that is made from arguments alone.
   *
   * @param hint what to write instead of what is refused
   */
  static <T> T read(Supplier<T> made, String hint) {
    try {
      return made.get();
    } catch (FormatException e) {
      throw new CommandException(
          e.code().outcome() == ErrorCode.Outcome.USAGE ? e.code() : ErrorCode.USAGE,
          e.message(),
          e.hint().orElse(hint));
    }
  }
}
