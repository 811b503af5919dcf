package org.dxos.dmg.libp2p.interop;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerId;

/** Another implementation in a process of its own: a line in, a line of JSON out. */
final class ForeignPeer implements AutoCloseable {

  private final Process process;
  private final OutputStream commands;
  private final BufferedReader answers;
  private final PeerId id;
  private final Multiaddr address;

  ForeignPeer(List<String> command, Path folder) throws IOException {
    process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    commands = process.getOutputStream();
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String first = answers.readLine();
    id = PeerId.parse(field(first, "id"));
    address = Multiaddr.parse(field(first, "address")).withoutPeer();
  }

  PeerId id() {
    return id;
  }

  Multiaddr address() {
    return address;
  }

  /** Runs a command that has to work; its answer as it stands. */
  String run(String... words) throws IOException {
    String answer = ask(words);
    assertFalse(answer.startsWith("{\"error\""), String.join(" ", words) + ": " + answer);
    return answer;
  }

  String ask(String... words) throws IOException {
    commands.write((String.join(" ", words) + "\n").getBytes(StandardCharsets.UTF_8));
    commands.flush();
    return String.valueOf(answers.readLine());
  }

  static String field(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    if (!matcher.find()) {
      throw new AssertionError("no `" + name + "` in " + json);
    }
    return matcher.group(1);
  }

  @Override
  public void close() throws Exception {
    commands.close();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
