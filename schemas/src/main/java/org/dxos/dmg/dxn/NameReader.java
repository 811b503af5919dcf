package org.dxos.dmg.dxn;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.Multibase;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.error.FormatException;

/**
 * Reads names and their parts. Every method takes the offset at which its text stands in the whole
 * input, and tells it in its refusals.
 */
final class NameReader {

  static final String AUTHORITY_ID = "`~` and the base32 CID of an authority's genesis (dag-cbor)";

  private static final int MAX_LABEL = 63;
  private static final int MAX_DOMAIN = 253;
  private static final int MAX_SEGMENT = 63;
  private static final int MAX_SEGMENTS = 4;
  private static final int KEY_LENGTH = 62;

  private static final String KINDS =
      Arrays.stream(Kind.values()).map(kind -> "`" + kind + "`").collect(Collectors.joining(", "));

  private NameReader() {}

  /** The rules for every input, before its parts are looked at: length, ASCII, no white space. */
  static void requireInput(String input) {
    if (octets(input) > Dxn.MAX_INPUT) {
      throw new Refusal(DxnError.TOO_LONG, Dxn.MAX_INPUT, "at most " + Dxn.MAX_INPUT + " octets");
    }
    for (int i = 0; i < input.length(); i++) {
      char c = input.charAt(i);
      if (c == '\t' || c == '\n' || c == '\r') {
        throw new Refusal(DxnError.WHITESPACE, i, "no white space");
      }
      if (c < 0x20 || c >= 0x7f) {
        throw new Refusal(
            DxnError.BAD_CHAR, i, "printable ASCII, found U+%04X".formatted(input.codePointAt(i)));
      }
    }
    if (input.startsWith(" ") || input.endsWith(" ")) {
      int at = input.startsWith(" ") ? 0 : input.length() - 1;
      throw new Refusal(DxnError.WHITESPACE, at, "no space before or after");
    }
  }

