package org.dxos.dmg.authority;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;

/** What a key log entry changes, in words: who is asked to sign one has to know. */
public final class Changes {

  private final List<String> lines = new ArrayList<>();

  private Changes() {}

  /**
   * The differences between two entries, a line each.
   *
   * @param before the entry that is followed; empty to say all that {@code after} has
   */
  public static List<String> of(Optional<AuthorityEntry> before, AuthorityEntry after) {
    Changes changes = new Changes();
    changes.keys("owner", before.map(AuthorityEntry::owners), after.owners());
    changes.keys("recovery key", before.map(AuthorityEntry::recovery), after.recovery());
    if (!before.map(AuthorityEntry::home).equals(Optional.of(after.home()))) {
      changes.lines.add(
          "home: peer " + after.home().peer() + ", head key " + after.home().headKey());
    }
    changes.delegates(before.map(AuthorityEntry::delegates).orElse(List.of()), after.delegates());
    after.revoked().stream()
        .filter(one -> !before.map(AuthorityEntry::revoked).orElse(List.of()).contains(one))
        .forEach(
            one ->
                changes.lines.add(
                    "revokes %s, good up to %s: %s"
                        .formatted(
                            one.key(),
                            one.lastGood().map(Cid::toString).orElse("nothing"),
                            one.reason())));
    after.resolves().ifPresent(side -> changes.lines.add("ends the side of " + side));
    return changes.lines;
  }

  private void keys(String what, Optional<KeySet> before, KeySet after) {
    List<PublicKey> old = before.map(KeySet::keys).orElse(List.of());
    after.keys().stream()
        .filter(key -> !old.contains(key))
        .forEach(key -> lines.add("adds " + what + " " + key));
    old.stream()
        .filter(key -> !after.keys().contains(key))
        .forEach(key -> lines.add("takes out " + what + " " + key));
    if (!before.equals(Optional.of(after))) {
      lines.add("%d of %d %ss must sign".formatted(after.threshold(), after.keys().size(), what));
    }
  }

  private void delegates(
      List<AuthorityEntry.Delegate> before, List<AuthorityEntry.Delegate> after) {
    after.stream()
        .filter(one -> !before.contains(one))
        .forEach(
            one ->
                lines.add(
                    "delegate %s: %s on %s until %s"
                        .formatted(
                            one.key(),
                            String.join(
                                "+",
                                one.caps().stream()
                                    .map(cap -> cap.name().toLowerCase(Locale.ROOT))
                                    .toList()),
                            String.join(" ", one.scope()),
                            Instant.ofEpochSecond(one.notAfter()))));
    before.stream()
        .filter(one -> after.stream().noneMatch(other -> other.key().equals(one.key())))
        .forEach(one -> lines.add("takes out delegate " + one.key()));
  }
}
