package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.care.Fault;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.node.HomeCare;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "fsck",
    mixinStandardHelpOptions = true,
    description = {
      "Check all that a home holds.",
      "Every block against its CID, that nothing is missing which something leads to, every "
          + "key log, head and statement from each genesis on, and that what is derived fits. "
          + "Exit 0: all is well; 5: something that is held is at fault; 1: only what is derived, "
          + "which the next command that needs it makes anew. Where a node runs on the home what it "
          + "holds is looked at as of now, and it goes on meanwhile; to mend, it has to stop."
    })
final class FsckCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Option(
      names = "--mend",
      description =
          "put right what can be: blocks from --from, a database whose files are damaged from what can"
              + " be read of it; what is derived and does not fit is dropped")
  private boolean mend;

  @Option(
      names = "--projection",
      description =
          "compare what SPARQL and search read, quad by quad and word by word, with what records and"
              + " heads give; no node may run"
              + " on the home")
  private boolean projection;

  @Option(
      names = "--from",
      paramLabel = "URL|FILE|DIR",
      description =
          "where to look for blocks: a node's URL, a CAR as `dmg export` or `dmg backup` writes, or"
              + " the folder of a backup; may be repeated")
  private List<String> from = new ArrayList<>();

  FsckCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (!mend && !from.isEmpty()) {
      throw new CommandException(
          ErrorCode.USAGE, "check home: --from is given without --mend", "add --mend");
    }
    HomeCare care;
    try {
      Optional<Upkeep> running =
          mend || projection
              ? Optional.empty()
              : Registries.upkeep(session.home(), Optional.empty(), session.variable("DMG_TOKEN"));
      care =
          running.isPresent()
              ? HomeCare.beside(session.home(), running.get(), session.world())
              : HomeCare.open(session.home(), session.world());
    } catch (StorageException.Failed
        | StorageException.Damaged
        | StorageException.CutBack
        | StorageException.Beheaded e) {
      return unreadable(e);
    }
    try (care) {
      Fsck.Report before = projection ? compare(care) : care.fsck();
      if (!mend || before.faults().isEmpty()) {
        tell(before, Optional.empty());
        hint(before, false);
        return exit(before);
      }
      before.faults().forEach(fault -> session.terminal().note("found   " + line(fault)));
      try (Copies copies = Copies.of(from)) {
        HomeCare.Mended mended = care.mend(before, copies);
        tell(mended.after(), Optional.of(mended));
        hint(mended.after(), true);
        return exit(mended.after());
      } catch (StorageException.Damaged e) {
        tell(before, Optional.empty());
        session.terminal().note("not mended: " + e.message());
        session.terminal().note("hint: " + StorageException.Damaged.WAY_OUT);
        return exit(before);
      }
    }
  }

  /** Says what was compared, on the way: that nothing was found means little without. */
  private Fsck.Report compare(HomeCare care) {
    HomeCare.Projected projected = care.fsckProjection();
    session
        .terminal()
        .note(
            projected
                .compared()
                .map(
                    one ->
                        "compared %d quads of %d graphs, and %d words of %d texts"
                            .formatted(one.quads(), one.graphs(), one.words(), one.texts()))
                .orElse("the projection was not compared: something else is at fault"));
    return projected.report();
  }

  /** A home whose database does not open has one fault, and it is told as one. */
  private int unreadable(StorageException e) {
    Fault fault = new Fault(Fault.Kind.UNREADABLE, Optional.empty(), e.message());
    Fsck.Report report = new Fsck.Report(0, 0, 0, 0, 0, 0, 0, 0, List.of(fault));
    tell(report, Optional.empty());
    if (mend) {
      session.terminal().note("not mended: a database that does not open is not changed");
    }
    session
        .terminal()
        .note(
            "hint: "
                + (e instanceof StorageException.Damaged
                    ? StorageException.Damaged.WAY_OUT
                    : e.hint().orElse("")));
    return exit(report);
  }

  private static int exit(Fsck.Report report) {
    if (report.faults().stream().anyMatch(fault -> fault.kind().truth())) {
      return ErrorCode.Outcome.UNTRUSTED.exitCode();
    }
    return report.faults().isEmpty() ? 0 : ErrorCode.Outcome.FAILED.exitCode();
  }

  private void tell(Fsck.Report report, Optional<HomeCare.Mended> mended) {
    Terminal terminal = session.terminal();
    if (session.json()) {
      MapBuilder map =
          new MapBuilder()
              .put("blocks", report.blocks())
              .put("bytes", report.bytes())
              .put("authorities", report.authorities())
              .put("heads", report.heads())
              .put("statements", report.statements())
              .put("unlinked", report.unlinked())
              .put("onDemand", report.onDemand())
              .put("withheld", report.withheld())
              .putAlways(
                  "faults",
                  new Node.Array(report.faults().stream().map(FsckCommand::node).toList()));
      mended.ifPresent(
          one ->
              map.put("fetched", one.fetched())
                  .put("dropped", one.dropped())
                  .flag("rewritten", one.rewritten())
                  .put("kept", one.kept().map(Path::toString), Node::of));
      terminal.json(map.build());
      return;
    }
    terminal.line(
        "blocks       %d of %d bytes; %d that nothing leads to"
            .formatted(report.blocks(), report.bytes(), report.unlinked()));
    terminal.line(
        "authorities  %d judged, %d heads, %d statements"
            .formatted(report.authorities(), report.heads(), report.statements()));
    if (report.onDemand() > 0) {
      terminal.line(
          "on demand    %d blocks of bundles were never taken, or wait to be asked for"
              .formatted(report.onDemand()));
    }
    if (report.withheld() > 0) {
      terminal.line("withheld     %d blocks, by the policy".formatted(report.withheld()));
    }
    mended.ifPresent(this::tell);
    report.faults().forEach(fault -> terminal.line("fault        " + line(fault)));
    terminal.line(
        report.faults().isEmpty()
            ? "all is well"
            : report.faults().size() + (report.faults().size() == 1 ? " fault" : " faults"));
  }

  private void tell(HomeCare.Mended mended) {
    Terminal terminal = session.terminal();
    terminal.line(
        "%-13s%d blocks fetched, %d damaged ones that nothing leads to dropped"
            .formatted(
                mended.after().faults().isEmpty() ? "mended" : "not whole",
                mended.fetched(),
                mended.dropped()));
    if (mended.rewritten()) {
      terminal.line("rewritten    the database, from what could be read of it and from copies");
    }
    mended
        .kept()
        .ifPresent(
            damaged ->
                terminal.note(
                    "the damaged database lies in "
                        + damaged
                        + " until all is well; delete it if what is missing is not wanted"));
  }

  private void hint(Fsck.Report report, boolean mended) {
    if (report.faults().isEmpty() || session.json()) {
      return;
    }
    if (report.faults().stream().noneMatch(fault -> fault.kind().truth())) {
      session
          .terminal()
          .note(
              "hint: dmg fsck %s--mend; what is derived is made anew"
                  .formatted(projection ? "--projection " : ""));
    } else if (mended) {
      session
          .terminal()
          .note(
              "hint: dmg fsck --mend --from, with another node or backup that holds these; else "
                  + StorageException.Damaged.WAY_OUT);
    } else {
      session
          .terminal()
          .note(
              "hint: dmg fsck --mend --from, with a node that holds the same, a CAR of it, or a"
                  + " backup");
    }
  }

  private static String line(Fault fault) {
    return "%-10s %s".formatted(fault.kind().text(), fault.what());
  }

  private static Node node(Fault fault) {
    return new MapBuilder()
        .put("kind", fault.kind().text())
        .put("block", fault.block().map(Cid::toString), Node::of)
        .put("what", fault.what())
        .build();
  }
}
