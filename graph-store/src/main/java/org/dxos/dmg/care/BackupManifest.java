package org.dxos.dmg.care;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * What a backup has beside blocks. All of it is dag-cbor whose {@code type} begins with {@code
 * dmg/backup/}, so that it is told apart from what is backed up.
 *
 * @param at when it was made, seconds UTC
 * @param journal id of the journal
 * @param position of the journal
 * @param blocks that were held and led to
 * @param registers parts with names and values
 * @param entries parts with the journal, oldest first
 * @param files parts with files of the home
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record BackupManifest(
    long at,
    byte[] journal,
    long position,
    long blocks,
    List<Cid> registers,
    List<Cid> entries,
    List<Cid> files) {

  static final String TYPES = "dmg/backup/";
  private static final String TYPE = TYPES + "1";
  private static final String PART = TYPES + "part/1";

  byte[] encode() {
    return DagCbor.encode(
        new MapBuilder()
            .put("type", TYPE)
            .put("at", at)
            .put("journal", Node.of(journal))
            .put("position", position)
            .put("blocks", blocks)
            .put("registers", registers, Node::of)
            .put("entries", entries, Node::of)
            .put("files", files, Node::of)
            .build());
  }

  static BackupManifest decode(byte[] block) {
    Fields fields = Fields.of("backup", ErrorCode.CAR_SYNTAX, DagCbor.decode(block));
    String type = fields.text("type");
    if (!type.equals(TYPE)) {
      throw fields.error("has type `" + type + "`, expected `" + TYPE + "`");
    }
    BackupManifest manifest =
        new BackupManifest(
            fields.uint("at"),
            fields.bytes("journal", 16),
            fields.uint("position"),
            fields.uint("blocks"),
            fields.links("registers"),
            fields.links("entries"),
            fields.links("files"));
    fields.end();
    return manifest;
  }

  /** True if a block is of a backup itself. */
  static boolean isOwn(Cid cid, byte[] block) {
    return cid.codec() == Cid.DAG_CBOR
        && mentions(block)
        && DagCbor.decode(block) instanceof Node.Map map
        && map.entries().get("type") instanceof Node.Text type
        && type.value().startsWith(TYPES);
  }

  /** Most blocks do not: to look is quicker than to decode. */
  private static boolean mentions(byte[] block) {
    byte[] types = TYPES.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    for (int i = 0; i + types.length <= block.length; i++) {
      if (block[i] == types[0]
          && java.util.Arrays.equals(block, i, i + types.length, types, 0, types.length)) {
        return true;
      }
    }
    return false;
  }

  /** Takes what parts hold. */
  interface Reader {
    void register(String name, byte[] value);

    void entry(JournalEntry.Kind kind, Cid genesis, Cid envelope);

    void file(String name, byte[] bytes, boolean first);
  }

  static void read(byte[] part, Reader reader) {
    Fields fields = Fields.of("part of a backup", ErrorCode.CAR_SYNTAX, DagCbor.decode(part));
    String type = fields.text("type");
    if (!type.equals(PART)) {
      throw fields.error("has type `" + type + "`, expected `" + PART + "`");
    }
    List<Node> items = fields.list("items", node -> node);
    fields.end();
    for (Node node : items) {
      Fields item = Fields.of("item of a backup", ErrorCode.CAR_SYNTAX, node);
      String kind = item.text("kind");
      switch (kind) {
        case "register" -> reader.register(item.text("name"), value(item));
        case "file" -> reader.file(item.text("name"), value(item), item.flag("first"));
        default -> reader.entry(entryKind(kind, item), item.link("genesis"), item.link("envelope"));
      }
      item.end();
    }
  }

  private static byte[] value(Fields item) {
    return item.node("value") instanceof Node.Bytes bytes ? bytes.value() : new byte[0];
  }

  private static JournalEntry.Kind entryKind(String kind, Fields item) {
    return switch (kind) {
      case "authority" -> JournalEntry.Kind.AUTHORITY;
      case "head" -> JournalEntry.Kind.HEAD;
      case "space" -> JournalEntry.Kind.SPACE;
      case "standing" -> JournalEntry.Kind.STANDING;
      default -> throw item.error("is of the unknown kind `" + kind + "`");
    };
  }

  /** Gathers items into parts of a moderate size. */
  static final class Parts {

    private static final int PART_BYTES = 512 * 1024;

    /** Of a file in one item. */
    private static final int PIECE = 256 * 1024;

    private static final int ITEM_BYTES = 128;

    private final Map<Cid, byte[]> sink;
    private final List<Cid> parts = new ArrayList<>();
    private List<Node> items = new ArrayList<>();
    private long bytes;

    Parts(Map<Cid, byte[]> sink) {
      this.sink = sink;
    }

    void register(String name, byte[] value) {
      add(
          new MapBuilder()
              .put("kind", "register")
              .put("name", name)
              .put("value", Node.of(value))
              .build(),
          value.length);
    }

    void entry(JournalEntry entry) {
      add(
          new MapBuilder()
              .put("kind", entry.kind().name().toLowerCase(Locale.ROOT))
              .put("genesis", Node.of(entry.genesis()))
              .put("envelope", Node.of(entry.envelope()))
              .build(),
          0);
    }

    void file(String name, byte[] content) {
      for (int from = 0; from == 0 || from < content.length; from += PIECE) {
        byte[] piece =
            java.util.Arrays.copyOfRange(content, from, Math.min(content.length, from + PIECE));
        add(
            new MapBuilder()
                .put("kind", "file")
                .put("name", name)
                .put("value", Node.of(piece))
                .flag("first", from == 0)
                .build(),
            piece.length);
      }
    }

    private void add(Node item, int size) {
      items.add(item);
      bytes += size + ITEM_BYTES;
      if (bytes >= PART_BYTES) {
        close();
      }
    }

    private void close() {
      byte[] part =
          DagCbor.encode(
              new MapBuilder().put("type", PART).putAlways("items", new Node.Array(items)).build());
      Cid cid = DagCbor.cid(part);
      sink.put(cid, part);
      parts.add(cid);
      items = new ArrayList<>();
      bytes = 0;
    }

    List<Cid> end() {
      if (!items.isEmpty()) {
        close();
      }
      return List.copyOf(parts);
    }
  }
}
