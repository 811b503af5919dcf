package org.dxos.dmg.dxn;

import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.version.Version;

/**
 * Tells the forms apart and reads each. The first of {@code : / @} decides: a colon makes a scheme,
 * an older form or a versioned NSID; a slash makes a name; neither makes an NSID or a CID.
 */
final class DxnReader {

  private static final int MAX_TAG = 32;

  private final String input;
  private final Punycode punycode;

  DxnReader(String input, Punycode punycode) {
    this.input = input;
    this.punycode = punycode;
  }

  DxnResult.Parsed read() {
    NameReader.requireInput(input);
    int mark = firstOf(":/@");
    if (mark < input.length() && input.charAt(mark) == ':') {
      return withColon(mark);
    }
    int at = input.indexOf('@');
    int nameEnd = at < 0 ? input.length() : at;
    if (input.lastIndexOf('/', nameEnd) >= 0) {
      return slashForm(0, nameEnd, false);
    }
    return bare(nameEnd);
  }

  private int firstOf(String marks) {
    int i = 0;
    while (i < input.length() && marks.indexOf(input.charAt(i)) < 0) {
      i++;
    }
    return i;
  }

  private DxnResult.Parsed withColon(int colon) {
    String head = input.substring(0, colon);
    boolean slashes = input.startsWith("//", colon + 1);
    if (head.equals("wrn")) {
      throw new Refusal(DxnError.LEGACY_WRN, 0, "a DXN; this is a WRN, as DXOS had before DXNS");
    }
    if (head.equals("dxn")) {
      return slashes ? uri(colon + 3) : dxosForm(colon + 1);
    }
    if (slashes) {
      if (head.equals("ipfs")) {
        int from = colon + 3;
        return cid(from);
      }
      throw new Refusal(DxnError.SCHEME_UNKNOWN, 0, "`dxn://`, `dxn:` or `ipfs://`");
    }
    boolean path = input.indexOf('/', colon) >= 0;
    if (head.equals("dxos") || (path && isDxnsAuthority(head))) {
      throw new Refusal(DxnError.LEGACY_DXNS, 0, "a DXN; this is a name of the DXNS registry");
    }
    if (head.indexOf('.') < 0) {
      throw new Refusal(DxnError.SCHEME_UNKNOWN, 0, "`dxn://`, `dxn:` or `ipfs://`");
    }
    return versionedNsid(0, colon);
  }

  /** DXNS had a domain name, or the hash of one's key, before the colon. */
  private static boolean isDxnsAuthority(String head) {
    for (int i = 0; i < head.length(); i++) {
      char c = head.charAt(i);
      if (!NameReader.isLetter(c) && !NameReader.isDigit(c) && c != '-' && c != '.') {
        return false;
      }
    }
    return !head.isEmpty();
  }

  private DxnResult.Parsed uri(int from) {
    int at = input.indexOf('@', from);
    int nameEnd = at < 0 ? input.length() : at;
    int percent = input.indexOf('%', from);
    if (percent >= 0 && percent < nameEnd) {
      throw new Refusal(DxnError.PERCENT, percent, "no percent-encoding in the name");
    }
    return slashForm(from, nameEnd, true);
  }

  private DxnResult.Parsed slashForm(int from, int nameEnd, boolean encoded) {
    Name name = NameReader.name(input.substring(from, nameEnd), from, punycode);
    Selector selector =
        nameEnd == input.length() ? Selector.LATEST : selector(nameEnd + 1, encoded);
    return new DxnResult.Parsed(new Dxn.Named(name, selector), Form.NAME);
  }

  private Selector selector(int from, boolean encoded) {
    int second = input.indexOf('@', from);
    if (second >= 0) {
      throw new Refusal(DxnError.SELECTOR_DUP, second, "one selector");
    }
    String text = input.substring(from);
    if (encoded) {
      Percent.Decoded decoded = Percent.decode(text, from);
      try {
        return SelectorReader.read(decoded.text());
      } catch (Refusal refusal) {
        throw moved(refusal, decoded.offset(refusal.refused().offset()));
      }
    }
    requireSelectorCharacters(text, from);
    try {
      return SelectorReader.read(text);
    } catch (Refusal refusal) {
      throw moved(refusal, from + refusal.refused().offset());
    }
  }

  private static Refusal moved(Refusal refusal, int offset) {
    return new Refusal(refusal.refused().code(), offset, refusal.refused().expected());
  }

  private static void requireSelectorCharacters(String text, int from) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ' ') {
        NameReader.requireNameCharacters(String.valueOf(c), from + i);
      }
    }
  }

  private DxnResult.Parsed dxosForm(int from) {
    if (input.startsWith("echo:", from)) {
      throw new Refusal(DxnError.LEGACY_ECHO, from, "a name; this is an object in an ECHO space");
    }
    if (input.startsWith("queue:", from)) {
      throw new Refusal(DxnError.LEGACY_QUEUE, from, "a name; this is an item of a queue");
    }
    int start = input.startsWith("type:", from) ? from + "type:".length() : from;
    int colon = input.indexOf(':', start);
    return colon < 0 ? nsid(start, input.length(), Selector.LATEST) : versionedNsid(start, colon);
  }

  private DxnResult.Parsed versionedNsid(int from, int colon) {
    Name name = Nsid.read(nsidText(from, colon), from, punycode);
    try {
      Version version = Version.parse(input.substring(colon + 1));
      if (!version.isPrerelease()) {
        return new DxnResult.Parsed(new Dxn.Named(name, new Selector.Exact(version)), Form.NSID);
      }
    } catch (FormatException e) {
      // told below, with what is wanted here
    }
    throw new Refusal(DxnError.NSID_VERSION, colon + 1, "three numbers, `x.y.z`");
  }

  private DxnResult.Parsed nsid(int from, int end, Selector selector) {
    Name name = Nsid.read(nsidText(from, end), from, punycode);
    return new DxnResult.Parsed(new Dxn.Named(name, selector), Form.NSID);
  }

  private String nsidText(int from, int end) {
    String text = input.substring(from, end);
    NameReader.requireNameCharacters(text, from);
    return text;
  }

  /** Neither colon nor slash before the selector: an NSID, a CID, or an authority all alone. */
  private DxnResult.Parsed bare(int nameEnd) {
    String head = nsidText(0, nameEnd);
    if (head.isEmpty()) {
      throw new Refusal(DxnError.AUTHORITY_EMPTY, 0, "a name, an NSID or a CID");
    }
    if (head.indexOf('.') < 0) {
      if (head.length() > MAX_TAG && !head.startsWith("k51")) {
        return cid(0);
      }
      throw new Refusal(DxnError.KIND_MISSING, nameEnd, "`/` and a kind, or a whole CID");
    }
    Name name = Nsid.read(head, 0, punycode);
    Selector selector = nameEnd == input.length() ? Selector.LATEST : selector(nameEnd + 1, false);
    return new DxnResult.Parsed(new Dxn.Named(name, selector), Form.NSID);
  }

  private DxnResult.Parsed cid(int from) {
    try {
      return new DxnResult.Parsed(
          new Dxn.ByCid(SelectorReader.cid(input.substring(from))), Form.CID);
    } catch (Refusal refusal) {
      throw moved(refusal, from);
    }
  }
}
