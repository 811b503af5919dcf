package org.dxos.dmg.libp2p.yamux;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.Duplex;

/** Frames, and whole connections that are fed with them, for the fuzzer. */
public final class YamuxTargets {

  private YamuxTargets() {}

  public static void frame(byte[] in) throws Libp2pException {
    byte[] head = Arrays.copyOf(in, Frame.HEAD);
    Frame frame = Frame.decode(head);
    byte[] written = new byte[Frame.HEAD];
    Frame.encode(frame, written, 0);
    // A go-away's flags mean nothing and are not kept.
    if (!(frame instanceof Frame.GoAway) && !Arrays.equals(head, written)) {
      throw new AssertionError("read, and written again as another head");
    }
  }

  /** Everything that a peer could ever send: the connection ends with a reason of the peer's. */
  public static void connection(byte[] in) throws Libp2pException {
    Ledger ledger = new Ledger();
    YamuxConnection connection =
        new YamuxConnection(new Memory(in), false, YamuxLimits.standard(), () -> 1, ledger);
    connection.start(Runnable::run); // the reader first, to its end; then the writer
    Libp2pException why = connection.ended().orElseThrow();
    if (why.reason() == Reason.CLOSED) {
      throw new AssertionError("broken by a fault of ours", why);
    }
    if (ledger.streams.get() != 0 || ledger.bytes.get() != 0 || connection.openStreams() != 0) {
      throw new AssertionError(
          ledger.streams + " streams and " + ledger.bytes + " bytes are not given back");
    }
    if (why.reason() != Reason.REMOTE_CLOSED) {
      throw why;
    }
  }

  private static final class Ledger implements YamuxEvents {
    final AtomicInteger streams = new AtomicInteger();
    final AtomicInteger bytes = new AtomicInteger();

    @Override
    public boolean admit() {
      streams.incrementAndGet();
      return true;
    }

    @Override
    public void opened(YamuxStream stream) {}

    @Override
    public void ended(YamuxStream stream) {
      streams.decrementAndGet();
    }

    @Override
    public boolean grow(int more) {
      return false;
    }

    @Override
    public boolean hold(int more) {
      bytes.addAndGet(more);
      return true;
    }

    @Override
    public void release(int less) {
      bytes.addAndGet(-less);
    }

    @Override
    public void closed(Libp2pException why) {}
  }

  private record Memory(InputStream in, OutputStream out) implements Duplex {
    Memory(byte[] bytes) {
      this(new ByteArrayInputStream(bytes), OutputStream.nullOutputStream());
    }

    @Override
    public void close() {}
  }
}
