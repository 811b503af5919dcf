package org.dxos.dmg.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.dxos.dmg.dxn.Name;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentsTest {

  @ParameterizedTest
  @CsvSource({
    "bash, bash",
    "libstdc++6, libstdc-6",
    "g++, g",
    "0ad, x-0ad",
    "libace-7.0.8, libace-7-0-8",
    "PkgConfig, pkgconfig",
    "a+-.b, a-b"
  })
  void nameIsSpelledAsSegment(String name, String segment) {
    assertEquals(segment, Segments.of(name));
  }

  @Test
  void longNameKeepsItsBeginningAndAHash() {
    String at63 = "a".repeat(63);
    assertEquals(at63, Segments.of(at63));
    assertEquals("a".repeat(54) + "-ffe054fe", Segments.of("a".repeat(64)).toString());
    String dashAt54 = "a".repeat(53) + "-" + "b".repeat(20);
    Name.parse("org.debian/module/" + Segments.of(dashAt54));
  }

  @Test
  void ofNamesThatMeetTheFirstInByteOrderKeepsTheBareOne() {
    assertEquals(
        Map.of("x+y", "x-y", "x-y", "x-y-2", "x.y", "x-y-3"),
        Segments.of(List.of("x.y", "x-y", "x+y")));
  }

  @Test
  void numberThatAnotherNameHasByItselfIsPassedOver() {
    assertEquals(
        Map.of("x+y", "x-y", "x-y", "x-y-3", "x-y-2", "x-y-2"),
        Segments.of(List.of("x-y", "x+y", "x-y-2")));
  }
}
