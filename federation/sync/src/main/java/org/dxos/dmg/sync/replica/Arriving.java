package org.dxos.dmg.sync.replica;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.ReleaseRules;

/**
 * Blocks of one authority as they come, told apart by what came before them. A block is one of the
 * raw ones that the last record links, or else dag-cbor.
 */
public final class Arriving {

  /** How every envelope begins: a map of three, first its version 1, then the link to the body. */
  private static final byte[] ENVELOPE = {
    (byte) 0xa3, 0x61, 'v', 1, 0x64, 'b', 'o', 'd', 'y', (byte) 0xd8, 0x2a, 0x58, 0x25, 0x00
  };

  private static final byte[] HEAD = Head.TYPE.getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ENTRY = AuthorityEntry.TYPE.getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STATEMENT = Statement.TYPE.getBytes(StandardCharsets.US_ASCII);

  /** How a release links its record, up to the CID; no text has these bytes. */
  private static final byte[] MODULE = {
    0x66, 'm', 'o', 'd', 'u', 'l', 'e', (byte) 0xd8, 0x2a, 0x58, 0x25, 0x00
  };

  private static final byte[] RECORD = "dmg/module/".getBytes(StandardCharsets.US_ASCII);

  private final BlockSource base;
  private final BlockSource held;
  private final Map<Cid, byte[]> blocks = new LinkedHashMap<>();
  private final Set<Cid> raw = new HashSet<>();
  private final List<Cid> envelopes = new ArrayList<>();
  private final List<Cid> statements = new ArrayList<>();
  private final List<Cid> records = new ArrayList<>();
  private final Set<Cid> released = new LinkedHashSet<>();

  /** What a block takes in memory beside its bytes. */
  private static final int BLOCK_COST = 256;

  private long bytes;
  private long cost;

  /**
   * @param held what is here already
   */
  public Arriving(BlockSource held) {
    this(held, held);
  }

  private Arriving(BlockSource base, BlockSource held) {
    this.base = base;
    this.held = held;
  }

  /** What comes after this, and may link what is in it before that was taken over. */
  Arriving next() {
    Map<Cid, byte[]> before = blocks; // not this: each would keep all that came before it
    BlockSource store = base;
    return new Arriving(
        store, cid -> Optional.ofNullable(before.get(cid)).or(() -> store.get(cid)));
  }

  /**
   * Takes a block.
   *
   * @return true if it ends a head: nothing that comes later is needed for what came so far
   */
  public boolean take(byte[] block) {
    byte[] digest = Cid.sha256(block);
    Cid file = Cid.ofDigest(Cid.RAW, digest);
    bytes += block.length;
    cost += block.length + BLOCK_COST;
    if (raw.remove(file)) {
      blocks.put(file, block);
      return false;
    }
    Cid cid = Cid.ofDigest(Cid.DAG_CBOR, digest);
    blocks.put(cid, block);
    if (Bytes.at(block, 0, ENVELOPE) && block.length >= ENVELOPE.length + Cid.STORED_BYTES) {
      return envelope(cid, block);
    }
    if (Bytes.contain(block, RECORD) && ReleaseRules.mayLink(block)) {
      records.add(cid);
      raw.addAll(Records.files(block));
    }
    return false;
  }

  private boolean envelope(Cid cid, byte[] block) {
    // Whether it is one to the last byte is asked by whoever judges it.
    Optional<byte[]> body = get(link(block, ENVELOPE.length));
    if (body.isPresent() && Bytes.contain(body.get(), STATEMENT)) {
      statements.add(cid);
      int link = Bytes.find(body.get(), MODULE);
      int start = link + MODULE.length;
      if (link >= 0 && body.get().length - start >= Cid.STORED_BYTES) {
        released.add(link(body.get(), start));
      }
    }
    if (body.isEmpty() || !(Bytes.contain(body.get(), HEAD) || Bytes.contain(body.get(), ENTRY))) {
      return false;
    }
    Body decoded = Body.decode(body.get());
    if (decoded instanceof Head || decoded instanceof AuthorityEntry) {
      envelopes.add(cid);
    }
    return decoded instanceof Head;
  }

  private static Cid link(byte[] block, int start) {
    return Cid.fromBytes(Arrays.copyOfRange(block, start, start + Cid.STORED_BYTES));
  }

  /** A block that came, or was here. */
  public Optional<byte[]> get(Cid cid) {
    byte[] come = blocks.get(cid);
    return come != null ? Optional.of(come) : held.get(cid);
  }

  /** Key log entries and heads, in the order in which they came. */
  List<Cid> envelopes() {
    return envelopes;
  }

  /** Statements that came, or what looks like one, in the order in which they came. */
  public List<Cid> statements() {
    return List.copyOf(statements);
  }

  /** Records that came and link something: of others nothing is to be fetched. */
  public List<Cid> records() {
    return records;
  }

  /** A record of a release that came, or a file of a record, that neither came nor was here. */
  Optional<Cid> leftOut() {
    return Stream.concat(released.stream(), raw.stream())
        .filter(cid -> get(cid).isEmpty())
        .findFirst();
  }

  /** Bytes that came. */
  public long bytes() {
    return bytes;
  }

  /** Bytes of memory that they take: of many small blocks a multiple of themselves. */
  public long cost() {
    return cost;
  }
}
