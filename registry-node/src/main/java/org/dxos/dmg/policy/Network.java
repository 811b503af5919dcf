package org.dxos.dmg.policy;

import java.net.InetAddress;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Addresses that begin alike, such as {@code 10.0.0.0/8} or {@code fd00::/8}.
 *
 * @param base as many bytes as an address has, all bits after the prefix zero
 * @param prefix how many bits count
 */
public record Network(InetAddress base, int prefix) {

  private static final int BYTE = 8;

  public Network {
    byte[] bytes = base.getAddress();
    if (prefix < 0 || prefix > BYTE * bytes.length) {
      throw invalid(base.getHostAddress() + "/" + prefix);
    }
    for (int bit = prefix; bit < BYTE * bytes.length; bit++) {
      if (bit(bytes, bit)) {
        throw invalid(base.getHostAddress() + "/" + prefix);
      }
    }
  }

  /**
   * Reads one.
   *
   * @throws FormatException with {@link ErrorCode#POLICY_INVALID}
   */
  public static Network parse(String text) {
    int slash = text.indexOf('/');
    try {
      return new Network(
          InetAddress.ofLiteral(text.substring(0, Math.max(0, slash))),
          Integer.parseInt(text.substring(slash + 1)));
    } catch (IllegalArgumentException e) {
      throw invalid(text);
    }
  }

  private static FormatException invalid(String text) {
    return new FormatException(
        ErrorCode.POLICY_INVALID,
        "read policy: `" + text + "` is no network, expected one such as `10.0.0.0/8`");
  }

  public boolean contains(InetAddress address) {
    byte[] ours = base.getAddress();
    byte[] theirs = address.getAddress();
    if (ours.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit++) {
      if (bit(ours, bit) != bit(theirs, bit)) {
        return false;
      }
    }
    return true;
  }

  private static boolean bit(byte[] bytes, int at) {
    return (bytes[at / BYTE] >> (BYTE - 1 - at % BYTE) & 1) == 1;
  }

  /**
   * True if an address lies in the public internet: neither this machine nor its link, no private
   * or shared net, no multicast, and no IPv6 address that stands for an IPv4 one, which was not
   * looked at.
   */
  public static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] raw = address.getAddress();
    if (raw.length == 4) {
      boolean shared = (raw[0] & 0xff) == 100 && (raw[1] & 0xc0) == 64;
      return !shared && raw[0] != 0 && (raw[0] & 0xf0) != 0xf0;
    }
    boolean own = (raw[0] & 0xfe) == 0xfc;
    boolean embeds = raw[0] == 0 || (raw[0] == 0x20 && raw[1] == 0x02);
    return !own && !embeds;
  }

  @Override
  public String toString() {
    return base.getHostAddress() + "/" + prefix;
  }
}
