package org.dxos.dmg.libp2p.multistream;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.Duplex;
import org.dxos.dmg.libp2p.wire.Uvarint;

/** multistream-select 1.0: the one side proposes, the other takes or declines. */
public final class Multistream {

  static final String HEADER = "/multistream/1.0.0";
  private static final String NOT_AVAILABLE = "na";
  private static final int MAX_LINE = 1_024;
  private static final int MAX_PROPOSALS = 64;

  private Multistream() {}

  /**
   * Proposes protocols in order until one is taken.
   *
   * @return the one taken
   * @throws Libp2pException NOT_SUPPORTED if none is, PROTOCOL_VIOLATION
   */
  public static String propose(Duplex duplex, List<String> protocols) throws IOException {
    boolean headed = false;
    for (String protocol : protocols) {
      // Header and first proposal share a write: one round trip where the first is taken.
      duplex.out().write(headed ? line(protocol) : lines(HEADER, protocol));
      duplex.out().flush();
      if (!headed) {
        header(duplex.in());
        headed = true;
      }
      String answer = readLine(duplex.in());
      if (answer.equals(protocol)) {
        return protocol;
      }
      if (!answer.equals(NOT_AVAILABLE)) {
        throw violation("answered `" + answer + "` to `" + protocol + "`");
      }
    }
    throw new Libp2pException(
        Reason.NOT_SUPPORTED, "multistream: the other end speaks none of " + protocols);
  }

  /** What {@link #propose} sends for one protocol, to be followed at once by what is said in it. */
  public static byte[] proposal(String protocol) {
    return lines(HEADER, protocol);
  }

  /**
   * Reads the answer to {@link #proposal}, and not a byte past it.
   *
   * @throws Libp2pException NOT_SUPPORTED if it was declined: nothing of what was said after it was
   *     heard, and it can be said again; PROTOCOL_VIOLATION, REMOTE_CLOSED
   */
  public static void requireTaken(InputStream in, String protocol) throws IOException {
    header(in);
    String answer = readLine(in);
    if (answer.equals(NOT_AVAILABLE)) {
      throw new Libp2pException(
          Reason.NOT_SUPPORTED,
          "multistream: the other end declined `" + protocol + "`, which it was taken to speak");
    }
    if (!answer.equals(protocol)) {
      throw violation("answered `" + answer + "` to `" + protocol + "`");
    }
  }

  /**
   * Answers proposals until one is spoken here.
   *
   * @return the one agreed on
   * @throws Libp2pException NOT_SUPPORTED after 64 declined, or where no proposal follows one that
   *     was declined: whoever made it went on as if it had been taken; PROTOCOL_VIOLATION
   */
  public static String answer(Duplex duplex, Predicate<String> spoken) throws IOException {
    header(duplex.in());
    // Whose first proposal came with his header is answered in one write: a write is a frame.
    boolean headed = duplex.in().available() == 0;
    if (headed) {
      duplex.out().write(line(HEADER));
      duplex.out().flush();
    }
    for (int i = 0; i < MAX_PROPOSALS; i++) {
      String proposal = i == 0 ? readLine(duplex.in()) : next(duplex.in());
      boolean agreed = spoken.test(proposal);
      String answer = agreed ? proposal : NOT_AVAILABLE;
      duplex.out().write(headed ? line(answer) : lines(HEADER, answer));
      duplex.out().flush();
      headed = true;
      if (agreed) {
        return proposal;
      }
    }
    throw new Libp2pException(
        Reason.NOT_SUPPORTED, "multistream: " + MAX_PROPOSALS + " proposals, none spoken here");
  }

  private static String next(InputStream in) throws IOException {
    try {
      return readLine(in);
    } catch (Libp2pException e) {
      if (e.reason() == Reason.PROTOCOL_VIOLATION
          || e.reason() == Reason.MALFORMED
          || e.getCause() instanceof EOFException) {
        throw new Libp2pException(
            Reason.NOT_SUPPORTED, "multistream: no proposal follows one that was declined", e);
      }
      throw e;
    }
  }

  private static void header(InputStream in) throws IOException {
    String header = readLine(in);
    if (!header.equals(HEADER)) {
      throw violation("began with `" + header + "` where `" + HEADER + "` stands");
    }
  }

  /** Reads one line and not a byte past it: what follows belongs to the protocol agreed on. */
  static String readLine(InputStream in) throws IOException {
    byte[] line;
    try {
      line = Uvarint.readDelimited(in, MAX_LINE);
    } catch (EOFException e) {
      throw new Libp2pException(
          Reason.REMOTE_CLOSED, "multistream: the other end closed within the negotiation", e);
    }
    if (line.length == 0 || line[line.length - 1] != '\n') {
      throw violation("a line without its line feed");
    }
    for (int i = 0; i < line.length - 1; i++) {
      if (line[i] < 0x20 || line[i] == 0x7f) {
        throw violation("a line with the byte " + line[i]);
      }
    }
    return new String(line, 0, line.length - 1, StandardCharsets.US_ASCII);
  }

  static byte[] line(String text) {
    return Uvarint.delimited((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] lines(String first, String second) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(line(first));
    out.writeBytes(line(second));
    return out.toByteArray();
  }

  private static Libp2pException violation(String what) {
    return new Libp2pException(Reason.PROTOCOL_VIOLATION, "multistream: the other end " + what);
  }
}
