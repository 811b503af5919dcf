package org.dxos.dmg.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.dxos.dmg.error.ErrorCode;
import org.junit.jupiter.api.Test;

final class ClientShareTest {

  private final ClientShare share = new ClientShare(2);

  private static InetAddress from(String address) throws UnknownHostException {
    return InetAddress.getByName(address);
  }

  /** Runs so many within each other; what the innermost answers. */
  private int nested(InetAddress client, int depth) {
    return depth == 0 ? 7 : share.in(client, () -> nested(client, depth - 1));
  }

  @Test
  void aClientHasItsPlacesAndNoMore() throws UnknownHostException {
    InetAddress one = from("192.0.2.1");
    assertEquals(7, nested(one, 2));
    NodeException refused = assertThrows(NodeException.class, () -> nested(one, 3));
    assertEquals(ErrorCode.BUSY, refused.code());
    assertEquals(7, nested(one, 2), "places come back, also after a refusal");
    assertEquals(0, share.clients());
  }

  @Test
  void othersAreNotHeldBack() throws UnknownHostException {
    InetAddress one = from("192.0.2.1");
    InetAddress other = from("192.0.2.2");
    assertEquals(7, share.in(one, () -> share.in(one, () -> nested(other, 2))));
  }

  @Test
  void addressesOfOneHouseholdAreOneClient() throws UnknownHostException {
    InetAddress one = from("2001:db8:1:200::1");
    InetAddress same = from("2001:db8:1:2ff::2");
    InetAddress other = from("2001:db8:1:300::1");
    assertEquals(7, share.in(one, () -> share.in(same, () -> nested(other, 2))));
    assertThrows(
        NodeException.class, () -> share.in(one, () -> share.in(same, () -> nested(one, 1))));
  }

  @Test
  void thisMachineIsNotCounted() throws UnknownHostException {
    assertEquals(7, nested(from("127.0.0.1"), 50));
    assertEquals(7, nested(from("::1"), 50));
  }

  @Test
  void whatFailsGivesItsPlaceBack() throws UnknownHostException {
    InetAddress one = from("192.0.2.1");
    for (int i = 0; i < 10; i++) {
      assertThrows(
          IllegalStateException.class,
          () ->
              share.in(
                  one,
                  () -> {
                    throw new IllegalStateException("of the query");
                  }));
    }
    assertEquals(0, share.clients());
  }
}
