package org.dxos.dmg.libp2p.multiaddr;

/** IPv6 as text by RFC 5952: the longest run of zero groups (two or more) shortened, lower case. */
final class Ip6Text {

  private Ip6Text() {}

  static String write(byte[] raw) {
    int best = -1;
    int bestLength = 1;
    for (int i = 0; i < 8; i++) {
      int j = i;
      while (j < 8 && group(raw, j) == 0) {
        j++;
      }
      if (j - i > bestLength) {
        best = i;
        bestLength = j - i;
      }
      i = Math.max(i, j - 1);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == best) {
        text.append("::");
        i += bestLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group(raw, i)));
    }
    return text.toString();
  }

  private static int group(byte[] raw, int index) {
    return (raw[2 * index] & 0xff) << 8 | raw[2 * index + 1] & 0xff;
  }
}
