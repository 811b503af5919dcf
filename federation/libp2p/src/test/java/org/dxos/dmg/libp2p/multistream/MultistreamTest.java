package org.dxos.dmg.libp2p.multistream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.Duplex;
import org.junit.jupiter.api.Test;

class MultistreamTest {

  /** What comes is there at once, or as it is read; each write is kept apart. */
  private static final class Script implements Duplex {
    private final InputStream in;
    private final List<String> written = new ArrayList<>();

    private Script(boolean atOnce, String... lines) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (String line : lines) {
        bytes.writeBytes(Multistream.line(line));
      }
      this.in =
          new ByteArrayInputStream(bytes.toByteArray()) {
            @Override
            public synchronized int available() {
              return atOnce ? super.available() : 0;
            }
          };
    }

    @Override
    public InputStream in() {
      return in;
    }

    @Override
    public OutputStream out() {
      return new OutputStream() {
        @Override
        public void write(int one) {
          write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
          written.add(new String(bytes, from, length, StandardCharsets.UTF_8));
        }
      };
    }

    @Override
    public void close() {}
  }

  private static String line(String text) {
    return new String(Multistream.line(text), StandardCharsets.UTF_8);
  }

  @Test
  void whoProposesWithHisHeaderIsAnsweredInOneWrite() throws IOException {
    Script script = new Script(true, Multistream.HEADER, "/one/1");
    assertEquals("/one/1", Multistream.answer(script, "/one/1"::equals));
    assertEquals(List.of(line(Multistream.HEADER) + line("/one/1")), script.written);
  }

  @Test
  void whoWaitsForTheHeaderGetsItFirst() throws IOException {
    Script script = new Script(false, Multistream.HEADER, "/one/1");
    assertEquals("/one/1", Multistream.answer(script, "/one/1"::equals));
    assertEquals(List.of(line(Multistream.HEADER), line("/one/1")), script.written);
  }

  @Test
  void whatIsNotSpokenIsDeclinedAfterTheHeader() throws IOException {
    Script script = new Script(true, Multistream.HEADER, "/two/1", "/one/1");
    assertEquals("/one/1", Multistream.answer(script, "/one/1"::equals));
    assertEquals(List.of(line(Multistream.HEADER) + line("na"), line("/one/1")), script.written);
  }

  @Test
  void anAnswerIsReadAndNotAByteOfWhatFollows() throws IOException {
    Script script = new Script(true, Multistream.HEADER, "/one/1", "what follows");
    Multistream.requireTaken(script.in, "/one/1");
    assertEquals("what follows", Multistream.readLine(script.in));
  }

  @Test
  void aProposalThatWasDeclinedIsTold() {
    Script script = new Script(true, Multistream.HEADER, "na");
    assertEquals(
        Reason.NOT_SUPPORTED,
        assertThrows(Libp2pException.class, () -> Multistream.requireTaken(script.in, "/one/1"))
            .reason());
    Script other = new Script(true, Multistream.HEADER, "/two/1");
    assertEquals(
        Reason.PROTOCOL_VIOLATION,
        assertThrows(Libp2pException.class, () -> Multistream.requireTaken(other.in, "/one/1"))
            .reason());
  }

  /** Who did not wait is told that nothing of it was heard; who speaks nonsense at once is not. */
  @Test
  void whatWasSaidAsIfTheProposalHadBeenTakenIsDeclinedWithIt() {
    for (String said : List.of("", "a\u0001b", "x".repeat(2_000))) {
      Script script =
          said.isEmpty()
              ? new Script(true, Multistream.HEADER, "/two/1")
              : new Script(true, Multistream.HEADER, "/two/1", said);
      assertEquals(
          Reason.NOT_SUPPORTED,
          assertThrows(Libp2pException.class, () -> Multistream.answer(script, "/one/1"::equals))
              .reason());
      assertEquals(List.of(line(Multistream.HEADER) + line("na")), script.written);
    }
    Script nonsense = new Script(true, Multistream.HEADER, "a\u0001b");
    assertEquals(
        Reason.PROTOCOL_VIOLATION,
        assertThrows(Libp2pException.class, () -> Multistream.answer(nonsense, "/one/1"::equals))
            .reason());
  }
}
