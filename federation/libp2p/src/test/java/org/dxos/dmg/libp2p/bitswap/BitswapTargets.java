package org.dxos.dmg.libp2p.bitswap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Bitswap's messages and ids, for the fuzzer. */
public final class BitswapTargets {

  private BitswapTargets() {}

  public static byte[] goodMessage() {
    Cid cid = Cid.of(0x71, new byte[] {1, 2, 3});
    return new Message(
            true,
            List.of(
                new Message.Want(cid, 5, true, true, true),
                new Message.Want(Cid.of(0x55, new byte[0]), 1, false, false, true)),
            List.of(new Message.Block(cid, new byte[] {1, 2, 3})),
            List.of(new Message.Presence(cid, true), new Message.Presence(cid, false)))
        .encode();
  }

  public static byte[] goodCid() {
    return Cid.of(0x71, new byte[] {1, 2, 3}).toBytes();
  }

  public static void message(byte[] in) throws IOException {
    Message read = Message.decode(in);
    for (Message.Block block : read.blocks()) {
      if (!block.cid().verifies(block.data())) {
        throw new AssertionError("a block under an id that is not its own");
      }
    }
    Message again = Message.decode(read.encode());
    if (!again.wants().equals(read.wants())
        || !again.presences().equals(read.presences())
        || again.full() != read.full()
        || again.blocks().size() != read.blocks().size()) {
      throw new AssertionError("read, and written again as another message");
    }
  }

  public static void cid(byte[] in) throws IOException {
    Cid cid = Cid.decode(in);
    if (!Arrays.equals(in, cid.toBytes()) || !Cid.decode(cid.toBytes()).equals(cid)) {
      throw new AssertionError("read, and written again as another id");
    }
    if (!Cid.parse(cid.toString()).equals(cid)) {
      throw new AssertionError("its text is of another id: " + cid);
    }
    boolean unused = cid.verifies(in);
  }

  public static void cidText(byte[] in) throws IOException {
    Cid cid = Cid.parse(new String(in, StandardCharsets.UTF_8));
    if (!Cid.decode(cid.toBytes()).equals(cid) || !Cid.parse(cid.toString()).equals(cid)) {
      throw new AssertionError("read, and written again as another id: " + cid);
    }
  }

  public static List<byte[]> goodCidTexts() {
    return List.of(
        Cid.of(Cid.DAG_CBOR, new byte[] {1, 2, 3}).toString().getBytes(StandardCharsets.UTF_8),
        "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG".getBytes(StandardCharsets.UTF_8));
  }
}
