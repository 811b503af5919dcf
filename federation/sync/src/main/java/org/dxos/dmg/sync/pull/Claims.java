package org.dxos.dmg.sync.pull;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.SyncException;

/** Which authorities of a name another node holds: {@code roots} from the start of its journal. */
final class Claims {

  /** Claims to one name that are looked at; a node that tells more of is of no help. */
  private static final int MAX_CLAIMS = 16;

  private Claims() {}

  /**
   * @param root of the asker's tree
   * @return ids; none if the other node holds what the asker holds, or none of that name
   */
  static List<Cid> of(Remote remote, Cid root, String name) throws IOException {
    Said first = ask(remote, new Request.Roots(root, Optional.empty(), List.of(name)));
    if (first.root().equals(root)) {
      return List.of();
    }
    Cursor start = new Cursor(first.cursor().journal(), 0);
    return ask(remote, new Request.Roots(root, Optional.of(start), List.of(name))).changed();
  }

  private record Said(Cid root, Cursor cursor, List<Cid> changed) {}

  private static Said ask(Remote remote, Request.Roots request) throws IOException {
    try (Remote.Answer answer = remote.ask(request)) {
      if (!(answer.next().orElse(null) instanceof Item.Said said)) {
        throw new SyncException(
            ErrorCode.SYNC_PROTOCOL, "read answer to `roots`: expected a map", "");
      }
      Fields fields = Fields.of("answer to `roots`", ErrorCode.SYNC_PROTOCOL, said.fields());
      Said all =
          new Said(fields.link("root"), Cursor.of(fields.node("cursor")), fields.links("changed"));
      fields.end();
      if (all.changed().size() > MAX_CLAIMS) {
        throw fields.error(
            "names %d authorities of one name, at most %d"
                .formatted(all.changed().size(), MAX_CLAIMS));
      }
      return all;
    }
  }
}
