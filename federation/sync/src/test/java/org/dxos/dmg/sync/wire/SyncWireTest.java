package org.dxos.dmg.sync.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;

class SyncWireTest {

  private static Cid cid(int n) {
    return DagCbor.cid(new byte[] {(byte) n});
  }

  private static List<Request> requests() {
    Cursor cursor = new Cursor(new byte[16], 7);
    return List.of(
        new Request.Roots(cid(1), Optional.of(cursor), List.of("com.*", "org.dxos")),
        new Request.Roots(cid(1), Optional.empty(), List.of()),
        new Request.Tree(cid(2)),
        new Request.Log(
            List.of(
                new Request.Want(cid(1), Optional.of(cid(2)), List.of(cid(3), cid(4))),
                new Request.Want(cid(5), Optional.empty(), List.of()))),
        new Request.Blocks(List.of(cid(1))),
        new Request.Submit(Optional.empty()),
        new Request.Forks(List.of(cid(1), cid(2))),
        new Request.Announce(
            List.of(new Request.State(cid(1), Optional.of(cid(2)), Optional.empty()))));
  }

  @Test
  void requestsReadAsTheyWereWritten() {
    for (Request request : requests()) {
      assertEquals(request, Request.decode(request.encode()));
    }
    Request.Join join = new Request.Join(new byte[32], List.of("/ip4/127.0.0.1/tcp/1"));
    Request.Join read = (Request.Join) Request.decode(join.encode());
    assertArrayEquals(join.secret(), read.secret());
    assertEquals(join.addresses(), read.addresses());
  }

  /** As SCHEMA's example would have it: `{q: "tree", node: …}`, keys by length and then bytes. */
  @Test
  void aRequestHasTheBytesOfTheSpecification() {
    assertEquals(
        "a2"
            + "6171"
            + "6474726565"
            + "646e6f6465"
            + "d82a5825"
            + "00"
            + HexFormat.of().formatHex(cid(2).bytes()),
        HexFormat.of().formatHex(new Request.Tree(cid(2)).encode()));
  }

  @Test
  void everyListHasALimit() {
    List<Cid> most = Collections.nCopies(Request.MAX_BLOCKS, cid(1));
    assertEquals(new Request.Blocks(most), Request.decode(new Request.Blocks(most).encode()));
    refused(new Request.Blocks(plusOne(most)).encode());
    List<Cid> wants = Collections.nCopies(Request.MAX_WANTS, cid(1));
    assertEquals(new Request.Forks(wants), Request.decode(new Request.Forks(wants).encode()));
    refused(new Request.Forks(plusOne(wants)).encode());
    refused(new Request.Forks(List.of()).encode());
    List<Cid> have = Collections.nCopies(Request.MAX_HAVE, cid(1));
    Request.Want want = new Request.Want(cid(1), Optional.empty(), have);
    assertEquals(
        new Request.Log(List.of(want)), Request.decode(new Request.Log(List.of(want)).encode()));
    refused(
        new Request.Log(List.of(new Request.Want(cid(1), Optional.empty(), plusOne(have))))
            .encode());
    Request.State state = new Request.State(cid(1), Optional.of(cid(1)), Optional.empty());
    List<Request.State> states = Collections.nCopies(Request.MAX_STATES, state);
    assertEquals(
        new Request.Announce(states), Request.decode(new Request.Announce(states).encode()));
    List<Request.State> tooMany = new ArrayList<>(states);
    tooMany.add(state);
    refused(new Request.Announce(tooMany).encode());
    refused(
        new Request.Announce(List.of(new Request.State(cid(1), Optional.empty(), Optional.empty())))
            .encode());
    List<String> names = Collections.nCopies(Request.MAX_FOLLOW + 1, "com.*");
    refused(new Request.Roots(cid(1), Optional.empty(), names).encode());
    refused(
        new Request.Join(new byte[32], Collections.nCopies(Request.MAX_ADDRESSES + 1, "/ip4"))
            .encode());
    refused(new Request.Join(new byte[31], List.of()).encode());
  }

