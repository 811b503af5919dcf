package org.dxos.dmg.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.junit.jupiter.api.Test;

class BlockSourceTest {

  private static final byte[] ONE = {1};
  private static final byte[] TWO = {2};

  private record Known(Map<Cid, byte[]> blocks, boolean hashed) implements BlockSource {
    @Override
    public Optional<byte[]> get(Cid cid) {
      return Optional.ofNullable(blocks.get(cid));
    }
  }

  @Test
  void whatHashesNothingDoesNotClaimTo() {
    BlockSource plain = _ -> Optional.of(ONE);
    assertFalse(plain.hashed());
  }

  @Test
  void twoSourcesAreHashedOnlyIfBothAre() {
    Known yes = new Known(Map.of(), true);
    Known no = new Known(Map.of(), false);
    assertTrue(yes.or(yes).hashed());
    assertFalse(yes.or(no).hashed());
    assertFalse(no.or(yes).hashed());
    assertFalse(no.or(no).hashed());
  }

  @Test
  void theFirstIsAskedFirst() {
    Cid one = Cid.of(Cid.RAW, ONE);
    Cid two = Cid.of(Cid.RAW, TWO);
    BlockSource both =
        new Known(Map.of(one, ONE), true).or(new Known(Map.of(one, TWO, two, TWO), true));
    assertArrayEquals(ONE, both.get(one).orElseThrow());
    assertArrayEquals(TWO, both.get(two).orElseThrow());
    assertTrue(both.get(Cid.of(Cid.RAW, new byte[0])).isEmpty());
  }
}
