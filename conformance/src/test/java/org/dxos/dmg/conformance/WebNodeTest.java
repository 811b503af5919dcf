package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.unixfs.BundleBlocks;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authorities out of a registry that a domain names by its URL, read over HTTPS. */
class WebNodeTest {

  private static final String FAR = "node.far.example";
  private static final char[] PASSWORD = "not a secret".toCharArray();
  private static final String ASKS =
      "{\"tofu\": \"dns\", \"pullThrough\": \"anyone\", \"pullNetworks\": [\"127.0.0.0/8\"]}";

  /** More than are asked for at once, in one head. */
  private static final int MANY = 150;

  @TempDir static Path keys;
  @TempDir Path temp;
  private static SSLContext context;

  private final Map<String, NameProof.Answer> domains = new HashMap<>();
  private final AtomicLong ahead = new AtomicLong();
  private final List<AutoCloseable> open = new ArrayList<>();
  private LocalRegistry near;

  /** A certificate for the name that is believed by who is told to. */
  @BeforeAll
  static void certify() throws Exception {
    Path store = keys.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "node",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + FAR,
                "-ext",
                "san=dns:" + FAR,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
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

  @BeforeEach
  void begin() throws IOException {
    near = node("near", Optional.of(context));
  }

  private LocalRegistry node(String name, Optional<SSLContext> tls) throws IOException {
    Path home = Files.createDirectories(temp.resolve(name));
    Files.writeString(home.resolve("policy.json"), ASKS);
    World.Hosts hosts =
        new World.Hosts() {
          @Override
          public List<InetAddress> addresses(String host) throws UnknownHostException {
            if (!host.equals(FAR) && !host.equals("other.example")) {
              throw new UnknownHostException(host);
            }
            return List.of(InetAddress.ofLiteral("127.0.0.1"));
          }

          @Override
          public SSLContext tls() {
            return tls.orElseGet(World.Hosts.super::tls);
          }
        };
    LocalRegistry registry =
        LocalRegistry.open(
            home,
            new World(
                () -> Instant.now().plusSeconds(ahead.get()),
                new SecureRandom(),
                Thread.ofPlatform().daemon().factory(),
                authority ->
                    Optional.ofNullable(domains.get(authority))
                        .orElse(new NameProof.Answer.Silent("it says nothing")),
                hosts));
    open.addFirst(registry);
    Federation federation = registry.federate(List.of("/ip4/127.0.0.1/tcp/0"));
    open.addFirst(federation);
    return registry;
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  /** A registry that is served over HTTP, as behind a proxy that speaks TLS. */
  private record Far(LocalRegistry registry, Publisher publisher, URI url) {

    private Cid id() {
      return registry.authority("com.one").orElseThrow().genesis();
    }
  }

  private Far far() throws IOException {
    Path home = Files.createDirectories(temp.resolve("far"));
    LocalRegistry registry = LocalRegistry.open(home, World.real());
    open.addFirst(registry);
    HttpServer server =
        HttpServer.start(
            new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of(FAR)),
            registry,
            new JournalEvents(registry.store(), registry.registrar()));
    open.addFirst(server);
    Publisher publisher =
        new Publisher(registry, new KeyRing(home, new Random()), InstantSource.system());
    return new Far(registry, publisher, URI.create(server.url()));
  }

  /** What is done with a connection once it is open. */
  private interface Serving {
    void serve(Socket socket) throws IOException;
  }

  /** The port of somebody with the certificate. */
  private int front(Serving serving, AtomicInteger connections) throws IOException {
    SSLServerSocket listening =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 16, InetAddress.getLoopbackAddress());
    open.addFirst(listening);
    Thread.startVirtualThread(
        () -> {
          try {
            while (true) {
              Socket socket = listening.accept();
              connections.incrementAndGet();
              Thread.startVirtualThread(
                  () -> {
                    try (socket) {
                      serving.serve(socket);
                    } catch (IOException gone) {
                      // The other end broke off.
                    }
                  });
            }
          } catch (IOException closed) {
            // The test is over.
          }
        });
    return listening.getLocalPort();
  }

  private static void carry(InputStream in, OutputStream out, Socket... ended) {
    try {
      in.transferTo(out);
    } catch (IOException gone) {
      // One end broke off.
    }
    for (Socket socket : ended) {
      try {
        socket.close();
      } catch (IOException gone) {
        // It is gone already.
      }
    }
  }