  @Test
  void whatIsNotKnownIsRefused() {
    refused(DagCbor.encode(new MapBuilder().put("q", "gossip").build()));
    refused(
        DagCbor.encode(
            new MapBuilder().put("q", "tree").put("node", Node.of(cid(1))).put("x", 1).build()));
  }

  @Test
  void aRequestAboutASpaceSaysSoAtItsPlace() {
    for (Request request : requests()) {
      if (request instanceof Request.Join) {
        continue;
      }
      Request inside = request.in(cid(7));
      assertNotEquals(request, inside);
      assertEquals(inside, Request.decode(inside.encode()));
    }
  }

  private static List<Cid> plusOne(List<Cid> list) {
    List<Cid> more = new ArrayList<>(list);
    more.add(cid(1));
    return more;
  }

  private static void refused(byte[] request) {
    assertEquals(
        ErrorCode.SYNC_PROTOCOL,
        assertThrows(FormatException.class, () -> Request.decode(request)).code());
  }

  @Property(tries = 2_000)
  void anyBytesAreARequestOrATypedError(@ForAll byte[] bytes) {
    try {
      Request.decode(bytes);
    } catch (FormatException e) {
      assertTrue(e.message().length() > 0);
    }
  }

  @Property(tries = 500)
  void aChangedRequestIsAnotherOrATypedError(@ForAll Random random) {
    List<Request> all = requests();
    byte[] bytes = all.get(random.nextInt(all.size())).encode();
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    try {
      assertArrayEquals(bytes, Request.decode(bytes).encode());
    } catch (FormatException e) {
      assertTrue(e.message().length() > 0);
    }
  }

  @Test
  void framesKeepTheirLengths() throws IOException {
    for (int length : new int[] {0, 1, 127, 128, 16_383, 16_384, 70_000}) {
      byte[] item = new byte[length];
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Frames.write(out, item);
      InputStream in = new ByteArrayInputStream(out.toByteArray());
      assertArrayEquals(item, Frames.read(in, length).orElseThrow());
      assertEquals(Optional.empty(), Frames.read(in, length));
      if (length > 0) {
        InputStream again = new ByteArrayInputStream(out.toByteArray());
        assertThrows(SyncException.class, () -> Frames.read(again, length - 1));
        InputStream cut =
            new ByteArrayInputStream(Arrays.copyOf(out.toByteArray(), out.size() - 1));
        assertThrows(EOFException.class, () -> Frames.read(cut, length));
      }
    }
    for (String bad : List.of("8000", "ffffffffff01", "808080808001")) {
      InputStream in = new ByteArrayInputStream(HexFormat.of().parseHex(bad));
      assertThrows(SyncException.class, () -> Frames.read(in, 1 << 20), bad);
    }
  }

