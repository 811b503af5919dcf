package org.dxos.dmg.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Dependents;
import org.dxos.dmg.api.ModuleInfo;
import org.dxos.dmg.api.NodeInfo;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.QueryAnswer;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.api.SearchHit;
import org.dxos.dmg.api.SolvedClosure;
import org.dxos.dmg.api.Spaces;
import org.dxos.dmg.api.Why;
import org.dxos.dmg.api.Withdrawal;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;

/**
 * A registry behind a URL. {@code HttpURLConnection} rather than the newer client: it starts a
 * command 400 ms sooner.
 */
final class HttpRegistry implements Registry {

  private static final int CONNECT_MILLIS = 5_000;
  private static final int READ_MILLIS = 60_000;

  /** Each is a connection. */
  private static final int PUBLISHES_AT_ONCE = 16;

  /** Largest answer that is not a block: a lock of many modules, or the rows of a query. */
  private static final int MAX_ANSWER = 64 * 1024 * 1024;

  /** Below this the blocks are sent unasked: the question costs a round trip, and they are few. */
  private static final int ASK_FROM_BLOCKS = 8;

  /** Of fewer and smaller blocks than this it is not asked first which are missing. */
  private static final long ASK_FROM_BYTES = 1L << 20;

  /** What one request carries of an authority: more is sent in several. */
  private static final int CARRIED_ITEMS = 500;

  private static final long CARRIED_BYTES = 32L << 20;

  private final String url;
  private final Optional<String> token;
  private final Optional<Cid> space;

  /**
   * @param url without a slash at the end
   * @param token for writes
   */
  HttpRegistry(String url, Optional<String> token) {
    this(url, token, Optional.empty());
  }

  /**
   * @param space of which it is; its URL is below that of the node
   */
  HttpRegistry(String url, Optional<String> token, Optional<Cid> space) {
    this.url = url;
    this.token = token;
    this.space = space;
  }

  @Override
  public Optional<Cid> space() {
    return space;
  }

  @Override
  public Spaces spaces() {
    return new RemoteSpaces(this);
  }

  /** The registry of a space of this node. */
  HttpRegistry in(Cid id) {
    return new HttpRegistry(url + "/v1/spaces/" + id, token, Optional.of(id));
  }

  /** Hands in entries of a space's log. */
  Node sendSpace(List<Cid> blocks, List<Cid> envelopes, BlockSource offered, String query) {
    return json(sendCar("/v1/spaces" + query, blocks, envelopes, offered));
  }

  @Override
  public String place() {
    return url;
  }

  @Override
  public NodeInfo node() {
    return NodeInfo.fromNode(json(get("/v1/node")));
  }

  @Override
  public ReleaseInfo resolve(String dxn, Optional<Cid> at) {
    return ReleaseInfo.fromNode(json(get("/v1/resolve/" + path(dxn) + at(at))));
  }

  @Override
  public ModuleInfo module(String name, Optional<Cid> at) {
    return ModuleInfo.fromNode(json(get("/v1/modules/" + path(name) + at(at))));
  }

  private static String at(Optional<Cid> at) {
    return at.map(one -> "?at=" + one).orElse("");
  }

  @Override
  public Lock closure(ClosureRequest request) {
    return Lock.parse(
        post(
                "/v1/closure",
                "application/json",
                Json.canonical(request.toNode()),
                "application/json")
            .body());
  }

  @Override
  public SolvedClosure explain(ClosureRequest request) {
    Fields fields =
        Fields.of(
            "answer",
            ErrorCode.JSON_SYNTAX,
            Json.parse(
                post(
                        "/v1/closure?explain=true",
                        "application/json",
                        Json.canonical(request.toNode()),
                        "application/json")
                    .body()));
    Lock lock = Lock.parse(Json.canonical(fields.node("lock")));
    List<String> why =
        fields.list("why", node -> node instanceof Node.Text text ? text.value() : "");
    fields.end();
    return new SolvedClosure(lock, why);
  }

  @Override
  public Why why(String from, String to, int limit) {
    return Why.fromNode(
        json(get("/v1/why?from=" + encode(from) + "&to=" + encode(to) + "&limit=" + limit)));
  }

  @Override
  public Dependents dependents(String of, boolean direct, int limit) {
    return Dependents.fromNode(
        json(get("/v1/dependents/" + path(of) + "?direct=" + direct + "&limit=" + limit)));
  }

  @Override
  public Withdrawal withdrawal(String of, int limit) {
    return Withdrawal.fromNode(
        json(get("/v1/dependents/" + path(of) + "?impact=true&limit=" + limit)));
  }

  @Override
  public List<SearchHit> search(String words, int limit) {
    Fields fields =
        Fields.of(
            "answer",
            ErrorCode.JSON_SYNTAX,
            json(get("/v1/search?limit=" + limit + "&q=" + encode(words))));
    return fields.node("hits") instanceof Node.Array hits
        ? hits.items().stream().map(SearchHit::fromNode).toList()
        : List.of();
  }

