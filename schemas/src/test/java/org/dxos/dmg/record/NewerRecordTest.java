package org.dxos.dmg.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;

/** A record of a later version is kept, carried and shown, and never taken for one of ours. */
class NewerRecordTest {

  private static final Cid SCHEMA = Cid.of(Cid.RAW, new byte[] {1});
  private static final Cid OTHER = Cid.of(Cid.RAW, new byte[] {2});

  private static Map<String, Node> fields(String type) {
    Map<String, Node> fields = new LinkedHashMap<>();
    fields.put("type", Node.of(type));
    fields.put("name", Node.of("org.dxos/module/later"));
    fields.put("version", Node.of("2.0.0"));
    fields.put("description", Node.of("in two\nlines"));
    fields.put("license", Node.of("with\u0007bell"));
    fields.put("attested", new Node.Array(List.of(Node.of(OTHER), Node.of(SCHEMA))));
    fields.put("zz", new Node.Map(Map.of("cid", Node.of(SCHEMA))));
    fields.put("home", Node.of(Cid.of(Cid.DAG_CBOR, new byte[] {3})));
    return fields;
  }

  private static byte[] block(String type) {
    return DagCbor.encode(new Node.Map(fields(type)));
  }

  @Test
  void whatItSharesWithVersionOneIsShownAndTheRestIsNamed() {
    NewerRecord record = NewerRecord.read(block("dmg/module/2")).orElseThrow();
    assertEquals("dmg/module/2", record.type());
    assertEquals(
        Map.of("name", "org.dxos/module/later", "version", "2.0.0", "description", "in two\nlines"),
        record.shown());
    assertEquals(List.of("zz", "home", "license", "attested"), record.unknown());
  }

  /** What it links has to travel with it; the order is that of its bytes, each once. */
  @Test
  void itsRawBlocksAreKnownInTheOrderOfItsBytes() {
    NewerRecord record = NewerRecord.read(block("dmg/module/12")).orElseThrow();
    assertEquals(List.of(SCHEMA, OTHER), record.links());
  }

  @Test
  void itIsNeverReadAsARecordOfThisVersion() {
    FormatException refused =
        assertThrows(FormatException.class, () -> ModuleRecord.decode(block("dmg/module/2")));
    assertEquals(ErrorCode.RECORD_INVALID, refused.code());
    assertEquals(Optional.of("update DMG on this machine"), refused.hint());
  }

  @Test
  void whatIsNoLaterVersionIsNotOne() {
    for (String type :
        List.of("dmg/module/1", "dmg/module/0", "dmg/module/02", "dmg/module/", "dmg/head/2")) {
      assertEquals(Optional.empty(), NewerRecord.read(block(type)), type);
    }
    assertEquals(Optional.empty(), NewerRecord.read(DagCbor.encode(Node.of(1))));
    ModuleRecord ours =
        ModuleRecord.named(Name.parse("org.dxos/module/a"), Version.parse("1.0.0")).build();
    assertEquals(Optional.empty(), NewerRecord.read(ours.encode()));
  }

  @Test
  void theLimitOfVersionOneHoldsForLaterOnes() {
    Map<String, Node> fields = fields("dmg/module/2");
    fields.put("big", Node.of(new byte[ModuleRecord.MAX_BYTES]));
    byte[] block = DagCbor.encode(new Node.Map(fields));
    assertThrows(FormatException.class, () -> NewerRecord.read(block));
  }
}
