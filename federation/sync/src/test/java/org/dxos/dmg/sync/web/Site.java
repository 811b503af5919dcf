package org.dxos.dmg.sync.web;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Somebody with the certificate of a name, who answers as he likes. */
final class Site implements AutoCloseable {

  static final String HOST = "node.far.example";
  private static final char[] PASSWORD = "not a secret".toCharArray();

  /** What is done for one request. */
  interface Answering {

    /**
     * @return false if the connection ends with it
     */
    boolean answer(String path, OutputStream out) throws IOException, InterruptedException;
  }

  private final ServerSocket listening;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
  final Queue<String> requests = new ConcurrentLinkedQueue<>();
  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger atOnce = new AtomicInteger();

  Site(SSLContext context, Answering answering) throws IOException {
    this(context.getServerSocketFactory().createServerSocket(0, 64, loopback()), answering);
  }

  Site(ServerSocket listening, Answering answering) {
    this.listening = listening;
    Thread.startVirtualThread(() -> accept(answering));
  }

  static InetAddress loopback() {
    return InetAddress.ofLiteral("127.0.0.1");
  }

  /** A certificate for the name, which is believed too. */
  static SSLContext certify(Path folder) throws Exception {
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "node",
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-dname",
                    "CN=" + HOST,
                    "-ext",
                    "san=dns:" + HOST,
                    "-validity",
                    "2",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    new String(PASSWORD)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(keytool.waitFor(60, TimeUnit.SECONDS) && keytool.exitValue() == 0);
    KeyStore loaded = KeyStore.getInstance(store.toFile(), PASSWORD);
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(loaded, PASSWORD);
    KeyStore believed = KeyStore.getInstance("PKCS12");
    believed.load(null, PASSWORD);
    believed.setCertificateEntry("node", loaded.getCertificate("node"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(believed);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  String url() {
    return "https://" + HOST + ":" + listening.getLocalPort();
  }

  WebAddress place() {
    return WebAddress.parse(url());
  }

  private void accept(Answering answering) {
    try {
      while (true) {
        Socket socket = listening.accept();
        open.add(socket);
        connections.incrementAndGet();
        Thread.startVirtualThread(() -> serve(socket, answering));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket socket, Answering answering) {
    try (socket) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      boolean more = true;
      while (more) {
        StringBuilder request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
          int next = in.read();
          if (next < 0) {
            return;
          }
          request.append((char) next);
        }
        requests.add(request.toString());
        more = answering.answer(request.toString().split(" ")[1], out);
        out.flush();
      }
    } catch (IOException gone) {
      // The other end broke off.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static boolean say(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    return true;
  }

  /** One byte after the other, until nobody listens. */
  static void drip(OutputStream out, String each) throws IOException, InterruptedException {
    while (true) {
      say(out, each);
      out.flush();
      Thread.sleep(50);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
