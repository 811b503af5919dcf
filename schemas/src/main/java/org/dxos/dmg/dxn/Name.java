package org.dxos.dmg.dxn;

import java.util.Optional;
import org.dxos.dmg.error.FormatException;

/**
 * The name of a module, a function, an API and so on, without a selector: {@code
 * org.dxos/function/universal-indexer}. Ordered by its text.
 *
 * @param local one to four segments of kebab-case, joined by {@code /}
 */
public record Name(Authority authority, Kind kind, String local) implements Comparable<Name> {

  /** Longest name in octets, {@code ~id} not counted: what an NSID may have. */
  public static final int MAX_LENGTH = 317;

  /**
   * @throws FormatException with code {@code NAME_SYNTAX} if {@code local} or the whole is not a
   *     name
   */
  public Name {
    try {
      NameReader.requireLocal(local, 0);
      NameReader.requireLength(authority, kind, local, 0);
    } catch (Refusal refusal) {
      throw Refusal.explain("local name", local, refusal.refused());
    }
  }

  /**
   * Reads {@code authority/kind/local}. The domain is folded to lower case, so that whoever wants
   * the canonical text compares {@link #toString} with what was read; labels that begin with {@code
   * xn--} are refused.
   *
   * @throws FormatException with code {@code NAME_SYNTAX}, the detail code and the offset
   */
  public static Name parse(String text) {
    return parse(text, Punycode.REFUSED);
  }

  /** As {@link #parse(String)}, by this policy. */
  public static Name parse(String text, Punycode punycode) {
    try {
      NameReader.requireInput(text);
      return NameReader.name(text, 0, punycode);
    } catch (Refusal refusal) {
      throw Refusal.explain("name", text, refusal.refused());
    }
  }

  /** {@code kind/local}: the name within its authority. */
  public String path() {
    return kind.text() + "/" + local;
  }

  /**
   * The dotted form, {@code org.dxos.function.universalIndexer}; none for a key authority, for one
   * exact claim, and where reading it back would give another name.
   */
  public Optional<String> nsid() {
    return Nsid.of(this);
  }

  /** The name as a URI. */
  public String dxnUri() {
    return "dxn://" + this;
  }

  @Override
  public int compareTo(Name other) {
    return toString().compareTo(other.toString());
  }

  /** {@code authority/kind/local}, the canonical spelling. */
  @Override
  public String toString() {
    return authority.text() + "/" + kind.text() + "/" + local;
  }
}
