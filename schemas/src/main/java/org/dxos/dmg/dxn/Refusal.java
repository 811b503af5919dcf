package org.dxos.dmg.dxn;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;

/**
 * Carries a refusal from the depth of a reader to the face of this package, which turns it into a
 * value or a {@code FormatException}; it never leaves the package and needs no stack trace.
 */
@SuppressWarnings("serial") // never serialised
final class Refusal extends RuntimeException {

  private final DxnResult.Refused refused;

  Refusal(DxnError code, int offset, String expected) {
    super(expected, null, false, false);
    this.refused = new DxnResult.Refused(code, offset, expected);
  }

  DxnResult.Refused refused() {
    return refused;
  }

  /** The refusal of {@code input} as an exception; {@code subject} is what was to be read. */
  static FormatException explain(String subject, String input, DxnResult.Refused refused) {
    return FormatException.at(
        refused.offset(),
        ErrorCode.NAME_SYNTAX,
        "read %s `%s`: %s at offset %d: expected %s"
            .formatted(
                subject, Quoted.of(input), refused.code(), refused.offset(), refused.expected()),
        hint(refused.code()));
  }

  private static String hint(DxnError code) {
    return switch (code) {
      case SCHEME_UNKNOWN, LEGACY_DXNS, LEGACY_WRN, KIND_MISSING, LOCAL_MISSING ->
          "write `authority/kind/name`, such as `org.dxos/function/universal-indexer`";
      case LEGACY_ECHO, LEGACY_QUEUE ->
          "such a name is for DXOS itself; the registry has functions and modules";
      case AUTHORITY_PUNYCODE -> "an operator's policy can allow such names";
      case PERCENT ->
          "only the selector of a `dxn://` name is percent-encoded: `^` is `%5E`, `|` is `%7C`";
      case TAG_SYNTAX -> "a tag is of a-z, 0-9, `-` and `.`; a version has no `v` before it";
      default -> "";
    };
  }
}
