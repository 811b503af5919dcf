package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What tests measured, a line each in {@code target/figures.txt}, the newest last. */
public final class Figures {

  private Figures() {}

  public static synchronized void note(String what, String figure) throws IOException {
    Path file = Path.of("target", "figures.txt");
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(
        file, what + ": " + figure + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
