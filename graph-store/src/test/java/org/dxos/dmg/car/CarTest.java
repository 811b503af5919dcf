package org.dxos.dmg.car;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.Varint;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CarTest {

  /** Made by the npm packages @ipld/car and ipfs-unixfs-importer 17.1.1: {@code a/x}, {@code b}. */
  private static final String REFERENCE =
      "3aa265726f6f747381d82a58250001701220a5c58475a01f4726e74b02bc95fa5f6a6ce39b41d093ed6e871926e4"
          + "bd6fc1616776657273696f6e0125015512204bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7"
          + "cce23c7785459a012701551220039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011c"
          + "fb8101020355017012205d28beb5853e745d5c4822e41afe318979459b1a449e3ddc256990beefb6965812"
          + "2b0a24015512204bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a12017818"
          + "010a020801820101701220a5c58475a01f4726e74b02bc95fa5f6a6ce39b41d093ed6e871926e4bd6fc161"
          + "122b0a24017012205d28beb5853e745d5c4822e41afe318979459b1a449e3ddc256990beefb69658120161"
          + "1832122b0a2401551220039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb8112"
          + "016218030a020801";

  private static final Cid ONE = Cid.of(Cid.RAW, new byte[] {1});
  private static final String ONE_SECTION = "25" + hex(ONE.bytes()) + "01";

  @Test
  void readerAndWriterAgreeWithTheReference() throws IOException {
    byte[] car = HexFormat.of().parseHex(REFERENCE);
    CarReader reader = new CarReader(new ByteArrayInputStream(car));
    assertEquals(
        List.of(Cid.parse("bafybeiffywchlia7i4toosycxsk7ux3kntrzwqoqspww5byze3sl236bme")),
        reader.roots());
    List<CarReader.Block> blocks = rest(reader);
    assertEquals(4, blocks.size());
    assertEquals(ONE, blocks.getFirst().cid());
    assertEquals(reader.roots().getFirst(), blocks.getLast().cid());
    assertEquals(car.length, reader.offset());
    assertArrayEquals(car, write(reader.roots(), blocks));
  }

  @Test
  void writerWritesEachBlockOnce() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CarWriter writer = new CarWriter(out, List.of(ONE));
    assertTrue(writer.put(ONE, new byte[] {1}));
    int length = out.size();
    assertFalse(writer.put(ONE, new byte[] {1}));
    assertEquals(length, out.size());
  }

  @Property(tries = 100)
  void carReturnsWhatWasWritten(
      @ForAll @Size(max = 20) List<byte[]> contents, @ForAll boolean named) throws IOException {
    List<CarReader.Block> blocks = new ArrayList<>();
    for (byte[] bytes : contents) {
      Cid cid = Cid.of(Cid.DAG_CBOR, bytes);
      if (blocks.stream().noneMatch(block -> block.cid().equals(cid))) {
        blocks.add(new CarReader.Block(cid, bytes));
      }
    }
    List<Cid> roots = named ? blocks.stream().map(CarReader.Block::cid).toList() : List.of();
    byte[] car = write(roots, blocks);
    CarReader reader = new CarReader(new ByteArrayInputStream(car));
    assertEquals(roots, reader.roots());
    List<CarReader.Block> read = rest(reader);
    assertEquals(
        blocks.stream().map(CarReader.Block::cid).toList(),
        read.stream().map(CarReader.Block::cid).toList());
    for (int i = 0; i < blocks.size(); i++) {
      assertArrayEquals(blocks.get(i).bytes(), read.get(i).bytes());
    }
  }

  @Test
  void carThatBreaksOffAnywhereButBetweenBlocksIsRefused() throws IOException {
    byte[] car = HexFormat.of().parseHex(REFERENCE);
    List<Integer> ends = new ArrayList<>();
    CarReader whole = new CarReader(new ByteArrayInputStream(car));
    do {
      ends.add((int) whole.offset());
    } while (whole.next().isPresent());
    int refused = 0;
    for (int length = 0; length < car.length; length++) {
      byte[] cut = Arrays.copyOf(car, length);
      if (ends.contains(length)) {
        rest(new CarReader(new ByteArrayInputStream(cut)));
      } else {
        FormatException e =
            assertThrows(
                FormatException.class, () -> rest(new CarReader(new ByteArrayInputStream(cut))));
        assertEquals(ErrorCode.CAR_SYNTAX, e.code());
        assertTrue(e.message().startsWith("read CAR at offset "), e.message());
        refused++;
      }
    }
    assertEquals(car.length - 4, refused);
  }

  /** Every byte counts: no change of one goes by. */
  @Test
  void carWithAnyByteChangedIsNotTheSame() throws IOException {
    byte[] car = HexFormat.of().parseHex(REFERENCE);
    for (int i = 0; i < car.length; i++) {
      byte[] bad = car.clone();
      bad[i] ^= 0x40;
      try {
        CarReader reader = new CarReader(new ByteArrayInputStream(bad));
        List<CarReader.Block> blocks = rest(reader);
        // The digest of a root is the one thing that nothing in a CAR can check.
        assertTrue(i >= 18 && i < 18 + 32, "offset " + i + " of " + blocks.size() + " blocks");
      } catch (FormatException e) {
        assertTrue(
            List.of(
                    ErrorCode.CAR_SYNTAX,
                    ErrorCode.BLOCK_CORRUPT,
                    ErrorCode.CID_UNSUPPORTED,
                    ErrorCode.BLOCK_TOO_LARGE)
                .contains(e.code()),
            e.message());
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "empty, '', CAR_SYNTAX",
    "header length that is not minimal, 8000, CAR_SYNTAX",
    "header length over nine bytes, ffffffffffffffffffff01, CAR_SYNTAX",
    "header of no bytes, 00, CAR_SYNTAX",
    "header that is no dag-cbor, 01ff, CAR_SYNTAX",
    "header that is no map, 0101, CAR_SYNTAX",
    "header without version, 08 a165726f6f747380, CAR_SYNTAX",
    "header without roots, 0a a16776657273696f6e01, CAR_SYNTAX",
    "version 2, 0a a16776657273696f6e02, UNSUPPORTED",
    "version 3, 11 a265726f6f7473806776657273696f6e03, CAR_SYNTAX",
    "version as text, 12 a265726f6f7473806776657273696f6e6131, CAR_SYNTAX",
    "keys out of order, 11 a26776657273696f6e0165726f6f747380, CAR_SYNTAX",
    "another field, 14 a361780065726f6f7473806776657273696f6e01, CAR_SYNTAX",
    "root that is no link, 12 a265726f6f747381016776657273696f6e01, CAR_SYNTAX",
    "root by identity, 1a a265726f6f747381d82a4600015500010a6776657273696f6e01, CID_UNSUPPORTED",
    "section of no bytes, HEADER 00, CAR_SYNTAX",
    "section shorter than a CID, HEADER 0401550000, CAR_SYNTAX",
    "section length that is not minimal, HEADER a500, CAR_SYNTAX",
    "CID of version 0, HEADER 2512204bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a010101, CID_UNSUPPORTED",
    "CID of another codec, HEADER 25017212204bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a01, CID_UNSUPPORTED",
    "block of another CID, HEADER 25015512204bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a02, BLOCK_CORRUPT",
    "block of 2^62 bytes, HEADER ffffffffffffffff3f, BLOCK_TOO_LARGE",
  })
  void readerRefuses(String what, String hex, ErrorCode code) {
    byte[] car =
        HexFormat.of()
            .parseHex(
                hex.replace("HEADER", "11a265726f6f7473806776657273696f6e01").replace(" ", ""));
    FormatException e =
        assertThrows(
            FormatException.class, () -> rest(new CarReader(new ByteArrayInputStream(car))), what);
    assertEquals(code, e.code(), e.message());
  }

  @Test
  void errorNamesTheOffsetOfItsSection() throws IOException {
    byte[] car =
        HexFormat.of()
            .parseHex("11a265726f6f7473806776657273696f6e01" + ONE_SECTION + "25" + "00".repeat(5));
    CarReader reader = new CarReader(new ByteArrayInputStream(car));
    assertEquals(18, reader.offset());
    assertTrue(reader.next().isPresent());
    FormatException e = assertThrows(FormatException.class, reader::next);
    assertEquals("read CAR at offset 57: it breaks off after 5 of 36 bytes", e.message());
  }

  @Test
  void blockOfTwoMebibytesPassesAndNotOneByteMore() throws IOException {
    byte[] most = new byte[CarReader.MAX_BLOCK];
    byte[] car = write(List.of(), List.of(new CarReader.Block(Cid.of(Cid.RAW, most), most)));
    assertEquals(
        most.length, rest(new CarReader(new ByteArrayInputStream(car))).getFirst().bytes().length);
    byte[] over = new byte[CarReader.MAX_BLOCK + 1];
    assertThrows(
        IllegalArgumentException.class,
        () -> write(List.of(), List.of(new CarReader.Block(Cid.of(Cid.RAW, over), over))));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new CarWriter(out, List.of());
    out.writeBytes(Varint.of(Cid.STORED_BYTES + over.length));
    out.writeBytes(Cid.of(Cid.RAW, over).bytes());
    out.writeBytes(over);
    FormatException e =
        assertThrows(
            FormatException.class,
            () -> rest(new CarReader(new ByteArrayInputStream(out.toByteArray()))));
    assertEquals(ErrorCode.BLOCK_TOO_LARGE, e.code());
  }

  @Test
  void headerOfSixtyFourKibibytesPassesAndNotOneByteMore() throws IOException {
    // A root takes 41 bytes; the rest of the header 19 where there are 256 roots or more.
    int roots = (CarReader.MAX_HEADER - 19) / 41;
    byte[] car = write(Collections.nCopies(roots, ONE), List.of());
    assertEquals(roots, new CarReader(new ByteArrayInputStream(car)).roots().size());
    assertThrows(
        IllegalArgumentException.class,
        () -> write(Collections.nCopies(roots + 1, ONE), List.of()));
    byte[] header =
        DagCbor.encode(
            new Node.Map(
                Map.of(
                    "roots",
                    new Node.Array(Collections.nCopies(roots + 1, Node.of(ONE))),
                    "version",
                    Node.of(1))));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(Varint.of(header.length));
    out.writeBytes(header);
    FormatException e =
        assertThrows(
            FormatException.class,
            () -> new CarReader(new ByteArrayInputStream(out.toByteArray())));
    assertEquals(ErrorCode.CAR_SYNTAX, e.code());
  }

  /** A stream that gives one byte at a time is read as well as one that gives all. */
  @Test
  void readerTakesStreamThatTrickles() throws IOException {
    InputStream all = new ByteArrayInputStream(HexFormat.of().parseHex(REFERENCE));
    InputStream trickle =
        new InputStream() {
          @Override
          public int read() throws IOException {
            return all.read();
          }

          @Override
          public int read(byte[] out, int offset, int length) throws IOException {
            return all.read(out, offset, Math.min(length, 1));
          }
        };
    assertEquals(4, rest(new CarReader(trickle)).size());
  }

  private static List<CarReader.Block> rest(CarReader reader) throws IOException {
    List<CarReader.Block> blocks = new ArrayList<>();
    Optional<CarReader.Block> next = reader.next();
    while (next.isPresent()) {
      blocks.add(next.get());
      next = reader.next();
    }
    return blocks;
  }

  private static byte[] write(List<Cid> roots, List<CarReader.Block> blocks) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CarWriter writer = new CarWriter(out, roots);
    for (CarReader.Block block : blocks) {
      writer.put(block.cid(), block.bytes());
    }
    return out.toByteArray();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
