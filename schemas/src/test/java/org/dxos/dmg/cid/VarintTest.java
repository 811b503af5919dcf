package org.dxos.dmg.cid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VarintTest {

  /** The examples of the specification, and the edges of each length. */
  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "127, 7f",
    "128, 8001",
    "255, ff01",
    "300, ac02",
    "16383, ff7f",
    "16384, 808001",
    "9223372036854775807, ffffffffffffffff7f"
  })
  void valueHasOneEncoding(long value, String bytes) {
    assertEquals(bytes, HexFormat.of().formatHex(Varint.of(value)));
    assertEquals(
        new Varint.Decoded(value, bytes.length() / 2),
        Varint.read(HexFormat.of().parseHex(bytes), 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing
        "80", // goes on and ends
        "ffffffffffffffff", // as well
        "8000", // a zero that is not needed
        "ff00",
        "808080808080808000",
        "80808080808080808001", // a tenth byte
        "ffffffffffffffffff01"
      })
  void readRefusesWhatIsCutOffNotMinimalOrTooLong(String bytes) {
    byte[] input = HexFormat.of().parseHex(bytes);
    assertEquals(
        ErrorCode.VARINT, assertThrows(FormatException.class, () -> Varint.read(input, 0)).code());
  }

  @Test
  void readBeginsAtTheOffsetAndLeavesTheRest() {
    assertEquals(new Varint.Decoded(300, 3), Varint.read(HexFormat.of().parseHex("ffac02ff"), 1));
  }

  @Test
  void negativeValueIsAMistakeOfTheCaller() {
    assertThrows(IllegalArgumentException.class, () -> Varint.of(-1));
  }

  @Property(tries = 300)
  void readGivesWhatWasWritten(@ForAll @LongRange(min = 0) long value) {
    byte[] bytes = Varint.of(value);
    Varint.Decoded decoded = Varint.read(bytes, 0);
    assertEquals(value, decoded.value());
    assertEquals(bytes.length, decoded.end());
    assertArrayEquals(bytes, Varint.of(decoded.value()));
  }
}
