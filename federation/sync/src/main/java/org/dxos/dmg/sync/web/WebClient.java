package org.dxos.dmg.sync.web;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.wire.SyncException;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.ProxyAuthenticationProtocolHandler;
import org.eclipse.jetty.client.RedirectProtocolHandler;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a place in the web by HTTP/1.1 over TLS, at addresses that were looked at before and with
 * the certificate of the name. Nothing is followed, decoded, remembered or proved to anybody.
 *
 * <p>Used by one thread; its own few threads are gone when it is closed.
 */
public final class WebClient implements Web {

  private static final Logger LOG = LoggerFactory.getLogger(WebClient.class);

  /** Connections at a time, each with one request. */
  private static final int CONNECTIONS = 8;

  /** Requests that wait for a connection, so that none is idle. */
  private static final int AHEAD = 16;

  /** For one address. */
  private static final Duration CONNECT = Duration.ofSeconds(6);

  /** In which nothing at all comes. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /** For one answer from the first to the last byte, however it comes. */
  static final Duration ANSWER = Duration.ofSeconds(30);

  /** For threads to end. */
  private static final Duration STOP = Duration.ofSeconds(5);

  private static final int MAX_HEAD_BYTES = 16_384;

  /** Servers and proxies end connections after some answers, also while one asks over them. */
  private static final int ATTEMPTS = 4;

  private static final int THREADS = 4;
  private static final int BUFFER_BYTES = 65_536;
  private static final int BUFFERS_BYTES = 4 << 20;

  private final HttpClient client;
  private final WebAddress place;
  private final long until;
  private final Duration answer;

  private WebClient(HttpClient client, WebAddress place, long until, Duration answer) {
    this.client = client;
    this.place = place;
    this.until = until;
    this.answer = answer;
  }

