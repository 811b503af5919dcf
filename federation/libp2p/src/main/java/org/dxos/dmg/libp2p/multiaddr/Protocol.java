package org.dxos.dmg.libp2p.multiaddr;

import java.util.Optional;

/** The protocols that an address of ours may name; codes of the multicodec table. */
public enum Protocol {
  IP4(4, "ip4", 4),
  TCP(6, "tcp", 2),
  IP6(41, "ip6", 16),
  IP6ZONE(42, "ip6zone", Protocol.VARIABLE),
  DNS(53, "dns", Protocol.VARIABLE),
  DNS4(54, "dns4", Protocol.VARIABLE),
  DNS6(55, "dns6", Protocol.VARIABLE),
  DNSADDR(56, "dnsaddr", Protocol.VARIABLE),
  UDP(273, "udp", 2),
  P2P_CIRCUIT(290, "p2p-circuit", 0),
  P2P(421, "p2p", Protocol.VARIABLE),
  TLS(448, "tls", 0),
  QUIC(460, "quic", 0),
  QUIC_V1(461, "quic-v1", 0),
  WEBTRANSPORT(465, "webtransport", 0),
  CERTHASH(466, "certhash", Protocol.VARIABLE),
  WS(477, "ws", 0),
  WSS(478, "wss", 0),
  WEBRTC_DIRECT(280, "webrtc-direct", 0);

  static final int VARIABLE = -1;

  private final int code;
  private final String text;
  private final int size;

  Protocol(int code, String text, int size) {
    this.code = code;
    this.text = text;
    this.size = size;
  }

  /** Its number in the multicodec table. */
  public int code() {
    return code;
  }

  /** Its name, as text addresses have it. */
  public String text() {
    return text;
  }

  boolean hasValue() {
    return size != 0;
  }

  /** Bytes of its value, or {@link #VARIABLE}. */
  int size() {
    return size;
  }

  static Optional<Protocol> ofCode(long code) {
    for (Protocol protocol : values()) {
      if (protocol.code == code) {
        return Optional.of(protocol);
      }
    }
    return Optional.empty();
  }

  static Optional<Protocol> ofText(String text) {
    for (Protocol protocol : values()) {
      if (protocol.text.equals(text) || (protocol == P2P && text.equals("ipfs"))) {
        return Optional.of(protocol);
      }
    }
    return Optional.empty();
  }
}
