package org.dxos.dmg.client;

import static org.dxos.dmg.client.RawHttp.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.dxos.dmg.api.Events;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.node.http.HttpServer;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.Link;
import org.junit.jupiter.api.Test;

/** Events go on where a listener was cut off. */
class HttpEventsTest extends HttpScene {

  private List<String> listen(HttpServer server, String path, String header, int events)
      throws IOException {
    int[] left = {events};
    return listen(server, path, header, _ -> --left[0] == 0);
  }

  /** Listens up to an event of some kind. */
  private List<String> listen(HttpServer server, String path, String header, Predicate<String> last)
      throws IOException {
    URI url = URI.create(server.url());
    List<String> lines = new ArrayList<>();
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(bytes("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n" + header + "\r\n"));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      boolean over = false;
      while (!over) {
        String line = in.readLine();
        if (line == null) {
          throw new IOException("closed after " + lines);
        }
        if (line.startsWith("data:") || line.startsWith("id:")) {
          lines.add(line);
          over = line.startsWith("data:") && last.test(line);
        }
      }
      // An id belongs to the event before it; an empty line ends the event.
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        if (line.startsWith("id:")) {
          lines.add(line);
        }
      }
    }
    return lines;
  }

  @Test
  void eventsGoOnAfterTheLastIdWithoutLossOrRepeat() throws IOException {
    List<String> all = listen(open, "/v1/events?since=0", "", 5);
    assertEquals(10, all.size(), all.toString());
    for (int cut = 1; cut < 5; cut++) {
      String id = all.get(2 * cut - 1).substring("id: ".length());
      assertEquals(
          all.subList(2 * cut, 10),
          listen(open, "/v1/events", "Last-Event-ID: " + id + "\r\n", 5 - cut));
      assertEquals(all.subList(2 * cut, 10), listen(open, "/v1/events?since=" + id, "", 5 - cut));
    }
    List<String> ofOne = listen(open, "/v1/events?since=0&prefix=org.one/", "", 1);
    assertTrue(ofOne.getFirst().contains("\"name\":\"org.one/module/lib\""), ofOne.toString());
  }

  @Test
  void aLinkIsToldWhenItIsMadeComesInStepAndEnds() throws IOException {
    try (LocalRegistry other = LocalRegistry.open(folder.resolve("other"), World.real());
        Federation far = other.federate(List.of("/ip4/127.0.0.1/tcp/0"))) {
      far.join(federation.invite(Link.Policy.FULL, 600), Link.Policy.FULL);
      Predicate<String> inStep =
          event ->
              event.contains("\"peer\":\"" + far.peerId())
                  && event.contains("\"connected\":true")
                  && event.contains("\"lag\":0,")
                  && event.contains("\"lastEqualRoot\":\"");
      listen(open, "/v1/peers/events", "", inStep);
      for (int i = 0; i < 1000 && federation.status().getFirst().sent() == 0; i++) {
        LockSupport.parkNanos(20_000_000); // the other asks when it likes
      }
      assertTrue(federation.status().getFirst().sent() > 0);
      List<String> last =
          listen(
              open,
              "/v1/peers/events",
              "",
              event -> {
                federation.remove(far.peerId());
                return event.contains("\"removed\":true");
              });
      assertEquals("data: {\"peer\":\"" + far.peerId() + "\",\"removed\":true}", last.getLast());
    }
  }

  /** A head is one position and many events: a cut inside of it repeats it, and loses nothing. */
  @Test
  void cutInTheMiddleOfAHeadRepeatsTheHeadAndLosesNothing() throws IOException {
    List<Events.Event> all = new ArrayList<>();
    for (int position = 1; position <= 4; position++) {
      for (int i = 0; i < 3; i++) {
        String name = (i == 2 ? "org.b/" : "org.a/") + position + "." + i;
        all.add(new Events.Event(position, new MapBuilder().put("name", name).build()));
      }
    }
    Events events =
        new Events() {
          @Override
          public List<Event> after(long position, int limit) {
            return all.stream().filter(one -> one.position() > position).toList();
          }

          @Override
          public long end() {
            return 4;
          }

          @Override
          public void await(long position, long millis) throws InterruptedException {
            Thread.sleep(50);
          }
        };
    try (HttpServer server =
        HttpServer.start(
            new HttpServer.Config("127.0.0.1", 0, Optional.empty(), Set.of()), registry, events)) {
      for (String prefix : List.of("", "org.a/", "org.b/")) {
        List<String> wanted =
            all.stream()
                .map(one -> new String(Json.canonical(one.data()), StandardCharsets.UTF_8))
                .filter(one -> one.contains("\"" + prefix))
                .map(one -> "data: " + one)
                .toList();
        for (int cut = 1; cut < wanted.size(); cut++) {
          String path = "/v1/events?prefix=" + prefix;
          List<String> before = listen(server, path + "&since=0", "", cut);
          String id =
              before.stream()
                  .filter(line -> line.startsWith("id: "))
                  .reduce("0", (_, line) -> line.substring(4));
          List<String> seen = new ArrayList<>(before);
          int left =
              (int)
                  all.stream()
                      .filter(one -> one.position() > Long.parseLong(id))
                      .map(one -> new String(Json.canonical(one.data()), StandardCharsets.UTF_8))
                      .filter(one -> one.contains("\"" + prefix))
                      .count();
          if (left > 0) {
            seen.addAll(listen(server, path, "Last-Event-ID: " + id + "\r\n", left));
          }
          seen.removeIf(line -> line.startsWith("id:"));
          assertEquals(
              wanted.stream().sorted().toList(),
              seen.stream().distinct().sorted().toList(),
              prefix + cut);
        }
      }
    }
  }
}
