package org.dxos.dmg.version;

/** What reading a range comes to. */
public sealed interface RangeResult {

  record Parsed(Range range) implements RangeResult {}

  /**
   * @param offset the character of the text at which reading ended, from 0
   * @param expected what should have stood there
   */
  record Refused(RangeError code, int offset, String expected) implements RangeResult {}
}
