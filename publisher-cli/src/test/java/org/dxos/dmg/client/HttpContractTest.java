package org.dxos.dmg.client;

import static org.dxos.dmg.client.RawHttp.bytes;
import static org.dxos.dmg.client.RawHttp.request;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.RawHttp.Answer;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.manifest.Manifest;
import org.dxos.dmg.rdf.RdfDocuments;
import org.dxos.dmg.rdf.RdfText;
import org.dxos.dmg.rdf.RecordTriples;
import org.dxos.dmg.rdf.Triple;
import org.dxos.dmg.record.ModuleRecord;
import org.junit.jupiter.api.Test;

/** What is served, in which forms, and for how long it may be kept. */
class HttpContractTest extends HttpScene {

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
    assertEquals(39, paths.size());
    for (Map.Entry<String, Node> path : paths.entrySet()) {
      Set<String> listed = ((Node.Map) path.getValue()).entries().keySet();
      String real = path.getKey();
      for (Map.Entry<String, String> value : values.entrySet()) {
        real = real.replace(value.getKey(), value.getValue());
      }
      for (String method : methods) {
        if (real.endsWith("/events") && method.equals("GET")) {
          continue; // has no end; it is listened to elsewhere
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
    for (String path :
        List.of(
            "/v1/peers", "/v1/peers/invitations", "/v1/peers/events", "/v1/peers/12D3KooWnobody")) {
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
}
