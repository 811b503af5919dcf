package org.dxos.dmg.version;

/** Why a text is no range. */
public enum RangeError {
  /** Not the grammar: a character, a part missing, a number over 9 digits, too long. */
  SYNTAX,
  /** A number, or a numeric identifier of a pre-release, begins with a needless zero. */
  LEADING_ZERO,
  /** Build metadata ({@code +…}), which no version here has. */
  BUILD
}