  private static int octets(String input) {
    if (input.length() > Dxn.MAX_INPUT) {
      return input.length(); // already over; a character has one octet or more
    }
    int octets = 0;
    for (int i = 0; i < input.length(); i++) {
      char c = input.charAt(i);
      octets += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return octets;
  }

  /** Refuses what stands in no name, wherever it stands. */
  static void requireNameCharacters(String text, int offset) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ') {
        throw new Refusal(DxnError.WHITESPACE, offset + i, "no space in a name");
      }
      if (!isLetter(c) && !isDigit(c) && "-./~_:@+^<>=*|".indexOf(c) < 0) {
        throw new Refusal(
            DxnError.BAD_CHAR,
            offset + i,
            "a character of a name, found `%c` (U+%04X)".formatted(c, (int) c));
      }
    }
  }

  /** Reads {@code authority/kind/local}. */
  static Name name(String text, int offset, Punycode punycode) {
    requireNameCharacters(text, offset);
    int slash = text.indexOf('/');
    int end = slash < 0 ? text.length() : slash;
    Authority authority = authority(text.substring(0, end), offset, punycode);
    int kindAt = end + 1;
    if (kindAt >= text.length() || text.charAt(kindAt) == '/') {
      throw new Refusal(DxnError.KIND_MISSING, offset + end, "`/` and a kind: " + KINDS);
    }
    int second = text.indexOf('/', kindAt);
    int kindEnd = second < 0 ? text.length() : second;
    Optional<Kind> kind = Kind.of(text.substring(kindAt, kindEnd));
    if (kind.isEmpty()) {
      throw new Refusal(DxnError.KIND_UNKNOWN, offset + kindAt, "a kind: " + KINDS);
    }
    int localAt = kindEnd + 1;
    if (localAt >= text.length()) {
      throw new Refusal(DxnError.LOCAL_MISSING, offset + kindEnd, "`/` and a local name");
    }
    String local = text.substring(localAt);
    requireLocal(local, offset + localAt);
    requireLength(authority, kind.get(), local, offset);
    return new Name(authority, kind.get(), local);
  }

  static Authority authority(String text, int offset, Punycode punycode) {
    if (text.isEmpty()) {
      throw new Refusal(DxnError.AUTHORITY_EMPTY, offset, "a domain in reverse, or a key `k51…`");
    }
    int tilde = text.indexOf('~');
    String base = tilde < 0 ? text : text.substring(0, tilde);
    if (base.startsWith("k51") && base.indexOf('.') < 0) {
      requireKey(base, offset);
      if (tilde >= 0) {
        throw new Refusal(
            DxnError.AUTHORITY_ID, offset + tilde, "no `~` after a key, which has one claim");
      }
      return new Authority.Key(base);
    }
    requireDomain(base, offset, punycode);
    Optional<Cid> claim = tilde < 0 ? Optional.empty() : Optional.of(claim(text, tilde, offset));
    return new Authority.Dns(fold(base), claim);
  }

  private static Cid claim(String text, int tilde, int offset) {
    String id = text.substring(tilde + 1);
    try {
      Cid cid = Cid.parse(id);
      if (isAuthorityId(cid) && cid.toString().equals(id)) {
        return cid;
      }
    } catch (FormatException e) {
      // told below, with what is wanted here
    }
    throw new Refusal(DxnError.AUTHORITY_ID, offset + tilde + 1, AUTHORITY_ID);
  }

  static boolean isAuthorityId(Cid cid) {
    return cid.storable() && cid.codec() == Cid.DAG_CBOR;
  }

  static PeerId requireKey(String text, int offset) {
    if (text.length() == KEY_LENGTH && text.startsWith("k51")) {
      try {
        Cid cid = Cid.fromBytes(Multibase.BASE36.decode(text.substring(1)));
        byte[] bytes = cid.bytes();
        // Version and codec take a byte each; what follows is the multihash.
        PeerId peer = PeerId.ofMultihash(Arrays.copyOfRange(bytes, 2, bytes.length));
        if (cid.codec() == Cid.LIBP2P_KEY && peer.keyAuthority().equals(text)) {
          return peer;
        }
      } catch (FormatException e) {
        // told below, with what is wanted here
      }
    }
    throw new Refusal(
        DxnError.AUTHORITY_KEY, offset, "an Ed25519 key as a libp2p-key CID in base36, `k51…`");
  }

  /**
   * A domain in reverse, in either case: two labels or more, the first of which begins with a
   * letter.
   */
  static void requireDomain(String text, int offset, Punycode punycode) {
    int labels = 0;
    int from = 0;
    while (from <= text.length()) {
      int dot = text.indexOf('.', from);
      int end = dot < 0 ? text.length() : dot;
      requireLabel(text, from, end, labels == 0, offset);
      if (punycode == Punycode.REFUSED && text.regionMatches(true, from, "xn--", 0, 4)) {
        throw new Refusal(
            DxnError.AUTHORITY_PUNYCODE, offset + from, "a label that does not begin with `xn--`");
      }
      labels++;
      from = end + 1;
    }
    if (labels < 2) {
      throw new Refusal(
          DxnError.AUTHORITY_LABEL, offset, "two labels or more, the domain in reverse");
    }
    if (text.length() > MAX_DOMAIN) {
      throw new Refusal(
          DxnError.AUTHORITY_TOO_LONG, offset + MAX_DOMAIN, "at most " + MAX_DOMAIN + " octets");
    }
  }

  private static void requireLabel(String text, int from, int end, boolean first, int offset) {
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      boolean edge = i == from || i == end - 1;
      boolean allowed = isLetter(c) || (isDigit(c) && !(first && i == from)) || (c == '-' && !edge);
      if (!allowed) {
        throw new Refusal(
            DxnError.AUTHORITY_LABEL,
            offset + i,
            first && i == from ? "a letter" : "a letter or a digit, or `-` within a label");
      }
    }
    if (end == from || end - from > MAX_LABEL) {
      throw new Refusal(
          DxnError.AUTHORITY_LABEL,
          offset + Math.min(end, from + MAX_LABEL),
          "a label of 1 to " + MAX_LABEL + " octets");
    }
  }

  static void requireLocal(String local, int offset) {
    int segments = 0;
    int from = 0;
    while (from <= local.length()) {
      int slash = local.indexOf('/', from);
      int end = slash < 0 ? local.length() : slash;
      if (segments == MAX_SEGMENTS) {
        throw new Refusal(
            DxnError.TOO_MANY_SEGMENTS, offset + from - 1, "at most " + MAX_SEGMENTS + " segments");
      }
      requireSegment(local, from, end, offset);
      segments++;
      from = end + 1;
    }
  }

  /**
   * kebab-case: words of lower-case letters and digits, the first of which begins with a letter.
   */
  static void requireSegment(String text, int from, int end, int offset) {
    if (end == from) {
      throw new Refusal(DxnError.SEGMENT_EMPTY, offset + from, "a segment");
    }
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      boolean hyphen = c == '-' && i > from && text.charAt(i - 1) != '-' && i < end - 1;
      if (!isLower(c) && !(isDigit(c) && i > from) && !hyphen) {
        throw new Refusal(
            DxnError.SEGMENT_SYNTAX,
            offset + i,
            i == from ? "a lower-case letter" : "a-z, 0-9, or one `-` between them");
      }
    }
    if (end - from > MAX_SEGMENT) {
      throw new Refusal(
          DxnError.SEGMENT_TOO_LONG,
          offset + from + MAX_SEGMENT,
          "a segment of at most " + MAX_SEGMENT + " octets");
    }
  }

  static void requireLength(Authority authority, Kind kind, String local, int offset) {
    int length = authority.base().length() + kind.text().length() + local.length() + 2;
    if (length > Name.MAX_LENGTH) {
      throw new Refusal(
          DxnError.NAME_TOO_LONG,
          offset,
          "a name of at most %d octets, found %d".formatted(Name.MAX_LENGTH, length));
    }
  }

  /** Lower case of ASCII letters only; a domain has no others. */
  static String fold(String domain) {
    if (!hasUpper(domain)) {
      return domain; // as nearly all are
    }
    StringBuilder out = new StringBuilder(domain.length());
    for (int i = 0; i < domain.length(); i++) {
      char c = domain.charAt(i);
      out.append(c >= 'A' && c <= 'Z' ? (char) (c + 0x20) : c);
    }
    return out.toString();
  }

  private static boolean hasUpper(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isUpper(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  static boolean isLower(char c) {
    return c >= 'a' && c <= 'z';
  }

  static boolean isUpper(char c) {
    return c >= 'A' && c <= 'Z';
  }

  static boolean isLetter(char c) {
    return isLower(c) || isUpper(c);
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
