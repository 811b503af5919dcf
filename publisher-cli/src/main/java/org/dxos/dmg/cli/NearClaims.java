package org.dxos.dmg.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.NearNames;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.policy.PolicyFile;

/**
 * Asks before a name is claimed that could be taken for another's: by a slip it would be claimed
 * for good, and on purpose readers would be asked about it anyway.
 */
final class NearClaims {

  private static final String OWNER = "owner-";

  private NearClaims() {}

  /**
   * @throws CommandException with {@link ErrorCode#AUTHORITY_NEW} if the name is near a known one
   *     of somebody else, or with {@link ErrorCode#AUTHORITY_CHANGED} if it is one, and the command
   *     was not told to accept that
   */
  static void require(Session session, Registry registry, String authority) {
    Map<String, Cid> met = new TreeMap<>(session.seen().names());
    met.putAll(new PolicyFile(session.home()).current().pins());
    // That a registry shows nothing of it does not make the name free.
    Optional<Cid> meant = Optional.ofNullable(met.get(authority));
    if (meant.isPresent() && !session.accepts()) {
      throw new CommandException(
          ErrorCode.AUTHORITY_CHANGED,
          "claim `%s`: here it is authority `%s`, and %s does not hold that"
              .formatted(authority, meant.get(), registry.place()),
          "publish at a node that holds it; to make a second claim to the name, give --accept");
    }
    Set<String> known = new TreeSet<>(met.keySet());
    Claim.named(registry.status()).forEach(known::add);
    List<String> own =
        session.keys().list().stream()
            .map(KeyRing.Listed::name)
            .filter(name -> name.startsWith(OWNER))
            .map(name -> name.substring(OWNER.length()))
            .toList();
    own.forEach(known::remove);
    Optional<String> near = NearNames.confusable(authority, known);
    if (near.isPresent() && !session.accepts()) {
      throw new CommandException(
          ErrorCode.AUTHORITY_NEW,
          "claim `%s`: its name is near `%s`, which is known here and somebody else's"
              .formatted(authority, near.get()),
          "correct the name; if it is what you mean, give --accept");
    }
  }
}
