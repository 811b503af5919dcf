package org.dxos.dmg.sync.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.SyncException;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.SigningKey;
import org.junit.jupiter.api.Test;

/** Registries that tell more than anybody wants to hold: each bound at its limit, and past it. */
class WebRemoteTest {

  private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  private static final WebRemote.Limits WIDE = new WebRemote.Limits(1_000, 1_000, 1 << 20, 1 << 20);

  private final Map<String, byte[]> pages = new HashMap<>();
  private int opened;
  private int closed;
  private int most;

  /** Pages in memory. */
  private final class Pages implements Web {
    @Override
    public List<Optional<byte[]>> get(List<String> paths, int limit, long together) {
      most = Math.max(most, paths.size());
      return paths.stream().map(path -> Optional.ofNullable(pages.get(path))).toList();
    }

    @Override
    public void close() {
      closed++;
    }
  }

  private Remote remote(WebRemote.Limits limits) {
    return new WebRemote(
        "https://far.example",
        () -> {
          opened++;
          return new Pages();
        },
        limits);
  }

  private Cid block(byte[] block) {
    Cid cid = DagCbor.cid(block);
    pages.put("/ipfs/" + cid + "?format=raw", block);
    return cid;
  }

  /** The envelope of a body that was signed by somebody. */
  private Cid signed(Body body) {
    byte[] block = DagCbor.encode(body.node());
    Cid unused = block(block);
    return block(Envelope.sign(body.type(), block, List.of(KEY)).encode());
  }

  private static AuthorityEntry entry(long seq, Optional<Cid> genesis, Optional<Cid> prev) {
    return new AuthorityEntry(
        "com.one",
        seq,
        genesis,
        prev,
        KeySet.of(KEY.publicKey()),
        KeySet.of(SigningKey.ofSeed(seed(1)).publicKey()),
        new AuthorityEntry.Home(
            SigningKey.ofSeed(seed(2)).publicKey(),
            new PeerId(SigningKey.ofSeed(seed(3)).publicKey().bytes()),
            List.of()),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(KEY.publicKey()),
        1_800_000_000,
        Optional.empty());
  }

  private static byte[] seed(int first) {
    byte[] seed = new byte[32];
    seed[0] = (byte) first;
    return seed;
  }

  /** An authority of which a registry says what it likes. */
  private final class Told {
    private final Cid genesis;
    private final List<Cid> log = new ArrayList<>();
    private Optional<Cid> head = Optional.empty();
    private int heads;
    private long headBytes;
    private String more = "";

    private Told() {
      AuthorityEntry first = entry(0, Optional.empty(), Optional.empty());
      genesis = DagCbor.cid(DagCbor.encode(first.node()));
      log.add(signed(first));
    }

    private Told entries(int count) {
      for (int seq = 1; seq < count; seq++) {
        log.add(signed(entry(seq, Optional.of(genesis), Optional.of(log.getLast()))));
      }
      return this;
    }

    private Told heads(int count) {
      for (; heads < count; heads++) {
        Head next =
            new Head(
                genesis,
                Optional.empty(),
                0,
                heads,
                head,
                log.getFirst(),
                List.of(),
                genesis,
                1_800_000_000,
                1_800_000_100,
                Optional.empty());
        Cid envelope = signed(next);
        headBytes +=
            DagCbor.encode(next.node()).length
                + pages.get("/ipfs/" + envelope + "?format=raw").length;
        head = Optional.of(envelope);
      }
      return this;
    }

    private Told tell() {
      String page =
          "{\"authority\": \"%s\", \"log\": [%s]%s%s}"
              .formatted(
                  genesis,
                  String.join(", ", log.stream().map(one -> "\"" + one + "\"").toList()),
                  head.map(one -> ", \"head\": \"" + one + "\"").orElse(""),
                  more);
      pages.put("/v1/authorities/com.one~" + genesis, page.getBytes(StandardCharsets.UTF_8));
      return this;
    }

    private Request log() {
      return new Request.Log(List.of(new Request.Want(genesis, Optional.empty(), List.of())));
    }
  }

  private static List<Item> all(Remote remote, Request request) throws IOException {
    List<Item> items = new ArrayList<>();
    try (Remote.Answer answer = remote.ask(request)) {
      for (Optional<Item> item = answer.next(); item.isPresent(); item = answer.next()) {
        items.add(item.get());
      }
    }
    return items;
  }

