package org.dxos.dmg.node.http;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.dxos.dmg.api.Caller;
import org.dxos.dmg.api.Events;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.link.Federation;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Serves a registry at an address until it is closed. Each request runs on a virtual thread of its
 * own.
 */
public final class HttpServer implements AutoCloseable {

  /** Largest body that is read whole: requests in JSON, and queries. */
  static final int MAX_TEXT_BODY = 256 * 1024;

  /** Largest CAR of one request: what a publish or an upload sends at a time. */
  static final long MAX_CAR_BODY = 256L * 1024 * 1024;

  private static final int MAX_HEADER = 8 * 1024;
  private static final long IDLE_MILLIS = 30_000;

  private final Server server;
  private final ServerConnector connector;
  private final String host;

  /**
   * @param host the address to listen on; names of it are accepted as Host
   * @param port 0 for any that is free
   * @param token what writes have to present; needed beyond loopback
   * @param allowedHosts further names under which the node is reached, without port
   * @param patienceMillis how long long work is waited for before it is answered with a job
   * @param own what commands of the home itself present: it opens what is held and not public;
   *     without it and {@code token} nobody is shown a space
   * @param mirror whether nothing that anybody hands in is taken
   */
  public record Config(
      String host,
      int port,
      Optional<String> token,
      Set<String> allowedHosts,
      long patienceMillis,
      Optional<String> own,
      boolean mirror) {
    public Config {
      allowedHosts = Set.copyOf(allowedHosts);
    }

    public Config(
        String host,
        int port,
        Optional<String> token,
        Set<String> allowedHosts,
        long patienceMillis) {
      this(host, port, token, allowedHosts, patienceMillis, Optional.empty(), false);
    }

    public Config(String host, int port, Optional<String> token, Set<String> allowedHosts) {
      this(host, port, token, allowedHosts, Jobs.PATIENCE_MILLIS);
    }

    /** The same, with what commands of the home present. */
    public Config withOwn(String secret) {
      return new Config(
          host, port, token, allowedHosts, patienceMillis, Optional.of(secret), mirror);
    }

    /** The same, of a node that takes nothing which anybody hands in. */
    public Config ofMirror() {
      return new Config(host, port, token, allowedHosts, patienceMillis, own, true);
    }
  }

  private HttpServer(Server server, ServerConnector connector, String host) {
    this.server = server;
    this.connector = connector;
    this.host = host;
  }

  /** Binds and serves a registry that has no links with other nodes. */
  public static HttpServer start(Config config, Registry registry, Events events) {
    return start(config, registry, events, Optional.empty());
  }

