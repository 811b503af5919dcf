package org.dxos.dmg.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;

/** Domains that do with who asks them what they like, over real sockets. */
class NetLookupsTest {

  private static final String HOST = "far.example";
  private static final char[] PASSWORD = "not a secret".toCharArray();
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofSeconds(60);

  /** For a machine that is busy. */
  private static final Duration SOON = Duration.ofSeconds(15);

  @TempDir static Path folder;
  private static SSLContext context;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  @BeforeAll
  static void certify() throws Exception {
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
                    "-dname",
                    "CN=" + HOST,
                    "-ext",
                    "san=dns:" + HOST,
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
    context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private interface Answering {
    void answer(OutputStream out) throws IOException, InterruptedException;
  }

  /** Where somebody listens who answers each request so. */
  private String url(ServerSocket listening, Answering answering) {
    open.addFirst(listening);
    Thread.startVirtualThread(
        () -> {
          try {
            while (true) {
              Socket socket = listening.accept();
              connections.incrementAndGet();
              Thread.startVirtualThread(() -> serve(socket, answering));
            }
          } catch (IOException closed) {
            // The test is over.
          }
        });
    return "https://" + HOST + ":" + listening.getLocalPort() + "/.well-known/dmg.json";
  }

  private static void serve(Socket socket, Answering answering) {
    try (socket) {
      InputStream in = socket.getInputStream();
      int unused = in.read(new byte[1_000]);
      answering.answer(socket.getOutputStream());
      unused = in.read();
    } catch (IOException gone) {
      // The other end broke off.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String url(Answering answering) throws IOException {
    return url(
        context
            .getServerSocketFactory()
            .createServerSocket(0, 16, InetAddress.getLoopbackAddress()),
        answering);
  }

  private static void say(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static void drip(OutputStream out) throws IOException, InterruptedException {
    while (true) {
      say(out, "1");
      Thread.sleep(50);
    }
  }

  /** Names that mean addresses, and who may be dialled of these. */
  private record Around(List<String> addresses, Predicate<InetAddress> mayDial, int dns)
      implements NetLookups.Outside {

    private static Around here() {
      return new Around(List.of("127.0.0.1"), _ -> true, 1);
    }

    @Override
    public Resolver resolver() {
      return new SimpleResolver(new InetSocketAddress(InetAddress.getLoopbackAddress(), dns));
    }

    @Override
    public List<InetAddress> addresses(String host) {
      return addresses.stream().map(InetAddress::ofLiteral).toList();
    }

    @Override
    public boolean mayDial(InetAddress address) {
      return mayDial.test(address);
    }

    @Override
    public SSLContext tls() {
      return context;
    }
  }

  @Test
  void aFileIsReadUpToItsLimit() throws IOException {
    String url = url(out -> say(out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    assertEquals(
        "hello",
        new NetLookups(Around.here(), LONG)
            .https(url, 5)
            .map(one -> new String(one, StandardCharsets.US_ASCII))
            .orElseThrow());
    assertEquals(Optional.empty(), new NetLookups(Around.here(), LONG).https(url, 4));
  }

  @Test
  void aFileThatDripsIsNoneAfterTheTimeForAll() throws IOException {
    for (String begin :
        List.of("HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n", "HTTP/1.1 200 OK\r\nX: ")) {
      String url =
          url(
              out -> {
                say(out, begin);
                drip(out);
              });
      assertNothingSoon(url);
    }
  }

  @Test
  void aHandshakeThatDoesNotEndIsNoneAfterTheTimeForAll() throws IOException {
    assertNothingSoon(
        url(new ServerSocket(0, 16, InetAddress.getLoopbackAddress()), NetLookupsTest::drip));
  }

  private void assertNothingSoon(String url) {
    long from = System.nanoTime();
    assertEquals(Optional.empty(), new NetLookups(Around.here(), SHORT).https(url, 4_096));
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertTrue(took.compareTo(SOON) < 0, took::toString);
  }

  @Test
  void dnsThatSaysNothingLeavesHalfOfTheTime() throws IOException {
    String url = url(out -> say(out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    assertTrue(new NetLookups(Around.here(), LONG).https(url, 4_096).isPresent()); // and warm
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      Around around = new Around(List.of("127.0.0.1"), _ -> true, silent.getLocalPort());
      NetLookups lookups = new NetLookups(around, Duration.ofSeconds(4));
      long from = System.nanoTime();
      assertEquals(List.of(), lookups.txt("_dmg.far.example"));
      Duration took = Duration.ofNanos(System.nanoTime() - from);
      assertTrue(took.toMillis() < 2_900, took::toString);
      assertTrue(lookups.https(url, 4_096).isPresent());
    }
  }

  @Test
  void whoHasOneAddressThatIsNotPublicIsNotDialled() throws IOException {
    String url = url(out -> say(out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    for (List<String> addresses :
        List.of(List.of("127.0.0.1"), List.of("8.8.8.8", "127.0.0.1"), List.<String>of())) {
      Around around = new Around(addresses, Network::isPublic, 1);
      assertEquals(Optional.empty(), new NetLookups(around, LONG).https(url, 4_096));
    }
    assertEquals(0, connections.get());
  }
}
