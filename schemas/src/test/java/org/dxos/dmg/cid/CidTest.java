package org.dxos.dmg.cid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CidTest {

  @Test
  void cidOfTheEmptyBlockIsWellKnown() {
    Cid cid = Cid.of(Cid.RAW, new byte[0]);
    assertEquals("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", cid.toString());
    assertTrue(cid.matches(new byte[0]));
    assertFalse(cid.matches(new byte[1]));
  }

  @Test
  void versionZeroBecomesVersionOne() {
    Cid cid = Cid.parse("QmSnuWmxptJZdLJpKRarxBMS2Ju2oANVrgbr2xWbie9b2D");
    assertEquals("bafybeiccfclkdtucu6y4yc5cpr6y3yuinr67svmii46v5cfcrkp47ihehy", cid.toString());
    assertEquals(Cid.DAG_PB, cid.codec());
  }

  @Property(tries = 200)
  void everyCidOfABlockHasOneTextAndOneBinaryForm(@ForAll @Size(max = 20) byte[] block) {
    for (long codec : new long[] {Cid.RAW, Cid.DAG_PB, Cid.DAG_CBOR}) {
      Cid cid = Cid.of(codec, block);
      assertEquals(cid, Cid.parse(cid.toString()));
      assertEquals(cid, Cid.fromBytes(cid.bytes()));
      assertEquals(cid.hashCode(), Cid.fromBytes(cid.bytes()).hashCode());
      assertEquals(59, cid.toString().length());
      assertEquals(Cid.STORED_BYTES, cid.bytes().length);
    }
  }

  /** No second spelling: every text that differs in one character is refused or another CID. */
  @Property(tries = 300)
  void textIsCanonical(
      @ForAll @IntRange(max = 58) int where, @ForAll @IntRange(min = 0x20, max = 0x7e) int with) {
    Cid cid = Cid.of(Cid.DAG_CBOR, "x".getBytes(StandardCharsets.US_ASCII));
    StringBuilder text = new StringBuilder(cid.toString());
    text.setCharAt(where, (char) with);
    if (text.toString().equals(cid.toString())) {
      return;
    }
    try {
      Cid other = Cid.parse(text.toString());
      assertNotEquals(cid, other);
      assertEquals(text.toString(), other.toString());
    } catch (FormatException refused) {
      assertTrue(refused.message().chars().allMatch(c -> c >= 0x20 && c < 0x7f));
    }
  }

  @Test
  void textInUpperCaseIsRefused() {
    String text = Cid.of(Cid.RAW, new byte[0]).toString();
    assertThrows(FormatException.class, () -> Cid.parse(text.toUpperCase(Locale.ROOT)));
    assertThrows(
        FormatException.class, () -> Cid.parse("b" + text.substring(1).toUpperCase(Locale.ROOT)));
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource({
    "'', nothing",
    "01, codec missing",
    "0155, multihash missing",
    "015512, length missing",
    "01551220, digest missing",
    "0155122000, digest cut off",
    "01550001, identity digest cut off",
    "0155000000, byte after the digest",
    "0055 0000, version 0 in the form of version 1",
    "0255 0000, version 2",
    "8100550000, version not minimal",
    "01d500550000, codec not minimal",
    "01ffffffffffffffffffff00 0000, codec over nine bytes"
  })
  void fromBytesRefusesWhatIsNotWellFormed(String bytes, String why) {
    byte[] binary = HexFormat.of().parseHex(bytes.replace(" ", ""));
    FormatException refused = assertThrows(FormatException.class, () -> Cid.fromBytes(binary), why);
    assertTrue(
        refused.code() == ErrorCode.CID_SYNTAX || refused.code() == ErrorCode.VARINT,
        refused.message());
  }

  @Test
  void versionZeroInBinaryIsReadInLinksOnly() {
    byte[] link = new byte[35];
    link[1] = 0x12;
    link[2] = 0x20;
    assertFalse(Cid.fromLink(link).storable());
    assertThrows(
        FormatException.class, () -> Cid.fromBytes(Arrays.copyOfRange(link, 1, link.length)));
  }

  @Test
  void binaryFormHasAsManyBytesAsTheLimitAndNotOneMore() {
    assertEquals(Cid.MAX_BYTES, Cid.fromBytes(identity(Cid.MAX_BYTES)).bytes().length);
    byte[] over = identity(Cid.MAX_BYTES + 1);
    assertEquals(
        ErrorCode.CID_SYNTAX,
        assertThrows(FormatException.class, () -> Cid.fromBytes(over)).code());
  }

  private static byte[] identity(int size) {
    byte[] bytes = new byte[size];
    bytes[0] = 1;
    bytes[1] = 0x55;
    bytes[3] = (byte) (size - 4);
    return bytes;
  }

  @Test
  void whatDmgDoesNotStoreIsReadAndNotStorable() {
    byte[] sha512 = new byte[4 + 64];
    sha512[0] = 1;
    sha512[1] = 0x55;
    sha512[2] = 0x13;
    sha512[3] = 64;
    byte[] truncated = new byte[4 + 20];
    truncated[0] = 1;
    truncated[1] = 0x55;
    truncated[2] = 0x12;
    truncated[3] = 20;
    for (byte[] bytes :
        new byte[][] {identity(9), sha512, truncated, Cid.ofDigest(0x72, new byte[32]).bytes()}) {
      Cid cid = Cid.fromBytes(bytes);
      assertFalse(cid.storable());
      assertFalse(cid.matches(new byte[5]));
      assertArrayEquals(bytes, cid.bytes());
      assertEquals(
          ErrorCode.CID_UNSUPPORTED,
          assertThrows(FormatException.class, () -> Cid.parse(cid.toString())).code());
    }
  }

  @Test
  void orderIsThatOfTheBytes() {
    Cid raw = Cid.ofDigest(Cid.RAW, new byte[32]);
    byte[] high = new byte[32];
    high[0] = (byte) 0x80;
    assertTrue(raw.compareTo(Cid.ofDigest(Cid.RAW, high)) < 0);
    assertTrue(Cid.ofDigest(Cid.DAG_PB, new byte[32]).compareTo(raw) > 0);
    assertEquals(0, raw.compareTo(Cid.fromBytes(raw.bytes())));
  }

  @Test
  void bytesAreACopy() {
    Cid cid = Cid.of(Cid.RAW, new byte[0]);
    cid.bytes()[10] ^= 1;
    assertTrue(cid.matches(new byte[0]));
  }

  @Test
  void refusalOfATextPointsToTheCharacter() {
    String good = Cid.of(Cid.RAW, new byte[0]).toString();
    FormatException foreign =
        assertThrows(
            FormatException.class,
            () -> Cid.parse(good.substring(0, 30) + "!" + good.substring(31)));
    assertEquals(30, foreign.offset().orElse(-1));
    FormatException version =
        assertThrows(FormatException.class, () -> Cid.parse("bb" + good.substring(2)));
    assertEquals(1, version.offset().orElse(-1));
  }
}
