package org.dxos.dmg.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * What was said of releases after they were made, as one view of an authority has it. What is void
 * reads as the nearest statement that counts along {@code replaces}.
 */
public final class Statuses {

  private final AuthorityView view;
  private final BlockSource blocks;
  private final boolean any;

  /**
   * @param blocks where statements can be read
   */
  public Statuses(AuthorityView view, BlockSource blocks) {
    this.view = view;
    this.blocks = blocks;
    // Most authorities never say anything of the kind; then nothing is looked up a release.
    this.any = !view.voided().isEmpty() || has("s/") || has("w/") || has(Slots.DEPRECATIONS);
  }

  /**
   * What is said of one release.
   *
   * @param voided true if the release itself is void
   * @param yank if it is yanked
   * @param withdrawal if it is withdrawn
   * @param deprecations of its version, and of ranges that it is in
   */
  public record Status(
      boolean voided,
      Optional<Statement> yank,
      Optional<Statement> withdrawal,
      List<Statement> deprecations) {
    private static final Status NOTHING =
        new Status(false, Optional.empty(), Optional.empty(), List.of());
  }

  /** What is said of the release of {@code version} that has this envelope. */
  public Status of(Cid envelope, String path, Version version) {
    if (!any) {
      return Status.NOTHING;
    }
    String text = version.toString();
    List<Statement> deprecations = new ArrayList<>();
    counting(Slots.deprecation(path, text)).ifPresent(deprecations::add);
    counting(Slots.deprecation(path))
        .filter(
            one ->
                one.op() instanceof Statement.Deprecate deprecate
                    && deprecate
                        .range()
                        .map(range -> Range.parse(range).contains(version))
                        .orElse(false))
        .ifPresent(deprecations::add);
    return new Status(
        view.voided().contains(envelope),
        counting(Slots.status(path, text)).filter(one -> one.op() instanceof Statement.Yank),
        counting(Slots.withdrawal(path, text)),
        deprecations);
  }

  /** The version at which a tag is. */
  public Optional<String> tagged(String path, String tag) {
    return counting(Slots.tag(path, tag))
        .flatMap(
            one ->
                one.op() instanceof Statement.Tag at
                    ? Optional.of(at.version())
                    : Optional.empty());
  }

  /** The statement at a slot, or if it is void the nearest before it that counts. */
  private Optional<Statement> counting(String slot) {
    Optional<Cid> at = view.state().get(slot);
    while (at.isPresent() && view.voided().contains(at.get())) {
      at = Signed.read(blocks, at.get(), Statement.class).body().replaces();
    }
    return at.map(cid -> Signed.read(blocks, cid, Statement.class).body());
  }

  private boolean has(String prefix) {
    boolean[] found = {false};
    view.state()
        .walk(
            prefix,
            (key, _) -> {
              found[0] = key.startsWith(prefix);
              return false;
            });
    return found[0];
  }
}
