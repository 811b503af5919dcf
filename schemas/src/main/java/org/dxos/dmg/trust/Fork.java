package org.dxos.dmg.trust;

import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;

/**
 * The proof that one log has two continuations: two envelopes for one slot. Not signed, as anybody
 * who reads the two sees it.
 *
 * @param kind the log that forked
 * @param genesis the authority id; for a space's log, the space's id
 * @param space of a head's chain that is not public; only there
 * @param a envelope of the body with the lower CID, which {@link #requireSides} checks
 * @param b envelope of the other
 */
public record Fork(Kind kind, Cid genesis, Optional<Cid> space, Cid a, Cid b) {

  public static final String TYPE = "dmg/fork/1";

  /** Four links and three words stay far below. */
  public static final int MAX_BYTES = 1024;

  /** A log that can fork. */
  public enum Kind {
    KEY,
    HEAD,
    SPACE;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Kind of(String text) {
      return switch (text) {
        case "key" -> KEY;
        case "head" -> HEAD;
        case "space" -> SPACE;
        default -> throw invalid("kind `" + Quoted.of(text) + "`, expected key, head or space");
      };
    }
  }

  public Fork {
    Rules.link("genesis", genesis);
    Rules.link("space", space);
    Rules.link("a", a);
    Rules.link("b", b);
    if (space.isPresent() && kind != Kind.HEAD) {
      throw invalid("a fork of kind " + kind.text() + " with `space`, which only heads have");
    }
    if (a.equals(b)) {
      throw invalid("both sides are `" + a + "`");
    }
  }

  /** The proof of two envelopes, in whichever order they come. */
  public static Fork of(Kind kind, Cid genesis, Optional<Cid> space, Envelope one, Envelope other) {
    boolean ordered = one.body().compareTo(other.body()) < 0;
    Envelope a = ordered ? one : other;
    Envelope b = ordered ? other : one;
    Fork fork = new Fork(kind, genesis, space, DagCbor.cid(a.encode()), DagCbor.cid(b.encode()));
    fork.requireSides(a, b);
    return fork;
  }

  /**
   * Checks that {@code first} and {@code second} are the two sides, in the one order of a proof.
   *
   * @throws FormatException with {@link ErrorCode#BODY_INVALID} if an envelope is not the one
   *     linked, or the body of {@code a} does not have the lower CID
   */
  public void requireSides(Envelope first, Envelope second) {
    if (!DagCbor.cid(first.encode()).equals(a) || !DagCbor.cid(second.encode()).equals(b)) {
      throw invalid("an envelope that is not the one linked");
    }
    if (first.body().compareTo(second.body()) >= 0) {
      throw invalid(
          "side a has body `"
              + first.body()
              + "`, expected one with a lower CID than `"
              + second.body()
              + "`");
    }
  }

  /** The block. */
  public byte[] encode() {
    return DagCbor.encode(
        new MapBuilder()
            .put("type", TYPE)
            .put("kind", kind.text())
            .put("genesis", Node.of(genesis))
            .put("space", space, Node::of)
            .put("a", Node.of(a))
            .put("b", Node.of(b))
            .build());
  }

  /**
   * Decodes the block of a proof.
   *
   * @throws FormatException if it is anything else
   */
  public static Fork decode(byte[] block) {
    if (block.length > MAX_BYTES) {
      throw new FormatException(
          ErrorCode.TOO_LARGE, "read fork: " + block.length + " bytes, at most " + MAX_BYTES);
    }
    Fields fields = Fields.of("fork", ErrorCode.BODY_INVALID, DagCbor.decode(block));
    String type = fields.text("type");
    if (!type.equals(TYPE)) {
      throw fields.error("has type `" + Quoted.of(type) + "`, expected `" + TYPE + "`");
    }
    Fork fork =
        new Fork(
            Kind.of(fields.text("kind")),
            fields.link("genesis"),
            fields.optionalLink("space"),
            fields.link("a"),
            fields.link("b"));
    fields.end();
    return fork;
  }

  private static FormatException invalid(String what) {
    return new FormatException(ErrorCode.BODY_INVALID, "read fork: " + what);
  }
}
