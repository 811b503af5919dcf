package org.dxos.dmg.cid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultibaseTest {

  /** Known bytes and their texts, which stand without prefix. */
  @ParameterizedTest
  @CsvSource({
    "BASE32, yes mani !, pfsxgidnmfxgsibb",
    "BASE36, yes mani !, 2lcpzo5yikidynfl",
    "BASE58BTC, yes mani !, 7paNL19xttacUY",
    "BASE32, Decentralize everything!!, irswgzloorzgc3djpjssazlwmvzhs5dinfxgoijb",
    "BASE36, Decentralize everything!!, 343ixo7d49hqj1ium15pgy1wzww5fxrid21td7l",
    "BASE58BTC, Decentralize everything!!, UXE7GvtEk8XTXs1GF8HSGbVA9FCX9SEBPe"
  })
  void knownTextsAreReadAndWritten(Multibase base, String plain, String text) {
    byte[] bytes = plain.getBytes(StandardCharsets.UTF_8);
    assertEquals(text, base.encode(bytes));
    assertArrayEquals(bytes, base.decode(text));
  }

  @ParameterizedTest
  @CsvSource({
    "BASE32, aA",
    "BASE32, a1",
    "BASE32, a0",
    "BASE32, 'a '",
    "BASE32, aa=",
    "BASE32, a\u00e9",
    "BASE36, aA",
    "BASE36, a-",
    "BASE58BTC, a0",
    "BASE58BTC, aO",
    "BASE58BTC, aI",
    "BASE58BTC, al",
    "BASE58BTC, a\u0661"
  })
  void decodeRefusesCharactersOfOtherAlphabets(Multibase base, String text) {
    FormatException refused = assertThrows(FormatException.class, () -> base.decode(text));
    assertEquals(ErrorCode.MULTIBASE, refused.code());
  }

  /** In base32 several texts could carry the same bytes; one of them is right. */
  @ParameterizedTest
  @CsvSource({"a", "aaa", "aaaaaa", "ab", "pfsxgidnmfxgsibbb", "7777777"})
  void decodeRefusesUnusedBitsAndCharacters(String text) {
    try {
      byte[] bytes = Multibase.BASE32.decode(text);
      assertEquals(text, Multibase.BASE32.encode(bytes));
      throw new AssertionError("taken: " + text);
    } catch (FormatException refused) {
      assertEquals(ErrorCode.MULTIBASE, refused.code());
    }
  }

  @Test
  void leadingZeroBytesAreLeadingZeroDigits() {
    byte[] bytes = {0, 0, 1};
    assertEquals("112", Multibase.BASE58BTC.encode(bytes));
    assertEquals("001", Multibase.BASE36.encode(bytes));
    assertArrayEquals(bytes, Multibase.BASE58BTC.decode("112"));
    assertArrayEquals(bytes, Multibase.BASE36.decode("001"));
  }

  @Test
  void textHasAsManyCharactersAsTheLimitAndNotOneMore() {
    for (Multibase base : Multibase.values()) {
      String zero = base.encode(new byte[5]).substring(0, 1);
      String longest = zero.repeat(Multibase.MAX_TEXT);
      assertTrue(base.decode(longest).length > 0);
      assertThrows(FormatException.class, () -> base.decode(longest + zero));
    }
  }

  @Property(tries = 200)
  void decodeGivesWhatWasEncoded(@ForAll @Size(max = 60) byte[] bytes) {
    for (Multibase base : Multibase.values()) {
      assertArrayEquals(bytes, base.decode(base.encode(bytes)), base.name());
    }
  }
}
