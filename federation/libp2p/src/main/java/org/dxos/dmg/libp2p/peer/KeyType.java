package org.dxos.dmg.libp2p.peer;

import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/** The kinds of identity key; the number is the protobuf enum's. */
public enum KeyType {
  RSA,
  ED25519,
  SECP256K1,
  ECDSA;

  static KeyType of(long number) throws Libp2pException {
    if (number < 0 || number >= values().length) {
      throw new Libp2pException(Reason.PEER_IDENTITY, "public key: unknown type " + number);
    }
    return values()[(int) number];
  }
}
