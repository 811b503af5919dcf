package org.dxos.dmg.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DebianVersionTest {

  /** Known orders; those with tildes are the example of the policy manual. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1.0          | = | 1.0
          1.0          | = | 0:1.0
          1.0          | = | 1.0-0
          1.0          | = | 1.00
          1.0          | = | 01.0
          0:0-0-0      | > | 0:0-0
          1:0          | > | 9999
          2:0          | > | 1:99
          10:1         | > | 9:1
          1.9          | < | 1.10
          1.2.3        | < | 1.2.4
          1.2          | < | 1.2.3
          1.2          | > | 1.2~rc1
          1.2~rc1      | < | 1.2~rc2
          ~~           | < | ~~a
          ~~a          | < | ~
          ~            | < | 0
          1~           | < | 1
          1            | < | 1a
          1a           | < | 1+
          1a           | < | 1.
          1+           | > | 1-.
          1.0+b1       | > | 1.0
          1.0.1        | > | 1.0+b1
          1.0-1        | < | 1.0-2
          1.0-1        | > | 1.0
          1.0-1~deb12u1| < | 1.0-1
          1.0-1+b2     | < | 1.0-1+b10
          1.0-1+deb12u1| > | 1.0-1+b10
          1.0A         | < | 1.0a
          1.0Z         | < | 1.0a
          7.6p2-4      | > | 7.6-0
          1.0.3-3      | > | 1.0-1
          1.3          | > | 1.2.2-2
          1:1.2.1-1    | > | 1.3.3-1
          3.10.2       | > | 3.2
          3.2.14c      | < | 3.2.14d
          20060611     | < | 20060611.0
          2.3-2.1-4    | > | 2.3-2-9
          1:8.2.0:5    | > | 1:8.2.0.5
          100000000000000000000001 | > | 100000000000000000000000
          """)
  void orderIsThatOfDpkg(String a, String order, String b) {
    DebianVersion x = new DebianVersion(a);
    DebianVersion y = new DebianVersion(b);
    int expected = order.equals("<") ? -1 : order.equals(">") ? 1 : 0;
    assertEquals(expected, Integer.signum(x.compareTo(y)));
    assertEquals(-expected, Integer.signum(y.compareTo(x)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":1",
        "a:1",
        "1:",
        "-1",
        "1-",
        "1:-1",
        "1 0",
        "1/0",
        "2147483648:1",
        "1-1:2",
        "1.0-ä"
      })
  void whatDpkgRefusesIsRefused(String text) {
    FormatException refused = assertThrows(FormatException.class, () -> new DebianVersion(text));
    assertEquals(ErrorCode.VERSION_SYNTAX, refused.code());
  }

  @Test
  void versionBeyondItsLengthIsRefused() {
    assertEquals(256, new DebianVersion("1".repeat(256)).text().length());
    assertThrows(FormatException.class, () -> new DebianVersion("1".repeat(257)));
  }

  @Property(tries = 300)
  void orderIsTotal(
      @ForAll @StringLength(max = 6) @Chars({'0', '1', '9', '~', 'a', 'Z', '+', '.'}) String a,
      @ForAll @StringLength(max = 6) @Chars({'0', '1', '9', '~', 'a', 'Z', '+', '.'}) String b,
      @ForAll @StringLength(max = 6) @Chars({'0', '1', '9', '~', 'a', 'Z', '+', '.'}) String c) {
    DebianVersion x = new DebianVersion("1" + a);
    DebianVersion y = new DebianVersion("1" + b);
    DebianVersion z = new DebianVersion("1" + c);
    assertEquals(Integer.signum(x.compareTo(y)), -Integer.signum(y.compareTo(x)));
    if (x.compareTo(y) <= 0 && y.compareTo(z) <= 0) {
      assertTrue(x.compareTo(z) <= 0);
    }
  }
}
