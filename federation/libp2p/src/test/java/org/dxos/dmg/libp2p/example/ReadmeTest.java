package org.dxos.dmg.libp2p.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.HostConfig;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.resource.Scope;
import org.junit.jupiter.api.Test;

/** What the README shows is code that runs. */
class ReadmeTest {

  private static final Path EXAMPLES =
      Path.of("src", "test", "java", "org", "dxos", "dmg", "libp2p", "example");

  @Test
  void everySnippetIsOfAnExample() throws Exception {
    String examples =
        bare(Files.readString(EXAMPLES.resolve("TourExample.java")))
            + bare(Files.readString(EXAMPLES.resolve("EchoExample.java")));
    List<String> snippets = snippets(Files.readString(Path.of("README.md")));
    assertEquals(5, snippets.size());
    for (String snippet : snippets) {
      // "…" stands for what the reader has of his own.
      for (String part : bare(snippet).split("…")) {
        assertTrue(examples.contains(part), () -> "no example has\n" + part + "\nof\n" + snippet);
      }
    }
  }

  private static List<String> snippets(String readme) {
    List<String> snippets = new ArrayList<>();
    String[] parts = readme.split("```java\n", -1);
    for (int i = 1; i < parts.length; i++) {
      snippets.add(parts[i].substring(0, parts[i].indexOf("```")));
    }
    return snippets;
  }

  private static String bare(String code) {
    return code.replaceAll("\\s+", "");
  }

  @Test
  void theTourRuns() throws Exception {
    assertEquals("hello", TourExample.echo("hello"));
    assertEquals(200, TourExample.blocks(200));
    List<String> scopes = TourExample.spent().stream().map(Scope::name).toList();
    assertTrue(scopes.contains("protocol /echo/1.0.0"), scopes::toString);
    assertTrue(scopes.contains("system"), scopes::toString);
  }

  @Test
  void failuresHaveTheReasonsThatTheReadmeNames() throws Exception {
    HostConfig listening = config().listening(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"));
    try (Host there = Host.start(listening);
        Host here = Host.start(config())) {
      Multiaddr address = there.addresses().getFirst();
      PeerId nobody = Identity.generate(random()).peerId();
      assertEquals(Optional.of(Reason.PEER_IDENTITY), TourExample.failure(here, nobody, address));
      assertEquals(Optional.of(Reason.DIAL_BACKOFF), TourExample.failure(here, nobody, address));
      try (Host gated = Host.start(config().withGater(TourExample.refusing(there.peerId())))) {
        assertEquals(
            Optional.of(Reason.GATED), TourExample.failure(gated, there.peerId(), address));
      }
      // Refused by the other end: the dial succeeds, and the connection ends at once.
      try (Host refused = Host.start(config());
          Host refusing =
              Host.start(
                  config()
                      .listening(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"))
                      .withGater(TourExample.refusing(refused.peerId())))) {
        assertThrows(
            java.io.IOException.class,
            () -> {
              refused.connect(refusing.peerId(), refusing.addresses().getFirst());
              refused.ping(refusing.peerId());
            });
      }
      there.close();
      Multiaddr gone = Multiaddr.parse("/ip4/127.0.0.1/tcp/" + address.tcpPort().orElseThrow());
      assertEquals(
          Optional.of(Reason.UNREACHABLE), TourExample.failure(here, there.peerId(), gone));
    }
  }

  private static java.security.SecureRandom random() {
    return new java.security.SecureRandom();
  }

  private static HostConfig config() {
    return HostConfig.of(Identity.generate(random()), System::nanoTime, random(), 1);
  }
}
