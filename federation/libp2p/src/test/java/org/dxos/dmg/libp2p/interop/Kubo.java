package org.dxos.dmg.libp2p.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerId;

/** A kubo with a repository of its own, on loopback and with no way to other peers. */
final class Kubo implements AutoCloseable {

  private final Path program;
  private final Path folder;
  private final Process daemon;
  private final PeerId id;
  private final Multiaddr address;

  Kubo(Path program, Path folder) throws Exception {
    this.program = program;
    this.folder = folder;
    run("init", "--profile=test");
    run("config", "Routing.Type", "none");
    Path log = folder.resolve("daemon.log");
    daemon = builder("daemon").redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      Interop.await(
          () -> {
            assertTrue(daemon.isAlive(), Files.readString(log));
            return Files.readString(log).contains("Daemon is ready");
          });
      id = PeerId.parse(run("id", "-f", "<id>").strip());
      address = Multiaddr.parse(run("swarm", "addrs", "local").lines().findFirst().orElseThrow());
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  PeerId id() {
    return id;
  }

  Multiaddr address() {
    return address.withoutPeer();
  }

  /** Runs a command that has to work; what it wrote. */
  String run(String... words) throws Exception {
    return new String(runForBytes(words), StandardCharsets.UTF_8);
  }

  byte[] runForBytes(String... words) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    Path errors = Files.createTempFile(folder, "errors", "");
    assertEquals(
        0,
        status(out, errors, words),
        () -> String.join(" ", words) + ": " + text(errors) + text(out));
    return Files.readAllBytes(out);
  }

  /** Runs a command that has to fail; what it said. */
  String refuse(String... words) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    assertTrue(status(out, out, words) != 0, () -> String.join(" ", words) + " worked");
    return text(out);
  }

  private int status(Path out, Path errors, String... words) throws Exception {
    Process process =
        builder(words).redirectOutput(out.toFile()).redirectError(errors.toFile()).start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    return process.exitValue();
  }

  private ProcessBuilder builder(String... words) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("IPFS_PATH", folder.resolve("repository").toString());
    builder.environment().put("IPFS_TELEMETRY", "off");
    return builder;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() throws Exception {
    daemon.destroy();
    if (!daemon.waitFor(10, TimeUnit.SECONDS)) {
      daemon.destroyForcibly().waitFor();
    }
  }
}
