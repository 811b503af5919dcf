package org.dxos.dmg.libp2p.wire;

import java.math.BigInteger;
import java.util.Arrays;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/** base58btc, the alphabet of peer ids; at most 128 characters. */
public final class Base58 {

  private static final String ALPHABET =
      "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  private static final BigInteger BASE = BigInteger.valueOf(58);
  private static final int MAX_CHARACTERS = 128;

  private Base58() {}

  public static String encode(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    BigInteger rest = new BigInteger(1, bytes);
    while (rest.signum() > 0) {
      BigInteger[] step = rest.divideAndRemainder(BASE);
      text.append(ALPHABET.charAt(step[1].intValue()));
      rest = step[0];
    }
    for (int i = 0; i < bytes.length && bytes[i] == 0; i++) {
      text.append('1');
    }
    return text.reverse().toString();
  }

  /**
   * @throws Libp2pException MALFORMED
   */
  public static byte[] decode(String text) throws Libp2pException {
    if (text.length() > MAX_CHARACTERS) {
      throw new Libp2pException(
          Reason.MALFORMED, "base58: " + text.length() + " characters, at most " + MAX_CHARACTERS);
    }
    BigInteger value = BigInteger.ZERO;
    int zeros = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = ALPHABET.indexOf(text.charAt(i));
      if (digit < 0) {
        throw new Libp2pException(
            Reason.MALFORMED, "base58: `" + text.charAt(i) + "` is not of the alphabet");
      }
      if (digit == 0 && value.signum() == 0) {
        zeros++;
      }
      value = value.multiply(BASE).add(BigInteger.valueOf(digit));
    }
    byte[] magnitude = value.signum() == 0 ? new byte[0] : value.toByteArray();
    int from = magnitude.length > 0 && magnitude[0] == 0 ? 1 : 0;
    byte[] bytes = new byte[zeros + magnitude.length - from];
    System.arraycopy(magnitude, from, bytes, zeros, magnitude.length - from);
    return Arrays.copyOf(bytes, bytes.length);
  }
}
