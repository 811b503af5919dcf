package org.dxos.dmg.imports;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** Lines of UTF-8, counted, none longer than {@link DebianPackages#MAX_LINE}. */
final class Lines {

  private final InputStream in;
  private final long maxBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 12);
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int filled;
  private long bytes;
  private int number;

  Lines(InputStream in, long maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /** Of the line that was read last; the first is 1. */
  int number() {
    return number;
  }

  /** The next line without its end; empty after the last. */
  Optional<String> next() throws IOException {
    line.reset();
    if (at == filled && !fill()) {
      return Optional.empty();
    }
    number++;
    int end = lineFeed();
    while (end == filled) { // the line goes on behind what was read so far
      take(end);
      if (!fill()) {
        return Optional.of(decoded());
      }
      end = lineFeed();
    }
    take(end);
    at = end + 1;
    return Optional.of(decoded());
  }

  private boolean fill() throws IOException {
    at = 0;
    filled = Math.max(0, in.read(buffer));
    bytes += filled;
    return filled > 0;
  }

  private int lineFeed() {
    int end = at;
    while (end < filled && buffer[end] != '\n') {
      end++;
    }
    return end;
  }

  private void take(int end) {
    line.write(buffer, at, end - at);
    at = end;
    if (line.size() > DebianPackages.MAX_LINE) {
      throw tooLarge("the line has more than " + DebianPackages.MAX_LINE + " bytes");
    }
    if (bytes > maxBytes) {
      throw tooLarge("the list has more than " + maxBytes + " bytes");
    }
  }

  private String decoded() {
    byte[] utf8 = line.toByteArray();
    int length = utf8.length > 0 && utf8[utf8.length - 1] == '\r' ? utf8.length - 1 : utf8.length;
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(utf8, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw DebianPackages.at(number, DebianPackages.refused("it is no well-formed UTF-8"));
    }
  }

  private FormatException tooLarge(String what) {
    return DebianPackages.at(number, new FormatException(ErrorCode.TOO_LARGE, what));
  }
}