  private static void proxy(Socket socket, URI to) throws IOException {
    try (Socket plain = new Socket(to.getHost(), to.getPort())) {
      InputStream asked = socket.getInputStream();
      OutputStream on = plain.getOutputStream();
      Thread.startVirtualThread(() -> carry(asked, on, socket, plain));
      carry(plain.getInputStream(), socket.getOutputStream());
    }
  }

  private void name(String authority, Cid id, String url) {
    domains.put(authority, new NameProof.Answer.Names(id, Optional.of(url)));
  }

  private PreparedModule module(String name, String version) throws IOException {
    Path folder = Files.createDirectories(temp.resolve("modules/" + name + "/" + version));
    Files.writeString(folder.resolve("index.js"), "export const x = '" + name + version + "';\n");
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "%s", "version": "%s", "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name, version));
    return PreparedModule.read(folder, Optional.empty(), Optional.empty());
  }

  private static ModuleRecord record(int number) {
    return ModuleRecord.named(Name.parse("com.one/module/m" + number), Version.parse("1.0.0"))
        .description("the " + number + "th")
        .build();
  }

  /** Its version, once it has come: a request is held for a while only, on a busy machine too. */
  private String version(String name) {
    long until = System.nanoTime() + 60_000_000_000L;
    while (true) {
      try {
        return near.resolve(name).version();
      } catch (NotFoundException e) {
        if (!e.message().contains("it is still looked for") || System.nanoTime() > until) {
          throw e;
        }
      }
    }
  }

