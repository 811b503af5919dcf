package org.dxos.dmg.closure;

import java.util.Map;
import java.util.TreeMap;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;

/** {@code dmg.lock}: a closure as canonical JSON, its CID, and the evidence it was solved over. */
public record Lock(Closure closure, Evidence evidence) {

  /**
   * What the closure was solved over.
   *
   * @param at seconds, UTC
   * @param heads authority id to the envelope of its public head
   * @param spaceHeads authority id to the envelope of its head in the space in which it was solved,
   *     for what is released there alone
   * @param policy digest of the local policy
   * @param root of everything the node held
   */
  public record Evidence(
      long at, Map<Cid, Cid> heads, Map<Cid, Cid> spaceHeads, Cid policy, Cid root) {
    public Evidence {
      heads = java.util.Collections.unmodifiableMap(new TreeMap<>(heads));
      spaceHeads = java.util.Collections.unmodifiableMap(new TreeMap<>(spaceHeads));
    }

    /** What was solved over what is public alone. */
    public Evidence(long at, Map<Cid, Cid> heads, Cid policy, Cid root) {
      this(at, heads, Map.of(), policy, root);
    }
  }

  /** The CID of the closure: equal for equal installations. */
  public Cid cid() {
    return closure.cid();
  }

  /** The file, RFC 8785. */
  public byte[] json() {
    return Json.canonical(
        new MapBuilder()
            .put("cid", cid().toString())
            .put("closure", closure.node(cid -> Node.of(cid.toString())))
            .put(
                "evidence",
                new MapBuilder()
                    .put("at", evidence.at())
                    .put("heads", texts(evidence.heads()), cid -> Node.of(cid.toString()))
                    .put("policy", evidence.policy().toString())
                    .put("root", evidence.root().toString())
                    .put("spaceHeads", texts(evidence.spaceHeads()), cid -> Node.of(cid.toString()))
                    .build())
            .build());
  }

  private static Map<String, Cid> texts(Map<Cid, Cid> heads) {
    Map<String, Cid> texts = new TreeMap<>();
    heads.forEach((id, head) -> texts.put(id.toString(), head));
    return texts;
  }

  /**
   * Reads the file.
   *
   * @throws FormatException with {@link ErrorCode#LOCK_INVALID} if it is not well-formed, or the
   *     closure has another CID than it says
   */
  public static Lock parse(byte[] json) {
    try {
      return read(json);
    } catch (FormatException e) {
      throw e.code() == ErrorCode.LOCK_INVALID
          ? e
          : new FormatException(ErrorCode.LOCK_INVALID, "read lock: " + e.message());
    }
  }

  private static Map<Cid, Cid> heads(Fields fields, String name) {
    Map<Cid, Cid> heads = new TreeMap<>();
    fields
        .map(name, node -> Cid.parse(node instanceof Node.Text text ? text.value() : ""))
        .forEach((id, head) -> heads.put(Cid.parse(id), head));
    return heads;
  }

  private static Lock read(byte[] json) {
    Fields fields = Fields.of("lock", ErrorCode.LOCK_INVALID, Json.parse(json));
    Cid cid = Cid.parse(fields.text("cid"));
    Closure closure =
        Closure.fromNode(fields.node("closure"), (inner, field) -> Cid.parse(inner.text(field)));
    Fields inner = Fields.of("lock /evidence", ErrorCode.LOCK_INVALID, fields.node("evidence"));
    Evidence evidence =
        new Evidence(
            inner.uint("at"),
            heads(inner, "heads"),
            heads(inner, "spaceHeads"),
            Cid.parse(inner.text("policy")),
            Cid.parse(inner.text("root")));
    inner.end();
    fields.end();
    Lock lock = new Lock(closure, evidence);
    if (!lock.cid().equals(cid)) {
      throw new FormatException(
          ErrorCode.LOCK_INVALID,
          "read lock: it says closure `" + cid + "`, what it holds is `" + lock.cid() + "`",
          "restore the file, or solve again with `dmg closure`");
    }
    return lock;
  }
}