  private void assertRefused(ErrorCode code, WebRemote.Limits limits, Told told) {
    RuntimeException refused =
        assertThrows(RuntimeException.class, () -> all(remote(limits), told.log()));
    assertEquals(code, assertInstanceOf(Explained.class, refused).code(), refused.toString());
    assertEquals(opened, closed, "connections are closed");
  }

  @Test
  void aKeyLogHasSoManyEntriesAndNoMore() throws IOException {
    Told told = new Told().entries(100).tell();
    WebRemote.Limits limits = new WebRemote.Limits(100, 1, 1 << 20, 1 << 20);
    assertEquals(2 * 100 + 1, all(remote(limits), told.log()).size());
    assertEquals(64, most);
    told.entries(2).tell();
    assertRefused(ErrorCode.SYNC_PROTOCOL, limits, told);
  }

  @Test
  void anEntryThatIsToldTwiceIsRefusedBeforeItIsRead() {
    Told told = new Told().entries(2);
    told.log.addAll(Collections.nCopies(50, told.log.getLast()));
    assertRefused(ErrorCode.SYNC_PROTOCOL, WIDE, told.tell());
    assertEquals(1, most);
  }

  @Test
  void newHeadsAreSoManyAndNoMore() throws IOException {
    Told told = new Told().heads(20).tell();
    WebRemote.Limits limits = new WebRemote.Limits(1, 20, 1 << 20, 1 << 20);
    assertEquals(2 + 2 * 20 + 1, all(remote(limits), told.log()).size());
    assertRefused(ErrorCode.SYNC_PROTOCOL, limits, told.heads(21).tell());
  }

  @Test
  void newHeadsHaveSoManyBytesAndNoMore() throws IOException {
    Told told = new Told().heads(20).tell();
    long bytes = told.headBytes;
    assertEquals(43, all(remote(new WebRemote.Limits(1, 99, bytes, 1 << 20)), told.log()).size());
    assertRefused(ErrorCode.SYNC_PROTOCOL, new WebRemote.Limits(1, 99, bytes - 1, 1 << 20), told);
  }

  @Test
  void whatWasReadAndNotToldHasSoManyBytesAndNoMore() throws IOException {
    Told told = new Told().heads(20).tell();
    long bytes = told.headBytes;
    assertEquals(43, all(remote(new WebRemote.Limits(1, 99, 1 << 20, bytes)), told.log()).size());
    assertRefused(ErrorCode.TOO_LARGE, new WebRemote.Limits(1, 99, 1 << 20, bytes - 1), told);
  }

  @Test
  void forksThatAreNotReadLeaveNoConnectionOpen() {
    Told told = new Told();
    told.more = ", \"forks\": [\"" + told.genesis + "\"]";
    told.tell();
    SyncException refused =
        assertThrows(
            SyncException.class, () -> remote(WIDE).ask(new Request.Forks(List.of(told.genesis))));
    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertEquals(1, opened);
    assertEquals(1, closed);
  }

  @Test
  void whereAFewAuthoritiesStandIsRemembered() throws IOException {
    Told told = new Told().tell();
    Remote remote = remote(WIDE);
    assertTrue(all(remote, new Request.Forks(List.of(told.genesis))).isEmpty());
    pages.remove("/v1/authorities/com.one~" + told.genesis);
    assertEquals(3, all(remote, told.log()).size());
  }

  @Test
  void blocksAreReadAsTheyAreAskedFor() throws IOException {
    List<Cid> held =
        IntStream.range(0, 100)
            .mapToObj(i -> block(DagCbor.encode(org.dxos.dmg.dagcbor.Node.of("block " + i))))
            .toList();
    Cid missing = Cid.of(Cid.RAW, new byte[] {1});
    List<Item> items =
        all(
            remote(WIDE),
            new Request.Blocks(Stream.concat(Stream.of(missing), held.stream()).toList()));
    assertEquals(101, items.size());
    assertEquals(
        held,
        items.stream()
            .filter(Item.Block.class::isInstance)
            .map(item -> DagCbor.cid(((Item.Block) item).bytes()))
            .toList());
    assertTrue(
        items.getLast() instanceof Item.Said said && said.fields().toString().contains("missing"));
    assertEquals(16, most);
  }
}