  @Test
  void answersReadAsTheyWereWritten() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Random random = new Random(5);
    List<byte[]> blocks = new ArrayList<>();
    try (OutputStream out = Frames.compressed(bytes)) {
      ItemWriter writer = new ItemWriter(out);
      for (int length : new int[] {0, 23, 24, 255, 256, 65_535, 65_536, 2 << 20}) {
        byte[] block = new byte[length];
        random.nextBytes(block);
        blocks.add(block);
        writer.block(block);
      }
      writer.say(new MapBuilder().put("end", Node.of(cid(1))).put("n", 5).build());
    }
    ItemReader reader = new ItemReader(Frames.plain(new ByteArrayInputStream(bytes.toByteArray())));
    for (byte[] block : blocks) {
      Item.Block read = assertInstanceOf(Item.Block.class, reader.next().orElseThrow());
      assertArrayEquals(block, read.bytes());
    }
    Item.Said said = assertInstanceOf(Item.Said.class, reader.next().orElseThrow());
    assertEquals(2, said.fields().entries().size());
    assertEquals(Optional.empty(), reader.next());
  }

  @Test
  void anItemHasLimits() throws IOException {
    byte[] most = new byte[BlockStore.MAX_BLOCK_BYTES];
    assertTrue(read(block(most)).isPresent());
    protocol(block(new byte[BlockStore.MAX_BLOCK_BYTES + 1]));
    protocol("5b7fffffffffffffff");
    protocol("5f");
    protocol("01");
    protocol("8101");
    protocol("bb00000000ffffffff");
    protocol("a161617b7fffffffffffffff");
    // Half a map, and half a block.
    for (String cut : List.of("a1", "a16161", "a1616145", "450102", "59", "5901")) {
      assertThrows(EOFException.class, () -> read(HexFormat.of().parseHex(cut)), cut);
    }
    ByteArrayOutputStream large = new ByteArrayOutputStream();
    large.write(HexFormat.of().parseHex("a161787a00040000"));
    large.write(new byte[ItemReader.MAX_MAP_BYTES]);
    protocol(large.toByteArray());
  }

  private static byte[] block(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new ItemWriter(out).block(bytes);
    return out.toByteArray();
  }

  private static Optional<Item> read(byte[] bytes) throws IOException {
    return new ItemReader(new ByteArrayInputStream(bytes)).next();
  }

  private static void protocol(String hex) {
    protocol(HexFormat.of().parseHex(hex));
  }

  private static void protocol(byte[] bytes) {
    assertEquals(
        ErrorCode.SYNC_PROTOCOL,
        assertThrows(SyncException.class, () -> read(bytes)).code(),
        HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(12, bytes.length))));
  }

  @Property(tries = 3_000)
  void anyBytesAreItemsOrATypedError(@ForAll byte[] bytes) throws IOException {
    ItemReader reader = new ItemReader(new ByteArrayInputStream(bytes));
    try {
      while (reader.next().isPresent()) {
        // read on
      }
    } catch (SyncException | FormatException | EOFException e) {
      assertTrue(String.valueOf(e.getMessage()).length() > 0);
    }
  }

  @Test
  void aWindowAboveEightMebibytesIsRefused() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new com.github.luben.zstd.ZstdOutputStream(bytes, 3).setLong(25)) {
      for (int i = 0; i < 40; i++) {
        byte[] part = new byte[1 << 20];
        new Random(i).nextBytes(part);
        out.write(part);
      }
    }
    InputStream plain = Frames.plain(new ByteArrayInputStream(bytes.toByteArray()));
    assertThrows(IOException.class, () -> plain.transferTo(OutputStream.nullOutputStream()));
  }

  @Test
  void whatBecameOfAStatementReadsAsItWasWritten() {
    Submitted added =
        Submitted.added(new Submitted.Receipt(cid(1), cid(2), List.of(new byte[] {1, 2})));
    Submitted read = Submitted.of(added.toNode());
    assertEquals(Submitted.Status.ADDED, read.status());
    assertArrayEquals(new byte[] {1, 2}, read.receipt().orElseThrow().proof().getFirst());
    assertEquals(Submitted.PENDING, Submitted.of(Submitted.PENDING.toNode()));
    Submitted refused = Submitted.refused(ErrorCode.CONFLICT, Optional.of(cid(3)));
    assertEquals(refused, Submitted.of(refused.toNode()));
    List<byte[]> deep = Collections.nCopies(33, new byte[1]);
    assertThrows(
        FormatException.class,
        () -> Submitted.of(Submitted.added(new Submitted.Receipt(cid(1), cid(2), deep)).toNode()));
  }

  @Test
  void whatIsNewIsToldInAsManyRequestsAsItTakes() {
    List<Request.State> states = new ArrayList<>();
    for (int i = 0; i < 2 * Request.MAX_STATES + 1; i++) {
      Cid genesis = DagCbor.cid(new byte[] {(byte) i, (byte) (i >> 8)});
      states.add(new Request.State(genesis, Optional.of(genesis), Optional.empty()));
    }
    List<Request.State> told = new ArrayList<>();
    for (Request.Announce part : Request.Announce.all(states)) {
      Request.Announce heard = (Request.Announce) Request.decode(part.encode());
      assertTrue(heard.states().size() <= Request.MAX_STATES);
      told.addAll(heard.states());
    }
    assertEquals(states, told);
    assertEquals(List.of(), Request.Announce.all(List.of()));
  }
}
