package org.dxos.dmg.select;

import java.util.List;
import java.util.Optional;

/**
 * What was said of a release after it was made, by those who may.
 *
 * @param yanked why it is chosen only by its exact version or a lock
 * @param withdrawn why it is not chosen at all
 * @param voided true if the key that signed it was revoked since, and the revocation does not keep
 *     it: it is treated as if it were withdrawn
 * @param deprecated what to know before using it; it is chosen as any other
 */
public record Notices(
    Optional<Notice> yanked,
    Optional<Notice> withdrawn,
    boolean voided,
    List<Deprecation> deprecated) {

  /** Nothing was said. */
  public static final Notices NONE =
      new Notices(Optional.empty(), Optional.empty(), false, List.of());

  /**
   * @param reason in the publisher's words
   * @param since seconds, UTC, as the publisher says
   */
  public record Notice(String reason, long since) {}

  /**
   * @param reason in the publisher's words
   * @param successor what to use instead; it may be of another authority
   * @param since seconds, UTC, as the publisher says
   */
  public record Deprecation(String reason, Optional<String> successor, long since) {}

  public Notices {
    deprecated = List.copyOf(deprecated);
  }

  /** Why nothing may resolve to it; empty if it may. */
  public Optional<String> unavailable() {
    return withdrawn
        .map(notice -> "withdrawn: " + notice.reason())
        .or(
            () ->
                voided
                    ? Optional.of("void: the key that signed it was revoked")
                    : Optional.empty());
  }

  /** What a reader should know, one line each. */
  public List<String> warnings(String reference) {
    List<String> lines = new java.util.ArrayList<>();
    unavailable().ifPresent(why -> lines.add("`" + reference + "` is " + why));
    yanked.ifPresent(notice -> lines.add("`" + reference + "` is yanked: " + notice.reason()));
    for (Deprecation one : deprecated) {
      lines.add(
          "`"
              + reference
              + "` is deprecated: "
              + one.reason()
              + one.successor().map(next -> "; use `" + next + "`").orElse(""));
    }
    return lines;
  }
}