  /**
   * Binds and serves.
   *
   * @param federation links with other nodes, if the node has any
   * @throws NodeException if the port is in use, or the address is open to others and no token is
   *     set
   */
  public static HttpServer start(
      Config config, Registry registry, Events events, Optional<Federation> federation) {
    boolean loopback = isLoopback(config.host());
    if (!loopback && config.token().isEmpty()) {
      throw new NodeException(
          ErrorCode.USAGE,
          "listen on `"
              + config.host()
              + "`: others can reach this address, and no write token is set",
          "give --token-file, or listen on 127.0.0.1");
    }
    QueuedThreadPool pool = new QueuedThreadPool(16);
    pool.setName("http");
    pool.setVirtualThreadsExecutor(
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory()));
    Server server = new Server(pool);
    HttpConfiguration http = new HttpConfiguration();
    http.setRequestHeaderSize(MAX_HEADER);
    http.setSendServerVersion(false);
    http.setUriCompliance(UriCompliance.DEFAULT);
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(config.host());
    connector.setPort(config.port());
    connector.setIdleTimeout(IDLE_MILLIS);
    server.addConnector(connector);
    server.setErrorHandler(HttpServer::refused);
    server.setHandler(new Front(config, loopback, registry, events, federation));
    try {
      server.start();
    } catch (Exception e) {
      stop(server);
      throw failed(config, e);
    }
    return new HttpServer(server, connector, config.host());
  }

  /** What the server refuses before it reaches a handler: bad paths, bad headers. */
  private static boolean refused(Request request, Response response, Callback callback) {
    int status = Math.max(400, response.getStatus());
    Problems.send(
        new Exchange(request, response, callback),
        status,
        Problems.code(status),
        "read request: " + HttpStatus.getMessage(status).toLowerCase(Locale.ROOT),
        "write the path as it is, with what is not allowed in a URI percent-encoded once");
    return true;
  }

  /** Where it can be reached, without a slash at the end. */
  public String url() {
    String shown = isEverywhere(host) ? "127.0.0.1" : host;
    return "http://"
        + (shown.contains(":") ? "[" + shown + "]" : shown)
        + ":"
        + connector.getLocalPort();
  }

  @Override
  public void close() {
    stop(server);
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception e) {
      throw new NodeException(ErrorCode.INTERNAL, "stop the HTTP server: " + e, "");
    }
  }

  private static NodeException failed(Config config, Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return new NodeException(
            ErrorCode.ADDRESS_IN_USE,
            "listen on `" + config.host() + ":" + config.port() + "`: the port is in use",
            "stop what uses it, or choose another with --port (0 takes any free one)");
      }
    }
    return new NodeException(ErrorCode.INTERNAL, "start the HTTP server: " + e, "");
  }

  private static boolean isEverywhere(String host) {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new NodeException(
          ErrorCode.USAGE,
          "listen on `" + host + "`: no such address",
          "give an address of this machine");
    }
  }

  /** Checks who asks from where, then hands the request to the handler of its path. */
  private static final class Front extends Handler.Abstract {
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    /** No name can be bound anew to what is an address already. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.]+]");

    private final Config config;
    private final boolean loopback;
    private final Metrics metrics = new Metrics();
    private final boolean everywhere;
    private final List<Resource> resources;

    private Front(
        Config config,
        boolean loopback,
        Registry registry,
        Events events,
        Optional<Federation> federation) {
      this.config = config;
      this.loopback = loopback;
      this.everywhere = isEverywhere(config.host());
      this.resources =
          List.of(
              new ReadResource(registry),
              new GraphResource(registry),
              new VocabularyResource(),
              new WriteResource(registry, config.mirror()),
              new GatewayResource(registry),
              new SparqlResource(registry),
              new EventsResource(events),
              new PeersResource(federation),
              new SpacesResource(registry.spaces(), config.mirror()),
              new UpkeepResource(registry, new Jobs(config.patienceMillis())),
              new OperationsResource(registry, metrics));
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      Exchange exchange = new Exchange(request, response, callback);
      Request.addCompletionListener(request, _ -> metrics.answered(response.getStatus()));
      try {
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        if (!hostAllowed(exchange)) {
          Problems.send(
              exchange,
              403,
              ErrorCode.HOST,
              "answer `" + exchange.rawPath() + "`: Host or Origin is not one of this node's names",
              "start the node with `--allow-host` and the name");
        } else if (SpacesResource.isOfSpaces(exchange.rawPath()) && !isOperator(exchange)) {
          Problems.send(
              exchange,
              404,
              ErrorCode.NOT_FOUND,
              exchange.method() + " `" + exchange.rawPath() + "`: there is nothing here",
              "see /openapi.json");
        } else if (isWrite(exchange) && !tokenFits(exchange)) {
          Problems.send(
              exchange,
              403,
              ErrorCode.TOKEN,
              "write to `" + exchange.rawPath() + "`: the bearer token is missing or wrong",
              "set DMG_TOKEN to the token of the node");
        } else {
          boolean stranger = !isOperator(exchange);
          boolean unused =
              Caller.as(
                  stranger,
                  () -> {
                    dispatch(exchange);
                    return true;
                  });
        }
      } catch (IOException | RuntimeException e) {
        Problems.send(exchange, e);
      }
      return true;
    }

    private void dispatch(Exchange exchange) throws IOException {
      Optional<Routes.Route> route = Routes.of(exchange.rawPath());
      String asked = exchange.method() + " `" + exchange.rawPath() + "`";
      if (route.isEmpty()) {
        Problems.send(
            exchange,
            404,
            ErrorCode.NOT_FOUND,
            asked + ": there is nothing here",
            "see /openapi.json");
      } else if (!methods(exchange.rawPath()).contains(exchange.method())) {
        String allowed = String.join(", ", methods(exchange.rawPath()));
        exchange.headers().put(HttpHeader.ALLOW, allowed);
        Problems.send(
            exchange, 405, ErrorCode.USAGE, asked + ": no such method here", "use " + allowed);
      } else {
        for (Resource resource : resources) {
          if (resource.serves(exchange)) {
            resource.handle(exchange);
            return;
          }
        }
        throw new IllegalStateException("no resource serves " + asked);
      }
    }

    private static List<String> methods(String rawPath) {
      return Routes.of(rawPath).map(Routes.Route::methods).orElse(List.of());
    }

    private static boolean isWrite(Exchange exchange) {
      String path = exchange.rawPath();
      return PeersResource.isOperators(path)
          || UpkeepResource.isOperators(path)
          || path.equals("/v1/publish")
          || path.equals("/v1/authorities")
          || path.equals("/v1/statements")
          || path.equals("/v1/blocks/missing") // what is held and not public, to who may add to it
          || path.equals("/v1/node/head-key")
          || path.equals("/v1/node/renew")
          || (path.equals("/v1/blocks") && exchange.method().equals("PUT"));
    }

    private boolean tokenFits(Exchange exchange) {
      return config.token().isEmpty() || isOperator(exchange);
    }

    /** Only who can read the home's own files, or was told its token, is shown what is private. */
    private boolean isOperator(Exchange exchange) {
      return presents(exchange, config.token()) || presents(exchange, config.own());
    }

    private static boolean presents(Exchange exchange, Optional<String> secret) {
      if (secret.isEmpty()) {
        return false;
      }
      byte[] wanted = ("Bearer " + secret.get()).getBytes(StandardCharsets.UTF_8);
      byte[] found =
          exchange.header(HttpHeader.AUTHORIZATION).orElse("").getBytes(StandardCharsets.UTF_8);
      return MessageDigest.isEqual(wanted, found);
    }

    /** A page of another site names its own host in Origin, or (rebinding) in Host. */
    private boolean hostAllowed(Exchange exchange) {
      Optional<String> host =
          exchange.header(HttpHeader.HOST).map(name -> name.toLowerCase(Locale.ROOT));
      if (host.isPresent() && !nameAllowed(withoutPort(host.get()))) {
        return false;
      }
      Optional<String> origin = exchange.header(HttpHeader.ORIGIN);
      return origin.isEmpty()
          || (host.isPresent()
              && (origin.get().equals("http://" + host.get())
                  || origin.get().equals("https://" + host.get())));
    }

    private boolean nameAllowed(String name) {
      return ((loopback || everywhere) && LOOPBACK_NAMES.contains(name))
          || (everywhere && ADDRESS.matcher(name).matches())
          || name.equals(config.host())
          || name.equals("[" + config.host() + "]")
          || config.allowedHosts().contains(name);
    }

    private static String withoutPort(String host) {
      int colon = host.lastIndexOf(':');
      return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }
  }
}
