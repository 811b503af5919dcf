package org.dxos.dmg.client;

import static org.dxos.dmg.client.RawHttp.bytes;
import static org.dxos.dmg.client.RawHttp.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dxos.dmg.car.CarWriter;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.RawHttp.Answer;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.JournalEvents;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.publish.PreparedModule;
import org.junit.jupiter.api.Test;

/** What is sent: taken whole, or refused and nothing of it kept. */
class HttpWritesTest extends HttpScene {

  private byte[] car(List<Cid> roots, Map<Cid, byte[]> blocks) throws IOException {
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
  void aMirrorTakesNothingThatIsHandedInAndServesAll() throws IOException {
    HttpServer.Config config =
        new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of()).ofMirror();
    JournalEvents events = new JournalEvents(registry.store(), registry.registrar());
    try (HttpServer mirror = HttpServer.start(config, registry, events)) {
      for (String path :
          List.of("/v1/publish", "/v1/statements", "/v1/authorities", "/v1/node/head-key")) {
        RawHttp.request(mirror, "POST", path, new byte[0]).problem(403, "POLICY_DENIED");
      }
      RawHttp.request(mirror, "PUT", "/v1/blocks", new byte[0]).problem(403, "POLICY_DENIED");
      assertEquals(200, RawHttp.request(mirror, "GET", "/v1/resolve/" + APP, new byte[0]).status());
    }
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

    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("index.js"), "export const of = 'another';\n");
    Files.writeString(
        other.resolve("dmg.json"),
        "{\"name\": \""
            + APP
            + "\", \"version\": \"1.0.0\", \"runtimes\": [{\"runtime\": \"nodejs\", \"bundle\": \".\"}]}");
    PreparedModule module = PreparedModule.read(other, Optional.empty(), Optional.empty());
    org.dxos.dmg.api.AuthorityInfo owner = registry.authority("com.two").orElseThrow();
    org.dxos.dmg.trust.SigningKey key =
        new KeyRing(folder.resolve("home"), new Random(1)).owner("com.two").orElseThrow();
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
}
