package org.dxos.dmg.unixfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DagPbTest {

  private static final String CID = "01551220" + "00".repeat(32);

  @Test
  void codecAgreesWithEveryFixture() throws IOException {
    int count = 0;
    for (JsonNode row : vectors("ipld-dag-pb.json")) {
      byte[] block = HexFormat.of().parseHex(row.path("hex").asString());
      assertEquals(row.path("cid").asString(), Cid.of(Cid.DAG_PB, block).toString());
      assertArrayEquals(block, DagPb.encode(DagPb.decode(block)), row.path("name").asString());
      count++;
    }
    assertEquals(17, count);
  }

  @Test
  void decoderRefusesEveryNegativeFixture() throws IOException {
    int count = 0;
    for (JsonNode row : vectors("ipld-negative.json").path("dag-pb/decode/edges.json")) {
      byte[] block = HexFormat.of().parseHex(row.path("hex").asString());
      FormatException e = assertThrows(FormatException.class, () -> DagPb.decode(block));
      assertEquals(ErrorCode.DAG_PB, e.code(), row.path("name").asString());
      int offset = e.offset().orElse(-1);
      assertTrue(offset >= 0 && offset <= block.length, e.message());
      count++;
    }
    assertEquals(9, count);
  }

  /** Of the forms that must not be encoded only these can be said with the types of Java. */
  @Test
  void nodeRefusesTheOrdersThatMustNotBeEncoded() throws IOException {
    int count = 0;
    for (JsonNode row : vectors("ipld-negative.json").path("dag-pb/encode/invalid-forms.json")) {
      if (row.path("name").asString().startsWith("bad sort")) {
        List<DagPb.Link> links = new ArrayList<>();
        for (JsonNode link : row.path("dag-json").path("Links")) {
          links.add(
              new DagPb.Link(
                  Cid.parse(link.path("Hash").path("/").asString()).bytes(),
                  link.has("Name") ? Optional.of(link.path("Name").asString()) : Optional.empty(),
                  OptionalLong.empty()));
        }
        assertThrows(FormatException.class, () -> new DagPb.Node(links, Optional.empty()));
        count++;
      }
    }
    assertEquals(2, count);
    assertThrows(
        FormatException.class,
        () ->
            new DagPb.Link(
                Cid.of(Cid.RAW, new byte[0]).bytes(), Optional.empty(), OptionalLong.of(-101)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "data twice, 0a000a00",
    "unknown field, 1a00",
    "wrong wire type, 0800",
    "length that is not minimal, 0a8000",
    "length past the end, 0a05aa",
    "length of 2^62, 0affffffffffffffff3f",
    "cut off, 0a",
    "link cut off, 12",
    "Hash twice, 1206 0a00 0a00 0a00",
    "Hash of version 1 with bytes after it, 12280a26CID0000",
    "Name twice, 122a0a24CID12001200",
    "Name before Hash, 12281200 0a24CID",
    "Name that is not UTF-8, 12290a24CID1201ff",
    "Name with a surrogate, 122b0a24CID1203eda080",
    "Tsize before Name, 122a0a24CID18001200",
    "Tsize that is not minimal, 12290a24CID188000",
    "Tsize of 2^63, 12310a24CID1880808080808080808001",
    "unknown field in link, 12280a24CID2000",
    "Tsize past the end of its link, 12270a24CID1880 1200",
  })
  void decoderRefuses(String what, String hex) {
    byte[] block = HexFormat.of().parseHex(hex.replace(" ", "").replace("CID", CID));
    FormatException e = assertThrows(FormatException.class, () -> DagPb.decode(block));
    assertEquals(ErrorCode.DAG_PB, e.code(), what);
  }

  @Test
  void decoderRefusesLinksOutOfOrder() {
    String link = "12290a24" + CID + "1201";
    DagPb.Node sorted =
        DagPb.decode(HexFormat.of().parseHex(link + "61" + link + "61" + link + "62"));
    assertEquals(3, sorted.links().size());
    FormatException e =
        assertThrows(
            FormatException.class,
            () -> DagPb.decode(HexFormat.of().parseHex(link + "62" + link + "61")));
    assertTrue(e.message().contains("order"), e.message());
  }

  @Test
  void decoderTakesTwoMebibytesAndNotOneByteMore() {
    int header = 1 + 3;
    DagPb.Node most = new DagPb.Node(List.of(), Optional.of(new byte[DagPb.MAX_BLOCK - header]));
    byte[] block = DagPb.encode(most);
    assertEquals(DagPb.MAX_BLOCK, block.length);
    assertEquals(0, DagPb.decode(block).links().size());
    FormatException e =
        assertThrows(FormatException.class, () -> DagPb.decode(new byte[DagPb.MAX_BLOCK + 1]));
    assertEquals(ErrorCode.BLOCK_TOO_LARGE, e.code());
    DagPb.Node over =
        new DagPb.Node(List.of(), Optional.of(new byte[DagPb.MAX_BLOCK - header + 1]));
    assertThrows(FormatException.class, () -> DagPb.encode(over));
  }

  @Test
  void linkOfVersionZeroIsCarriedAndNotFollowed() {
    byte[] hash = HexFormat.of().parseHex("1220" + "11".repeat(32));
    DagPb.Link link = new DagPb.Link(hash, Optional.empty(), OptionalLong.empty());
    assertArrayEquals(hash, link.hash());
    FormatException e = assertThrows(FormatException.class, link::cid);
    assertEquals(ErrorCode.CID_UNSUPPORTED, e.code());
  }

  @Property(tries = 2000)
  void whatDecodesEncodesToTheSameBytes(@ForAll byte[] noise) {
    try {
      assertArrayEquals(noise, DagPb.encode(DagPb.decode(noise)));
    } catch (FormatException e) {
      assertEquals(ErrorCode.DAG_PB, e.code());
    }
  }

  private static JsonNode vectors(String name) throws IOException {
    Path file = Path.of(System.getProperty("dmg.testdata", "missing"), "vectors", name);
    assumeTrue(Files.exists(file), "test data is not there: " + name);
    return JsonMapper.shared().readTree(Files.readAllBytes(file));
  }
}
