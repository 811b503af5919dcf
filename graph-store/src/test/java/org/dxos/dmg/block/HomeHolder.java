package org.dxos.dmg.block;

import java.nio.file.Path;
import java.util.Random;

/** Another process that opens a home: says `open`, or why not, then waits for its input to end. */
final class HomeHolder {

  private HomeHolder() {}

  public static void main(String[] args) throws Exception {
    try (BlockStore store = RocksBlockStore.open(Path.of(args[0]), new Random(2))) {
      System.out.println("open " + store.journalEnd());
      System.out.flush();
      System.in.read();
    } catch (StorageException e) {
      System.out.println(e.code() + " " + e.message());
    }
  }
}
