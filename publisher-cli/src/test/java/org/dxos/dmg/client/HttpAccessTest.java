package org.dxos.dmg.client;

import static org.dxos.dmg.client.RawHttp.bytes;
import static org.dxos.dmg.client.RawHttp.request;
import static org.dxos.dmg.client.RawHttp.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.dxos.dmg.client.RawHttp.Answer;
import org.junit.jupiter.api.Test;

/** Who may ask, from where, and for what paths. */
class HttpAccessTest extends HttpScene {

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
}
