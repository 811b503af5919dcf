package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
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
    byte[] asked = Frames.framed(request.encode());
    return new StreamAnswer(asked, send(connection.presume(Federation.PROTOCOL), asked));
  }

  /** Says all of a request, in one frame with whatever opens the stream. */
  private Stream send(Stream stream, byte[] request) throws IOException {
    try {
      stream.deadline(patience);
      stream.finish(request, 0, request.length);
      return stream;
    } catch (IOException | RuntimeException e) {
      stream.reset();
      throw e;
    }
  }

  /** Says something that is not answered, and waits until it was heard. */
  void tell(Request request) throws IOException {
    byte[] told = Frames.framed(request.encode());
    exchange(
        stream -> {
          send(stream, told).in().transferTo(OutputStream.nullOutputStream());
          return true;
        });
  }

  /** Hands a statement in, with its blocks in the order in which {@code log} tells them. */
  Submitted submit(Optional<Cid> space, List<byte[]> blocks) throws IOException {
    return exchange(
        stream -> {
          stream.deadline(patience);
          try (OutputStream out = Frames.lots(stream.out(), stream::finish)) {
            Frames.write(out, new Request.Submit(space).encode());
            for (byte[] block : blocks) {
              Frames.write(out, block);
            }
          }
          try (InputStream plain = Frames.plain(stream.in())) {
            if (new ItemReader(plain).next().orElse(null) instanceof Item.Said said) {
              return Submitted.of(said.fields());
            }
          }
          throw new SyncException(
              ErrorCode.SYNC_PROTOCOL, "read answer to `submit` of `" + name() + "`: no map", "");
        });
  }

  private interface Exchange<T> {
    T over(Stream stream) throws IOException;
  }

  /** On a stream that does not wait to be agreed on; again on one that does, if that is needed. */
  private <T> T exchange(Exchange<T> exchange) throws IOException {
    try (Stream stream = connection.presume(Federation.PROTOCOL)) {
      try {
        return exchange.over(stream);
      } catch (IOException e) {
        if (!wasDeclined(stream, e)) {
          stream.reset();
          throw e;
        }
      }
    }
    try (Stream stream = connection.open(Federation.PROTOCOL)) {
      return exchange.over(stream);
    }
  }

  /** True if the other end heard nothing: it does not speak this now, or did not when asked. */
  private static boolean wasDeclined(Stream stream, IOException e) {
    return !stream.agreed()
        && e instanceof Libp2pException why
        && why.reason() == Reason.NOT_SUPPORTED;
  }

  private final class StreamAnswer implements Answer {
    private final byte[] request;
    private Stream stream;
    private InputStream plain;
    private ItemReader items;
    private boolean ended;

    private StreamAnswer(byte[] request, Stream stream) throws IOException {
      this.request = request;
      this.stream = stream;
      this.plain = Frames.plain(stream.in());
      this.items = new ItemReader(plain);
    }

    @Override
    public Optional<Item> next() throws IOException {
      Optional<Item> item;
      try {
        item = items.next();
      } catch (IOException e) {
        if (!wasDeclined(stream, e)) {
          throw e;
        }
        close();
        stream = send(connection.open(Federation.PROTOCOL), request);
        plain = Frames.plain(stream.in());
        items = new ItemReader(plain);
        item = items.next();
      }
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
