package org.dxos.dmg.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** JSON and YAML texts to {@link Node}, and {@link Node} to JSON. */
public final class Json {

  /**
   * Bytes of a text that is read if nothing else is said: a closure of 2 MiB written as JSON, whose
   * hashes grow from 36 bytes to 61 and whose field names are spelled out, stays well below.
   */
  public static final int MAX_BYTES = 16 << 20;

  /**
   * Characters of a YAML text that is read: what people write by hand. Its parser takes some
   * hundred times as much memory, for moments, as the text has.
   */
  public static final int MAX_YAML = 2 << 20;

  /** Open arrays and objects at a time, as in dag-cbor, so that what is read can be stored. */
  public static final int MAX_DEPTH = DagCbor.MAX_DEPTH;

  /** Characters of a refusal: a key or a number of the input may be in it. */
  private static final int MAX_MESSAGE = 300;

  private Json() {}

  /**
   * Reads the one JSON value that fills {@code utf8}, at most {@link #MAX_BYTES}.
   *
   * @throws FormatException with {@link ErrorCode#JSON_SYNTAX}, line and column
   */
  public static Node parse(byte[] utf8) {
    return parse(utf8, MAX_BYTES);
  }

  /** As {@link #parse(byte[])}, with a limit of the caller's in bytes. */
  public static Node parse(byte[] utf8, int maxBytes) {
    checkSize(utf8.length, maxBytes);
    return JsonReader.read(decode(utf8));
  }

  /** As {@link #parse(byte[])}, from text. */
  public static Node parse(String text) {
    checkSize(text.length(), MAX_BYTES);
    return JsonReader.read(text);
  }

  /**
   * Reads the one YAML document of {@code text}, as far as it says what JSON can say. JSON is YAML,
   * so this reads JSON too.
   *
   * <p>Plain scalars have the types of YAML 1.2's core schema: {@code 1.20} without quotes is a
   * number, {@code yes} and {@code on} are text. At most {@link #MAX_YAML} characters.
   *
   * @throws FormatException with {@link ErrorCode#JSON_SYNTAX}, line and column
   */
  public static Node parseYaml(String text) {
    checkSize(text.length(), MAX_YAML);
    return YamlReader.read(text);
  }

  /** As {@link #parseYaml(String)}, from bytes. */
  public static Node parseYaml(byte[] utf8) {
    checkSize(utf8.length, MAX_BYTES);
    return parseYaml(decode(utf8)); // a character has a byte or more
  }

  /**
   * The one canonical form of RFC 8785, in UTF-8: keys by UTF-16 code units, numbers as ECMAScript
   * prints them, no spaces.
   *
   * @throws FormatException if {@code value} has a link, bytes, or an integer of 2^53 or more
   */
  public static byte[] canonical(Node value) {
    return JsonWriter.canonical(value).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The dag-json of {@code value}, in UTF-8: links as <code>{"/": "bafy…"}</code>, bytes as <code>
   * {"/": {"bytes": "…"}}</code> in base64 without padding, keys by bytes.
   *
   * @throws FormatException if {@code value} has a map that would read as a link or as bytes
   */
  public static byte[] dagJson(Node value) {
    return JsonWriter.dagJson(value).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Two spaces of indentation, keys in their order of insertion, a line feed at the end; a link is
   * its base32 text and bytes are base64 text. For people: it cannot be read back to the same
   * value.
   */
  public static String pretty(Node value) {
    return JsonWriter.pretty(value);
  }

  /**
   * A refusal at a place; lines and columns begin at 1. What {@code what} quotes of the input is
   * shortened and made harmless to a terminal.
   */
  static FormatException error(String format, int line, int column, String what) {
    return new FormatException(
        ErrorCode.JSON_SYNTAX, "read %s at %d:%d: %s".formatted(format, line, column, plain(what)));
  }

  private static String plain(String what) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(what.length(), MAX_MESSAGE); i++) {
      char c = what.charAt(i);
      if (Fields.forbiddenAt(String.valueOf(c), false) == 0 || Character.isSurrogate(c)) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.append(what.length() > MAX_MESSAGE ? "…" : "").toString();
  }

  /** True if {@code text} has half of a surrogate pair, which no UTF-8 can carry. */
  static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return true;
      }
    }
    return false;
  }

  private static void checkSize(int size, int max) {
    if (size > max) {
      throw new FormatException(
          ErrorCode.TOO_LARGE, "read text of " + size + " bytes: expected at most " + max);
    }
  }

  private static String decode(byte[] utf8) {
    if (utf8.length >= 2 && ((utf8[0] & 0xff) == 0xfe || (utf8[0] & 0xff) == 0xff)) {
      throw new FormatException(
          ErrorCode.JSON_SYNTAX,
          "read text: it begins like UTF-16, expected UTF-8",
          "save the file as UTF-8");
    }
    if (utf8.length >= 3
        && (utf8[0] & 0xff) == 0xef
        && (utf8[1] & 0xff) == 0xbb
        && (utf8[2] & 0xff) == 0xbf) {
      throw new FormatException(
          ErrorCode.JSON_SYNTAX,
          "read text: it begins with a byte order mark, expected none",
          "save the file as UTF-8 without byte order mark (BOM)");
    }
    ByteBuffer in = ByteBuffer.wrap(utf8);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(in)
          .toString();
    } catch (CharacterCodingException e) {
      throw new FormatException(
          ErrorCode.JSON_SYNTAX,
          "read text: byte " + in.position() + " begins no well-formed UTF-8",
          "save the file as UTF-8");
    }
  }
}
