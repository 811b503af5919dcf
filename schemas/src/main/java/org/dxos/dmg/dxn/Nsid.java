package org.dxos.dmg.dxn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The dotted form of a name: authority, kind and segments as labels, the last one in camelCase.
 *
 * <p>The kind is the first label, from the third on and not the last, that is one. Where a name's
 * dotted form would be read as another name, it has none.
 */
final class Nsid {

  private static final int KIND_FROM = 2;

  private Nsid() {}

  /** The dotted form of {@code name}, if reading it gives {@code name} again. */
  static Optional<String> of(Name name) {
    if (!(name.authority() instanceof Authority.Dns dns) || dns.claim().isPresent()) {
      return Optional.empty();
    }
    int last = name.local().lastIndexOf('/') + 1;
    String nsid =
        dns.reversedDomain()
            + "."
            + name.kind().text()
            + "."
            + name.local().substring(0, last).replace('/', '.')
            + camel(name.local().substring(last));
    try {
      return name.equals(read(nsid, 0, Punycode.ALLOWED)) ? Optional.of(nsid) : Optional.empty();
    } catch (Refusal refusal) {
      return Optional.empty();
    }
  }

  /** Reads the dotted form. */
  static Name read(String text, int offset, Punycode punycode) {
    List<Integer> starts = labels(text, offset);
    int count = starts.size();
    if (count < 3) {
      throw new Refusal(
          DxnError.NSID_SEGMENTS, offset, "three labels or more: domain in reverse, kind, name");
    }
    requireLabels(text, starts, offset);
    if (text.length() > Name.MAX_LENGTH) {
      throw new Refusal(
          DxnError.NAME_TOO_LONG,
          offset + Name.MAX_LENGTH,
          "a name of at most " + Name.MAX_LENGTH + " octets");
    }
    for (int i = KIND_FROM; i < count - 1; i++) {
      Optional<Kind> kind = Kind.of(text.substring(starts.get(i), starts.get(i + 1) - 1));
      if (kind.isPresent()) {
        return name(text, offset, punycode, starts, i, kind.get());
      }
    }
    throw new Refusal(
        DxnError.KIND_MISSING, offset, "a kind as a label, from the third on and not the last");
  }

  private static Name name(
      String text, int offset, Punycode punycode, List<Integer> starts, int kindAt, Kind kind) {
    String authority = text.substring(0, starts.get(kindAt) - 1);
    NameReader.requireDomain(authority, offset, punycode);
    int localAt = starts.get(kindAt + 1);
    int finalAt = starts.getLast();
    // Each segment in its place first, so that offsets are those of the input.
    for (int i = kindAt + 1; i < starts.size() - 1; i++) {
      NameReader.requireSegment(text, starts.get(i), starts.get(i + 1) - 1, offset);
    }
    String last = text.substring(finalAt);
    String kebab = kebab(last);
    if (!NameReader.isLower(last.charAt(0)) || !camel(kebab).equals(last)) {
      throw new Refusal(DxnError.NSID_SYNTAX, offset + finalAt, "a last label in camelCase");
    }
    String local = text.substring(localAt, finalAt).replace('.', '/') + kebab;
    NameReader.requireLocal(local, offset + localAt);
    Authority dns = new Authority.Dns(NameReader.fold(authority), Optional.empty());
    NameReader.requireLength(dns, kind, local, offset);
    return new Name(dns, kind, local);
  }

  /** Where each label begins. */
  private static List<Integer> labels(String text, int offset) {
    List<Integer> starts = new ArrayList<>();
    starts.add(0);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.') {
        starts.add(i + 1);
      } else if (!NameReader.isLetter(c) && !NameReader.isDigit(c) && c != '-') {
        throw new Refusal(
            DxnError.NSID_SYNTAX, offset + i, "labels of letters, digits and `-`, joined by `.`");
      }
    }
    return starts;
  }

  private static void requireLabels(String text, List<Integer> starts, int offset) {
    for (int i = 0; i < starts.size(); i++) {
      int from = starts.get(i);
      boolean last = i == starts.size() - 1;
      int end = last ? text.length() : starts.get(i + 1) - 1;
      if (end == from || end - from > 63) {
        throw new Refusal(DxnError.NSID_SYNTAX, offset + from, "a label of 1 to 63 octets");
      }
      boolean letterFirst = i == 0 || last;
      if (letterFirst && !NameReader.isLetter(text.charAt(from))) {
        throw new Refusal(DxnError.NSID_SYNTAX, offset + from, "a letter");
      }
      boolean hyphenInLast = last && text.indexOf('-', from) >= 0;
      if (text.charAt(from) == '-' || text.charAt(end - 1) == '-' || hyphenInLast) {
        throw new Refusal(
            DxnError.NSID_SYNTAX, offset + from, "`-` only within a label, and not in the last");
      }
    }
  }

  /** {@code task-create} to {@code taskCreate}. */
  private static String camel(String kebab) {
    StringBuilder out = new StringBuilder(kebab.length());
    boolean word = false;
    for (int i = 0; i < kebab.length(); i++) {
      char c = kebab.charAt(i);
      if (c == '-') {
        word = true;
      } else {
        out.append(word && NameReader.isLower(c) ? (char) (c - 0x20) : c);
        word = false;
      }
    }
    return out.toString();
  }

  /** {@code taskCreate} to {@code task-create}. */
  private static String kebab(String camel) {
    StringBuilder out = new StringBuilder(camel.length() + 8);
    for (int i = 0; i < camel.length(); i++) {
      char c = camel.charAt(i);
      if (NameReader.isUpper(c)) {
        if (i > 0) {
          out.append('-');
        }
        out.append((char) (c + 0x20));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
