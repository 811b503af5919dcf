package org.dxos.dmg.libp2p.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.dxos.dmg.libp2p.Libp2pException;
import org.junit.jupiter.api.Test;

class WireTest {

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Property(tries = 200)
  void uvarintsReadAsTheyWereWritten(@ForAll @LongRange(min = 0) long value) throws Exception {
    byte[] bytes = Uvarint.encode(value);
    assertEquals(Uvarint.size(value), bytes.length);
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    assertEquals(value, Uvarint.read(in));
    assertEquals(0, in.available());
  }

  @Test
  void uvarintsThatAreLongOrNotMinimalAreRefused() {
    for (String bad :
        new String[] {"8000", "ff00", "ffffffffffffffffff01", "80808080808080808080"}) {
      assertThrows(
          Libp2pException.class, () -> Uvarint.read(new ByteArrayInputStream(hex(bad))), bad);
    }
  }

  @Test
  void aLengthAboveTheLimitAllocatesNothing() {
    byte[] huge = Uvarint.encode(Long.MAX_VALUE);
    assertThrows(
        Libp2pException.class, () -> Uvarint.readDelimited(new ByteArrayInputStream(huge), 1_024));
  }

  @Property(tries = 200)
  void base58ReadsAsItWasWritten(@ForAll @Size(max = 60) byte[] bytes) throws Exception {
    assertArrayEquals(bytes, Base58.decode(Base58.encode(bytes)));
  }

  @Test
  void base58OfKnownBytesIsKnown() {
    assertEquals("2NEpo7TZRRrLZSi2U", Base58.encode("Hello World!".getBytes()));
    assertEquals("11233QC4", Base58.encode(hex("0000287fb4cd")));
  }

  @Test
  void protobufTakesNegativeNumbersAndSkipsWhatItDoesNotKnow() throws Exception {
    ProtoReader fields = ProtoReader.read(hex("08ffffffffffffffffff01" + "1500000000" + "120161"));
    assertEquals(-1, fields.number(1).orElseThrow());
    assertEquals("a", new String(fields.bytes(2).orElseThrow()));
  }

  @Property(tries = 500)
  void anyBytesAreReadOrRefusedInWords(@ForAll @Size(max = 200) byte[] bytes) {
    try {
      ProtoReader.read(bytes);
    } catch (Libp2pException refused) {
      assertEquals(
          "protobuf",
          String.valueOf(refused.getMessage()).split(":")[0].replace("uvarint", "protobuf"));
    }
  }

  @Test
  void aFieldLongerThanItsMessageIsRefused() {
    assertThrows(Libp2pException.class, () -> ProtoReader.read(hex("0aff7f")));
    assertThrows(Libp2pException.class, () -> ProtoReader.read(Arrays.copyOf(hex("0d00"), 2)));
  }
}
