package org.dxos.dmg.libp2p.multiaddr;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.wire.Base58;

/** The values of address parts, between text and bytes. No name is ever resolved here. */
final class Values {

  private Values() {}

  static byte[] bytes(Protocol protocol, String text) throws Libp2pException {
    return switch (protocol) {
      case IP4 -> ip4(text);
      case IP6 -> ip6(text);
      case TCP, UDP -> port(text);
      case P2P -> peer(text);
      case CERTHASH -> certificateHash(text);
      default -> name(text);
    };
  }

  static String text(Protocol protocol, byte[] value) throws Libp2pException {
    return switch (protocol) {
      case IP4, IP6 -> address(value);
      case TCP, UDP -> String.valueOf((value[0] & 0xff) << 8 | value[1] & 0xff);
      case P2P -> Base58.encode(sized(value));
      case CERTHASH -> "u" + Base64.getUrlEncoder().withoutPadding().encodeToString(value);
      default -> {
        String text = new String(value, StandardCharsets.UTF_8);
        name(text);
        yield text;
      }
    };
  }

  static byte[] checkedBytes(Component part) {
    try {
      return bytes(part.protocol(), part.value());
    } catch (Libp2pException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  static String address(byte[] raw) {
    if (raw.length == 4) {
      return (raw[0] & 0xff)
          + "."
          + (raw[1] & 0xff)
          + "."
          + (raw[2] & 0xff)
          + "."
          + (raw[3] & 0xff);
    }
    return Ip6Text.write(raw);
  }

  private static byte[] ip4(String text) throws Libp2pException {
    String[] parts = text.split("\\.", -1);
    byte[] raw = new byte[4];
    if (parts.length != 4) {
      throw Multiaddr.malformed("`" + text + "` is no IPv4 address");
    }
    for (int i = 0; i < 4; i++) {
      raw[i] = (byte) number(parts[i], 255, text);
    }
    return raw;
  }

  private static byte[] ip6(String text) throws Libp2pException {
    // Only characters of a literal, so that InetAddress cannot ask a name server.
    if (!text.contains(":")
        || !text.chars().allMatch(c -> "0123456789abcdefABCDEF:.".indexOf(c) >= 0)) {
      throw Multiaddr.malformed("`" + text + "` is no IPv6 address");
    }
    try {
      byte[] raw = InetAddress.getByName(text).getAddress();
      if (raw.length == 16) {
        return raw;
      }
      byte[] mapped = new byte[16]; // Java turns ::ffff:a.b.c.d into IPv4
      mapped[10] = (byte) 0xff;
      mapped[11] = (byte) 0xff;
      System.arraycopy(raw, 0, mapped, 12, 4);
      return mapped;
    } catch (UnknownHostException e) {
      throw Multiaddr.malformed("`" + text + "` is no IPv6 address");
    }
  }

  private static byte[] port(String text) throws Libp2pException {
    int port = number(text, 65_535, text);
    return new byte[] {(byte) (port >> 8), (byte) port};
  }

  private static int number(String digits, int most, String whole) throws Libp2pException {
    boolean plain =
        !digits.isEmpty()
            && digits.length() <= 5
            && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!plain
        || Integer.parseInt(digits) > most
        || (digits.length() > 1 && digits.startsWith("0"))) {
      throw Multiaddr.malformed("`" + whole + "`: `" + digits + "` is not a number up to " + most);
    }
    return Integer.parseInt(digits);
  }

  private static byte[] peer(String text) throws Libp2pException {
    return sized(Base58.decode(text));
  }

  // A multihash: a code, a length and no more than the longest digest that anybody uses.
  private static byte[] sized(byte[] peerId) throws Libp2pException {
    if (peerId.length < 2 || peerId.length > 64) {
      throw Multiaddr.malformed("`p2p`: a peer id has 2 to 64 bytes, found " + peerId.length);
    }
    return peerId;
  }

  private static byte[] certificateHash(String text) throws Libp2pException {
    if (!text.startsWith("u")) {
      throw Multiaddr.malformed("certhash: base64url expected");
    }
    try {
      return Base64.getUrlDecoder().decode(text.substring(1));
    } catch (IllegalArgumentException e) {
      throw Multiaddr.malformed("certhash: base64url expected");
    }
  }

  private static byte[] name(String text) throws Libp2pException {
    boolean fits =
        !text.isEmpty()
            && text.length() <= 253
            && text.chars().allMatch(c -> c > 0x20 && c != '/' && c != 0x7f && c != 0xfffd);
    if (!fits) {
      throw Multiaddr.malformed("`" + text + "` is no name");
    }
    return Multiaddr.utf8(text);
  }
}
