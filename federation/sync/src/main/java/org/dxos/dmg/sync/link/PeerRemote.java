package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.Frames;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.ItemReader;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.Submitted;
import org.dxos.dmg.sync.wire.SyncException;

/** A peer over an open connection: one stream a request. */
final class PeerRemote implements Remote {

  private final Connection connection;
  private final Duration patience;

  /**
   * @param patience with a whole answer
   */
  PeerRemote(Connection connection, Duration patience) {
    this.connection = connection;
    this.patience = patience;
  }

  @Override
  public String name() {
    return connection.remote().toString();
  }

  @Override
  public Answer ask(Request request) throws IOException {
    Stream stream = connection.open(Federation.PROTOCOL);
    try {
      stream.deadline(patience);
      Frames.write(stream.out(), request.encode());
      stream.out().flush();
      stream.closeWrite();
      InputStream plain = Frames.plain(stream.in());
      return new StreamAnswer(stream, plain);
    } catch (IOException | RuntimeException e) {
      stream.reset();
      throw e;
    }
  }

  /** Says something that is not answered, and waits until it was heard. */
  void tell(Request request) throws IOException {
    try (Stream stream = connection.open(Federation.PROTOCOL)) {
      stream.deadline(patience);
      Frames.write(stream.out(), request.encode());
      stream.out().flush();
      stream.closeWrite();
      stream.in().transferTo(OutputStream.nullOutputStream());
    }
  }

  /** Hands a statement in, with its blocks in the order in which {@code log} tells them. */
  Submitted submit(Optional<Cid> space, List<byte[]> blocks) throws IOException {
    try (Stream stream = connection.open(Federation.PROTOCOL)) {
      stream.deadline(patience);
      Frames.write(stream.out(), new Request.Submit(space).encode());
      for (byte[] block : blocks) {
        Frames.write(stream.out(), block);
      }
      stream.out().flush();
      stream.closeWrite();
      try (InputStream plain = Frames.plain(stream.in())) {
        if (new ItemReader(plain).next().orElse(null) instanceof Item.Said said) {
          return Submitted.of(said.fields());
        }
      }
      throw new SyncException(
          ErrorCode.SYNC_PROTOCOL, "read answer to `submit` of `" + name() + "`: no map", "");
    }
  }

  private static final class StreamAnswer implements Answer {
    private final Stream stream;
    private final InputStream plain;
    private final ItemReader items;
    private boolean ended;

    private StreamAnswer(Stream stream, InputStream plain) {
      this.stream = stream;
      this.plain = plain;
      this.items = new ItemReader(plain);
    }

    @Override
    public Optional<Item> next() throws IOException {
      Optional<Item> item = items.next();
      ended = item.isEmpty();
      return item;
    }

    @Override
    public void close() {
      if (!ended) {
        stream.reset(); // nobody waits for the rest
      }
      stream.close();
      try {
        plain.close();
      } catch (IOException e) {
        stream.reset();
      }
    }
  }
}
