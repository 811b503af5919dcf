package org.dxos.dmg.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

  @Test
  void messageOfAFailureIsOneLineOfBoundedLength() {
    FormatException failure =
        new FormatException(
            ErrorCode.BODY_INVALID, "read a\r\nb\u001b[0m\u0085\u2029\u2066é" + "x".repeat(5_000));
    assertEquals(
        "read a\\u000d\\u000ab\\u001b[0m\\u0085\\u2029\\u2066éxxx",
        failure.message().substring(0, 50));
    assertTrue(failure.message().length() < 2_100);
  }
}
