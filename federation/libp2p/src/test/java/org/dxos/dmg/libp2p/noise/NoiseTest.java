package org.dxos.dmg.libp2p.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.wire.Pipe;
import org.junit.jupiter.api.Test;

class NoiseTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private final Identity left = Identity.generate(RANDOM);
  private final Identity right = Identity.generate(RANDOM);

  private NoiseUpgrade upgrade(Identity identity, String... muxers) {
    return new NoiseUpgrade(identity, RANDOM, List.of(muxers));
  }

  private CompletableFuture<NoiseUpgrade.Secured> responding(Pipe pipe, String... muxers) {
    CompletableFuture<NoiseUpgrade.Secured> outcome = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            outcome.complete(upgrade(right, muxers).respond(pipe.right(), Optional.empty()));
          } catch (Exception e) {
            pipe.right().close();
            outcome.completeExceptionally(e);
          }
        });
    return outcome;
  }

  @Test
  void bothEndsLearnWhoTheOtherIsAndReadWhatItWrites() throws Exception {
    Pipe pipe = new Pipe();
    var responder = responding(pipe, "/b", "/a");
    var here = upgrade(left, "/a", "/b").initiate(pipe.left(), Optional.of(right.peerId()));
    var there = responder.join();
    assertEquals(right.peerId(), here.remote());
    assertEquals(left.peerId(), there.remote());
    assertEquals(Optional.of("/a"), here.muxer());
    assertEquals(Optional.of("/a"), there.muxer());
    byte[] sent = new byte[200_000];
    RANDOM.nextBytes(sent);
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              try {
                here.channel().out().write(sent);
                here.channel().close();
              } catch (java.io.IOException e) {
                throw new AssertionError(e);
              }
            });
    assertArrayEquals(sent, there.channel().in().readAllBytes());
    writer.join();
    assertEquals(0, there.channel().in().read(new byte[4], 0, 0));
  }

  @Test
  void noMuxerIsAgreedWhereOneSideListsNone() throws Exception {
    Pipe pipe = new Pipe();
    var responder = responding(pipe);
    assertEquals(
        Optional.empty(), upgrade(left, "/a").initiate(pipe.left(), Optional.empty()).muxer());
    assertEquals(Optional.empty(), responder.join().muxer());
  }

  @Test
  void anotherPeerThanExpectedIsRefused() {
    Pipe pipe = new Pipe();
    var unused = responding(pipe);
    PeerId expected = Identity.generate(RANDOM).peerId();
    Libp2pException why =
        assertThrows(
            Libp2pException.class,
            () -> upgrade(left).initiate(pipe.left(), Optional.of(expected)));
    assertEquals(Reason.PEER_IDENTITY, why.reason());
    pipe.left().close();
  }

  @Test
  void aSignatureOverAnotherStaticKeyIsRefused() {
    byte[] payload = NoisePayload.seal(left, new byte[32], List.of());
    byte[] other = new byte[32];
    other[0] = 1;
    Libp2pException why =
        assertThrows(Libp2pException.class, () -> NoisePayload.open(payload, other));
    assertEquals(Reason.PEER_IDENTITY, why.reason());
  }

  @Test
  void everyChangedByteOfTheHandshakeIsRefused() throws Exception {
    int refused = 0;
    int messageLength =
        sealedSecond(new Handshake(true, RANDOM), new Handshake(false, RANDOM)).length;
    for (int i = 0; i < messageLength; i++) {
      Handshake initiator = new Handshake(true, RANDOM);
      byte[] second = sealedSecond(initiator, new Handshake(false, RANDOM));
      second[i] ^= 0x40;
      try {
        initiator.readSecond(second);
      } catch (Libp2pException e) {
        refused++;
      }
    }
    assertEquals(messageLength, refused);
  }

  private byte[] sealedSecond(Handshake initiator, Handshake responder) throws Exception {
    responder.readFirst(initiator.writeFirst());
    return responder.writeSecond(NoisePayload.seal(right, responder.staticPublic(), List.of()));
  }

  @Test
  void anAllZeroKeyAgreementIsRefused() {
    Handshake responder = new Handshake(false, RANDOM);
    Libp2pException why =
        assertThrows(
            Libp2pException.class,
            () -> {
              responder.readFirst(new byte[32]);
              responder.writeSecond(new byte[0]);
            });
    assertEquals(Reason.CRYPTO, why.reason());
  }

  @Test
  void aReplayedMessageDoesNotDecrypt() throws Exception {
    CipherState sending = new CipherState(new byte[32]);
    CipherState receiving = new CipherState(new byte[32]);
    byte[] sealed = new byte[20];
    byte[] open = new byte[20];
    sending.encrypt(new byte[0], new byte[4], 0, 4, sealed, 0);
    receiving.decrypt(new byte[0], sealed, 0, 20, open, 0);
    assertThrows(
        Libp2pException.class, () -> receiving.decrypt(new byte[0], sealed, 0, 20, open, 0));
  }

  @Test
  void aResponderThatIsCutOffSaysSo() {
    Pipe pipe = new Pipe();
    var responder = responding(pipe);
    pipe.left().close();
    CompletionException why = assertThrows(CompletionException.class, responder::join);
    assertTrue(why.getCause() instanceof Libp2pException, String.valueOf(why.getCause()));
  }
}
