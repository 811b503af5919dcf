package org.dxos.dmg.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.dxos.dmg.dagcbor.Node;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {

  /** The table of RFC 8785, appendix B: bits and text. */
  @ParameterizedTest
  @CsvSource({
    "0000000000000000, 0",
    "8000000000000000, 0",
    "0000000000000001, 5e-324",
    "8000000000000001, -5e-324",
    "7fefffffffffffff, 1.7976931348623157e+308",
    "ffefffffffffffff, -1.7976931348623157e+308",
    "4340000000000000, 9007199254740992",
    "c340000000000000, -9007199254740992",
    "4430000000000000, 295147905179352830000",
    "44b52d02c7e14af5, 9.999999999999997e+22",
    "44b52d02c7e14af6, 1e+23",
    "44b52d02c7e14af7, 1.0000000000000001e+23",
    "444b1ae4d6e2ef4e, 999999999999999700000",
    "444b1ae4d6e2ef4f, 999999999999999900000",
    "444b1ae4d6e2ef50, 1e+21",
    "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d, 0.000001",
    "41b3de4355555553, 333333333.3333332",
    "41b3de4355555554, 333333333.33333325",
    "41b3de4355555555, 333333333.3333333",
    "41b3de4355555556, 333333333.3333334",
    "41b3de4355555557, 333333333.33333343",
    "becbf647612f3696, -0.0000033333333333333333",
    "43143ff3c1cb0959, 1424953923781206.2"
  })
  void floatsAreSpelledAsEcmaScriptDoes(String bits, String text) {
    assertEquals(
        text, Numbers.ecmaScript(Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16))));
  }

  @Property(tries = 500)
  void everySpelledFloatReadsBackToItself(@ForAll long bits) {
    double value = Double.longBitsToDouble(bits);
    if (Double.isFinite(value)) {
      assertEquals(value, Double.parseDouble(Numbers.ecmaScript(value)) + 0.0, 0.0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "-0.0, 0",
    "0e999999999999, 0",
    "1.0, 1",
    "1e3, 1000",
    "1.5e1, 15",
    "1000e-3, 1",
    "-12.00, -12",
    "9007199254740991, 9007199254740991",
    "9007199254740991.0, 9007199254740991",
    "-9007199254740991, -9007199254740991",
    "900719925474099100e-2, 9007199254740991"
  })
  void whatEqualsAnIntegerIsThatInteger(String text, long value) {
    assertEquals(Optional.of(new Node.Int(value)), Numbers.read(text));
  }

  @ParameterizedTest
  @CsvSource({
    "1.5, 1.5",
    "9007199254740992, 9007199254740992",
    "-9007199254740992, -9007199254740992",
    "0.99999999999999999999999, 1",
    "1e-99999999999, 0"
  })
  void anyOtherNumberIsTheNearestFloat(String text, double value) {
    assertEquals(Optional.of(new Node.Real(value)), Numbers.read(text));
  }

  @ParameterizedTest
  @CsvSource({"1e309", "-1e309", "1e99999999999"})
  void numbersBeyondEveryFloatAreNone(String text) {
    assertTrue(Numbers.read(text).isEmpty());
  }
}
