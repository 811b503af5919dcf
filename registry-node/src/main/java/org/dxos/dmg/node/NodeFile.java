package org.dxos.dmg.node;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.dxos.dmg.block.OwnerOnly;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;

/**
 * {@code node.json} in a home: which process serves it, and where. Commands on the same home find
 * the node by it.
 *
 * @param url without a slash at the end
 * @param pid of the process
 * @param token what shows that somebody may read this home: for writes, if the node asks for one,
 *     and for what is not public; the file is readable by its owner only
 */
public record NodeFile(String url, long pid, Optional<String> token) {

  private static final String NAME = "node.json";

  /** The node that serves a home now: its file is there and its process is alive. */
  public static Optional<NodeFile> find(Path home) {
    try {
      Path file = home.resolve(NAME);
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      Fields fields =
          Fields.of("node file", ErrorCode.JSON_SYNTAX, Json.parse(Files.readAllBytes(file)));
      NodeFile node =
          new NodeFile(fields.text("url"), fields.uint("pid"), fields.optionalText("token"));
      return ProcessHandle.of(node.pid()).filter(ProcessHandle::isAlive).map(_ -> node);
    } catch (IOException | FormatException e) {
      return Optional
          .empty(); // torn or foreign: as if there were none, the lock still guards the home
    }
  }

  /** Writes the file, whole or not at all. */
  public void write(Path home) throws IOException {
    MapBuilder map = new MapBuilder().put("url", url).put("pid", pid);
    token.ifPresent(one -> map.put("token", one));
    Path fresh = home.resolve(NAME + ".new");
    try (OutputStream out = Channels.newOutputStream(OwnerOnly.file(fresh))) {
      out.write(Json.pretty(map.build()).getBytes(StandardCharsets.UTF_8));
    }
    Files.move(
        fresh,
        home.resolve(NAME),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Takes the file away when the node stops. */
  public static void remove(Path home) throws IOException {
    Files.deleteIfExists(home.resolve(NAME));
  }
}
