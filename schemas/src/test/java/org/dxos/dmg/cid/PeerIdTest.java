package org.dxos.dmg.cid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;

class PeerIdTest {

  private static final String KEY =
      "2ffa35a99d3a3cfbb17bb7c1dc5561b18a8dcca4df38dc613ea859c37eb1336b";

  /** The example of the peer id specification, in each of its spellings. */
  @Test
  void knownKeyHasItsKnownTexts() {
    PeerId peer = new PeerId(HexFormat.of().parseHex(KEY));
    assertEquals("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", peer.toString());
    assertEquals(
        "bafzaajaiaejcal72gwuz2or47oyxxn6b3rkwdmmkrxgkjxzy3rqt5kczyn7lcm3l",
        Cid.ofMultihash(Cid.LIBP2P_KEY, peer.multihash()).toString());
    assertEquals(
        "k51qzi5uqu5dhdmyb9bd18pypu2wp5lpv2xnskfmrqa4lb5knqryrotb05e7or", peer.keyAuthority());
    assertEquals("002408011220" + KEY, HexFormat.of().formatHex(peer.multihash()));
  }

  @Property(tries = 100)
  void multihashIsReadAsTheKeyItCarries(@ForAll @Size(32) byte[] key) {
    PeerId peer = new PeerId(key);
    assertEquals(peer, PeerId.ofMultihash(peer.multihash()));
    assertEquals(peer.hashCode(), PeerId.ofMultihash(peer.multihash()).hashCode());
    assertArrayEquals(peer.multihash(), Multibase.BASE58BTC.decode(peer.toString()));
    assertTrue(peer.toString().startsWith("12D3KooW"));
    assertTrue(peer.keyAuthority().startsWith("k51"));
  }

  @Test
  void otherMultihashesAreRefused() {
    byte[] good = new PeerId(HexFormat.of().parseHex(KEY)).multihash();
    for (int i = 0; i < 6; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 1;
      assertThrows(FormatException.class, () -> PeerId.ofMultihash(bad), "byte " + i);
    }
    assertThrows(FormatException.class, () -> PeerId.ofMultihash(Arrays.copyOf(good, 37)));
    assertThrows(FormatException.class, () -> PeerId.ofMultihash(Arrays.copyOf(good, 39)));
    assertThrows(FormatException.class, () -> new PeerId(new byte[31]));
    assertThrows(FormatException.class, () -> new PeerId(new byte[33]));
  }

  @Test
  void keyIsACopy() {
    byte[] key = HexFormat.of().parseHex(KEY);
    PeerId peer = new PeerId(key);
    key[0] ^= 1;
    peer.key()[1] ^= 1;
    assertEquals(KEY, HexFormat.of().formatHex(peer.key()));
    assertNotEquals(new PeerId(key), peer);
  }
}
