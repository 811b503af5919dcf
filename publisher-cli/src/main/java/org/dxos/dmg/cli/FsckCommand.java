package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.care.Fault;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.care.Mending;
import org.dxos.dmg.carry.CarFile;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
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
          + "which the next command that needs it makes anew. No node may run on the home."
    })
final class FsckCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Option(
      names = "--mend",
      description =
          "put right what can be: blocks from --from, and what is derived and does not fit is dropped")
  private boolean mend;

  @Option(
      names = "--from",
      paramLabel = "URL|FILE",
      description =
          "where to look for blocks: a node's URL, or a CAR as `dmg export` writes; may be repeated")
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
      care = HomeCare.open(session.home(), session.world());
    } catch (StorageException.Failed | StorageException.CutBack e) {
      return unreadable(e);
    }
    try (care) {
      Fsck.Report before = care.fsck();
      if (!mend || before.faults().isEmpty()) {
        tell(before, Optional.empty());
        return exit(before);
      }
      try (Copies copies = Copies.of(from)) {
        Mending.Mended mended = care.mend(before, copies);
        before.faults().forEach(fault -> session.terminal().note("found   " + line(fault)));
        tell(mended.after(), Optional.of(mended));
        return exit(mended.after());
      }
    }
  }

  /** A home whose database does not open has one fault, and it is told as one. */
  private int unreadable(StorageException e) {
    Fault fault = new Fault(Fault.Kind.UNREADABLE, Optional.empty(), e.message());
    Fsck.Report report = new Fsck.Report(0, 0, 0, 0, 0, 0, 0, 0, List.of(fault));
    tell(report, Optional.empty());
    session
        .terminal()
        .note(
            "hint: "
                + (e instanceof StorageException.CutBack
                    ? e.hint().orElse("")
                    : "restore it from a backup, or begin a new home and take what other nodes hold"));
    return exit(report);
  }

  private static int exit(Fsck.Report report) {
    if (report.faults().stream().anyMatch(fault -> fault.kind().truth())) {
      return ErrorCode.Outcome.UNTRUSTED.exitCode();
    }
    return report.faults().isEmpty() ? 0 : ErrorCode.Outcome.FAILED.exitCode();
  }

  private void tell(Fsck.Report report, Optional<Mending.Mended> mended) {
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
      mended.ifPresent(one -> map.put("fetched", one.fetched()).put("dropped", one.dropped()));
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
    mended.ifPresent(
        one ->
            terminal.line(
                "mended       %d blocks fetched, %d damaged ones that nothing leads to dropped"
                    .formatted(one.fetched(), one.dropped())));
    report.faults().forEach(fault -> terminal.line("fault        " + line(fault)));
    terminal.line(
        report.faults().isEmpty()
            ? "all is well"
            : report.faults().size() + (report.faults().size() == 1 ? " fault" : " faults"));
    if (!report.faults().isEmpty() && mended.isEmpty()) {
      terminal.note(
          "hint: dmg fsck --mend --from, with a node that holds the same, or a CAR of it");
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

  /** Where blocks may be had, in the order given. */
  private record Copies(List<BlockSource> sources, List<AutoCloseable> open)
      implements BlockSource, AutoCloseable {

    static Copies of(List<String> places) throws IOException {
      List<BlockSource> sources = new ArrayList<>();
      List<AutoCloseable> open = new ArrayList<>();
      for (String place : places) {
        Path file = Path.of(place);
        if (Files.isRegularFile(file)) {
          CarFile car = CarFile.open(file);
          sources.add(car);
          open.add(car);
        } else {
          Registry registry = Registries.at(place, Optional.empty());
          sources.add(registry);
          open.add(registry::close);
        }
      }
      return new Copies(sources, open);
    }

    @Override
    public Optional<byte[]> get(Cid cid) {
      for (BlockSource source : sources) {
        try {
          Optional<byte[]> block = source.get(cid);
          if (block.isPresent()) {
            return block;
          }
        } catch (RuntimeException e) {
          // One that has it wrong, or may not give it, is as one that does not have it.
          if (!(e instanceof Explained explained)
              || (explained.code() != ErrorCode.BLOCK_CORRUPT
                  && explained.code() != ErrorCode.WITHHELD)) {
            throw e;
          }
        }
      }
      return Optional.empty();
    }

    @Override
    public void close() throws IOException {
      for (AutoCloseable one : open) {
        try {
          one.close();
        } catch (IOException | RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IOException(e);
        }
      }
    }
  }
}
