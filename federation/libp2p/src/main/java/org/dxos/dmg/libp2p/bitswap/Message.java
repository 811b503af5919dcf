package org.dxos.dmg.libp2p.bitswap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.ProtoReader;
import org.dxos.dmg.libp2p.wire.ProtoWriter;

/** One bitswap message, bytes in and bytes out. */
record Message(boolean full, List<Want> wants, List<Block> blocks, List<Presence> presences) {

  private static final int MAX_ENTRIES = 4_096;

  /** One line of a wantlist. */
  record Want(Cid cid, int priority, boolean cancel, boolean haveOnly, boolean sendDontHave) {}

  /** A block whose id was computed from its bytes: it cannot be another's. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record Block(Cid cid, byte[] data) {}

  record Presence(Cid cid, boolean have) {}

  Message {
    wants = List.copyOf(wants);
    blocks = List.copyOf(blocks);
    presences = List.copyOf(presences);
  }

  static Message asking(List<Want> wants) {
    return new Message(false, wants, List.of(), List.of());
  }

  byte[] encode() {
    ProtoWriter message = new ProtoWriter();
    if (!wants.isEmpty() || full) {
      ProtoWriter wantlist = new ProtoWriter();
      for (Want want : wants) {
        ProtoWriter entry = new ProtoWriter().bytes(1, want.cid.toBytes()).varint(2, want.priority);
        if (want.cancel) {
          entry.varint(3, 1);
        }
        entry.varint(4, want.haveOnly ? 1 : 0).varint(5, want.sendDontHave ? 1 : 0);
        wantlist.message(1, entry);
      }
      message.message(1, full ? wantlist.varint(2, 1) : wantlist);
    }
    for (Block block : blocks) {
      message.message(3, new ProtoWriter().bytes(1, block.cid.prefix()).bytes(2, block.data));
    }
    for (Presence presence : presences) {
      message.message(
          4, new ProtoWriter().bytes(1, presence.cid.toBytes()).varint(2, presence.have ? 0 : 1));
    }
    return message.toBytes();
  }

  static Message decode(byte[] bytes) throws IOException {
    ProtoReader fields = ProtoReader.read(bytes);
    List<Want> wants = new ArrayList<>();
    boolean full = false;
    if (fields.bytes(1).isPresent()) {
      ProtoReader wantlist = ProtoReader.read(fields.bytes(1).get());
      full = wantlist.number(2).orElse(0) != 0;
      for (byte[] entry : limited(wantlist.all(1))) {
        wants.add(want(ProtoReader.read(entry)));
      }
    }
    List<Block> blocks = new ArrayList<>();
    for (byte[] data : limited(fields.all(2))) {
      blocks.add(new Block(Cid.decode(Cid.of(0x70, data).toVersion0()), checked(data)));
    }
    for (byte[] payload : limited(fields.all(3))) {
      ProtoReader block = ProtoReader.read(payload);
      byte[] data = checked(block.bytes(2).orElse(new byte[0]));
      blocks.add(new Block(Cid.ofPrefix(block.bytes(1).orElse(new byte[0]), data), data));
    }
    List<Presence> presences = new ArrayList<>();
    for (byte[] presence : limited(fields.all(4))) {
      ProtoReader entry = ProtoReader.read(presence);
      presences.add(new Presence(cid(entry), entry.number(2).orElse(0) == 0));
    }
    return new Message(full, wants, blocks, presences);
  }

  private static Want want(ProtoReader entry) throws IOException {
    return new Want(
        cid(entry),
        (int) entry.number(2).orElse(1),
        entry.number(3).orElse(0) != 0,
        entry.number(4).orElse(0) == 1,
        entry.number(5).orElse(0) != 0);
  }

  private static Cid cid(ProtoReader entry) throws Libp2pException {
    return Cid.decode(entry.bytes(1).orElse(new byte[0]));
  }

  private static byte[] checked(byte[] data) throws Libp2pException {
    if (data.length > BitswapLimits.MAX_BLOCK) {
      throw new Libp2pException(
          Reason.MALFORMED,
          "bitswap: a block of " + data.length + " bytes, at most " + BitswapLimits.MAX_BLOCK);
    }
    return data;
  }

  private static List<byte[]> limited(List<byte[]> entries) throws Libp2pException {
    if (entries.size() > MAX_ENTRIES) {
      throw new Libp2pException(
          Reason.MALFORMED, "bitswap: " + entries.size() + " entries, at most " + MAX_ENTRIES);
    }
    return entries;
  }
}
