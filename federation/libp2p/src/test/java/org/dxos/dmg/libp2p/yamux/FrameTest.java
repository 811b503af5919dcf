package org.dxos.dmg.libp2p.yamux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.dxos.dmg.libp2p.Libp2pException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "010000000000000100000000", // version
        "000400000000000100000000", // type
        "000000100000000100000000", // flag
        "000000000000000000000000", // data on stream 0
        "0001000000000000ffffffff", // update on stream 0
        "000200010000000100000000", // ping on a stream
        "000200000000000000000000", // ping without flag
        "000200030000000000000000", // ping with both
        "000300000000000100000000", // go-away on a stream
        "000000000000000180000000", // longer than any window
        "0000000000000001ffffffff"
      })
  void headsAgainstTheProtocolAreRefused(String head) {
    assertThrows(Libp2pException.class, () -> Frame.decode(HexFormat.of().parseHex(head)));
  }

  @Property(tries = 1_000)
  void everyHeadIsRefusedOrWritesItself(@ForAll @Size(12) byte[] head) {
    head[0] = 0;
    head[1] &= 3;
    head[2] = 0;
    head[3] &= 15;
    Frame frame;
    try {
      frame = Frame.decode(head);
    } catch (Libp2pException refused) {
      return;
    }
    byte[] written = new byte[12];
    Frame.encode(frame, written, 0);
    if (!(frame instanceof Frame.GoAway)) {
      assertArrayEquals(head, written);
    }
  }

  @Test
  void creditComesBackAtHalfAWindowOfWhatWasRead() throws Exception {
    ReceiveWindow window = new ReceiveWindow(262_144, 1 << 20, 0);
    window.received(200_000);
    assertEquals(0, window.read(131_071, 1_000, 0, more -> true));
    assertEquals(131_072, window.read(1, 1_000, 0, more -> true));
    assertEquals(68_928, window.unread());
  }

  @Test
  void aWindowGrowsWhileItIsReadWithinFourRoundTrips() throws Exception {
    ReceiveWindow window = new ReceiveWindow(262_144, 1 << 20, 0);
    window.received(262_144);
    assertEquals(524_288, window.read(262_144, 399, 100, more -> true));
    window.received(524_288);
    assertEquals(524_288, window.read(524_288, 399 + 401, 100, more -> true));
    window.received(524_288);
    assertEquals(524_288, window.read(524_288, 801, 100, more -> false));
    assertEquals(524_288, window.window());
  }

  @Test
  void dataBeyondTheCreditIsAViolation() throws Exception {
    ReceiveWindow window = new ReceiveWindow(262_144, 1 << 20, 0);
    window.received(262_144);
    assertThrows(Libp2pException.class, () -> window.received(1));
  }

  @Test
  void aRateForgivesABurstAndThenCounts() {
    Rate rate = new Rate(10, 3, 0);
    assertEquals(true, rate.take(0) && rate.take(0) && rate.take(0));
    assertEquals(false, rate.take(0));
    assertEquals(true, rate.take(100_000_000));
    assertEquals(false, rate.take(100_000_000));
  }
}
