package org.dxos.dmg.trust;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * What the checking constructors of the bodies share. A value that passes them encodes to a block
 * that decodes to it again, whoever made it.
 */
final class Rules {

  /** Any authority will do to read a path, which is the part of a name after it. */
  private static final String ANY_AUTHORITY = "a.a/";

  private Rules() {}

  static void uint(String field, long value) {
    if (value < 0 || value > Fields.MAX_UINT) {
      throw invalid(field, "the integer " + value + ", expected 0 to 2^53 - 1");
    }
  }

  static void text(String field, String value) {
    text(field, value, false);
  }

  static void text(String field, Optional<String> value) {
    value.ifPresent(one -> text(field, one));
  }

  /** Text in which line feeds are allowed. */
  static void prose(String field, String value) {
    text(field, value, true);
  }

  private static void text(String field, String value, boolean lineFeeds) {
    int at = Fields.forbiddenAt(value, lineFeeds);
    if (value.isEmpty() || at >= 0) {
      throw invalid(
          field,
          value.isEmpty()
              ? "an empty text, expected one character or more"
              : "a text with U+%04X at %d, which text may not have"
                  .formatted((int) value.charAt(at), at));
    }
  }

  static void sortedTexts(String field, List<String> values) {
    for (int i = 0; i < values.size(); i++) {
      text(field, values.get(i));
      if (i > 0 && Fields.compareUtf8(values.get(i - 1), values.get(i)) >= 0) {
        throw invalid(field, "texts that are not sorted by bytes and distinct at item " + i);
      }
    }
  }

  /**
   * A link to an envelope, a body, a record or a tree. All of them are dag-cbor: the same bytes
   * under the codec raw would be a second name of one thing.
   */
  static void link(String field, Cid cid) {
    if (!cid.storable() || cid.codec() != Cid.DAG_CBOR) {
      throw invalid(field, "the link `" + cid + "`, expected one to a dag-cbor block");
    }
  }

  static void link(String field, Optional<Cid> cid) {
    cid.ifPresent(one -> link(field, one));
  }

  static void links(String field, List<Cid> cids) {
    cids.forEach(cid -> link(field, cid));
  }

  /** {@code kind/local}, spelled as names spell it. */
  static void path(String field, String path) {
    if (!isPath(path)) {
      throw invalid(field, "the path `" + Quoted.of(path) + "`, expected kind/local");
    }
  }

  static boolean isPath(String path) {
    try {
      return Name.parse(ANY_AUTHORITY + path).path().equals(path);
    } catch (FormatException e) {
      return false;
    }
  }

  /** A whole path, or a prefix that ends in {@code /} and names the kind at least. */
  static boolean isScope(String scope) {
    if (!scope.endsWith("/")) {
      return isPath(scope);
    }
    String prefix = scope.substring(0, scope.length() - 1);
    return Kind.of(prefix).isPresent() || isPath(prefix);
  }

  /** The canonical spelling of a version. */
  static void version(String version) {
    try {
      if (Version.parse(version).toString().equals(version)) {
        return;
      }
    } catch (FormatException e) {
      throw new FormatException(ErrorCode.BODY_INVALID, e.message());
    }
    throw invalid("version", "`" + Quoted.of(version) + "`, expected the canonical spelling");
  }

  /** The canonical spelling of a range. */
  static void range(String range) {
    try {
      if (Range.parse(range).toString().equals(range)) {
        return;
      }
    } catch (FormatException e) {
      throw new FormatException(ErrorCode.BODY_INVALID, e.message());
    }
    throw invalid("range", "`" + Quoted.of(range) + "`, expected the canonical spelling");
  }

  /** The free values of a body; none is the same as no field. */
  static Optional<Node.Map> ext(Optional<Node.Map> ext) {
    ext.ifPresent(
        map -> Fields.of("body", ErrorCode.BODY_INVALID, Node.Map.EMPTY).checkFree("ext", map));
    return ext.filter(map -> !map.entries().isEmpty());
  }

  static FormatException invalid(String field, String found) {
    return new FormatException(
        ErrorCode.BODY_INVALID, "read body: field `" + field + "` has " + found);
  }
}
