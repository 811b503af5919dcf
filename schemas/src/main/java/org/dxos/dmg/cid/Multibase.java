package org.dxos.dmg.cid;

import java.util.Arrays;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * The text encodings of CIDs and peer ids: base32 lower-case without padding, base36 lower-case,
 * base58btc. The multibase prefix is not part of what is encoded and decoded here.
 *
 * @see <a href="https://github.com/multiformats/multibase">multibase</a>
 */
public enum Multibase {
  BASE32('b', "abcdefghijklmnopqrstuvwxyz234567"),
  BASE36('k', "0123456789abcdefghijklmnopqrstuvwxyz"),
  BASE58BTC('z', "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");

  /**
   * Longest text that is decoded: base conversion costs the square of the length, and no CID of
   * ours comes near it.
   */
  public static final int MAX_TEXT = 512;

  private final char prefix;
  private final String alphabet;
  private final byte[] values = new byte[128];

  Multibase(char prefix, String alphabet) {
    this.prefix = prefix;
    this.alphabet = alphabet;
    Arrays.fill(values, (byte) -1);
    for (int i = 0; i < alphabet.length(); i++) {
      values[alphabet.charAt(i)] = (byte) i;
    }
  }

  /** The character that stands before a text of this base. */
  public char prefix() {
    return prefix;
  }

  /** {@code bytes} in this base, without prefix. */
  public String encode(byte[] bytes) {
    return this == BASE32 ? encodeBase32(bytes) : encodeNumber(bytes);
  }

  /**
   * The bytes of {@code text}, which stands without prefix.
   *
   * @throws FormatException with {@link ErrorCode#MULTIBASE} for a foreign character, a text over
   *     {@link #MAX_TEXT}, or (base32) unused bits that are not zero
   */
  public byte[] decode(String text) {
    if (text.length() > MAX_TEXT) {
      throw FormatException.at(
          MAX_TEXT,
          ErrorCode.MULTIBASE,
          "decode " + name() + ": " + text.length() + " characters, at most " + MAX_TEXT);
    }
    return this == BASE32 ? decodeBase32(text) : decodeNumber(text);
  }

  private int value(String text, int index) {
    char c = text.charAt(index);
    int value = c < 128 ? values[c] : -1;
    if (value < 0) {
      throw FormatException.at(
          index,
          ErrorCode.MULTIBASE,
          "decode %s at offset %d: U+%04X is not in its alphabet"
              .formatted(name(), index, (int) c));
    }
    return value;
  }

  private String encodeBase32(byte[] bytes) {
    StringBuilder out = new StringBuilder((bytes.length * 8 + 4) / 5);
    int buffer = 0;
    int bits = 0;
    for (byte b : bytes) {
      buffer = (buffer << 8) | (b & 0xff);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        out.append(alphabet.charAt((buffer >> bits) & 31));
      }
    }
    if (bits > 0) {
      out.append(alphabet.charAt((buffer << (5 - bits)) & 31));
    }
    return out.toString();
  }

  private byte[] decodeBase32(String text) {
    byte[] out = new byte[text.length() * 5 / 8];
    int buffer = 0;
    int bits = 0;
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      buffer = (buffer << 5) | value(text, i);
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        out[at++] = (byte) (buffer >> bits);
      }
    }
    if (bits >= 5 || (buffer & ((1 << bits) - 1)) != 0) {
      throw FormatException.at(
          text.length(),
          ErrorCode.MULTIBASE,
          "decode BASE32: the bits after the last whole byte are not zero or not needed");
    }
    return out;
  }

  /**
   * Base conversion of the whole as one big-endian number; each leading zero byte is one leading
   * zero digit.
   */
  private String encodeNumber(byte[] bytes) {
    int zeros = 0;
    while (zeros < bytes.length && bytes[zeros] == 0) {
      zeros++;
    }
    int base = alphabet.length();
    byte[] digits = new byte[bytes.length * 2];
    int length = 0;
    for (int i = zeros; i < bytes.length; i++) {
      int carry = bytes[i] & 0xff;
      for (int j = 0; j < length; j++) {
        carry += (digits[j] & 0xff) << 8;
        digits[j] = (byte) (carry % base);
        carry /= base;
      }
      while (carry > 0) {
        digits[length++] = (byte) (carry % base);
        carry /= base;
      }
    }
    StringBuilder out = new StringBuilder(zeros + length);
    out.repeat(alphabet.charAt(0), zeros);
    for (int i = length - 1; i >= 0; i--) {
      out.append(alphabet.charAt(digits[i]));
    }
    return out.toString();
  }

  private byte[] decodeNumber(String text) {
    int zeros = 0;
    while (zeros < text.length() && text.charAt(zeros) == alphabet.charAt(0)) {
      zeros++;
    }
    int base = alphabet.length();
    byte[] little = new byte[text.length()];
    int length = 0;
    for (int i = zeros; i < text.length(); i++) {
      int carry = value(text, i);
      for (int j = 0; j < length; j++) {
        carry += (little[j] & 0xff) * base;
        little[j] = (byte) carry;
        carry >>= 8;
      }
      while (carry > 0) {
        little[length++] = (byte) carry;
        carry >>= 8;
      }
    }
    byte[] out = new byte[zeros + length];
    for (int i = 0; i < length; i++) {
      out[zeros + i] = little[length - 1 - i];
    }
    return out;
  }
}
