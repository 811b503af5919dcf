package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.dxos.dmg.api.NodeInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.block.RocksBlockStore;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.Software;
import org.dxos.dmg.policy.PolicyFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description =
        "Look for what is wrong with this home and what it talks to; exit 1 if something is.")
final class DoctorCommand implements Callable<Integer> {

  /** Below this a full disk is near. */
  private static final long LOW_SPACE_BYTES = 512L * 1024 * 1024;

  @Mixin private final Session session;

  @Option(
      names = "--deep",
      description =
          "check every block against its CID, and every head and statement from each genesis on")
  private boolean deep;

  DoctorCommand(Session session) {
    this.session = session;
  }

  private enum Level {
    OK,
    WARNING,
    WRONG
  }

  /**
   * @param next the next step, empty if none
   */
  private record Finding(Level level, String what, String next) {}

  private final List<Finding> findings = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    find(Level.OK, "dmg " + Software.version() + " on Java " + Runtime.version().feature(), "");
    checkHome();
    checkRegistry();
    if (session.json()) {
      session
          .terminal()
          .json(new MapBuilder().put("findings", findings, DoctorCommand::node).build());
    } else {
      for (Finding finding : findings) {
        session
            .terminal()
            .line(
                "%-8s%s"
                    .formatted(
                        finding.level().name().toLowerCase(java.util.Locale.ROOT), finding.what()));
        if (!finding.next().isEmpty()) {
          session.terminal().line("        hint: " + finding.next());
        }
      }
    }
    boolean wrong = findings.stream().anyMatch(one -> one.level() == Level.WRONG);
    return wrong ? ErrorCode.Outcome.FAILED.exitCode() : 0;
  }

  private static Node node(Finding finding) {
    MapBuilder map =
        new MapBuilder()
            .put("level", finding.level().name().toLowerCase(java.util.Locale.ROOT))
            .put("what", finding.what());
    if (!finding.next().isEmpty()) {
      map.put("next", finding.next());
    }
    return map.build();
  }

  private void find(Level level, String what, String next) {
    findings.add(new Finding(level, what, next));
  }

  private void checkHome() throws IOException {
    Path home = session.home();
    if (!Files.exists(home)) {
      find(Level.OK, "home " + home + " is not there yet; the first publish makes it", "");
      return;
    }
    if (Files.isDirectory(home) && !RocksBlockStore.isHome(home)) {
      find(Level.OK, "home " + home + " holds no registry yet; the first publish makes it", "");
      return;
    }
    if (!Files.isDirectory(home)) {
      find(Level.WRONG, "home " + home + " is no folder", "give another with DMG_HOME or --home");
      return;
    }
    find(Level.OK, "home " + home, "");
    FileStore disk = Files.getFileStore(home);
    if (disk.getUsableSpace() < LOW_SPACE_BYTES) {
      find(
          Level.WARNING,
          "only " + disk.getUsableSpace() / (1024 * 1024) + " MiB free on its disk",
          "make room before it is full");
    }
    try (Stream<Path> files = Files.list(home)) {
      files
          .filter(file -> file.getFileName().toString().matches("recovery-.*\\.key"))
          .sorted()
          .forEach(
              file ->
                  find(
                      Level.WARNING,
                      "recovery key " + file + " lies on this machine",
                      "move it off the machine: it wins the authority back when all else is lost"));
    }
    checkModes(home.resolve("keys"));
  }

  private void checkModes(Path keys) throws IOException {
    if (!Files.isDirectory(keys) || !Files.getFileStore(keys).supportsFileAttributeView("posix")) {
      return;
    }
    try (Stream<Path> files = Files.list(keys)) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        String mode =
            java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(file));
        if (!mode.endsWith("------")) {
          find(
              Level.WRONG,
              "key file " + file + " can be read by others (" + mode + ")",
              "chmod 600 " + file);
        }
      }
    }
  }

  private void checkRegistry() {
    if (session.nodeUrl().isEmpty() && !RocksBlockStore.isHome(session.home())) {
      return;
    }
    try (Registry registry = session.registry()) {
      NodeInfo node = registry.node();
      find(
          Level.OK,
          "registry "
              + registry.place()
              + " answers, version "
              + node.version()
              + ", root "
              + node.root(),
          "");
      if (registry.status().entries().get("restored") instanceof Node.Int at) {
        find(
            Level.WARNING,
            "this home came from a backup of "
                + java.time.Instant.ofEpochSecond(at.value())
                + ", and signs nothing for what it had until that is confirmed",
            StatusCommand.CONFIRM);
      }
      if (registry.status().entries().get("authorities") instanceof Node.Array authorities) {
        for (Node one : authorities.items()) {
          if (one instanceof Node.Map map
              && map.entries().containsKey("stale")
              && map.entries().get("name") instanceof Node.Text name) {
            find(
                Level.WARNING,
                "the newest head of " + name.value() + " has expired",
                "publish something under it, or renew it from its home node");
          }
        }
      }
      checkAuthorities(registry);
      new PolicyFile(session.home())
          .fault()
          .ifPresent(
              fault ->
                  find(Level.WRONG, fault, "mend policy.json; the policy of before is in force"));
      if (deep) {
        checkDeep(registry);
      }
    } catch (RuntimeException e) {
      if (e instanceof Explained explained) {
        find(Level.WRONG, explained.message(), explained.hint().orElse(""));
      } else {
        throw e;
      }
    }
  }

  /** What its status says that somebody should look at. */
  private void checkAuthorities(Registry registry) {
    if (!(registry.status().entries().get("authorities") instanceof Node.Array authorities)) {
      return;
    }
    long now = session.world().clock().instant().getEpochSecond();
    for (Node one : authorities.items()) {
      if (!(one instanceof Node.Map map)
          || !(map.entries().get("name") instanceof Node.Text name)) {
        continue;
      }
      if (map.entries().containsKey("contested")) {
        find(
            Level.WRONG,
            name.value() + " is contested; nothing new is admitted for it",
            "see `dmg authority show " + name.value() + "`");
      }
      if (map.entries().get("delegatesEnding") instanceof Node.Array ending) {
        for (Node delegate : ending.items()) {
          warnOfDelegate(name.value(), delegate, now);
        }
      }
    }
  }

  private void warnOfDelegate(String authority, Node delegate, long now) {
    Fields fields = Fields.of("delegate", ErrorCode.JSON_SYNTAX, delegate);
    String key = fields.text("key");
    String who = fields.optionalText("label").orElse(key.substring(0, 16) + "…");
    long days = (fields.uint("notAfter") - now) / 86_400;
    find(
        Level.WARNING,
        "delegate %s of %s %s"
            .formatted(who, authority, days < 0 ? "has ended" : "ends in " + days + " days"),
        "dmg authority delegate %s --key %s --scope … --days 30".formatted(authority, key));
  }

  private void checkDeep(Registry registry) {
    if (!(registry instanceof LocalRegistry local)) {
      find(
          Level.WARNING,
          "a node serves this home, so it was not looked at deeply",
          "stop the node, then call dmg doctor --deep");
      return;
    }
    Fsck.Report report = local.audit();
    find(
        report.faults().isEmpty() ? Level.OK : Level.WRONG,
        "%d blocks, %d heads and %d statements checked, %d faults"
            .formatted(
                report.blocks(), report.heads(), report.statements(), report.faults().size()),
        report.faults().isEmpty()
            ? ""
            : "dmg fsck --mend --from, with a node that holds the same, or a backup");
    report.faults().forEach(fault -> find(Level.WRONG, fault.what(), ""));
  }
}
