package org.dxos.dmg.libp2p.wire;

import java.io.ByteArrayOutputStream;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/** RFC 4648 base32 in lower case without padding, as CIDs have it behind their {@code b}. */
public final class Base32 {

  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int MAX_CHARACTERS = 512;

  private Base32() {}

  public static String encode(byte[] bytes) {
    StringBuilder text = new StringBuilder((bytes.length * 8 + 4) / 5);
    int bits = 0;
    int held = 0;
    for (byte b : bytes) {
      bits = (bits << 8 | b & 0xff) & 0xffff;
      held += 8;
      while (held >= 5) {
        held -= 5;
        text.append(ALPHABET.charAt(bits >> held & 31));
      }
    }
    if (held > 0) {
      text.append(ALPHABET.charAt(bits << (5 - held) & 31));
    }
    return text.toString();
  }

  /**
   * Reads what {@link #encode} writes, and nothing else: equal bytes, equal text.
   *
   * @throws Libp2pException MALFORMED, over 512 characters too
   */
  public static byte[] decode(String text) throws Libp2pException {
    if (text.length() > MAX_CHARACTERS) {
      throw malformed(text.length() + " characters, at most " + MAX_CHARACTERS);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int bits = 0;
    int held = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = ALPHABET.indexOf(text.charAt(i));
      if (digit < 0) {
        throw malformed("`" + text.charAt(i) + "` is not of the alphabet");
      }
      bits = (bits << 5 | digit) & 0xfff;
      held += 5;
      if (held >= 8) {
        held -= 8;
        out.write(bits >> held);
      }
    }
    if (held >= 5 || (bits & (1 << held) - 1) != 0) {
      throw malformed("ends within a byte");
    }
    return out.toByteArray();
  }

  private static Libp2pException malformed(String what) {
    return new Libp2pException(Reason.MALFORMED, "base32: " + what);
  }
}
