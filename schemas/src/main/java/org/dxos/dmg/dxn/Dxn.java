package org.dxos.dmg.dxn;

import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** What a person asks the registry for: a name and which release of it, or a block. */
public sealed interface Dxn {

  /** Longest input in octets, checked before anything else is. */
  int MAX_INPUT = 512;

  /** The form for where a URI is needed (RDF, JSON-LD): {@code dxn://…} or {@code ipfs://…}. */
  String uri();

  /** {@code org.dxos/function/x@^1.2}; written without {@code @latest}, which is the default. */
  record Named(Name name, Selector selector) implements Dxn {

    @Override
    public String uri() {
      return selector.equals(Selector.LATEST)
          ? name.dxnUri()
          : name.dxnUri() + "@" + Percent.encode(selector.text());
    }

    @Override
    public String toString() {
      return selector.equals(Selector.LATEST) ? name.toString() : name + "@" + selector.text();
    }
  }

  /** A record or a release, by what it is. */
  record ByCid(Cid cid) implements Dxn {
    public ByCid {
      cid.requireStorable();
    }

    @Override
    public String uri() {
      return "ipfs://" + cid;
    }

    @Override
    public String toString() {
      return cid.toString();
    }
  }

  /** Reads any of the forms; labels that begin with {@code xn--} are refused. */
  static DxnResult read(String input) {
    return read(input, Punycode.REFUSED);
  }

  /** As {@link #read(String)}, by this policy. */
  static DxnResult read(String input, Punycode punycode) {
    try {
      return new DxnReader(input, punycode).read();
    } catch (Refusal refusal) {
      return refusal.refused();
    }
  }

  /**
   * As {@link #read(String)}, for where a refusal ends the matter.
   *
   * @throws FormatException with {@link ErrorCode#NAME_SYNTAX}, the detail code and the offset
   */
  static Dxn parse(String input) {
    return switch (read(input)) {
      case DxnResult.Parsed parsed -> parsed.dxn();
      case DxnResult.Refused refused -> throw Refusal.explain("name", input, refused);
    };
  }
}
