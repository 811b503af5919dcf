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
import java.util.Optional;

/**
 * How far the journal has come, in a file of its own: {@code position}, the journal's id and the
 * number. A database that was cut back to an earlier moment is sound in itself, and so is a log
 * whose end is damaged: it looks as after a crash within a write. Beside this it is seen.
 *
 * <p>Written after each commit and not synced, so that it is never ahead of what is; after a power
 * failure it may be behind, and says less. Synced when the home is closed.
 */
final class Watermark implements AutoCloseable {

  private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(Watermark.class);

  private static final String NAME = "position";

  private final Path file;
  private final String journal;
  private Optional<FileChannel> open = Optional.empty();

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

  /** Of one length always, so that a newer one written over an older one is whole. */
  private byte[] text(long end) {
    return "%s %018d\n".formatted(journal, end).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * After a commit. A failure says nothing about the commit, and costs no more than knowing less
   * after the next crash.
   */
  void advance(long end) {
    try {
      if (open.isEmpty()) {
        set(end);
        open = Optional.of(FileChannel.open(file, StandardOpenOption.WRITE));
        return;
      }
      open.get().write(ByteBuffer.wrap(text(end)), 0);
    } catch (IOException | StorageException e) {
      LOG.debug("position not noted: {}", e.toString());
    }
  }

  @Override
  public void close() throws IOException {
    if (open.isPresent()) {
      open.get().close();
      open = Optional.empty();
    }
  }

  /** Synced, whole or not at all. */
  void set(long end) {
    byte[] text = text(end);
    Path beside = file.resolveSibling(NAME + ".new");
    try {
      try (FileChannel out =
          FileChannel.open(
              beside,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap(text));
        out.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new StorageException.Failed("write `" + file + "`: " + e, e);
    }
  }
}
