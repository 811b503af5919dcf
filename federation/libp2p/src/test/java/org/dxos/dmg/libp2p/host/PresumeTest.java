package org.dxos.dmg.libp2p.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multistream.Multistream;
import org.junit.jupiter.api.Test;

/** Streams that go on as if the other end had agreed already. */
class PresumeTest {

  private static final String ASKED = "/asked/1.0.0";
  private static final int SYN = 1;
  private static final int ACK = 2;
  private static final int FIN = 4;
  private static final int RST = 8;

  /** A frame as it came. */
  @SuppressWarnings("ArrayRecordComponent") // compared by hand
  private record Frame(int type, int flags, int stream, byte[] payload) {}

  /** The next frame that is neither a ping nor of the stream by which the host asks who this is. */
  private static Frame frame(RawPeer peer) throws IOException {
    while (true) {
      ByteBuffer head = ByteBuffer.wrap(peer.in().readNBytes(12));
      int type = head.get(1);
      int length = head.getInt(8);
      byte[] payload = type == 0 ? peer.in().readNBytes(length) : new byte[0];
      int stream = head.getInt(4);
      if (type != 2 && stream != 2) {
        return new Frame(type, head.getShort(2), stream, payload);
      }
    }
  }

  private static byte[] joined(byte[] one, byte[] other) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(one);
    all.writeBytes(other);
    return all.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void send(RawPeer peer, int flags, int stream, byte[] payload) throws IOException {
    peer.head(0, flags, stream, payload.length);
    if (payload.length > 0) {
      peer.bytes(payload);
    }
  }