  @Override
  public QueryAnswer sparql(String query, String accept) {
    Answer answer =
        post("/sparql", "application/sparql-query", query.getBytes(StandardCharsets.UTF_8), accept);
    return new QueryAnswer(answer.mediaType(), answer.body());
  }

  @Override
  public Optional<AuthorityInfo> authority(String name) {
    try {
      return Optional.of(AuthorityInfo.fromNode(json(get("/v1/authorities/" + path(name)))));
    } catch (RemoteException e) {
      if (e.code() == ErrorCode.AUTHORITY_UNKNOWN) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public AuthorityInfo claim(Cid envelope, BlockSource offered) {
    Cid body = org.dxos.dmg.trust.Envelope.decode(block(offered, envelope)).body();
    return AuthorityInfo.fromNode(
        json(sendCar("/v1/authorities", List.of(body, envelope), List.of(envelope), offered)));
  }

  @Override
  public AuthorityInfo learn(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    Optional<AuthorityInfo> info = Optional.empty();
    int next = 0;
    while (next < envelopes.size()) {
      List<Cid> some = new ArrayList<>();
      Set<Cid> blocks = new LinkedHashSet<>();
      long[] bytes = {0};
      while (next < envelopes.size() && some.size() < CARRIED_ITEMS && bytes[0] < CARRIED_BYTES) {
        org.dxos.dmg.admission.Carried.eachBlock(
            envelopes.get(next),
            offered,
            cid -> {
              if (blocks.add(cid)) {
                bytes[0] += block(offered, cid).length;
              }
            });
        some.add(envelopes.get(next++));
      }
      info =
          Optional.of(
              AuthorityInfo.fromNode(
                  json(sendCar("/v1/authorities", List.copyOf(blocks), some, offered))));
    }
    return info.orElseThrow(() -> new IllegalArgumentException("nothing to learn"));
  }

  @Override
  public NodeInfo freshHeadKey() {
    return NodeInfo.fromNode(
        json(post("/v1/node/head-key", "application/json", new byte[0], "application/json")));
  }

  @Override
  public AuthorityInfo renew(Cid genesis) {
    return AuthorityInfo.fromNode(
        json(
            post(
                "/v1/node/renew",
                "application/json",
                Json.canonical(new MapBuilder().put("authority", genesis.toString()).build()),
                "application/json")));
  }

  @Override
  public PublishReceipt publish(Cid envelope, BlockSource offered) {
    Signed<Statement> statement = Signed.read(offered, envelope, Statement.class);
    Set<Cid> needed = new LinkedHashSet<>();
    addRecord(statement.body(), offered, needed);
    if (statement.body().op() instanceof Statement.Promote promote) {
      for (Cid listed : promote.statements()) {
        Signed<Statement> one = Signed.read(offered, listed, Statement.class);
        addRecord(one.body(), offered, needed);
        needed.add(one.envelope().body());
        needed.add(listed);
      }
    }
    Set<Cid> sent = new LinkedHashSet<>(needed);
    if (needed.size() > ASK_FROM_BLOCKS || bytes(needed, offered) > ASK_FROM_BYTES) {
      sent.retainAll(missing(needed));
    }
    sent.add(statement.envelope().body());
    sent.add(envelope);
    return PublishReceipt.fromNode(
        json(sendCar("/v1/publish", List.copyOf(sent), List.of(envelope), offered)));
  }

  private static void addRecord(Statement statement, BlockSource offered, Set<Cid> needed) {
    if (statement.op() instanceof Statement.Release release) {
      ReleaseRules.eachBlock(release.module(), offered, needed::add);
    }
  }

  private static long bytes(Collection<Cid> cids, BlockSource offered) {
    return cids.stream().mapToLong(cid -> block(offered, cid).length).sum();
  }

  @Override
  public void keep(Collection<Cid> cids, BlockSource offered) {
    sendCar("PUT", "/v1/blocks", cids, List.of(), offered);
  }

  @Override
  public int publishesAtOnce() {
    return PUBLISHES_AT_ONCE;
  }

  @Override
  public Set<Cid> missing(Collection<Cid> cids) {
    Set<Cid> missing = new LinkedHashSet<>();
    List<Cid> all = List.copyOf(cids);
    int batch = 1000;
    for (int from = 0; from < all.size(); from += batch) {
      List<Cid> some = all.subList(from, Math.min(from + batch, all.size()));
      byte[] body =
          Json.canonical(
              new MapBuilder().put("cids", some, cid -> Node.of(cid.toString())).build());
      Node answer =
          Json.parse(
              post("/v1/blocks/missing", "application/json", body, "application/json").body());
      Fields fields = Fields.of("answer", ErrorCode.JSON_SYNTAX, answer);
      if (fields.node("missing") instanceof Node.Array array) {
        array
            .items()
            .forEach(
                item -> missing.add(Cid.parse(item instanceof Node.Text text ? text.value() : "")));
      }
    }
    return missing;
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    Answer answer;
    try {
      answer =
          call(
              "GET",
              "/ipfs/" + cid + "?format=raw",
              headers("application/vnd.ipld.raw"),
              new byte[0],
              BlockStore.MAX_BLOCK_BYTES);
    } catch (RemoteException e) {
      if (e.code() == ErrorCode.BLOCK_MISSING) {
        return Optional.empty();
      }
      throw e;
    }
    if (!cid.matches(answer.body())) {
      throw new RemoteException(
          ErrorCode.BLOCK_CORRUPT,
          "read block `" + cid + "` from " + url + ": the bytes do not hash to it",
          "do not trust this node; use another");
    }
    return Optional.of(answer.body());
  }

  @Override
  public Node.Map status() {
    return json(get("/v1/status")) instanceof Node.Map map ? map : Node.Map.EMPTY;
  }

  @Override
  public void close() {
    // connections are the JDK's, and kept for the next call
  }

  /** Asks for JSON, or sends it. */
  Node asked(String method, String path, Optional<Node> body) {
    return json(
        call(
            method,
            path,
            headers("application/json", "application/json"),
            body.map(Json::canonical).orElse(new byte[0]),
            MAX_ANSWER));
  }

  // ---- the wire ----

  private record Answer(String mediaType, byte[] body) {}

  private Answer get(String path) {
    return call("GET", path, headers("application/json"), new byte[0], MAX_ANSWER);
  }

  private Answer post(String path, String type, byte[] body, String accept) {
    return call("POST", path, headers(type, accept), body, MAX_ANSWER);
  }

  private Answer sendCar(String path, List<Cid> cids, List<Cid> roots, BlockSource offered) {
    return sendCar("POST", path, cids, roots, offered);
  }

  private Answer sendCar(
      String method, String path, Collection<Cid> cids, List<Cid> roots, BlockSource offered) {
    java.io.ByteArrayOutputStream car = new java.io.ByteArrayOutputStream();
    try {
      CarWriter writer = new CarWriter(car, roots);
      for (Cid cid : cids) {
        writer.put(cid, block(offered, cid));
      }
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    }
    return call(
        method,
        path,
        headers("application/vnd.ipld.car", "application/json"),
        car.toByteArray(),
        MAX_ANSWER);
  }

  private static byte[] block(BlockSource offered, Cid cid) {
    return offered
        .get(cid)
        .orElseThrow(() -> new IllegalStateException("block " + cid + " was not made"));
  }

  private Map<String, String> headers(String type, String accept) {
    Map<String, String> headers = headers(accept);
    headers.put("Content-Type", type);
    return headers;
  }

  private Map<String, String> headers(String accept) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", accept);
    return headers;
  }

  private Answer call(
      String method, String path, Map<String, String> headers, byte[] body, int limit) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(url + path).toURL().openConnection();
      connection.setConnectTimeout(CONNECT_MILLIS);
      connection.setReadTimeout(READ_MILLIS);
      connection.setInstanceFollowRedirects(false);
      connection.setRequestMethod(method);
      token.ifPresent(one -> connection.setRequestProperty("Authorization", "Bearer " + one));
      headers.forEach(connection::setRequestProperty);
      if (!method.equals("GET") && !method.equals("DELETE")) {
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(body.length);
        try (OutputStream out = connection.getOutputStream()) {
          out.write(body);
        }
      }
      int status = connection.getResponseCode();
      byte[] answer =
          read(
              status >= 400 ? connection.getErrorStream() : connection.getInputStream(),
              limit,
              path);
      if (status >= 400) {
        throw RemoteException.of(url + path, status, answer);
      }
      return new Answer(Optional.ofNullable(connection.getContentType()).orElse(""), answer);
    } catch (IOException e) {
      throw new RemoteException(
          ErrorCode.UNREACHABLE,
          method + " `" + url + path + "`: " + why(e),
          "check that the node runs and that the URL is right");
    }
  }

  private static String why(IOException e) {
    return switch (e) {
      case ConnectException _ -> "no connection";
      case UnknownHostException _ -> "no such host";
      case SocketTimeoutException _ -> "no answer in time";
      default -> e.toString();
    };
  }

  private byte[] read(@org.jspecify.annotations.Nullable InputStream stream, int limit, String path)
      throws IOException {
    if (stream == null) {
      return new byte[0];
    }
    try (InputStream in = stream) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new RemoteException(
            ErrorCode.SIZE_EXCEEDED, "read " + url + path + ": more than " + limit + " bytes", "");
      }
      return bytes;
    }
  }

  private static Node json(Answer answer) {
    return Json.parse(answer.body());
  }

  /** A name as part of a path: slashes stay, what a URI may not have is encoded. */
  private static String path(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      parts.add(encode(part));
    }
    return String.join("/", parts);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
