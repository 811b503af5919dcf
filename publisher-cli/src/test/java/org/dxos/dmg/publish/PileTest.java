package org.dxos.dmg.publish;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.dxos.dmg.cid.Cid;
import org.junit.jupiter.api.Test;

final class PileTest {

  private static final int BLOCK = 1000;

  @Test
  void givesBackEveryBlockOnBothSidesOfItsBound() throws IOException {
    Random random = new Random(4);
    List<byte[]> blocks = new ArrayList<>();
    try (Pile pile = new Pile(10 * BLOCK)) {
      for (int i = 0; i < 25; i++) {
        byte[] block = new byte[i == 20 ? 0 : BLOCK];
        random.nextBytes(block);
        blocks.add(block);
        pile.put(Cid.of(Cid.RAW, block), block);
        pile.put(Cid.of(Cid.RAW, block), block);
      }
      assertEquals(25, pile.size());
      assertEquals(24L * BLOCK, pile.bytes());
      assertEquals(25, pile.cids().size());
      for (byte[] block : blocks) {
        assertArrayEquals(block, pile.get(Cid.of(Cid.RAW, block)).orElseThrow());
      }
      assertTrue(pile.get(Cid.of(Cid.RAW, new byte[] {1})).isEmpty());
    }
  }

  @Test
  void closedItHasWhatWasInMemoryAlone() throws IOException {
    byte[] near = new byte[BLOCK];
    byte[] far = new byte[BLOCK + 1];
    Pile pile = new Pile(BLOCK);
    pile.put(Cid.of(Cid.RAW, near), near);
    pile.put(Cid.of(Cid.RAW, far), far);
    pile.close();
    assertArrayEquals(near, pile.get(Cid.of(Cid.RAW, near)).orElseThrow());
    assertThrows(java.io.UncheckedIOException.class, () -> pile.get(Cid.of(Cid.RAW, far)));
  }
}
