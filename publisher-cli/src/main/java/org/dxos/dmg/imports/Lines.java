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
    int c = in.read();
    if (c < 0) {
      return Optional.empty();
    }
    number++;
    for (; c >= 0 && c != '\n'; c = in.read()) {
      if (line.size() == DebianPackages.MAX_LINE) {
        throw tooLarge("the line has more than " + DebianPackages.MAX_LINE + " bytes");
      }
      line.write(c);
    }
    bytes += line.size() + 1L;
    if (bytes > maxBytes) {
      throw tooLarge("the list has more than " + maxBytes + " bytes");
    }
    return Optional.of(decoded());
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
