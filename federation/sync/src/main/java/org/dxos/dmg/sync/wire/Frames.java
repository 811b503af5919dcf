package org.dxos.dmg.sync.wire;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;

/** How requests and answers lie in a stream. */
public final class Frames {

  /** 8 MiB: what the reader of an answer has to keep of it. */
  private static final int WINDOW_LOG = 23;

  private static final int LEVEL = 3;

  /**
   * Each call of the compressor leaves the virtual machine, and each write below it is a frame:
   * items are small, and go in lots.
   */
  private static final int BUFFER_BYTES = 1 << 16;

  private Frames() {}

  /** Takes the last bytes of a stream, and ends it with them. */
  public interface Ending {
    void finish(byte[] bytes, int from, int length) throws IOException;
  }

  /** Writes an item with its length before it. */
  public static void write(OutputStream out, byte[] item) throws IOException {
    // In one piece: each write is a frame below, with what encryption adds to it.
    out.write(framed(item));
  }

  /** An item with its length before it. */
  public static byte[] framed(byte[] item) {
    ByteArrayOutputStream framed = new ByteArrayOutputStream(item.length + 5);
    int rest = item.length;
    while (rest >= 0x80) {
      framed.write(0x80 | (rest & 0x7f));
      rest >>>= 7;
    }
    framed.write(rest);
    framed.writeBytes(item);
    return framed.toByteArray();
  }

  /**
   * Reads an item with its length before it.
   *
   * @param most bytes of it
   * @return empty at the end of the stream
   * @throws SyncException if the length is over {@code most} or not spelled the short way
   */
  public static Optional<byte[]> read(InputStream in, int most) throws IOException {
    long length = 0;
    for (int shift = 0; ; shift += 7) {
      int next = in.read();
      if (next < 0 && shift == 0) {
        return Optional.empty();
      }
      if (next < 0) {
        throw new EOFException("the stream ends within a length");
      }
      length |= (long) (next & 0x7f) << shift;
      if (length > most || shift > 21) {
        throw new SyncException(
            ErrorCode.SYNC_PROTOCOL, "read item: more than " + most + " bytes", "");
      }
      if (next < 0x80) {
        if (next == 0 && shift > 0) {
          throw new SyncException(
              ErrorCode.SYNC_PROTOCOL, "read item: its length is not written the short way", "");
        }
        break;
      }
    }
    byte[] item = in.readNBytes((int) length);
    if (item.length < length) {
      throw new EOFException("the stream ends within an item");
    }
    return Optional.of(item);
  }

  /** An answer to be written; closing it ends the zstd stream and {@code out}. */
  public static OutputStream compressed(OutputStream out) throws IOException {
    return compressed(
        out,
        (bytes, from, length) -> {
          try (out) {
            out.write(bytes, from, length);
          }
        });
  }

  /** An answer to be written; closing it ends the zstd stream, and {@code out} by its ending. */
  public static OutputStream compressed(OutputStream out, Ending ending) throws IOException {
    return new BufferedOutputStream(
        new ZstdOutputStream(lots(out, ending), LEVEL).setLong(WINDOW_LOG), BUFFER_BYTES);
  }

  /** What is written goes on in lots, the last of which, at close, by the ending. */
  public static OutputStream lots(OutputStream out, Ending ending) {
    return new Lots(out, ending);
  }

  /** Goes on in lots alone: to close a compressor is to flush it, and then to end it. */
  private static final class Lots extends BufferedOutputStream {
    private final Ending ending;
    private boolean closed;

    private Lots(OutputStream out, Ending ending) {
      super(out, BUFFER_BYTES);
      this.ending = ending;
    }

    @Override
    public void flush() {}

    @Override
    public synchronized void close() throws IOException {
      if (!closed) {
        closed = true;
        ending.finish(buf, 0, count);
      }
    }
  }

  /** An answer to be read. */
  public static InputStream plain(InputStream in) throws IOException {
    return new BufferedInputStream(new ZstdInputStream(in).setLongMax(WINDOW_LOG), BUFFER_BYTES);
  }
}