  @Test
  void anAuthorityComesFromTheRegistryThatItsDomainNamesByUrl() throws Exception {
    Far far = far();
    far.publisher().publish(module("com.one/module/a", "1.0.0"));
    List<ModuleRecord> many = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      many.add(record(i));
    }
    far.publisher().publishAll("com.one", many, PreparedModule::of, (_, _) -> {});
    far.publisher().publish(PreparedModule.of(record(MANY)));
    AtomicInteger connections = new AtomicInteger();
    int port = front(socket -> proxy(socket, far.url()), connections);
    name("com.one", far.id(), "https://" + FAR + ":" + port + "/");
    long from = System.nanoTime();
    assertEquals("1.0.0", version("com.one/module/a"));
    System.err.println(
        "pull-through: "
            + (MANY + 2)
            + " releases over https in "
            + (System.nanoTime() - from) / 1_000_000
            + " ms");
    for (int i = 0; i <= MANY; i++) {
      assertEquals("1.0.0", near.resolve("com.one/module/m" + i).version());
    }
    assertEquals(
        far.registry().authority("com.one").orElseThrow().head(),
        near.authority("com.one").orElseThrow().head());
    Cid bundle =
        PreparedModule.read(
                temp.resolve("modules/com.one/module/a/1.0.0"), Optional.empty(), Optional.empty())
            .record()
            .bundles()
            .getFirst()
            .cid();
    assertTrue(BundleBlocks.of(near, bundle).complete(), "the bundle, when it is wanted");
    // News are asked for in the background: what is new alone is read.
    int before = connections.get();
    far.publisher().publish(module("com.one/module/a", "1.1.0"));
    ahead.set(61);
    long until = System.nanoTime() + 20_000_000_000L;
    while (!near.resolve("com.one/module/a").version().equals("1.1.0")) {
      assertTrue(System.nanoTime() < until, "news");
      Thread.sleep(20);
    }
    assertTrue(connections.get() > before);
  }

  @Test
  void aNodeWithAnotherCertificateIsNotBelieved() throws IOException {
    Far far = far();
    far.publisher().publish(module("com.one/module/a", "1.0.0"));
    int port = front(socket -> proxy(socket, far.url()), new AtomicInteger());
    name("com.one", far.id(), "https://other.example:" + port);
    assertThrows(NotFoundException.class, () -> near.resolve("com.one/module/a"));
    LocalRegistry careful = node("careful", Optional.empty());
    name("com.one", far.id(), "https://" + FAR + ":" + port);
    assertThrows(NotFoundException.class, () -> careful.resolve("com.one/module/a"));
    assertTrue(careful.registrar().authorities().isEmpty());
  }

  @Test
  void noUrlLeadsANodeIntoItsOwnNetwork() throws IOException {
    AtomicInteger connections = new AtomicInteger();
    int port = front(socket -> {}, connections);
    Files.writeString(
        temp.resolve("near/policy.json"), "{\"tofu\": \"dns\", \"pullThrough\": \"anyone\"}");
    Cid id = Cid.of(Cid.DAG_CBOR, new byte[] {(byte) 0xa0});
    int number = 0;
    for (String host :
        List.of(FAR, "127.0.0.1", "[::1]", "0.0.0.0", "169.254.169.254", "10.0.0.1")) {
      String authority = "com.one" + number++;
      name(authority, id, "https://" + host + ":" + port);
      NotFoundException refused =
          assertThrows(NotFoundException.class, () -> near.resolve(authority + "/module/a"));
      assertTrue(
          refused.message().contains("which a domain may not make this node dial"),
          refused.message());
    }
    assertEquals(0, connections.get());
  }

  private static Serving says(String answer) {
    return socket -> {
      int unused = socket.getInputStream().read(new byte[1_000]);
      socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
      // A while, for whoever waits for more.
      unused = socket.getInputStream().read(new byte[1_000]);
    };
  }

  @Test
  void whatIsNoPlainAnswerIsRefusedWithItsReason() throws IOException {
    AtomicInteger elsewhere = new AtomicInteger();
    int other = front(socket -> {}, elsewhere);
    Map<String, String> answers = new LinkedHashMap<>();
    answers.put(
        "HTTP/1.1 302 Found\r\nLocation: https://"
            + FAR
            + ":"
            + other
            + "/\r\nContent-Length: 0\r\n\r\n",
        "nothing is followed");
    answers.put("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxx", "its bytes are of another");
    answers.put("HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", "more than 2097152 bytes");
    answers.put(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n200001\r\n" + "x".repeat(0x200001),
        "more than 2097152 bytes");
    answers.put("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "broke off");
    answers.put("HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000), "");
    answers.put("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "status 500");
    answers.put("SSH-2.0-x\r\n", "no HTTP");
    answers.put("HTTP/1.1 404 Not\r\nContent-Length: 0\r\n\r\n", "");
    answers.put("HTTP/1.1 404 Not\r\n\r\n", "");
    Cid id = Cid.of(Cid.DAG_CBOR, new byte[] {(byte) 0xa0});
    int number = 0;
    for (Map.Entry<String, String> one : answers.entrySet()) {
      int port = front(says(one.getKey()), new AtomicInteger());
      String authority = "com.one" + number++;
      name(authority, id, "https://" + FAR + ":" + port);
      NotFoundException refused =
          assertThrows(NotFoundException.class, () -> near.resolve(authority + "/module/a"));
      assertTrue(refused.message().contains(one.getValue()), refused.message());
    }
    assertEquals(0, elsewhere.get());
    assertTrue(near.registrar().authorities().isEmpty());
  }

  @Test
  void aProxyThatEndsConnectionsAfterSomeAnswersIsAskedAgainForTheRest() throws IOException {
    Far far = far();
    far.publisher().publish(module("com.one/module/a", "1.0.0"));
    far.publisher().publish(module("com.one/module/a", "1.1.0"));
    AtomicInteger connections = new AtomicInteger();
    int port = front(socket -> twoAnswers(socket, far.url()), connections);
    name("com.one", far.id(), "https://" + FAR + ":" + port);
    assertEquals("1.1.0", version("com.one/module/a"));
    assertTrue(connections.get() > 4, () -> connections.get() + " connections");
    assertFalse(near.registrar().authorities().isEmpty());
  }

  /**
   * Two requests and their answers, before each that it comes; then the end, whatever was asked.
   */
  private static void twoAnswers(Socket socket, URI to) throws IOException {
    InputStream in = socket.getInputStream();
    for (int i = 0; i < 2; i++) {
      StringBuilder request = new StringBuilder();
      while (request.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          return;
        }
        request.append((char) next);
      }
      String closing = request.toString().replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
      try (Socket plain = new Socket(to.getHost(), to.getPort())) {
        plain.getOutputStream().write(closing.getBytes(StandardCharsets.US_ASCII));
        String answer =
            new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1)
                .replaceFirst("(?i)connection: close\r\n", "");
        String early = "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n";
        socket.getOutputStream().write((early + answer).getBytes(StandardCharsets.ISO_8859_1));
      }
    }
  }
}