  /** One that answers by script, and on whose connection the host has agreed on a protocol once. */
  private static Connection met(RawPeer peer) throws Exception {
    Connection connection = peer.attacked();
    Thread opening =
        Thread.startVirtualThread(
            () -> {
              try {
                // Nothing is known yet: this one waits.
                connection.presume(ASKED).reset();
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    Frame proposal = frame(peer);
    assertArrayEquals(Multistream.proposal(ASKED), proposal.payload());
    send(peer, ACK, proposal.stream(), Multistream.proposal(ASKED));
    opening.join();
    assertEquals(RST, frame(peer).flags());
    return connection;
  }

  @Test
  void whatIsAskedAndItsProposalAreOneFrameAndTheAnswerIsRead() throws Exception {
    try (Host host = Hosts.start();
        RawPeer peer = new RawPeer(host)) {
      Connection connection = met(peer);
      for (int i = 0; i < 3; i++) {
        try (Stream stream = connection.presume(ASKED)) {
          byte[] question = bytes("question " + i);
          stream.finish(question, 0, question.length);
          Frame asked = frame(peer);
          // Nothing comes between two questions: no end, no reset, no credit.
          assertEquals(SYN | FIN, asked.flags());
          assertArrayEquals(joined(Multistream.proposal(ASKED), question), asked.payload());
          assertFalse(stream.agreed());
          send(
              peer,
              ACK | FIN,
              asked.stream(),
              joined(Multistream.proposal(ASKED), bytes("answer " + i)));
          byte[] first = stream.in().readNBytes(6);
          assertArrayEquals(bytes("answer"), first);
          assertTrue(stream.agreed());
        }
      }
      // The one by which the host asks who this is; an end may still be on its way.
      Hosts.await("the others to be over", () -> connection.openStreams() == 1);
    }
  }

  @Test
  void whoDeclinesIsBelievedAndAskedFirstFromThenOn() throws Exception {
    for (boolean politely : List.of(true, false)) {
      try (Host host = Hosts.start();
          RawPeer peer = new RawPeer(host)) {
        Connection connection = met(peer);
        Stream stream = connection.presume(ASKED);
        stream.finish(bytes("question"), 0, 8);
        Frame asked = frame(peer);
        byte[] declined = bytes("\u0013/multistream/1.0.0\n\u0003na\n");
        if (politely) {
          send(peer, ACK | FIN, asked.stream(), declined);
        } else {
          peer.head(1, RST, asked.stream(), 0);
        }
        Libp2pException why = assertThrows(Libp2pException.class, () -> stream.in().read());
        assertEquals(politely ? Reason.NOT_SUPPORTED : Reason.RESET, why.reason());
        assertFalse(stream.agreed());
        assertEquals(
            why.reason(), assertThrows(Libp2pException.class, () -> stream.in().read()).reason());
        stream.close();
        Thread opening =
            Thread.startVirtualThread(
                () -> assertThrows(Libp2pException.class, () -> connection.presume(ASKED)));
        assertArrayEquals(Multistream.proposal(ASKED), frame(peer).payload(), "it waits again");
        peer.close();
        opening.join();
      }
    }
  }

  private static Connection connect(Host from, Host to) throws Exception {
    Connection connection = from.connect(to.peerId(), to.addresses().getFirst());
    Identified said = connection.identified().get(5, TimeUnit.SECONDS);
    assertTrue(said.protocols().contains(Hosts.ECHO));
    return connection;
  }

  @Test
  void whatIdentifySaysIsEnough() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start()) {
      Connection connection = connect(a, b);
      for (int size : new int[] {0, 1, 16_383, 16_384, 16_385, 1_000_000}) {
        byte[] sent = new byte[size];
        new Random(size).nextBytes(sent);
        try (Stream stream = connection.presume(Hosts.ECHO)) {
          assertFalse(stream.agreed());
          Thread writing =
              Thread.startVirtualThread(
                  () -> {
                    try {
                      stream.finish(sent, 0, sent.length);
                    } catch (IOException e) {
                      stream.reset();
                    }
                  });
          assertArrayEquals(sent, stream.in().readAllBytes());
          writing.join();
        }
      }
      Hosts.await("nothing is left open", () -> connection.openStreams() == 0);
    }
  }

  @Test
  void whoReadsFirstProposesFirst() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start()) {
      b.handle("/speaks/first", stream -> stream.out().write(bytes("hello")));
      Connection connection = connect(a, b);
      Hosts.await(
          "the push", () -> connection.identified().join().protocols().contains("/speaks/first"));
      try (Stream stream = connection.presume("/speaks/first")) {
        assertArrayEquals(bytes("hello"), stream.in().readNBytes(5));
      }
      try (Stream stream = connection.presume("/speaks/first")) {
        stream.closeWrite();
        assertArrayEquals(bytes("hello"), stream.in().readAllBytes());
      }
    }
  }

  @Test
  void aHostDeclinesSoThatTheOtherEndReadsIt() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start()) {
      Connection connection = connect(a, b);
      Identified said = connection.identified().join();
      for (int size : new int[] {0, 8, 100_000}) {
        connection.identified(
            new Identified(
                said.agent(),
                said.protocolVersion(),
                List.of(ASKED),
                said.addresses(),
                Optional.empty(),
                Optional.empty()));
        Stream stream = connection.presume(ASKED);
        stream.finish(new byte[size], 0, size);
        Libp2pException why = assertThrows(Libp2pException.class, () -> stream.in().read());
        assertEquals(Reason.NOT_SUPPORTED, why.reason(), why.getMessage());
        assertEquals(
            "multistream: the other end declined `" + ASKED + "`, which it was taken to speak",
            why.getMessage());
        assertFalse(stream.agreed());
        stream.close();
        assertEquals(
            Reason.NOT_SUPPORTED,
            assertThrows(Libp2pException.class, () -> connection.presume(ASKED)).reason());
      }
      Hosts.await("nothing is left open", () -> connection.openStreams() == 0);
    }
  }

  @Test
  void whoDoesNotAgreeIsNotWaitedForLong() throws Exception {
    SteeredClock clock = new SteeredClock();
    try (Host host = Hosts.start(Hosts.config(clock));
        RawPeer peer = new RawPeer(host)) {
      Connection connection = met(peer);
      Stream stream = connection.presume(ASKED);
      stream.deadline(Duration.ofMinutes(10));
      stream.finish(bytes("question"), 0, 8);
      clock.forward(Duration.ofSeconds(9));
      Thread later =
          Thread.startVirtualThread(
              () -> {
                java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                clock.forward(Duration.ofSeconds(11));
              });
      Libp2pException why = assertThrows(Libp2pException.class, () -> stream.in().read());
      later.join();
      assertEquals(Reason.TIMEOUT, why.reason());
    }
  }
}