  /** Believes whom this machine believes. */
  public static SSLContext believed() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has one", e);
    }
  }

  /**
   * Begins to read a place; nothing is dialled yet.
   *
   * @param url https, a host, perhaps a port, perhaps a path that stands before every other
   * @param addresses of the host, which were looked at: nobody asks for them again
   * @param tls whose certificates are believed
   * @param patience with all that is asked, together
   * @throws SyncException if the URL is none that is understood
   */
  public static WebClient to(
      String url, List<InetAddress> addresses, SSLContext tls, Duration patience) {
    return to(
        WebAddress.parse(url), addresses, tls, System.nanoTime() + patience.toNanos(), ANSWER);
  }

  /**
   * @param until {@link System#nanoTime} after which nothing is read
   * @param answer for one answer from the first to the last byte, however it comes
   */
  static WebClient to(
      WebAddress place, List<InetAddress> addresses, SSLContext tls, long until, Duration answer) {
    List<InetSocketAddress> dialled = addresses.stream().map(one -> named(one, place)).toList();
    HttpClient client = new HttpClient(new HttpClientTransportOverHTTP(connector(tls)));
    client.setSocketAddressResolver((host, port, context, found) -> found.succeeded(dialled));
    client.setMaxConnectionsPerDestination(CONNECTIONS);
    client.setMaxRequestsQueuedPerDestination(AHEAD);
    client.setMaxResponseHeadersSize(MAX_HEAD_BYTES);
    client.setFollowRedirects(false);
    client.setHttpCookieStore(new HttpCookieStore.Empty());
    client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "dmg"));
    client.setUseInputDirectByteBuffers(false);
    client.setUseOutputDirectByteBuffers(false);
    try {
      client.start();
    } catch (Exception e) {
      throw new IllegalStateException("start a client", e);
    }
    // These are put there by the start.
    client.getContentDecoderFactories().clear();
    for (String name :
        List.of(
            RedirectProtocolHandler.NAME,
            WWWAuthenticationProtocolHandler.NAME,
            ProxyAuthenticationProtocolHandler.NAME)) {
      Object unused = client.getProtocolHandlers().remove(name);
    }
    return new WebClient(client, place, until, answer);
  }

  /** The address with the name for which the other end has to show a certificate. */
  private static InetSocketAddress named(InetAddress address, WebAddress place) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(place.host(), address.getAddress()), place.port());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  private static ClientConnector connector(SSLContext tls) {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1);
    threads.setName("dmg-web");
    threads.setDaemon(true);
    threads.setReservedThreads(0);
    SslContextFactory.Client certified = new SslContextFactory.Client();
    certified.setSslContext(tls);
    ClientConnector connector = new ClientConnector();
    connector.setExecutor(threads);
    connector.setScheduler(new ScheduledExecutorScheduler("dmg-web-timer", true));
    connector.setByteBufferPool(
        new ArrayByteBufferPool(0, 2_048, BUFFER_BYTES, CONNECTIONS, BUFFERS_BYTES, BUFFERS_BYTES));
    connector.setSelectors(1);
    connector.setConnectTimeout(CONNECT);
    connector.setIdleTimeout(SILENCE);
    connector.setSslContextFactory(certified);
    return connector;
  }

  /** The answer to one path. */
  public Optional<byte[]> get(String path, int most) throws IOException {
    return get(List.of(path), most, most).getFirst();
  }

  @Override
  public List<Optional<byte[]>> get(List<String> paths, int most, long together)
      throws IOException {
    List<Asked> asked = new ArrayList<>();
    List<Optional<byte[]>> answers = new ArrayList<>();
    long left = together;
    try {
      while (answers.size() < paths.size()) {
        while (asked.size() < paths.size() && asked.size() - answers.size() < AHEAD) {
          asked.add(ask(paths.get(asked.size()), most));
        }
        Optional<byte[]> answer = await(asked, answers.size(), most);
        left -= answer.map(one -> one.length).orElse(0);
        if (left < 0) {
          throw tooLarge(together);
        }
        answers.add(answer);
      }
      return answers;
    } finally {
      // Of those that came there is nothing to end.
      asked.subList(answers.size(), asked.size()).forEach(Asked::end);
    }
  }

  private Asked ask(String path, int most) throws IOException {
    long nanos = Math.min(answer.toNanos(), left());
    Asked asked = new Asked(place, path, most);
    asked.send(client, nanos);
    return asked;
  }

  private long left() throws IOException {
    long left = until - System.nanoTime();
    if (left <= 0) {
      throw late();
    }
    return left;
  }

  /** The answer to what was asked as the {@code at}th, which is asked again if that may help. */
  private Optional<byte[]> await(List<Asked> asked, int at, int most) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return asked.get(at).answer().get(left(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        throw late();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while `" + place.authority() + "` answers");
      } catch (ExecutionException e) {
        Throwable why = e.getCause() == null ? e : e.getCause();
        if (attempt == ATTEMPTS || !isBrokenOff(why)) {
          throw failed(why);
        }
        asked.set(at, ask(asked.get(at).path(), most));
      }
    }
  }

  /** True if a connection ended which may have done so before it was asked over it. */
  private static boolean isBrokenOff(Throwable why) {
    return why instanceof EOFException
        || why instanceof ClosedChannelException
        || (why instanceof SocketException && !(why instanceof java.net.ConnectException));
  }

  private IOException failed(Throwable why) {
    if (why instanceof SyncException refused) {
      throw refused;
    }
    if (why instanceof HttpResponseException) {
      Throwable bad = why.getCause() == null ? why : why.getCause();
      throw place.refused("no HTTP: " + bad.getMessage());
    }
    if (isBrokenOff(why)) {
      return new IOException("`" + place.authority() + "` broke off an answer", why);
    }
    if (why instanceof TimeoutException) {
      return late();
    }
    return new IOException("`" + place.authority() + "`: " + why, why);
  }

  private SyncException tooLarge(long together) {
    return new SyncException(
        ErrorCode.TOO_LARGE,
        "read answers of `%s`: more than %d bytes together".formatted(place.authority(), together),
        "");
  }

  private IOException late() {
    return new IOException(
        "`" + place.authority() + "` took more time than there is; it is gone on with later");
  }

  /** Ends what is under way; interrupted, it still ends it, and waits no longer. */
  @Override
  public void close() {
    // Not here: stopping that is interrupted leaves threads behind.
    Thread stopping = Thread.ofVirtual().name("dmg-web-stop").start(this::stop);
    try {
      boolean unused = stopping.join(STOP);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() {
    try {
      client.stop();
    } catch (Exception e) {
      LOG.warn("stop reading {}: {}", place.authority(), e.toString());
    }
  }
}
