package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes and commands as processes, as people run them. */
class NodeProcessTest {

  @TempDir Path temp;

  private Path function() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("echo"));
    Files.writeString(
        folder.resolve("index.js"), "export const handler = async ({ data }) => data;\n");
    Files.writeString(folder.resolve("tool.sh"), "#!/bin/sh\necho hello\n");
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "com.example/function/echo", "version": "1.0.0",
         "runtimes": [{"runtime": "nodejs", "bundle": ".", "exec": ["tool.sh"]}]}
        """);
    return folder;
  }

  @Test
  void secondMachineWithLockAndUrlGetsEqualBytes() throws Exception {
    Path first = temp.resolve("first");
    Path second = temp.resolve("second");
    try (NodeProcess node = NodeProcess.start(temp.resolve("home"))) {
      ok(
          List.of(
              "publish",
              function().toString(),
              "--node",
              node.url(),
              "--home",
              temp.resolve("author").toString()));
      ok(
          List.of(
              "install",
              "com.example/function/echo@^1",
              "--into",
              first.toString(),
              "--node",
              node.url(),
              "--home",
              temp.resolve("a").toString()));
      ok(
          List.of(
              "install",
              "--lock",
              first.resolve("dmg.lock").toString(),
              "--into",
              second.toString(),
              "--node",
              node.url(),
              "--home",
              temp.resolve("b").toString()));
    }
    Map<String, byte[]> a = files(first);
    Map<String, byte[]> b = files(second);
    assertEquals(a.keySet(), b.keySet());
    a.forEach((path, bytes) -> assertArrayEquals(bytes, b.get(path), path));
    assertTrue(
        a.containsKey("modules/com.example/function/echo/1.0.0/tool.sh"), a.keySet().toString());
    assertTrue(
        Files.isExecutable(second.resolve("modules/com.example/function/echo/1.0.0/tool.sh")));
    assertFalse(
        Files.isExecutable(second.resolve("modules/com.example/function/echo/1.0.0/index.js")));
    // The node is gone; what is installed is verified from the disk alone, and a changed byte is
    // found.
    ok(List.of("verify", second.toString(), "--home", temp.resolve("b").toString()));
    Files.writeString(
        second.resolve("modules/com.example/function/echo/1.0.0/index.js"),
        "export const handler = evil;\n");
    NodeProcess.Finished bad =
        NodeProcess.run(
            List.of("verify", second.toString(), "--home", temp.resolve("b").toString()));
    assertEquals(5, bad.code(), bad.err());
    assertTrue(bad.err().contains("verify bundle of `com.example/function/echo@1.0.0`"), bad.err());
  }

  @Test
  void homeInUseAndPortInUseAreToldWithTheNextStep() throws Exception {
    Path home = temp.resolve("home");
    try (NodeProcess node = NodeProcess.start(home)) {
      NodeProcess.Finished locked =
          NodeProcess.run(List.of("node", "--port", "0", "--home", home.toString()));
      assertEquals(4, locked.code(), locked.err());
      assertTrue(locked.err().contains("it is in use by process " + node.pid()), locked.err());
      assertTrue(locked.err().contains("hint: "), locked.err());

      String port = node.url().substring(node.url().lastIndexOf(':') + 1);
      NodeProcess.Finished taken =
          NodeProcess.run(
              List.of("node", "--port", port, "--home", temp.resolve("other").toString()));
      assertEquals(1, taken.code(), taken.err());
      assertTrue(taken.err().contains("the port is in use"), taken.err());
      assertTrue(taken.err().contains("--port"), taken.err());

      // Commands on the same home find the node and talk to it.
      NodeProcess.Finished status = NodeProcess.run(List.of("status", "--home", home.toString()));
      assertTrue(status.out().contains(node.url()), status.out());
    }
    assertFalse(
        Files.exists(home.resolve("node.json")), "the node takes its file away when it stops");
  }

  @Test
  void openAddressNeedsToken() throws Exception {
    NodeProcess.Finished open =
        NodeProcess.run(
            List.of(
                "node",
                "--host",
                "0.0.0.0",
                "--port",
                "0",
                "--home",
                temp.resolve("home").toString()));
    assertEquals(2, open.code(), open.err());
    assertTrue(open.err().contains("--token-file"), open.err());
  }

  @Test
  void nodeOnEveryAddressAnswersToAddressesAndNotToNames() throws Exception {
    Path home = temp.resolve("home");
    Path token = Files.writeString(temp.resolve("token"), "a-token-of-enough-letters\n");
    try (NodeProcess node =
        NodeProcess.start(home, "--host", "0.0.0.0", "--token-file", token.toString())) {
      NodeProcess.Finished status = NodeProcess.run(List.of("status", "--home", home.toString()));
      assertEquals(0, status.code(), status.err());
      assertTrue(status.out().contains(node.url()), status.out());
      assertTrue(answerToHost(node, "192.0.2.7").startsWith("HTTP/1.1 200 "));
      assertTrue(answerToHost(node, "[2001:db8::7]:80").startsWith("HTTP/1.1 200 "));
      assertTrue(answerToHost(node, "example.org").startsWith("HTTP/1.1 403 "));
    }
  }

  private static String answerToHost(NodeProcess node, String host) throws IOException {
    URI url = URI.create(node.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      String request = "GET /v1/status HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void nothingAcknowledgedIsLostWhenTheNodeIsKilledAtAnyTimeOrCall() throws Exception {
    boolean atCalls = Syscalls.available();
    CrashDriver.Report report =
        CrashDriver.run(
            temp.resolve("crash"),
            Integer.getInteger("dmg.kills", 5),
            atCalls ? Integer.getInteger("dmg.kills.syscall", 6) : 0,
            7,
            System.err);
    System.err.println(report);
    assertEquals(0, report.lost(), report.toString());
    assertEquals(0, report.half(), report.toString());
    assertTrue(report.acknowledged() > 0, report.toString());
    assumeTrue(atCalls, "strace may not look into processes here: killed by time alone");
    assertTrue(report.atCalls() > 0, report.toString());
  }

  @Test
  void aNodeThatShowsLessThanItDidIsNotBelieved() throws Exception {
    Path home = temp.resolve("home");
    Path yesterday = temp.resolve("yesterday");
    Path module = function();
    List<String> reader = List.of("--home", temp.resolve("reader").toString());
    try (NodeProcess node = NodeProcess.start(home)) {
      ok(
          List.of(
              "publish",
              module.toString(),
              "--node",
              node.url(),
              "--home",
              temp.resolve("author").toString()));
    }
    copy(home, yesterday);
    try (NodeProcess node = NodeProcess.start(home)) {
      ok(
          List.of(
              "yank",
              "com.example/function/echo@1.0.0",
              "--reason",
              "loses mail",
              "--node",
              node.url(),
              "--home",
              temp.resolve("author").toString()));
      NodeProcess.Finished met =
          NodeProcess.run(with(reader, "resolve", "com.example/function/echo@1.0.0", node.url()));
      assertEquals(0, met.code(), met.err());
      assertTrue(met.err().contains("first sight of authority `com.example`"), met.err());
    }
    try (NodeProcess node = NodeProcess.start(yesterday)) {
      for (String command : List.of("resolve", "versions", "closure")) {
        NodeProcess.Finished refused =
            NodeProcess.run(with(reader, command, "com.example/function/echo", node.url()));
        assertEquals(5, refused.code(), refused.err());
        assertTrue(
            refused.err().contains("seen head") && refused.err().contains("of epoch 0"),
            refused.err());
      }
      // Who was not there yesterday cannot know.
      ok(
          with(
              List.of("--home", temp.resolve("stranger").toString()),
              "resolve",
              "com.example/function/echo",
              node.url()));
    }
  }

  private static List<String> with(List<String> more, String command, String name, String url) {
    List<String> arguments = new java.util.ArrayList<>(List.of(command, name, "--node", url));
    arguments.addAll(more);
    return arguments;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  private static void ok(List<String> arguments) throws Exception {
    NodeProcess.Finished finished = NodeProcess.run(arguments);
    assertEquals(0, finished.code(), finished.err());
  }

  private static Map<String, byte[]> files(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        files.put(folder.relativize(path).toString(), Files.readAllBytes(path));
      }
    }
    return files;
  }
}
