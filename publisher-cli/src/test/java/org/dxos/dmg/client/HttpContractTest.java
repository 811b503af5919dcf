package org.dxos.dmg.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.dxos.dmg.api.Events;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.manifest.Manifest;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.rdf.RdfDocuments;
import org.dxos.dmg.rdf.RdfText;
import org.dxos.dmg.rdf.RecordTriples;
import org.dxos.dmg.rdf.Triple;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Federation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node over real sockets, byte by byte: a client library would tidy up what is tested here. */
class HttpContractTest {

  private static final String TOKEN = "a long random word";
  private static final String APP = "com.two/function/app";

  @TempDir static Path temp;

  private static LocalRegistry registry;
  private static Federation federation;
  private static HttpServer open;
  private static HttpServer guarded;
  private static Cid record;
  private static Cid release;

  @BeforeAll
  static void serve() throws IOException {
    World world =
        new World(
            () -> Instant.ofEpochSecond(1_800_000_000),
            new Random(12),
            Thread.ofPlatform().daemon().factory());
    registry = LocalRegistry.open(temp.resolve("home"), world);
    Publisher publisher =
        new Publisher(registry, new KeyRing(temp.resolve("home"), world.random()), world.clock());
    publisher.publish(module("lib", "org.one/module/lib", "1.0.0", "{}"));
    PreparedModule app = module("app", APP, "1.0.0", "{\"org.one/module/lib\": \"^1\"}");
    publisher.publish(app);
    publisher.publish(
        module("stuck", "com.two/function/stuck", "1.0.0", "{\"org.one/module/lib\": \"^9\"}"));
    record = app.recordCid();
    release = registry.resolve(APP).release();
    registry.follow();
    JournalEvents events = new JournalEvents(registry.store(), registry.registrar());
    federation = registry.federate(List.of("/ip4/127.0.0.1/tcp/0"));
    open =
        HttpServer.start(
            new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of("node.example")),
            registry,
            events,
            Optional.of(federation));
    guarded =
        HttpServer.start(
            new HttpServer.Config("127.0.0.1", 0, Optional.of(TOKEN), Set.of()), registry, events);
  }

  @AfterAll
  static void close() {
    open.close();
    guarded.close();
    federation.close();
    registry.close();
  }

  private static PreparedModule module(
      String folder, String name, String version, String dependencies) throws IOException {
    Path path = Files.createDirectories(temp.resolve(folder + version));
    Files.writeString(path.resolve("index.js"), "export const of = '" + name + version + "';\n");
    Files.writeString(
        path.resolve("dmg.json"),
        """
        {"name": "%s", "version": "%s", "dependencies": %s, "description": "About mail.",
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name, version, dependencies));
    return PreparedModule.read(path, Optional.empty(), Optional.empty());
  }

  private record Answer(int status, Map<String, String> headers, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    Map<String, Node> json() {
      return ((Node.Map) Json.parse(body)).entries();
    }

    String field(String name) {
      return json().get(name) instanceof Node.Text text ? text.value() : "" + json().get(name);
    }

    Answer problem(int status, String code) {
      assertEquals(status, this.status, this::text);
      assertEquals("application/problem+json", headers.get("content-type"));
      assertEquals(code, field("code"), this::text);
      assertEquals(new Node.Int(status), json().get("status"));
      assertFalse(field("title").isEmpty() || field("detail").isEmpty());
      return this;
    }
  }

  private static Answer send(HttpServer server, byte[] request) throws IOException {
    URI url = URI.create(server.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      try {
        out.write(request);
        out.flush();
      } catch (IOException e) {
        // A server that refuses a body does not wait for all of it; what it answered can be read.
      }
      return read(socket.getInputStream(), request);
    }
  }

  private static Answer read(InputStream in, byte[] request) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int one = in.read();
      if (one < 0) {
        throw new IOException("closed after " + head);
      }
      head.write(one);
    }
    String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r\n");
    Map<String, String> headers = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    int status = Integer.parseInt(lines[0].split(" ")[1]);
    boolean bodiless =
        status == 304 || new String(request, StandardCharsets.ISO_8859_1).startsWith("HEAD ");
    byte[] body =
        bodiless
            ? new byte[0]
            : headers.containsKey("content-length")
                ? in.readNBytes(Integer.parseInt(headers.get("content-length")))
                : in.readAllBytes();
    return new Answer(status, headers, body);
  }

  private static Answer request(
      HttpServer server, String method, String path, byte[] body, String... headers)
      throws IOException {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    if (List.of(headers).stream().noneMatch(one -> one.startsWith("Host:"))) {
      head.append("Host: ").append(server.url().substring("http://".length())).append("\r\n");
    }
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    head.append("Connection: close\r\n");
    if (body.length > 0 || method.equals("POST") || method.equals("PUT")) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    all.write(body);
    return send(server, all.toByteArray());
  }

  private static Answer get(String path, String... headers) throws IOException {
    return request(open, "GET", path, new byte[0], headers);
  }

  private static Answer post(String path, byte[] body, String... headers) throws IOException {
    return request(open, "POST", path, body, headers);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  // ---- what is served ----

  @Test
  void readingRoutesAnswerWithTheirShape() throws IOException {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    fields.put("/v1/resolve/" + APP, List.of("name", "version", "record", "release"));
    fields.put("/v1/closure/" + APP, List.of("cid", "closure", "evidence"));
    fields.put("/v1/closure/" + APP + "@%5E1?target=nodejs", List.of("cid", "closure", "evidence"));
    fields.put("/v1/modules/" + APP, List.of("name", "versions", "tags"));
    fields.put("/v1/authorities/com.two", List.of("name"));
    fields.put("/v1/search?q=mail", List.of("query", "hits"));
    fields.put("/v1/node", List.of("version", "root"));
    fields.put("/v1/status", List.of("version", "root", "authorities", "projection"));
    fields.put("/sparql?query=ASK%20%7B%7D", List.of("head", "boolean"));
    fields.put("/openapi.json", List.of("openapi", "info", "paths"));
    for (Map.Entry<String, List<String>> one : fields.entrySet()) {
      Answer answer = get(one.getKey());
      assertEquals(200, answer.status(), one.getKey() + answer.text());
      assertTrue(answer.headers().get("content-type").endsWith("json"), one.getKey());
      assertEquals("nosniff", answer.headers().get("x-content-type-options"));
      assertTrue(
          answer.json().keySet().containsAll(one.getValue()),
          one.getKey() + " has " + answer.json().keySet());
      if (!one.getKey().startsWith("/sparql")) {
        Answer head = request(open, "HEAD", one.getKey(), new byte[0]);
        assertEquals(200, head.status(), one.getKey());
        assertEquals(answer.headers().get("content-length"), head.headers().get("content-length"));
      }
    }
    assertEquals("ok\n", get("/healthz").text());
    assertEquals("ok\n", get("/readyz").text());
    assertTrue(get("/").text().contains("DMG node"));
    String metrics = get("/metrics").text();
    assertTrue(metrics.contains("\ndmg_journal_position 5\n"), metrics);
    assertTrue(metrics.contains("\ndmg_authorities 2\n"), metrics);
    assertTrue(metrics.contains("\ndmg_projection_behind 0\n"), metrics);
    assertTrue(
        metrics
            .lines()
            .allMatch(line -> line.startsWith("#") || line.matches("[a-z_]+(\\{[^}]*})? [0-9]+")),
        metrics);
  }

  @Test
  void openApiListsExactlyWhatIsServed() throws IOException {
    Map<String, Node> paths = ((Node.Map) get("/openapi.json").json().get("paths")).entries();
    List<String> methods = List.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH");
    Map<String, String> values =
        Map.of(
            "{dxn}",
            APP,
            "{name}",
            APP,
            "{authority}",
            "com.two",
            "{cid}",
            record.toString(),
            "{peer}",
            "12D3KooWnobody",
            "{space}",
            "team",
            "{job}",
            "0");
    assertEquals(38, paths.size());
    for (Map.Entry<String, Node> path : paths.entrySet()) {
      Set<String> listed = ((Node.Map) path.getValue()).entries().keySet();
      String real = path.getKey();
      for (Map.Entry<String, String> value : values.entrySet()) {
        real = real.replace(value.getKey(), value.getValue());
      }
      for (String method : methods) {
        if (real.equals("/v1/events") && method.equals("GET")) {
          continue; // has no end; it is listened to below
        }
        Answer answer = request(open, method, real, new byte[0]);
        if (real.startsWith("/v1/spaces")) {
          assertEquals(404, answer.status(), real); // for who runs the node alone
          continue;
        }
        boolean served = answer.status() != 405 && answer.status() != 501;
        assertEquals(
            listed.contains(method.toLowerCase(Locale.ROOT)),
            served,
            method + " " + real + " " + answer.status());
        if (answer.status() == 405 && !method.equals("HEAD")) {
          answer.problem(405, "USAGE");
          assertFalse(answer.headers().get("allow").isEmpty());
        }
        assertTrue(answer.status() < 500, method + " " + real + " " + answer.text());
      }
    }
  }

  @Test
  void linksAreTheOperatorsAlone() throws IOException {
    for (String path : List.of("/v1/peers", "/v1/peers/invitations", "/v1/peers/12D3KooWnobody")) {
      for (String method : List.of("GET", "POST", "PUT", "DELETE")) {
        request(guarded, method, path, new byte[0]).problem(403, "TOKEN");
      }
    }
    assertTrue(get("/v1/peers").text().contains(federation.peerId()));
    request(open, "POST", "/v1/peers", bytes("{}")).problem(400, "USAGE");
    request(open, "POST", "/v1/peers/invitations", bytes("{}")).problem(400, "USAGE");
    request(open, "DELETE", "/v1/peers/12D3KooWnobody", new byte[0]).problem(404, "NOT_FOUND");
    request(open, "PUT", "/v1/peers/12D3KooWnobody", bytes("{\"policy\": {\"follow\": true}}"))
        .problem(404, "NOT_FOUND");
  }

  @Test
  void whatWasIsToldAsOfARootAndRefusedOtherwise() throws IOException {
    String root = get("/v1/node").field("root");
    assertEquals(200, get("/v1/resolve/" + APP + "?at=" + root).status());
    assertEquals(200, get("/v1/modules/" + APP + "?at=" + root).status());
    assertEquals(200, get("/v1/closure/" + APP + "?at=" + root).status());
    get("/v1/resolve/" + APP + "?at=" + record).problem(404, "NOT_FOUND");
    get("/v1/resolve/"
            + APP
            + "?at="
            + "bafyreieqzhm6r3hjni6zoklavdvxsnsafp4hxzhc7wa7cmgxmu7hv6rwyu")
        .problem(404, "BLOCK_MISSING");
    get("/v1/resolve/" + APP + "?at=yesterday").problem(400, "CID_SYNTAX");
  }

  @Test
  void dependentsAndWaysAreAnsweredAndBounded() throws IOException {
    Answer why = get("/v1/why?from=" + APP + "&to=com.one/module/missing");
    why.problem(404, "NOT_FOUND");
    get("/v1/why?from=" + APP).problem(400, "USAGE");
    get("/v1/why?from=" + APP + "&to=" + APP + "&limit=x").problem(400, "USAGE");
    get("/v1/dependents/com.nobody/module/x").problem(404, "NOT_FOUND");
    get("/v1/dependents/" + APP + "?limit=x").problem(400, "USAGE");
    assertEquals(APP, get("/v1/dependents/" + APP).field("of"));
    Answer impact = get("/v1/dependents/" + APP + "?impact=true&limit=1");
    assertTrue(
        impact.json().get("withdrawn") instanceof Node.Map part && part.entries().size() == 2);
  }

  @Test
  void problemsHaveTheirStatusAndSayWhatToDo() throws IOException {
    Answer near = get("/v1/resolve/com.two/function/ap").problem(404, "NOT_FOUND");
    assertTrue(near.field("hint").contains(APP), near.text());
    assertTrue(near.json().get("near") instanceof Node.Array all && !all.items().isEmpty());
    get("/v1/resolve/" + APP + "@9.9.9").problem(404, "NO_VERSION");
    get("/v1/resolve/UPPER").problem(400, "NAME_SYNTAX");
    get("/v1/resolve/com.two/function/app@").problem(400, "NAME_SYNTAX");
    get("/v1/resolve/%ff%fe").problem(400, "USAGE");
    get("/v1/authorities/org.nobody").problem(404, "AUTHORITY_UNKNOWN");
    get("/v1/search?q=x&limit=many").problem(400, "USAGE");
    get("/v1/nothing").problem(404, "NOT_FOUND");
    Answer stuck = get("/v1/closure/com.two/function/stuck").problem(409, "UNSATISFIABLE");
    assertTrue(
        stuck.json().get("explanation") instanceof Node.Array facts && !facts.items().isEmpty());
    get("/ipfs/" + Cid.of(Cid.RAW, bytes("nobody has this"))).problem(404, "BLOCK_MISSING");
    get("/ipfs/nonsense").problem(400, "CID_SYNTAX");
    get("/ipfs/" + record + "?format=car").problem(501, "UNSUPPORTED");
    post("/v1/closure", bytes("{")).problem(400, "JSON_SYNTAX");
    post("/v1/closure", bytes("{\"roots\":[]}")).problem(400, "JSON_SYNTAX");
    post("/v1/closure", bytes(" ".repeat(300_000))).problem(413, "TOO_LARGE");
    post("/sparql", bytes("ASK {}"), "Content-Type: text/plain").problem(400, "SPARQL_SYNTAX");
    post("/sparql", bytes("DROP ALL"), "Content-Type: application/sparql-update")
        .problem(400, "SPARQL_FORBIDDEN");
    get("/sparql").problem(400, "SPARQL_SYNTAX");
    get("/sparql?default-graph-uri=urn:x&query=ASK%7B%7D").problem(400, "SPARQL_FORBIDDEN");
    get("/sparql?query=ASK%20%7B%20SERVICE%20%3Curn:x%3E%20%7B%7D%7D")
        .problem(400, "SPARQL_FORBIDDEN");
    get("/v1/events?since=-1").problem(400, "USAGE");
    get("/v1/events?since=99999999999").problem(400, "USAGE");
    get("/v1/events?since=18446744073709551615").problem(400, "USAGE");
  }

  // ---- forms and caches ----

  /** The triples of the record, in either spelling; the context is in the answer itself. */
  @Test
  void aReleaseIsToldInRdfToo() throws IOException {
    String path = "/v1/resolve/" + APP;
    ModuleRecord module = ModuleRecord.decode(registry.get(record).orElseThrow());
    List<Triple> triples = RecordTriples.of(record, module);
    Answer turtle = get(path, "Accept: text/turtle");
    assertEquals("text/turtle", turtle.headers().get("content-type"));
    assertEquals(RdfText.turtle(triples), turtle.text());
    Answer jsonLd = get(path, "Accept: application/ld+json");
    assertEquals("application/ld+json", jsonLd.headers().get("content-type"));
    assertArrayEquals(Json.canonical(RdfText.jsonLd(triples)), jsonLd.body());
    assertNotEquals(turtle.headers().get("etag"), jsonLd.headers().get("etag"));
  }

  @Test
  void whatTheWordsMeanIsServed() throws IOException {
    Map<String, byte[]> documents =
        Map.of(
            "dmg.schema.json", Manifest.jsonSchema(),
            "ontology.ttl", RdfDocuments.ontology(),
            "shapes.ttl", RdfDocuments.shapes(),
            "context.jsonld", RdfDocuments.context());
    for (Map.Entry<String, byte[]> document : documents.entrySet()) {
      Answer answer = get("/v1/schema/" + document.getKey());
      assertEquals(200, answer.status(), document.getKey());
      assertArrayEquals(document.getValue(), answer.body());
      String tag = answer.headers().get("etag");
      assertEquals(304, get("/v1/schema/" + document.getKey(), "If-None-Match: " + tag).status());
    }
    get("/v1/schema/other.ttl").problem(404, "NOT_FOUND");
  }

  @Test
  void acceptChoosesTheFormAndAnUnknownOneIs406() throws IOException {
    String path = "/v1/resolve/" + APP;
    byte[] block = registry.get(record).orElseThrow();
    Map<String, String> wanted = new LinkedHashMap<>();
    wanted.put("*/*", "application/json");
    wanted.put("application/*", "application/json");
    wanted.put("application/vnd.ipld.dag-cbor", "application/vnd.ipld.dag-cbor");
    wanted.put("application/vnd.ipld.dag-cbor, */*;q=0.1", "application/vnd.ipld.dag-cbor");
    wanted.put(
        "application/json;q=0.5, application/vnd.ipld.dag-json", "application/vnd.ipld.dag-json");
    wanted.put("text/html, */*;q=0.8", "application/json");
    wanted.put("application/json;q=0, */*", "application/vnd.ipld.dag-cbor");
    for (Map.Entry<String, String> one : wanted.entrySet()) {
      Answer answer = get(path, "Accept: " + one.getKey());
      assertEquals(200, answer.status(), one.getKey());
      assertEquals(one.getValue(), answer.headers().get("content-type"), one.getKey());
      assertEquals("Accept", answer.headers().get("vary"));
      if (one.getValue().endsWith("dag-cbor")) {
        assertArrayEquals(block, answer.body());
      }
      if (one.getValue().endsWith("dag-json")) {
        assertArrayEquals(Json.dagJson(DagCbor.decode(block)), answer.body());
      }
    }
    for (String no : List.of("text/html", "text/n3", "*/*;q=0", "application/json;q=x")) {
      get(path, "Accept: " + no).problem(406, "UNSUPPORTED");
    }
    assertEquals(200, get(path, "Accept: " + "a/b;q=0.1,".repeat(700) + "*/*").status());
  }

  @Test
  void etagsRevalidateAndWhatACidNamesIsImmutable() throws IOException {
    for (String path :
        List.of("/v1/resolve/" + APP, "/v1/modules/" + APP, "/v1/authorities/com.two")) {
      Answer first = get(path);
      String tag = first.headers().get("etag");
      assertEquals("no-cache", first.headers().get("cache-control"));
      for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
        Answer again = get(path, "If-None-Match: " + known);
        assertEquals(304, again.status(), known);
        assertEquals(tag, again.headers().get("etag"));
      }
      assertEquals(200, get(path, "If-None-Match: \"other\"").status());
    }
    String json = get("/v1/resolve/" + APP).headers().get("etag");
    Answer cbor = get("/v1/resolve/" + APP, "Accept: application/vnd.ipld.dag-cbor");
    assertFalse(json.equals(cbor.headers().get("etag")), "a tag is of one form");
    for (String path :
        List.of(
            "/v1/resolve/" + APP + "@" + record,
            "/v1/resolve/" + record,
            "/v1/resolve/" + release,
            "/ipfs/" + record)) {
      Answer answer = get(path);
      assertEquals(200, answer.status(), path + answer.text());
      assertEquals(
          "public, max-age=31536000, immutable", answer.headers().get("cache-control"), path);
      assertEquals(304, get(path, "If-None-Match: " + answer.headers().get("etag")).status(), path);
    }
    assertEquals(null, get("/v1/resolve/com.two/function/no").headers().get("etag"));
    Answer block = get("/ipfs/" + record);
    assertArrayEquals(registry.get(record).orElseThrow(), block.body());
    assertTrue(block.headers().get("content-disposition").startsWith("attachment"));
    assertTrue(block.headers().get("content-security-policy").startsWith("sandbox"));
  }

  // ---- who asks, from where ----

  @Test
  void foreignHostsAndOriginsAreRefused() throws IOException {
    String port = open.url().substring(open.url().lastIndexOf(':'));
    for (String host :
        List.of(
            "localhost", "LocalHost", "127.0.0.1", "[::1]", "node.example", "localhost" + port)) {
      assertEquals(200, get("/healthz", "Host: " + host).status(), host);
    }
    for (String host :
        List.of(
            "evil.example",
            "evil.example" + port,
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "0.0.0.0",
            "[::2]",
            "localhost@evil.example",
            "xlocalhost")) {
      Answer answer = get("/healthz", "Host: " + host);
      assertTrue(answer.status() == 403 || answer.status() == 400, host + " " + answer.status());
    }
    get("/v1/node", "Host: evil.example").problem(403, "HOST");
    String own = "Host: localhost" + port;
    assertEquals(200, get("/v1/node", own, "Origin: http://localhost" + port).status());
    for (String origin :
        List.of(
            "http://evil.example",
            "null",
            "http://localhost",
            "http://localhost" + port + ".evil.example",
            "file://",
            "http://127.0.0.1" + port)) {
      get("/v1/node", own, "Origin: " + origin).problem(403, "HOST");
      post("/v1/publish", bytes("x"), own, "Origin: " + origin).problem(403, "HOST");
    }
    // Without a Host an old client is served, a page is not.
    assertEquals(200, send(open, bytes("GET /healthz HTTP/1.0\r\n\r\n")).status());
    assertEquals(
        403,
        send(open, bytes("GET /healthz HTTP/1.0\r\nOrigin: http://evil.example\r\n\r\n")).status());
    assertEquals(400, send(open, bytes("GET /healthz HTTP/1.1\r\n\r\n")).status());
    assertEquals(
        400,
        send(open, bytes("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"))
            .status());
  }

  @Test
  void writesNeedTheTokenAndReadsDoNot() throws IOException {
    for (String path : List.of("/v1/publish", "/v1/statements", "/v1/authorities")) {
      for (String header :
          List.of(
              "X: y",
              "Authorization: Bearer wrong",
              "Authorization: Bearer ",
              "Authorization: " + TOKEN,
              "Authorization: Bearer " + TOKEN + "x",
              "Authorization: Basic " + TOKEN)) {
        request(guarded, "POST", path, bytes("x"), header).problem(403, "TOKEN");
      }
      request(guarded, "POST", path, bytes("x"), "Authorization: Bearer " + TOKEN)
          .problem(400, "CAR_SYNTAX");
    }
    request(guarded, "PUT", "/v1/blocks", bytes("x")).problem(403, "TOKEN");
    request(guarded, "POST", "/v1/blocks/missing", bytes("{\"cids\":[]}")).problem(403, "TOKEN");
    assertEquals(200, request(guarded, "GET", "/v1/node", new byte[0]).status());
  }

  @Test
  void confusedPathsAreRefusedAndReachNoFile() throws IOException {
    List<String> heads =
        List.of("/", "/v1/", "/v1/resolve/", "/v1/modules/", "/ipfs/", "/v1/authorities/");
    List<String> traps =
        List.of(
            "%2F%2F%2F%2F..%2F..%2F..%2Fetc%2Fpasswd",
            "..%2f..%2fetc/passwd",
            "../../etc/passwd",
            "./../../etc/passwd",
            "%2e%2e/%2e%2e/etc/passwd",
            "..;/etc/passwd",
            ";x=y/etc/passwd",
            "com.two;x/function/app",
            "/etc/passwd",
            "//etc//passwd",
            "a%00b",
            "%00",
            "com.two%2Ffunction%2Fapp",
            "com.two/function/app%00.json",
            "%252e%252e/%252e%252e/etc/passwd",
            "com.two%252Ffunction%252Fapp",
            "com.two/function/app/..",
            "com.two/./function/app",
            "..\\..\\etc\\passwd",
            "..%5c..%5cetc%5cpasswd",
            "%c0%ae%c0%ae/etc/passwd",
            "%u002e%u002e/etc",
            "com.two/function/app%",
            "com.two/function/app%2",
            "%zz",
            "com.two/function/app#x",
            "com.two/function/app%23x",
            "com.two/function/app%3Fx",
            "file:///etc/passwd",
            "com.two/function/app%0d%0aX:%20y",
            "com.two/function/app%20",
            "com.two/function/app/",
            "\u00e9");
    int tried = 0;
    for (String head : heads) {
      for (String trap : traps) {
        Answer answer = request(open, "GET", head + trap, new byte[0]);
        tried++;
        assertTrue(
            answer.status() == 400 || answer.status() == 404,
            head + trap + " " + answer.status() + " " + answer.text());
        assertEquals("application/problem+json", answer.headers().get("content-type"), head + trap);
        assertFalse(answer.text().contains("root:"), head + trap);
        assertFalse(answer.headers().containsKey("x"), head + trap);
      }
    }
    assertTrue(tried >= 190, "only " + tried);
  }

  @Test
  void headersBeyondTheirLimitAreRefused() throws IOException {
    get("/healthz", "X: " + "y".repeat(9_000)).problem(431, "TOO_LARGE");
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 2_000; i++) {
      many.append("X").append(i).append(": y\r\n");
    }
    get("/healthz", many.substring(0, many.length() - 2)).problem(431, "TOO_LARGE");
    Answer longPath = get("/v1/resolve/" + "a".repeat(9_000));
    assertTrue(longPath.status() == 414 || longPath.status() == 431, "" + longPath.status());
    String both =
        "POST /v1/closure HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assertEquals(400, send(open, bytes(both)).status());
    String badChunk =
        "POST /v1/closure HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n";
    assertEquals(400, send(open, bytes(badChunk)).status());
  }

  // ---- what is sent ----

  private static byte[] car(List<Cid> roots, Map<Cid, byte[]> blocks) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CarWriter writer = new CarWriter(out, roots);
    for (Map.Entry<Cid, byte[]> block : blocks.entrySet()) {
      writer.put(block.getKey(), block.getValue());
    }
    return out.toByteArray();
  }

  @Test
  void badCarsAreRefusedAndNothingOfThemIsKept() throws IOException {
    byte[] block = bytes("a block that nobody has");
    Cid cid = Cid.of(Cid.RAW, block);
    byte[] good = car(List.of(cid), Map.of(cid, block));
    Map<String, byte[]> bad = new LinkedHashMap<>();
    bad.put("nothing", new byte[0]);
    bad.put("garbage", bytes("this is no CAR at all"));
    bad.put("cut", java.util.Arrays.copyOf(good, good.length - 3));
    bad.put("cut header", java.util.Arrays.copyOf(good, 10));
    byte[] wrong = good.clone();
    wrong[wrong.length - 1] ^= 1;
    bad.put("wrong block", wrong);
    bad.put("two roots", car(List.of(cid, record), Map.of(cid, block)));
    bad.put("zeroes", new byte[1000]);
    bad.put("huge length", new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, 127});
    for (String path : List.of("/v1/publish", "/v1/statements", "/v1/authorities")) {
      for (Map.Entry<String, byte[]> one : bad.entrySet()) {
        Answer answer = post(path, one.getValue());
        assertTrue(
            answer.status() == 400 || answer.status() == 413 || answer.status() == 422,
            path + " " + one.getKey() + " " + answer.status() + answer.text());
        assertEquals("application/problem+json", answer.headers().get("content-type"));
      }
      Answer answer = post(path, good);
      assertTrue(answer.status() >= 400 && answer.status() < 500, path + answer.text());
    }
    assertEquals(Optional.empty(), registry.get(cid));
  }

  @Test
  void sameReleaseIsAddedOnceAndAnotherIsAConflictThatNamesTheStanding() throws IOException {
    Map<Cid, byte[]> blocks = new LinkedHashMap<>();
    org.dxos.dmg.trust.Envelope envelope =
        org.dxos.dmg.trust.Envelope.decode(registry.get(release).orElseThrow());
    blocks.put(release, registry.get(release).orElseThrow());
    blocks.put(envelope.body(), registry.get(envelope.body()).orElseThrow());
    Answer again = post("/v1/publish", car(List.of(release), blocks));
    assertEquals(200, again.status(), again.text());

    Path other = Files.createDirectories(temp.resolve("other"));
    Files.writeString(other.resolve("index.js"), "export const of = 'another';\n");
    Files.writeString(
        other.resolve("dmg.json"),
        "{\"name\": \""
            + APP
            + "\", \"version\": \"1.0.0\", \"runtimes\": [{\"runtime\": \"nodejs\", \"bundle\": \".\"}]}");
    PreparedModule module = PreparedModule.read(other, Optional.empty(), Optional.empty());
    org.dxos.dmg.api.AuthorityInfo owner = registry.authority("com.two").orElseThrow();
    org.dxos.dmg.trust.SigningKey key =
        new KeyRing(temp.resolve("home"), new Random(1)).owner("com.two").orElseThrow();
    org.dxos.dmg.trust.Statement statement =
        new org.dxos.dmg.trust.Statement(
            owner.genesis(),
            "function/app",
            owner.keyHead(),
            key.publicKey(),
            new org.dxos.dmg.trust.Statement.Release(
                "1.0.0", module.recordCid(), List.copyOf(module.record().carriedPaths()), Map.of()),
            Optional.empty(),
            Optional.empty(),
            1_800_000_000,
            Optional.empty());
    byte[] body = statement.encode();
    org.dxos.dmg.trust.Envelope signed =
        org.dxos.dmg.trust.Envelope.sign(statement.type(), body, List.of(key));
    Map<Cid, byte[]> sent = new LinkedHashMap<>();
    module.blocks().cids().forEach(cid -> sent.put(cid, module.get(cid).orElseThrow()));
    sent.put(signed.body(), body);
    Cid root = DagCbor.cid(signed.encode());
    sent.put(root, signed.encode());
    Answer conflict = post("/v1/publish", car(List.of(root), sent)).problem(409, "CONFLICT");
    assertEquals(release.toString(), conflict.field("standing"));
    assertEquals(release, registry.resolve(APP).release());
  }

  @Test
  void missingTakesAListOfStorableCidsOfBoundedLength() throws IOException {
    Cid absent = Cid.of(Cid.RAW, bytes("absent"));
    Answer answer =
        post(
            "/v1/blocks/missing",
            bytes("{\"cids\":[\"" + record + "\",\"" + absent + "\",\"" + absent + "\"]}"));
    assertEquals(200, answer.status(), answer.text());
    assertEquals(new Node.Array(List.of(Node.of(absent.toString()))), answer.json().get("missing"));
    for (String bad :
        List.of(
            "",
            "[]",
            "{}",
            "{\"cids\":1}",
            "{\"cids\":[1]}",
            "{\"cids\":[\"x\"]}",
            "{\"cids\":[\"bafkqaaa\"]}",
            "{\"cids\":[null]}")) {
      Answer refused = post("/v1/blocks/missing", bytes(bad));
      assertTrue(
          refused.status() == 400 || (refused.status() == 200 && bad.equals("{}")),
          bad + " " + refused.status() + refused.text());
    }
    post("/v1/blocks/missing", bytes("{\"cids\":[" + "\"x\",".repeat(70_000) + "\"x\"]}"))
        .problem(413, "TOO_LARGE");
    // A body that only says that it is large is not waited for.
    String claim =
        "POST /v1/publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n";
    assertEquals(413, send(open, bytes(claim)).status());
  }

  // ---- events ----

  private static List<String> listen(HttpServer server, String path, String header, int events)
      throws IOException {
    URI url = URI.create(server.url());
    List<String> lines = new ArrayList<>();
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(bytes("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n" + header + "\r\n"));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      int seen = 0;
      while (seen < events) {
        String line = in.readLine();
        if (line == null) {
          throw new IOException("closed after " + lines);
        }
        if (line.startsWith("data:") || line.startsWith("id:")) {
          lines.add(line);
          seen += line.startsWith("data:") ? 1 : 0;
        }
      }
      // An id belongs to the event before it; an empty line ends the event.
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        if (line.startsWith("id:")) {
          lines.add(line);
        }
      }
    }
    return lines;
  }

  @Test
  void eventsGoOnAfterTheLastIdWithoutLossOrRepeat() throws IOException {
    List<String> all = listen(open, "/v1/events?since=0", "", 5);
    assertEquals(10, all.size(), all.toString());
    for (int cut = 1; cut < 5; cut++) {
      String id = all.get(2 * cut - 1).substring("id: ".length());
      assertEquals(
          all.subList(2 * cut, 10),
          listen(open, "/v1/events", "Last-Event-ID: " + id + "\r\n", 5 - cut));
      assertEquals(all.subList(2 * cut, 10), listen(open, "/v1/events?since=" + id, "", 5 - cut));
    }
    List<String> ofOne = listen(open, "/v1/events?since=0&prefix=org.one/", "", 1);
    assertTrue(ofOne.getFirst().contains("\"name\":\"org.one/module/lib\""), ofOne.toString());
  }

  /** A head is one position and many events: a cut inside of it repeats it, and loses nothing. */
  @Test
  void cutInTheMiddleOfAHeadRepeatsTheHeadAndLosesNothing() throws IOException {
    List<Events.Event> all = new ArrayList<>();
    for (int position = 1; position <= 4; position++) {
      for (int i = 0; i < 3; i++) {
        String name = (i == 2 ? "org.b/" : "org.a/") + position + "." + i;
        all.add(new Events.Event(position, new MapBuilder().put("name", name).build()));
      }
    }
    Events events =
        new Events() {
          @Override
          public List<Event> after(long position, int limit) {
            return all.stream().filter(one -> one.position() > position).toList();
          }

          @Override
          public long end() {
            return 4;
          }

          @Override
          public void await(long position, long millis) throws InterruptedException {
            Thread.sleep(50);
          }
        };
    try (HttpServer server =
        HttpServer.start(
            new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of()), registry, events)) {
      for (String prefix : List.of("", "org.a/", "org.b/")) {
        List<String> wanted =
            all.stream()
                .map(one -> new String(Json.canonical(one.data()), StandardCharsets.UTF_8))
                .filter(one -> one.contains("\"" + prefix))
                .map(one -> "data: " + one)
                .toList();
        for (int cut = 1; cut < wanted.size(); cut++) {
          String path = "/v1/events?prefix=" + prefix;
          List<String> before = listen(server, path + "&since=0", "", cut);
          String id =
              before.stream()
                  .filter(line -> line.startsWith("id: "))
                  .reduce("0", (_, line) -> line.substring(4));
          List<String> seen = new ArrayList<>(before);
          int left =
              (int)
                  all.stream()
                      .filter(one -> one.position() > Long.parseLong(id))
                      .map(one -> new String(Json.canonical(one.data()), StandardCharsets.UTF_8))
                      .filter(one -> one.contains("\"" + prefix))
                      .count();
          if (left > 0) {
            seen.addAll(listen(server, path, "Last-Event-ID: " + id + "\r\n", left));
          }
          seen.removeIf(line -> line.startsWith("id:"));
          assertEquals(
              wanted.stream().sorted().toList(),
              seen.stream().distinct().sorted().toList(),
              prefix + cut);
        }
      }
    }
  }
}
