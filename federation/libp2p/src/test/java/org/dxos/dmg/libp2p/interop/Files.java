package org.dxos.dmg.libp2p.interop;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dxos.dmg.libp2p.bitswap.Cid;
import org.dxos.dmg.libp2p.bitswap.Session;
import org.dxos.dmg.libp2p.wire.ProtoReader;
import org.dxos.dmg.libp2p.wire.ProtoWriter;

/** As much of UnixFS as a test needs: a root over raw leaves, or whatever tree another made. */
final class Files {

  private static final int CHUNK = 1 << 20;

  private Files() {}

  static Cid write(Blocks blocks, byte[] content) {
    ProtoWriter node = new ProtoWriter();
    ProtoWriter data = new ProtoWriter().varint(1, 2).varint(3, content.length);
    for (int at = 0; at < content.length; at += CHUNK) {
      byte[] leaf = Arrays.copyOfRange(content, at, Math.min(content.length, at + CHUNK));
      node.message(
          2,
          new ProtoWriter()
              .bytes(1, blocks.add(0x55, leaf).toBytes())
              .string(2, "")
              .varint(3, leaf.length));
      data.varint(4, leaf.length);
    }
    return blocks.add(0x70, node.message(1, data).toBytes());
  }

  static byte[] read(Session session, Cid cid) throws Exception {
    byte[] block = session.fetch(cid, Duration.ofSeconds(20));
    if (cid.codec() == 0x55) {
      return block;
    }
    ProtoReader node = ProtoReader.read(block);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ProtoReader.read(node.bytes(1).orElseThrow()).bytes(2).orElse(new byte[0]));
    List<Cid> links = new ArrayList<>();
    for (byte[] link : node.all(2)) {
      links.add(Cid.decode(ProtoReader.read(link).bytes(1).orElseThrow()));
    }
    for (Cid link : links) {
      out.writeBytes(read(session, link));
    }
    return out.toByteArray();
  }
}
