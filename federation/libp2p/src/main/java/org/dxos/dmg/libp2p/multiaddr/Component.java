package org.dxos.dmg.libp2p.multiaddr;

/** One part of a {@link Multiaddr}: its protocol and its value in the text form ("" where none). */
public record Component(Protocol protocol, String value) {

  @Override
  public String toString() {
    return "/" + protocol.text() + (protocol.hasValue() ? "/" + value : "");
  }
}
