package org.dxos.dmg.trust;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * What the home node signs: the statements it took, in order, and the state tree they lead to.
 *
 * @param genesis the authority id
 * @param space the space's id, for a head of a chain that is not public
 * @param keySeq {@code seq} of the key log entry under which this head stands
 * @param epoch 0 for the first head, else one more than that of {@code prev}
 * @param prev envelope of the head before; absent exactly at epoch 0
 * @param keyHead envelope of the key log entry
 * @param added envelopes of statements, distinct, in the order they were taken
 * @param state root of the state tree after them
 * @param issued seconds, UTC
 * @param expires seconds, UTC; within {@link #MAX_LIFE_SECONDS} of {@code issued}
 * @param ext free values
 */
public record Head(
    Cid genesis,
    Optional<Cid> space,
    long keySeq,
    long epoch,
    Optional<Cid> prev,
    Cid keyHead,
    List<Cid> added,
    Cid state,
    long issued,
    long expires,
    Optional<Node.Map> ext)
    implements Body {

  public static final String TYPE = "dmg/head/1";

  /** A full head: 4,096 links of 41 bytes and the rest. */
  public static final int MAX_BYTES = 256 * 1024;

  public static final int MAX_ADDED = 4096;

  /** 400 days. */
  public static final long MAX_LIFE_SECONDS = 34_560_000;

  public Head {
    added = List.copyOf(added);
    ext = Rules.ext(ext);
    Rules.link("genesis", genesis);
    Rules.link("space", space);
    Rules.link("prev", prev);
    Rules.link("keyHead", keyHead);
    Rules.links("added", added);
    Rules.link("state", state);
    Rules.uint("keySeq", keySeq);
    Rules.uint("epoch", epoch);
    Rules.uint("issued", issued);
    Rules.uint("expires", expires);
    if (prev.isPresent() != (epoch > 0)) {
      throw invalid("epoch " + epoch + (prev.isPresent() ? " with" : " without") + " `prev`");
    }
    if (added.size() > MAX_ADDED) {
      throw invalid(added.size() + " statements added, at most " + MAX_ADDED);
    }
    if (new HashSet<>(added).size() != added.size()) {
      throw invalid("a statement is added twice");
    }
    if (expires <= issued || expires - issued > MAX_LIFE_SECONDS) {
      throw invalid(
          "expires " + (expires - issued) + " s after issued, expected 1 to " + MAX_LIFE_SECONDS);
    }
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<PublicKey> signers() {
    return List.of();
  }

  static Head decode(Node node) {
    Fields fields = Fields.of("head", ErrorCode.BODY_INVALID, node);
    fields.text("type");
    Head head =
        new Head(
            fields.link("genesis"),
            fields.optionalLink("space"),
            fields.uint("keySeq"),
            fields.uint("epoch"),
            fields.optionalLink("prev"),
            fields.link("keyHead"),
            fields.links("added"),
            fields.link("state"),
            fields.uint("issued"),
            fields.uint("expires"),
            fields.ext());
    fields.end();
    return head;
  }

  @Override
  public Node node() {
    return new MapBuilder()
        .put("type", TYPE)
        .put("genesis", Node.of(genesis))
        .put("space", space, Node::of)
        .put("keySeq", keySeq)
        .put("epoch", epoch)
        .put("prev", prev, Node::of)
        .put("keyHead", Node.of(keyHead))
        .put("added", added, Node::of)
        .put("state", Node.of(state))
        .put("issued", issued)
        .put("expires", expires)
        .put("ext", ext, one -> one)
        .build();
  }

  private static FormatException invalid(String what) {
    return new FormatException(ErrorCode.BODY_INVALID, "read head: " + what);
  }
}
