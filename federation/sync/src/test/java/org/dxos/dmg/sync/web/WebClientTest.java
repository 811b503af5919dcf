package org.dxos.dmg.sync.web;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.wire.SyncException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a place in the web says, and what it may not do by it. */
class WebClientTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(1);

  /** For a machine that is busy; far less than any of the usual limits. */
  private static final Duration SOON = Duration.ofSeconds(15);

  @TempDir static Path folder;
  private static SSLContext context;

  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void certify() throws Exception {
    context = Site.certify(folder);
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    long until = System.nanoTime() + SOON.toNanos(); // they are told to end, and do so
    while (!threads().isEmpty() && System.nanoTime() < until) {
      Thread.sleep(5);
    }
    assertEquals(List.of(), threads(), "no thread is left");
  }

  /** Those of clients. */
  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("dmg-web"))
        .toList();
  }

  private Site site(Site.Answering answering) throws IOException {
    Site site = new Site(context, answering);
    open.addFirst(site);
    return site;
  }

  private WebClient client(Site site, Duration answer, Duration all) {
    WebClient client =
        WebClient.to(
            site.place(),
            List.of(Site.loopback()),
            context,
            System.nanoTime() + all.toNanos(),
            answer);
    open.addFirst(client);
    return client;
  }

  private WebClient client(Site site) {
    return client(site, LONG, LONG);
  }

  private static String whole(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static String text(Optional<byte[]> answer) {
    return new String(answer.orElseThrow(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void answersComeInTheOrderOfTheirPathsOverEightConnectionsAtMost() throws IOException {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Site site =
        site(
            (path, out) -> {
              most.accumulateAndGet(now.incrementAndGet(), Math::max);
              Thread.sleep(path.hashCode() & 15);
              now.decrementAndGet();
              return Site.say(out, whole(path));
            });
    List<String> paths = IntStream.range(0, 100).mapToObj(i -> "/" + i).toList();
    List<Optional<byte[]>> answers = client(site).get(paths, 10, 1_000);
    assertEquals(paths, answers.stream().map(WebClientTest::text).toList());
    assertEquals(8, most.get());
    assertEquals(8, site.connections.get());
  }

  @Test
  void answersThatSayThatMoreComesAndPagesWithoutALengthEndNothing() throws IOException {
    Site site =
        site(
            (path, out) -> {
              switch (path) {
                case "/early" ->
                    Site.say(
                        out,
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                            + "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
                            + whole("early"));
                case "/none" -> Site.say(out, "HTTP/1.1 404 Not Found\r\n\r\n");
                case "/page" -> {
                  Site.say(out, "HTTP/1.1 404 Not Found\r\n\r\nthere is no such page");
                  return false;
                }
                case "/gone" ->
                    Site.say(
                        out,
                        "HTTP/1.1 410 Gone\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
                default -> Site.say(out, whole(path));
              }
              return true;
            });
    List<Optional<byte[]>> answers =
        client(site).get(List.of("/a", "/early", "/none", "/page", "/gone", "/b"), 10, 100);
    assertEquals(
        List.of("/a", "early", "", "", "", "/b"),
        answers.stream().map(one -> one.isEmpty() ? "" : text(one)).toList());
  }

  @Test
  void whoDripsHoldsNobodyUpLongerThanOneAnswerMayTake() throws IOException {
    Map<String, String> begins = new LinkedHashMap<>();
    begins.put("body", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    begins.put("body without end", "HTTP/1.1 200 OK\r\n\r\n");
    begins.put("head", "HTTP/1.1 200 OK\r\nX: ");
    begins.put("status", "HTTP/1.1 200 ");
    begins.put("length of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
    begins.put("page", "HTTP/1.1 404 Not\r\nTransfer-Encoding: chunked\r\n\r\n9999\r\n");
    for (Map.Entry<String, String> one : begins.entrySet()) {
      Site site =
          site(
              (path, out) -> {
                Site.say(out, one.getValue());
                Site.drip(out, "1");
                return false;
              });
      assertEndsSoon(one.getKey(), client(site, SHORT, LONG));
      assertEndsSoon(one.getKey(), client(site, LONG, SHORT));
    }
  }

  @Test
  void whoSaysForEverThatMoreComesHoldsNobodyUp() throws IOException {
    Site site =
        site(
            (path, out) -> {
              Site.drip(out, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
              return false;
            });
    assertEndsSoon("in one answer", client(site, SHORT, LONG));
    assertEndsSoon("in all", client(site, LONG, SHORT));
  }

  @Test
  void whoNeverEndsTheHandshakeHoldsNobodyUp() throws IOException {
    Site site =
        new Site(
            new ServerSocket(0, 64, Site.loopback()),
            (path, out) -> {
              Site.drip(out, "1");
              return false;
            });
    open.addFirst(site);
    assertEndsSoon("in one answer", client(site, SHORT, LONG));
    assertEndsSoon("in all", client(site, LONG, SHORT));
  }

  private static void assertEndsSoon(String what, WebClient client) {
    long from = System.nanoTime();
    try {
      Optional<byte[]> answer = client.get("/a", 100_000);
      assertTrue(what.equals("page") && answer.isEmpty(), what);
    } catch (IOException e) {
      assertTrue(e.getMessage().contains("took more time"), what + ": " + e.getMessage());
    }
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertTrue(took.compareTo(SOON) < 0, () -> what + " took " + took);
    from = System.nanoTime();
    client.close();
    Duration closed = Duration.ofNanos(System.nanoTime() - from);
    assertTrue(closed.compareTo(SOON) < 0, () -> what + " closed in " + closed);
  }

  @Test
  void whatIsTooLargeEndsTheTransfer() throws IOException {
    AtomicInteger sent = new AtomicInteger();
    Site site =
        site(
            (path, out) -> {
              switch (path) {
                case "/fits" -> Site.say(out, whole("x".repeat(1_000)));
                case "/fits/chunked" ->
                    Site.say(
                        out,
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n"
                            + "x".repeat(1_000)
                            + "\r\n0\r\n\r\n");
                case "/declared" -> Site.say(out, whole("x".repeat(1_001)));
                default -> {
                  Site.say(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                  for (; sent.get() < 1 << 28; sent.addAndGet(1 << 16)) {
                    Site.say(out, "10000\r\n" + "x".repeat(1 << 16) + "\r\n");
                  }
                }
              }
              return true;
            });
    assertEquals(1_000, client(site).get("/fits", 1_000).orElseThrow().length);
    assertEquals(1_000, client(site).get("/fits/chunked", 1_000).orElseThrow().length);
    for (String path : List.of("/declared", "/endless")) {
      SyncException refused =
          assertThrows(SyncException.class, () -> client(site).get(path, 1_000));
      assertEquals(ErrorCode.TOO_LARGE, refused.code());
      assertTrue(refused.message().endsWith("more than 1000 bytes"), refused.message());
    }
    assertTrue(sent.get() < 1 << 26, () -> sent.get() + " bytes were sent");
  }

  @Test
  void answersTogetherAreBoundedToo() throws IOException {
    Site site = site((path, out) -> Site.say(out, whole("x".repeat(100))));
    List<String> paths = IntStream.range(0, 40).mapToObj(i -> "/" + i).toList();
    assertEquals(40, client(site).get(paths, 100, 4_000).size());
    SyncException refused =
        assertThrows(SyncException.class, () -> client(site).get(paths, 100, 3_999));
    assertEquals(ErrorCode.TOO_LARGE, refused.code());
  }

  @Test
  void nothingIsFollowedProvedRememberedOrDecoded() throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
      out.write(new byte[1 << 20]);
    }
    Site elsewhere = site((path, out) -> Site.say(out, whole("elsewhere")));
    Site site =
        site(
            (path, out) -> {
              if (path.equals("/packed")) {
                Site.say(
                    out,
                    "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Encoding: gzip\r\nContent-Length: "
                        + bomb.size()
                        + "\r\n\r\n");
                out.write(bomb.toByteArray());
                return true;
              }
              return Site.say(
                  out,
                  "HTTP/1.1 "
                      + path.substring(1)
                      + " So\r\nLocation: "
                      + elsewhere.url()
                      + "/a\r\nWWW-Authenticate: Basic realm=\"a\"\r\nProxy-Authenticate: Basic realm=\"a\"\r\n"
                      + "Refresh: 0; url="
                      + elsewhere.url()
                      + "\r\nContent-Length: 0\r\n\r\n");
            });
    WebClient one = client(site);
    assertArrayEquals(bomb.toByteArray(), one.get("/packed", 10_000).orElseThrow());
    assertArrayEquals(bomb.toByteArray(), one.get("/packed", 10_000).orElseThrow());
    for (int status : new int[] {201, 204, 206, 300, 301, 302, 303, 307, 308, 400, 401, 407, 500}) {
      SyncException refused =
          assertThrows(SyncException.class, () -> client(site).get("/" + status, 1_000));
      assertTrue(refused.message().contains("status " + status), refused.message());
    }
    assertEquals(0, elsewhere.connections.get());
    assertEquals(15, site.requests.size());
    for (String request : site.requests) {
      assertFalse(
          request.toLowerCase(java.util.Locale.ROOT).matches("(?s).*\n(cookie|authorization):.*"),
          request);
      assertTrue(request.contains("Accept-Encoding: identity\r\n"), request);
      assertTrue(request.contains("Host: " + site.place().authority() + "\r\n"), request);
      assertTrue(request.contains("User-Agent: dmg\r\n"), request);
    }
  }

  @Test
  void whatIsNoHttpIsRefused() throws IOException {
    for (String answer :
        List.of(
            "SSH-2.0-x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")) {
      Site site = site((path, out) -> Site.say(out, answer));
      SyncException refused =
          assertThrows(SyncException.class, () -> client(site).get("/a", 100), answer);
      assertEquals(ErrorCode.SYNC_PROTOCOL, refused.code());
    }
  }

  @Test
  void aChunkWithoutALengthAndAHeadWithoutEndAreNoAnswers() throws IOException {
    for (String answer :
        List.of(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000) + "\r\n\r\n")) {
      Site site = site((path, out) -> Site.say(out, answer));
      Exception refused = assertThrows(Exception.class, () -> client(site).get("/a", 100));
      assertTrue(
          refused instanceof IOException || refused instanceof SyncException, refused.toString());
    }
  }

  @Test
  void whatEndsTooEarlyIsNoAnswerAndIsAskedForAFewTimes() throws IOException {
    Site site =
        site(
            (path, out) -> {
              Site.say(out, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nab");
              return false;
            });
    assertThrows(IOException.class, () -> client(site).get("/a", 100));
    assertEquals(4, site.connections.get());
  }

  @Test
  void theCertificateHasToBeThatOfTheName() throws IOException {
    Site site = site((path, out) -> Site.say(out, whole("a")));
    for (String host : List.of("other.example", "127.0.0.1")) {
      WebClient client =
          WebClient.to(
              site.url().replace(Site.HOST, host), List.of(Site.loopback()), context, LONG);
      open.addFirst(client);
      IOException refused = assertThrows(IOException.class, () -> client.get("/a", 100));
      assertTrue(refused.getMessage().contains("SSLHandshake"), refused.getMessage());
    }
    WebClient careful =
        WebClient.to(site.url(), List.of(Site.loopback()), WebClient.believed(), LONG);
    open.addFirst(careful);
    assertThrows(IOException.class, () -> careful.get("/a", 100));
    assertEquals(0, site.requests.size());
  }

  @Test
  void whereOneAddressDoesNotAnswerTheNextIsDialled() throws IOException {
    Site site = site((path, out) -> Site.say(out, whole("a")));
    WebClient client =
        WebClient.to(
            site.url(),
            List.of(InetAddress.ofLiteral("127.0.0.2"), Site.loopback()),
            context,
            LONG);
    open.addFirst(client);
    assertEquals("a", text(client.get("/a", 100)));
  }

  @Test
  void whoIsInterruptedLeavesNothingBehind() throws Exception {
    Site site =
        site(
            (path, out) -> {
              Site.drip(out, "H");
              return false;
            });
    WebClient client = client(site);
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  assertThrows(IOException.class, () -> client.get("/a", 100));
                  client.close();
                });
    while (site.requests.isEmpty()) {
      Thread.sleep(5);
    }
    reader.interrupt();
    assertTrue(reader.join(SOON));
  }
}
