package org.dxos.dmg.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class QuotedTest {

  @Test
  void everythingButPrintableAsciiIsEscaped() {
    assertEquals(
        "a b\\u000a\\u001b[31m\\u202e\\u0060\\ud83d\\ude00",
        Quoted.of("a b\n\u001b[31m\u202e`\ud83d\ude00"));
  }

  @Test
  void longTextIsCutOffAfterTheLimit() {
    String atLimit = "a".repeat(Quoted.MAX_SHOWN);
    assertEquals(atLimit, Quoted.of(atLimit));
    assertEquals(atLimit + "...", Quoted.of(atLimit + "b"));
  }
}
