package org.dxos.dmg.libp2p.host;

import java.net.InetAddress;

/** Which addresses a stranger may make us dial. */
final class Reachable {

  private Reachable() {}

  /**
   * Whether it lies in the public internet: not this machine, this link, a private net or nowhere.
   */
  static boolean isPublic(InetAddress address) {
    byte[] raw = address.getAddress();
    boolean special =
        address.isAnyLocalAddress()
            || address.isLoopbackAddress()
            || address.isLinkLocalAddress()
            || address.isSiteLocalAddress()
            || address.isMulticastAddress();
    boolean privateNet =
        raw.length == 4
            ? ((raw[0] & 0xff) == 100 && (raw[1] & 0xc0) == 64)
                || raw[0] == 0
                || (raw[0] & 0xf0) == 0xf0
            : (raw[0] & 0xfe) == 0xfc || embedsIp4(raw);
    return !special && !privateNet;
  }

  // ::/8 (mapped, compatible), 64:ff9b:: and 2002:: carry an IPv4 address that was not looked at.
  private static boolean embedsIp4(byte[] raw) {
    return raw[0] == 0 || (raw[0] == 0x20 && raw[1] == 0x02);
  }

  /** Who is counted together: an IPv4 address, an IPv6 /56. */
  static String neighbourhood(InetAddress address) {
    byte[] raw = address.getAddress();
    int length = raw.length == 4 ? 4 : 7;
    return java.util.HexFormat.of().formatHex(raw, 0, length);
  }
}
