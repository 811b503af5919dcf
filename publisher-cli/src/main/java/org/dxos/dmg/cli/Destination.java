package org.dxos.dmg.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.dxos.dmg.error.ErrorCode;

/** Where a command writes a copy to. */
final class Destination {

  private Destination() {}

  /**
   * The place as a path of its own. The last folder of it may be made, those above it have to be
   * there: a wrong letter in the name of a disk would fill another.
   */
  static Path of(Path given, String what) {
    Path path = given.toAbsolutePath().normalize();
    Path parent = path.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      Path first = path;
      for (Path at = parent; at != null && !Files.exists(at); at = at.getParent()) {
        first = at;
      }
      throw new CommandException(
          ErrorCode.USAGE,
          "%s `%s`: there is no folder `%s`".formatted(what, path, parent == null ? path : parent),
          parent == null || Files.exists(parent)
              ? "give a place in a folder"
              : "look whether `%s` is written right, or make it with `mkdir -p %s`"
                  .formatted(first.getFileName(), Terminal.word(parent.toString())));
    }
    return path;
  }
}
