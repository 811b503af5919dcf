package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multistream.Multistream;
import org.dxos.dmg.libp2p.wire.BulkInput;
import org.dxos.dmg.libp2p.wire.BulkOutput;
import org.dxos.dmg.libp2p.yamux.YamuxStream;

/**
 * A protocol that the other end is taken to speak: the proposal goes out with the first bytes, and
 * its answer is read before the first bytes are. One thread a direction, as with any stream; {@code
 * first} is held while the proposal is written, which either direction may begin with.
 */
final class Presumption {

  /** Written with the proposal; less than any window, so that no reader is waited for. */
  private static final int WITH_PROPOSAL = 16_384;

  private final YamuxStream stream;
  private final String protocol;
  private final Duration patience;
  private final Consumer<Boolean> outcome;
  private final ReentrantLock first = new ReentrantLock();
  private final InputStream in = new In();
  private final OutputStream out = new Out();
  private volatile boolean proposed;
  private volatile boolean agreed;

  /** By the reader alone. */
  private Optional<Libp2pException> failure = Optional.empty();

  /**
   * @param patience for the answer to the proposal
   * @param outcome told once whether it was taken
   */
  Presumption(YamuxStream stream, String protocol, Duration patience, Consumer<Boolean> outcome) {
    this.stream = stream;
    this.protocol = protocol;
    this.patience = patience;
    this.outcome = outcome;
  }

  boolean agreed() {
    return agreed;
  }

  InputStream in() {
    return in;
  }

  OutputStream out() {
    return out;
  }

  void finish(byte[] bytes, int from, int length) throws IOException {
    int begun = begin(bytes, from, length, true);
    if (begun < length || begun == 0) {
      stream.finish(bytes, from + begun, length - begun);
    }
  }

  /**
   * Writes the proposal if nobody did, with some of {@code bytes}.
   *
   * @param last whether nothing follows {@code bytes}
   * @return how many of them were written
   */
  private int begin(byte[] bytes, int from, int length, boolean last) throws IOException {
    if (proposed) {
      return 0;
    }
    first.lock();
    try {
      if (proposed) {
        return 0;
      }
      byte[] proposal = Multistream.proposal(protocol);
      int count = Math.min(length, WITH_PROPOSAL);
      byte[] all = new byte[proposal.length + count];
      System.arraycopy(proposal, 0, all, 0, proposal.length);
      System.arraycopy(bytes, from, all, proposal.length, count);
      if (last && count == length) {
        stream.finish(all, 0, all.length);
      } else {
        stream.out().write(all);
      }
      proposed = true;
      return count;
    } finally {
      first.unlock();
    }
  }

  private void agree() throws IOException {
    if (failure.isPresent()) {
      throw failure.get().again();
    }
    try {
      int unused = begin(new byte[0], 0, 0, false);
      stream.agreeing(patience);
      Multistream.requireTaken(stream.in(), protocol);
      stream.agreed();
      agreed = true;
      outcome.accept(true);
    } catch (Libp2pException e) {
      throw failed(e);
    } catch (IOException e) {
      throw failed(new Libp2pException(Reason.REMOTE_CLOSED, "multistream: " + e.getMessage(), e));
    }
  }

  private Libp2pException failed(Libp2pException why) {
    failure = Optional.of(why);
    outcome.accept(false);
    stream.reset();
    return why;
  }

  private final class In extends BulkInput {
    @Override
    protected int some(byte[] bytes, int from, int length) throws IOException {
      if (!agreed) {
        agree();
      }
      return stream.in().read(bytes, from, length);
    }

    @Override
    public int available() throws IOException {
      return agreed ? stream.in().available() : 0;
    }
  }

  private final class Out extends BulkOutput {
    @Override
    protected void some(byte[] bytes, int from, int length) throws IOException {
      int begun = begin(bytes, from, length, false);
      if (begun < length) {
        stream.out().write(bytes, from + begun, length - begun);
      }
    }
  }
}
