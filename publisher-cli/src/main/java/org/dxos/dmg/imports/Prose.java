package org.dxos.dmg.imports;

import java.util.Optional;
import org.dxos.dmg.dagcbor.Fields;

/** Foreign prose as records take it. */
final class Prose {

  private Prose() {}

  /**
   * The text without the characters that records refuse: a tab becomes a space, other controls and
   * the marks that turn the direction of writing, which nobody sees, go. Empty if nothing is left.
   */
  static Optional<String> cleaned(String text) {
    if (Fields.forbiddenAt(text, true) < 0) {
      return text.isBlank() ? Optional.empty() : Optional.of(text);
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\t') {
        out.append(' ');
      } else if (Fields.forbiddenAt(String.valueOf(c), true) < 0) {
        out.append(c);
      }
    }
    return out.toString().isBlank() ? Optional.empty() : Optional.of(out.toString());
  }
}
