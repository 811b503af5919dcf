package org.dxos.dmg.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;

/**
 * Proof by domain: the TXT records of {@code _dmg.<domain>}, {@code v=dmg1; id=<CID>[;
 * node=<address>]}, else {@code https://<domain>/.well-known/dmg.json}. A key authority and {@code
 * local.*} have no domain.
 */
public final class DomainProof implements NameProof {

  /** Larger answers are no answers. */
  private static final int MAX_WELL_KNOWN = 4096;

  private static final int MAX_RECORDS = 16;

  private final Lookups lookups;

  /** What is asked of the network, so that tests can stand in for it. */
  public interface Lookups {

    /** The TXT records of a name, each joined to one text; none if there are none. */
    List<String> txt(String name);

    /** The body at an https URL, without following anything; empty if there is none. */
    Optional<byte[]> https(String url, int limit);
  }

  public DomainProof(Lookups lookups) {
    this.lookups = lookups;
  }

  @Override
  public Answer ask(String authority) {
    if (!(Authority.parse(authority) instanceof Authority.Dns) || authority.startsWith("local.")) {
      return new Answer.Silent("`" + authority + "` has no domain");
    }
    String domain = domain(authority);
    List<Answer.Names> named = new ArrayList<>();
    for (String text : lookups.txt("_dmg." + domain).stream().limit(MAX_RECORDS).toList()) {
      record(text).ifPresent(named::add);
    }
    if (named.stream().map(Answer.Names::id).distinct().count() > 1) {
      return new Answer.Silent("DNS of `" + domain + "` names several authorities");
    }
    if (!named.isEmpty()) {
      return named.getFirst();
    }
    return lookups
        .https("https://" + domain + "/.well-known/dmg.json", MAX_WELL_KNOWN)
        .map(body -> wellKnown(domain, body))
        .orElseGet(
            () -> new Answer.Silent("neither DNS nor the web site of `" + domain + "` names one"));
  }

  /** The labels of an authority, turned round. */
  static String domain(String authority) {
    return String.join(".", List.of(authority.split("\\.")).reversed());
  }

  /** One TXT record, if it is one of ours and says what it should. */
  static Optional<Answer.Names> record(String text) {
    Optional<String> version = Optional.empty();
    Optional<Cid> id = Optional.empty();
    Optional<String> node = Optional.empty();
    for (String part : text.split(";", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        continue;
      }
      String value = part.substring(equals + 1).strip();
      switch (part.substring(0, equals).strip()) {
        case "v" -> version = Optional.of(value);
        case "id" -> id = parse(value);
        case "node" -> node = Optional.of(value);
        default -> {} // room for what comes
      }
    }
    Optional<String> where = node;
    return version.equals(Optional.of("dmg1"))
        ? id.map(one -> new Answer.Names(one, where))
        : Optional.empty();
  }

  private static Answer wellKnown(String domain, byte[] body) {
    try {
      Fields fields = Fields.of("dmg.json", ErrorCode.JSON_SYNTAX, Json.parse(body));
      Optional<Cid> id = parse(fields.text("id"));
      if (fields.text("v").equals("dmg1") && id.isPresent()) {
        return new Answer.Names(id.get(), fields.optionalText("node"));
      }
      return new Answer.Silent("the web site of `" + domain + "` has a dmg.json of another kind");
    } catch (FormatException e) {
      return new Answer.Silent("the web site of `" + domain + "`: " + e.message());
    }
  }

  private static Optional<Cid> parse(String text) {
    try {
      return Optional.of(Cid.parse(text));
    } catch (FormatException e) {
      return Optional.empty();
    }
  }
}
