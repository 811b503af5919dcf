package org.dxos.dmg.libp2p.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.dxos.dmg.libp2p.resource.ResourceLimits;
import org.dxos.dmg.libp2p.resource.ScopeLimit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many streams at once, and many connections one after the other. */
class LoadTest {

  private static final int STREAMS = 1_000;

  /** Bytes; what two hundred connections that leaked would hold is many times this. */
  private static final long FLAT = 4 << 20;

  private static Connection connect(Host from, Host to) throws IOException {
    return from.connect(to.peerId(), to.addresses().getFirst());
  }

  private static Host wide() throws Exception {
    ScopeLimit wide = new ScopeLimit(100, 4_000, 1L << 29);
    return Hosts.start(
        config -> {
          ResourceLimits limits = config.limits();
          return config.withLimits(limits.withScopes(wide, wide, wide), config.yamux());
        });
  }

  @Test
  void aThousandStreamsOnOneConnectionAllGetOn() throws Exception {
    try (Host a = wide();
        Host b = wide();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Connection connection = connect(a, b);
      CountDownLatch together = new CountDownLatch(STREAMS);
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        byte[] sent = new byte[20_000];
        sent[i] = 1;
        all.add(
            threads.submit(
                () -> {
                  try (Stream stream = connection.open(Hosts.ECHO)) {
                    together.countDown();
                    assertTrue(together.await(20, TimeUnit.SECONDS), "not all at once");
                    stream.out().write(sent);
                    stream.closeWrite();
                    return Arrays.equals(sent, stream.in().readAllBytes());
                  }
                }));
      }
      for (Future<Boolean> each : all) {
        assertTrue(each.get(30, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void aThousandStreamsOnOneConnectionGetOnAlike() throws Exception {
    AtomicLongArray got = new AtomicLongArray(STREAMS);
    AtomicLong total = new AtomicLong();
    CountDownLatch begin = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    try (Host a = wide();
        Host b = wide();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      b.handle(
          "/endless/1",
          stream -> {
            byte[] chunk = new byte[16_384];
            stream.in().read();
            while (true) {
              stream.out().write(chunk);
            }
          });
      Connection connection = connect(a, b);
      CountDownLatch open = new CountDownLatch(STREAMS);
      for (int i = 0; i < STREAMS; i++) {
        int number = i;
        var unused =
            threads.submit(
                () -> {
                  try (Stream stream = connection.open("/endless/1")) {
                    open.countDown();
                    begin.await();
                    stream.out().write(1);
                    InputStream in = stream.in();
                    byte[] buffer = new byte[16_384];
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                      got.addAndGet(number, n);
                      if (total.addAndGet(n) > 500L << 20) {
                        enough.countDown();
                      }
                    }
                  }
                  return null;
                });
      }
      assertTrue(open.await(20, TimeUnit.SECONDS));
      begin.countDown();
      assertTrue(enough.await(60, TimeUnit.SECONDS));
      long[] each = new long[STREAMS];
      Arrays.setAll(each, got::get);
      connection.abort(
          new org.dxos.dmg.libp2p.Libp2pException(
              org.dxos.dmg.libp2p.Reason.CLOSED, "the test is over"));
      Arrays.sort(each);
      double mean = Arrays.stream(each).average().orElseThrow();
      double least = each[0] / mean;
      double most = each[STREAMS - 1] / mean;
      Figures.note(
          "1,000 streams at once, 500 MiB",
          String.format("the slowest got %.2f of the mean, the fastest %.2f", least, most));
      assertTrue(least > 0.5, "the slowest stream got " + least + " of the mean");
      assertTrue(most < 2, "the fastest stream got " + most + " of the mean");
    }
  }

  @Test
  void nothingIsLeftAfterConnectsAndCloses(@TempDir Path folder) throws Exception {
    int rounds =
        Integer.getInteger("libp2p.connects", Boolean.getBoolean("dmg.slow") ? 10_000 : 200);
    int platform = ManagementFactory.getThreadMXBean().getThreadCount();
    try (Host b = Hosts.start()) {
      try (Host a = Hosts.start()) {
        for (int i = 0; i < 20; i++) {
          round(a, b);
        }
        int threads = ManagementFactory.getThreadMXBean().getThreadCount();
        long descriptors = descriptors();
        long buffers = buffers();
        long heap = Hosts.heap();
        long virtual = virtualThreads(folder.resolve("before.json"));
        long begun = System.nanoTime();
        for (int i = 0; i < rounds; i++) {
          round(a, b);
        }
        long took = (System.nanoTime() - begun) / 1_000_000;
        Hosts.await("no scope is left", () -> b.resources().snapshot().isEmpty());
        assertEquals(List.of(), a.resources().snapshot());
        Hosts.await(
            "virtual threads end",
            () -> virtualThreads(folder.resolve("after" + System.nanoTime())) <= virtual);
        Hosts.await("descriptors are closed", () -> descriptors() <= descriptors);
        long grown = Hosts.grown(heap, FLAT);
        Figures.note(
            rounds + " connects and closes",
            String.format(
                "%d ms; platform threads %+d, virtual %+d, descriptors %+d, buffers %+d bytes, heap"
                    + " %+d KiB",
                took,
                ManagementFactory.getThreadMXBean().getThreadCount() - threads,
                virtualThreads(folder.resolve("last.json")) - virtual,
                descriptors() - descriptors,
                buffers() - buffers,
                grown / 1_024));
        assertTrue(ManagementFactory.getThreadMXBean().getThreadCount() <= threads + 2);
        assertTrue(buffers() - buffers < 1 << 20, (buffers() - buffers) + " bytes of buffers");
        assertTrue(grown <= FLAT, grown + " bytes of heap");
      }
    }
    // The hosts' own are gone too; the machine's for virtual threads may have grown in number.
    Hosts.await(
        "the timers end",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("libp2p-")));
    assertTrue(ManagementFactory.getThreadMXBean().getThreadCount() <= platform + 8);
  }

  private static void round(Host a, Host b) throws Exception {
    Connection connection = connect(a, b);
    connection.identified().get(5, TimeUnit.SECONDS);
    connection.close(Duration.ofSeconds(2));
    for (Connection there : b.connections()) {
      there.end().get(5, TimeUnit.SECONDS);
    }
  }

  private static long descriptors() {
    return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getOpenFileDescriptorCount();
  }

  /** Bytes outside of the heap that sockets use. */
  private static long buffers() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  /** Only a dump tells of virtual threads. */
  private static long virtualThreads(Path file) throws IOException {
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(
            file.toAbsolutePath().toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
    String dump = Files.readString(file);
    return dump.split("\"virtual\": true", -1).length - 1;
  }
}
