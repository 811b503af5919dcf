package org.dxos.dmg.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;

/**
 * How far the journal had come when the home was closed last, in a file of its own: {@code
 * position}, the journal's id and the number. A database that was cut back to an earlier moment is
 * sound in itself; beside this it is seen.
 */
final class Watermark {

  private static final String NAME = "position";

  private final Path file;
  private final String journal;

  Watermark(Path home, byte[] journalId) {
    this.file = home.resolve(NAME);
    this.journal = HexFormat.of().formatHex(journalId);
  }

  /**
   * Checks a journal that was just opened. A file that cannot be understood says nothing.
   *
   * @throws StorageException.CutBack if it ends before where it was
   */
  void require(long end) {
    try {
      if (!Files.exists(file)) {
        return;
      }
      String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      if (text.matches("[0-9a-f]{32} [0-9]{1,18}") && !text.equals(journal + " " + end)) {
        boolean ours = text.startsWith(journal);
        long position = Long.parseLong(text.substring(33));
        if (!ours || position > end) {
          throw new StorageException.CutBack(file, ours ? position : -1, end);
        }
      }
    } catch (IOException e) {
      throw new StorageException.Failed("read `" + file + "`: " + e, e);
    }
  }

  void set(long end) {
    String text = journal + " " + end + "\n";
    Path beside = file.resolveSibling(NAME + ".new");
    try {
      if (Files.exists(file) && Files.readString(file, StandardCharsets.ISO_8859_1).equals(text)) {
        return;
      }
      try (FileChannel out =
          FileChannel.open(
              beside,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        out.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new StorageException.Failed("write `" + file + "`: " + e, e);
    }
  }
}
