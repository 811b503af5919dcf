package org.dxos.dmg.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class PacedInputTest {

  private static final long SECOND = 1_000_000_000;

  private long now;

  /** A body that comes in parts, each after a while. */
  private InputStream paced(int part, long nanos) {
    return new PacedInput(
        new InputStream() {
          @Override
          public int read() {
            now += nanos;
            return 0;
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            now += nanos;
            return part;
          }
        },
        () -> now);
  }

  private static void read(InputStream body, int times) throws IOException {
    byte[] into = new byte[100_000];
    for (int i = 0; i < times; i++) {
      int unused = body.read(into);
    }
  }

  @Test
  void atTheLeastSpeedABodyComesForEver() throws IOException {
    read(paced((int) PacedInput.MIN_BYTES_PER_SECOND, SECOND), 10_000);
    assertEquals(10_000 * SECOND, now);
  }

  @Test
  void aByteLessASecondAndItEndsAfterTheGrace() {
    InputStream body = paced((int) PacedInput.MIN_BYTES_PER_SECOND - 1, SECOND);
    IOException slow = assertThrows(IOException.class, () -> read(body, 10_000));
    assertInstanceOf(TimeoutException.class, slow.getCause());
    assertEquals(PacedInput.GRACE_MILLIS / 1000 + 1, now / SECOND);
  }

  @Test
  void singleBytesAreCountedAsWell() {
    InputStream body = paced(0, SECOND / 2);
    assertThrows(
        IOException.class,
        () -> {
          for (int i = 0; i < 1_000; i++) {
            int unused = body.read();
          }
        });
  }

  @Test
  void theTimeInWhichNobodyReadsDoesNotCount() throws IOException {
    InputStream body = paced((int) PacedInput.MIN_BYTES_PER_SECOND, SECOND);
    read(body, 20);
    now += 1_000 * SECOND;
    read(body, 20);
  }
}
