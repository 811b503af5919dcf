package org.dxos.dmg.dxn;

import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/** Which release of a name is meant. */
public sealed interface Selector {

  /** What no selector means: the highest stable version that is not yanked. It cannot be set. */
  Selector LATEST = new Tag("latest");

  /** The selector as it follows {@code @}. */
  String text();

  record Exact(Version version) implements Selector {
    @Override
    public String text() {
      return version.toString();
    }
  }

  /** A range that is not one exact version, which is {@link Exact}. */
  record InRange(Range range) implements Selector {
    @Override
    public String text() {
      return range.toString();
    }
  }

  /**
   * @param name 2 to 32 octets of a-z, 0-9, {@code -} and {@code .}, which is not {@code v} and a
   *     digit
   */
  record Tag(String name) implements Selector {

    /**
     * @throws FormatException with code {@code NAME_SYNTAX} if it is no tag
     */
    public Tag {
      try {
        SelectorReader.requireTag(name);
      } catch (Refusal refusal) {
        throw Refusal.explain("tag", name, refusal.refused());
      }
    }

    @Override
    public String text() {
      return name;
    }
  }

  /** A record, or a release by its envelope. */
  record ByCid(Cid cid) implements Selector {
    public ByCid {
      cid.requireStorable();
    }

    @Override
    public String text() {
      return cid.toString();
    }
  }

  /**
   * Reads a selector by itself, as it stands after {@code @} in the slash form.
   *
   * @throws FormatException with {@link ErrorCode#NAME_SYNTAX}, the detail code and the offset
   */
  static Selector parse(String text) {
    try {
      NameReader.requireInput(text);
      return SelectorReader.read(text);
    } catch (Refusal refusal) {
      throw Refusal.explain("selector", text, refusal.refused());
    }
  }
}
