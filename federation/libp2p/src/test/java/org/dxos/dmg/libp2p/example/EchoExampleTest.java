package org.dxos.dmg.libp2p.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EchoExampleTest {
  @Test
  void theExampleOfTheReadmeRuns() throws Exception {
    assertEquals("hello", EchoExample.run("hello"));
  }
}
