package org.dxos.dmg.sync.replica;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;

/**
 * Blocks of one authority as they come, told apart by what came before them. A block is one of the
 * raw ones that the last record links, or else dag-cbor.
 */
final class Arriving {

  /** How every envelope begins: a map of three, of which {@code v} is first. */
  private static final byte[] ENVELOPE = {(byte) 0xa3, 0x61, 'v'};

  private static final byte[] HEAD = Head.TYPE.getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ENTRY = AuthorityEntry.TYPE.getBytes(StandardCharsets.US_ASCII);
  private static final byte[] RECORD = "dmg/module/".getBytes(StandardCharsets.US_ASCII);

  /** A link to a raw block, up to its digest. */
  private static final byte[] RAW_LINK = {
    (byte) 0xd8, 0x2a, 0x58, 0x25, 0x00, 0x01, 0x55, 0x12, 0x20
  };

  private final BlockSource held;
  private final Map<Cid, byte[]> blocks = new LinkedHashMap<>();
  private final Set<Cid> raw = new HashSet<>();
  private final List<Cid> envelopes = new ArrayList<>();
  private final List<Cid> records = new ArrayList<>();
  private long bytes;

  /**
   * @param held what is here already
   */
  Arriving(BlockSource held) {
    this.held = held;
  }

  /**
   * Takes a block.
   *
   * @return true if it ends a head: nothing that comes later is needed for what came so far
   */
  boolean take(byte[] block) {
    byte[] digest = Cid.sha256(block);
    Cid file = Cid.ofDigest(Cid.RAW, digest);
    bytes += block.length;
    if (raw.remove(file)) {
      blocks.put(file, block);
      return false;
    }
    Cid cid = Cid.ofDigest(Cid.DAG_CBOR, digest);
    blocks.put(cid, block);
    if (at(block, 0, ENVELOPE)) {
      return envelope(cid, block);
    }
    if (contains(block, RECORD)) {
      records.add(cid);
      if (contains(block, RAW_LINK)) {
        raw.addAll(Records.files(block));
      }
    }
    return false;
  }

  private boolean envelope(Cid cid, byte[] block) {
    Optional<byte[]> body = get(Envelope.decode(block).body());
    if (body.isEmpty() || !(contains(body.get(), HEAD) || contains(body.get(), ENTRY))) {
      return false;
    }
    Body decoded = Body.decode(body.get());
    if (decoded instanceof Head || decoded instanceof AuthorityEntry) {
      envelopes.add(cid);
    }
    return decoded instanceof Head;
  }

  /** A block that came, or was here. */
  Optional<byte[]> get(Cid cid) {
    byte[] come = blocks.get(cid);
    return come != null ? Optional.of(come) : held.get(cid);
  }

  /** Key log entries and heads, in the order in which they came. */
  List<Cid> envelopes() {
    return envelopes;
  }

  /** Records that came. */
  List<Cid> records() {
    return records;
  }

  /** Bytes that came. */
  long bytes() {
    return bytes;
  }

  /** Forgets what was taken over. */
  void clear() {
    blocks.clear();
    raw.clear();
    envelopes.clear();
    records.clear();
    bytes = 0;
  }

  private static boolean contains(byte[] block, byte[] part) {
    for (int i = 0; i + part.length <= block.length; i++) {
      if (block[i] == part[0] && at(block, i, part)) {
        return true;
      }
    }
    return false;
  }

  private static boolean at(byte[] block, int from, byte[] part) {
    if (from + part.length > block.length) {
      return false;
    }
    for (int i = 0; i < part.length; i++) {
      if (block[from + i] != part[i]) {
        return false;
      }
    }
    return true;
  }
}
