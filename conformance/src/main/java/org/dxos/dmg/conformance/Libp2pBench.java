package org.dxos.dmg.conformance;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.HostConfig;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;

/**
 * One stream of libp2p over loopback against the limit: a bare TCP connection with the same cipher,
 * in messages of 64 KiB. Both run in turns in one process; the median of the ratios counts.
 *
 * <p>Usage: {@code Libp2pBench [rounds] [MiB a round]}.
 */
public final class Libp2pBench {

  private static final int MESSAGE = 65_000;

  private Libp2pBench() {}

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7;
    long bytes = (arguments.length > 1 ? Long.parseLong(arguments[1]) : 512) << 20;
    SecureRandom random = new SecureRandom();
    Multiaddr loopback = Multiaddr.parse("/ip4/127.0.0.1/tcp/0");
    HostConfig server =
        HostConfig.of(Identity.generate(random), System::nanoTime, random, 1)
            .listening(loopback)
            .withPerf();
    HostConfig client = HostConfig.of(Identity.generate(random), System::nanoTime, random, 1);
    List<Double> ratios = new ArrayList<>();
    try (Host there = Host.start(server);
        Host here = Host.start(client)) {
      here.connect(there.peerId(), there.addresses().getFirst());
      here.perf(there.peerId(), bytes / 4, 0); // warm
      tcp(bytes / 4);
      for (int i = 0; i < rounds; i++) {
        double limit = bytes / 1e6 / tcp(bytes);
        double stream =
            bytes / 1e6 / (here.perf(there.peerId(), 0, bytes).download().toNanos() / 1e9);
        ratios.add(stream / limit);
        System.out.printf(
            Locale.ROOT,
            "stream %.0f MB/s, TCP + AEAD %.0f MB/s, ratio %.2f%n",
            stream,
            limit,
            stream / limit);
      }
    }
    ratios.sort(null);
    System.out.printf(Locale.ROOT, "median ratio %.2f%n", ratios.get(ratios.size() / 2));
  }

  /** Seconds for that many bytes. */
  private static double tcp(long bytes) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket sending = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket receiving = server.accept()) {
      long begun = System.nanoTime();
      CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(sending, bytes));
      read(receiving, bytes);
      writer.join();
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  private static void write(Socket socket, long bytes) {
    try {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      byte[] plain = new byte[MESSAGE];
      byte[] sealed = new byte[MESSAGE + 18];
      Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
      long count = 0;
      for (long sent = 0; sent < bytes; sent += MESSAGE) {
        start(cipher, Cipher.ENCRYPT_MODE, count++);
        int length = cipher.doFinal(plain, 0, MESSAGE, sealed, 2);
        sealed[0] = (byte) (length >> 8);
        sealed[1] = (byte) length;
        out.write(sealed, 0, length + 2);
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void read(Socket socket, long bytes) throws Exception {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] sealed = new byte[MESSAGE + 16];
    byte[] plain = new byte[MESSAGE];
    Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
    long count = 0;
    for (long got = 0; got < bytes; got += MESSAGE) {
      int length = in.readUnsignedShort();
      in.readFully(sealed, 0, length);
      start(cipher, Cipher.DECRYPT_MODE, count++);
      cipher.doFinal(sealed, 0, length, plain, 0);
    }
  }

  private static void start(Cipher cipher, int mode, long count) throws GeneralSecurityException {
    byte[] nonce = new byte[12];
    for (int i = 0; i < 8; i++) {
      nonce[4 + i] = (byte) (count >>> (8 * i));
    }
    cipher.init(mode, new SecretKeySpec(new byte[32], "ChaCha20"), new IvParameterSpec(nonce));
  }
}
