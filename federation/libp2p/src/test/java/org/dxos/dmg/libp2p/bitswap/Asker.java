package org.dxos.dmg.libp2p.bitswap;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Hosts;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.wire.Uvarint;

/** A peer of bitswap that does as the test says: it asks, and reads or does not read. */
final class Asker implements AutoCloseable {

  private final Host host = Hosts.start();
  private final Stream out;
  private final BlockingQueue<Message> answers = new LinkedBlockingQueue<>();
  private final boolean reads;

  Asker(Host server, boolean reads) throws IOException {
    this.reads = reads;
    host.handle(Bitswap.V120, this::hear);
    host.connect(server.peerId(), server.addresses().getFirst());
    out = host.open(server.peerId(), Bitswap.V120);
  }

  private void hear(Stream stream) throws IOException {
    if (!reads) {
      stream.connection().end().join();
    }
    try {
      while (true) {
        answers.add(Message.decode(Uvarint.readDelimited(stream.in(), 8 << 20)));
      }
    } catch (EOFException end) {
      // In good order.
    }
  }

  PeerId id() {
    return host.peerId();
  }

  void ask(Message.Want... wants) throws IOException {
    ask(List.of(wants));
  }

  void ask(List<Message.Want> wants) throws IOException {
    out.out().write(Uvarint.delimited(Message.asking(wants).encode()));
  }

  /** The next message, within ten seconds. */
  Message answer() throws Exception {
    Message answer = answers.poll(10, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer within ten seconds");
    }
    return answer;
  }

  /** So many blocks, whatever messages they come in; the greatest message's bytes of blocks. */
  int blocks(int count, List<Message.Block> into) throws Exception {
    int greatest = 0;
    while (into.size() < count) {
      Message answer = answer();
      into.addAll(answer.blocks());
      greatest = Math.max(greatest, answer.blocks().stream().mapToInt(b -> b.data().length).sum());
    }
    return greatest;
  }

  List<Message> unread() {
    return new ArrayList<>(answers);
  }

  @Override
  public void close() {
    host.close();
  }
}
