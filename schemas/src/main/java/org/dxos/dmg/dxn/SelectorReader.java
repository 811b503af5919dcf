package org.dxos.dmg.dxn;

import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.RangeError;
import org.dxos.dmg.version.RangeResult;

/** Reads a selector, whose kind its first octet and its length decide. Offsets are its own. */
final class SelectorReader {

  private static final int MAX_TAG = 32;
  private static final int MIN_TAG = 2;

  private SelectorReader() {}

  static Selector read(String text) {
    if (!text.isEmpty() && isRangeStart(text.charAt(0))) {
      return range(text);
    }
    if (text.length() > MAX_TAG) {
      return new Selector.ByCid(cid(text));
    }
    return new Selector.Tag(requireTag(text));
  }

  private static boolean isRangeStart(char c) {
    return NameReader.isDigit(c) || "^~><=*".indexOf(c) >= 0;
  }

  private static Selector range(String text) {
    return switch (Range.read(text)) {
      case RangeResult.Parsed(Range range) ->
          range
              .exact()
              .<Selector>map(Selector.Exact::new)
              .orElseGet(() -> new Selector.InRange(range));
      case RangeResult.Refused(RangeError code, int offset, String expected) ->
          throw new Refusal(
              switch (code) {
                case SYNTAX -> DxnError.RANGE_SYNTAX;
                case LEADING_ZERO -> DxnError.VERSION_LEADING_ZERO;
                case BUILD -> DxnError.VERSION_BUILD;
              },
              offset,
              expected);
    };
  }

  static Cid cid(String text) {
    try {
      return Cid.parse(text);
    } catch (FormatException e) {
      throw new Refusal(
          DxnError.CID_INVALID,
          0,
          "a CID of raw, dag-pb or dag-cbor with sha2-256, in base32 `b…` or as version 0 `Qm…`");
    }
  }

  /**
   * LC *( LC / DIGIT ) *( ( "-" / "." ) 1*( LC / DIGIT ) ), 2 to 32 octets, not "v" and a digit.
   */
  static String requireTag(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean joint =
          (c == '-' || c == '.')
              && i > 0
              && i < text.length() - 1
              && NameReader.isLetter(text.charAt(i - 1)) | NameReader.isDigit(text.charAt(i - 1));
      if (!NameReader.isLower(c) && !(NameReader.isDigit(c) && i > 0) && !joint) {
        throw new Refusal(
            DxnError.TAG_SYNTAX,
            i,
            i == 0
                ? "a version, a range, a CID or a tag"
                : "a-z, 0-9, or one `-` or `.` between them");
      }
    }
    if (text.length() < MIN_TAG || text.length() > MAX_TAG) {
      throw new Refusal(
          DxnError.TAG_SYNTAX,
          Math.min(text.length(), MAX_TAG),
          "a tag of " + MIN_TAG + " to " + MAX_TAG + " octets");
    }
    if (text.charAt(0) == 'v' && NameReader.isDigit(text.charAt(1))) {
      throw new Refusal(DxnError.TAG_SYNTAX, 0, "a version without `v`, or a tag");
    }
    return text;
  }
}
