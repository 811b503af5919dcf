package org.dxos.dmg.cli;

import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Where picocli writes its help: the terminal's output. */
final class TerminalWriter extends Writer {

  private final Terminal terminal;

  TerminalWriter(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void write(char[] chars, int offset, int length) {
    terminal.bytes(new String(chars, offset, length).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void flush() {
    terminal.flush();
  }

  @Override
  public void close() {
    flush();
  }
}
