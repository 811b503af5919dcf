package org.dxos.dmg.modules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;

/** Reads releases from blocks. */
final class EntryReader {

  private final BlockSource blocks;

  EntryReader(BlockSource blocks) {
    this.blocks = blocks;
  }

  /**
   * A release that was read, before its names have numbers.
   *
   * @param release binds authorities to ids
   */
  record Read(ModuleRelease shown, Statement.Release release, ModuleRecord module) {

    private Optional<Cid> idOf(Name name) {
      return name.authority().claim().or(() -> idOf(name.authority().base()));
    }

    private Optional<Cid> idOf(String authority) {
      return authority.equals(shown.authority())
          ? Optional.of(shown.genesis())
          : Optional.ofNullable(release.authorities().get(authority));
    }

    /** The release with its names as numbers. */
    Entry entry(Clauses clauses) {
      List<Entry.Provides> provides = new ArrayList<>();
      for (Map.Entry<Name, Provided> one : module.provides().entrySet()) {
        idOf(one.getKey())
            .ifPresent(
                id ->
                    provides.add(
                        new Entry.Provides(
                            clauses.name(id, one.getKey().path()), one.getValue().version())));
      }
      return new Entry(
          shown,
          clauses.name(shown.genesis(), shown.path()),
          release.names().stream().mapToInt(path -> clauses.name(shown.genesis(), path)).toArray(),
          clauses.of(module, this::idOf),
          provides,
          module.providers().stream().flatMap(listed -> idOf(listed).stream()).toList());
    }
  }

  /**
   * The release with this envelope; empty if it does not fit its record, is of a later version, or
   * its record is not held: nothing resolves to it then.
   */
  Optional<Read> read(AuthorityView view, Cid envelope) {
    Statement statement = Signed.read(blocks, envelope, Statement.class).body();
    if (!(statement.op() instanceof Statement.Release release)) {
      return Optional.empty();
    }
    try {
      return blocks
          .get(release.module())
          .map(ModuleRecord::decode)
          .filter(module -> ReleaseRules.misfit(view.name(), statement, release, module).isEmpty())
          .map(
              module ->
                  new Read(
                      new ModuleRelease(
                          view.id(),
                          view.name(),
                          statement.path(),
                          module.version(),
                          envelope,
                          release.module()),
                      release,
                      module));
    } catch (FormatException e) {
      return Optional.empty();
    }
  }
}
