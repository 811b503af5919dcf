package org.dxos.dmg.carry;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.verdict.Signed;

/** What a file of authorities holds. */
record Manifest(List<Log> logs) {

  private static final String TYPE = "dmg/export/1";

  /**
   * @param genesis the authority id
   * @param items envelopes of key log entries and heads, oldest first
   */
  record Log(Cid genesis, List<Cid> items) {
    Log {
      items = List.copyOf(items);
    }
  }

  Manifest {
    logs = List.copyOf(logs);
  }

  byte[] encode() {
    List<Node> list = new ArrayList<>();
    for (Log log : logs) {
      list.add(
          new MapBuilder()
              .put("genesis", Node.of(log.genesis()))
              .put("items", log.items(), Node::of)
              .build());
    }
    return DagCbor.encode(
        new MapBuilder().put("type", TYPE).putAlways("logs", new Node.Array(list)).build());
  }

  /**
   * What a file says that it holds.
   *
   * @throws FormatException if it is a CAR of something else
   */
  static Manifest in(Path file, CarFile blocks) {
    if (blocks.roots().size() != 1) {
      throw new FormatException(
          ErrorCode.CAR_SYNTAX,
          "read `"
              + file
              + "`: it has "
              + blocks.roots().size()
              + " roots, expected the one of an export");
    }
    return decode(Signed.need(blocks, blocks.roots().getFirst(), "list of what it has"));
  }

  static Manifest decode(byte[] block) {
    Fields fields = Fields.of("export", ErrorCode.CAR_SYNTAX, DagCbor.decode(block));
    String type = fields.text("type");
    if (!type.equals(TYPE)) {
      throw fields.error("has type `" + type + "`, expected `" + TYPE + "`");
    }
    Manifest manifest =
        new Manifest(
            fields.list(
                "logs",
                node -> {
                  Fields one = Fields.of("export /logs", ErrorCode.CAR_SYNTAX, node);
                  return new Log(one.link("genesis"), one.links("items"));
                }));
    fields.end();
    return manifest;
  }
}
