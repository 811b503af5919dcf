package org.dxos.dmg.imports;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** A list of Debian binary packages. */
public final class DebianPackages {

  /** Packages of a list: fifteen times Debian's largest. */
  public static final int MAX_PACKAGES = 1_000_000;

  /** Bytes of the text, unpacked: what a small file may unpack to is bounded by this. */
  public static final long MAX_BYTES = 2L << 30;

  /** Bytes of a line; the longest in use has a tenth of it. */
  public static final int MAX_LINE = 1 << 20;

  private static final int GZIP_MAGIC = 0x1f8b;

  private final List<DebianPackage> packages;

  private DebianPackages(List<DebianPackage> packages) {
    this.packages = List.copyOf(packages);
  }

  /**
   * Reads Debian's own {@code Packages}, or JSON lines with one package each; either may be
   * gzipped. Which it is shows in the first bytes, the file's name does not matter.
   *
   * @throws FormatException with {@link ErrorCode#IMPORT_SYNTAX} and the number of the line, or
   *     {@link ErrorCode#TOO_LARGE}
   * @throws IOException if the file cannot be read
   */
  public static DebianPackages read(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      return read(in, MAX_BYTES);
    }
  }

  static DebianPackages read(InputStream in, long maxBytes) throws IOException {
    try {
      return new DebianPackages(packages(unpacked(in), maxBytes));
    } catch (ZipException | java.io.EOFException e) {
      throw new FormatException(
          ErrorCode.IMPORT_SYNTAX,
          "unpack package list: " + e.getMessage(),
          "fetch the file again");
    }
  }

  /** What a gzipped stream holds, or the stream itself. */
  static InputStream unpacked(InputStream in) throws IOException {
    in.mark(2);
    int magic = in.read() << 8 | in.read();
    in.reset();
    return magic == GZIP_MAGIC
        ? new BufferedInputStream(new GZIPInputStream(in, 1 << 16), 1 << 16)
        : in;
  }

  private static List<DebianPackage> packages(InputStream in, long maxBytes) throws IOException {
    in.mark(1);
    int first = in.read();
    in.reset();
    Lines lines = new Lines(in, maxBytes);
    DebianReader reader = first == '{' ? new JsonLinesReader(lines) : new ControlReader(lines);
    List<DebianPackage> packages = new ArrayList<>();
    for (var one = reader.next(); one.isPresent(); one = reader.next()) {
      if (packages.size() == MAX_PACKAGES) {
        throw new FormatException(
            ErrorCode.TOO_LARGE,
            "read package list at line "
                + lines.number()
                + ": more than "
                + MAX_PACKAGES
                + " packages");
      }
      packages.add(one.get());
    }
    return packages;
  }

  /** How many there are; two versions of a name count as two. */
  public int size() {
    return packages.size();
  }

  List<DebianPackage> all() {
    return packages;
  }

  /** A fault of one package, to which the reader adds the line. */
  static FormatException refused(String what) {
    return new FormatException(ErrorCode.IMPORT_SYNTAX, what);
  }

  /** A fault that stands at a line. */
  static FormatException at(int line, FormatException fault) {
    return new FormatException(
        fault.code() == ErrorCode.TOO_LARGE ? ErrorCode.TOO_LARGE : ErrorCode.IMPORT_SYNTAX,
        "read package list at line " + line + ": " + fault.message(),
        fault.hint().orElse(""));
  }

  /** Foreign text for a message: short, and harmless to a terminal. */
  static String shown(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), 60); i++) {
      char c = text.charAt(i);
      out.append(c >= 0x20 && c < 0x7f && c != '`' ? c : '?');
    }
    return out.append(text.length() > 60 ? "…" : "").toString();
  }
}
