package org.dxos.dmg.manifest;

import java.util.Optional;

/**
 * One thing that is wrong with a manifest.
 *
 * @param pointer where, as an RFC 6901 JSON pointer; a field that is missing is pointed at
 * @param found the value there, abbreviated
 * @param expected what it could be
 * @param hint the next step, if one can be named
 */
public record Finding(String pointer, String found, String expected, Optional<String> hint) {

  /** One line, without the hint. */
  public String message() {
    String place = pointer.isEmpty() ? "at the top" : "at `" + pointer + "`";
    return place + ": found " + found + ", expected " + expected;
  }
}
