package org.dxos.dmg.authority;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;

/**
 * A key log entry that not all have signed whom it names. Written as JSON, {@code {"body", "sigs":
 * [{"key", "sig"}]}}, bytes as base64; it holds no secret.
 *
 * @param entry the body
 * @param signatures those there are, sorted by key
 */
public record PartialEntry(AuthorityEntry entry, List<Envelope.Signature> signatures) {

  public PartialEntry {
    signatures = signatures.stream().sorted(Comparator.comparing(Envelope.Signature::key)).toList();
  }

  /** Signs with each key of the signers that {@code keys} has. */
  static PartialEntry of(AuthorityEntry entry, Function<PublicKey, Optional<SigningKey>> keys) {
    return new PartialEntry(entry, List.of()).signed(keys);
  }

  /** This with the signatures of those keys that are still wanted and that {@code keys} has. */
  public PartialEntry signed(Function<PublicKey, Optional<SigningKey>> keys) {
    byte[] message = Body.signedBytes(entry.type(), body());
    List<Envelope.Signature> all = new ArrayList<>(signatures);
    for (PublicKey wanted : wanted()) {
      keys.apply(wanted)
          .ifPresent(key -> all.add(new Envelope.Signature(wanted, key.sign(message))));
    }
    return new PartialEntry(entry, all);
  }

  /** The CID of the body. */
  public Cid body() {
    return DagCbor.cid(entry.encode());
  }

  /** The signers whose signature is not there yet. */
  public List<PublicKey> wanted() {
    List<PublicKey> there = signatures.stream().map(Envelope.Signature::key).toList();
    return entry.signers().stream().filter(key -> !there.contains(key)).toList();
  }

  /** The envelope, once nobody is wanted any more. */
  Envelope envelope() {
    Envelope envelope = new Envelope(body(), signatures);
    envelope.requireSignedBy(entry.type(), entry.signers());
    return envelope;
  }

  /** The JSON. */
  public String toJson() {
    Base64.Encoder base64 = Base64.getEncoder();
    return Json.pretty(
        new MapBuilder()
            .put("body", base64.encodeToString(entry.encode()))
            .put(
                "sigs",
                signatures,
                one ->
                    new MapBuilder()
                        .put("key", one.key().toString())
                        .put("sig", base64.encodeToString(one.bytes()))
                        .build())
            .build());
  }

  /** Reads the JSON; signatures that are not valid are refused. */
  public static PartialEntry parse(String json) {
    Fields fields = Fields.of("partial entry", ErrorCode.JSON_SYNTAX, Json.parse(json));
    byte[] block = decode(fields.text("body"));
    if (!(Body.decode(block) instanceof AuthorityEntry entry)) {
      throw AuthorityException.of(
          "read partial entry: its body is no key log entry", "give the file as it was written");
    }
    List<Envelope.Signature> signatures =
        fields.list(
            "sigs",
            node -> {
              Fields one = Fields.of("partial entry /sigs", ErrorCode.JSON_SYNTAX, node);
              return new Envelope.Signature(key(one.text("key")), decode(one.text("sig")));
            });
    for (Envelope.Signature one : signatures) {
      new Envelope(DagCbor.cid(block), List.of(one))
          .requireSignedBy(entry.type(), List.of(one.key()));
    }
    return new PartialEntry(entry, signatures);
  }

  private static PublicKey key(String hex) {
    try {
      return PublicKey.of(HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      throw AuthorityException.of(
          "read partial entry: a key is not 64 hexadecimal digits",
          "give the file as it was written");
    }
  }

  private static byte[] decode(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw AuthorityException.of(
          "read partial entry: " + e.getMessage(), "give the file as it was written");
    }
  }

  /** The body as a value, for showing. */
  public Node shown() {
    return entry.node();
  }
}
