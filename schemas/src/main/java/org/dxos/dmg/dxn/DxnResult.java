package org.dxos.dmg.dxn;

/** What reading a DXN comes to. */
public sealed interface DxnResult {

  record Parsed(Dxn dxn, Form form) implements DxnResult {}

  /**
   * @param offset the character of the input at which reading ended, from 0
   * @param expected what should have stood there
   */
  record Refused(DxnError code, int offset, String expected) implements DxnResult {}
}
