package org.dxos.dmg.cli;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.ModuleInfo;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.select.Notices;
import org.dxos.dmg.trust.Statement;

/**
 * Says something of a release, and prints the CID of the statement. What is so already is not said
 * again.
 */
final class Speaker {

  private static final int NEAR = 5;

  private Speaker() {}

  /** A name with an exact version. */
  record Exactly(Name name, String version) {}

  static Exactly exactly(String command, String release) {
    if (!(Dxn.parse(release) instanceof Dxn.Named named)
        || !(named.selector() instanceof Selector.Exact exact)) {
      throw new CommandException(
          ErrorCode.USAGE,
          command + " `" + release + "`: expected a name with an exact version",
          "write for example com.example/function/x@1.2.0");
    }
    return new Exactly(named.name(), exact.version().toString());
  }

  static int say(Session session, Name name, Statement.Op op, String told) {
    try (Registry registry = session.registry()) {
      ModuleInfo module = registry.module(name.toString());
      Optional<ModuleInfo.VersionInfo> release =
          op.aboutVersion().map(version -> release(module, op, version));
      Optional<String> already =
          release
              .map(one -> already(one.notices(), op))
              .orElse(Optional.empty())
              .or(() -> tagged(module, op));
      if (already.isPresent()) {
        return unchanged(session, name, op, already.get());
      }
      PublishReceipt receipt =
          new Publisher(registry, session.keys(), session.world().clock()).say(name, op);
      if (session.json()) {
        session.terminal().json(receipt.toNode());
      } else {
        session.terminal().line(receipt.statement().toString());
        session
            .terminal()
            .note(
                receipt.status() == PublishReceipt.Status.PENDING
                    ? "on its way to the home of `"
                        + name.authority().text()
                        + "`; `dmg status` tells when it waits no more"
                    : told);
      }
      return 0;
    }
  }

  private static int unchanged(Session session, Name name, Statement.Op op, String why) {
    if (session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put("status", "unchanged")
                  .put("name", name.toString())
                  .put("version", op.aboutVersion(), org.dxos.dmg.dagcbor.Node::of)
                  .put("because", why)
                  .build());
    }
    session
        .terminal()
        .note(
            name
                + op.aboutVersion().map(version -> "@" + version).orElse("")
                + " "
                + why
                + "; nothing was changed");
    return 0;
  }

  private static ModuleInfo.VersionInfo release(
      ModuleInfo module, Statement.Op op, String version) {
    Optional<ModuleInfo.VersionInfo> found =
        module.versions().stream().filter(one -> one.version().equals(version)).findFirst();
    String what = op.text() + " `" + module.name() + "@" + version + "`: ";
    if (found.isEmpty()) {
      List<String> there =
          module.versions().stream()
              .limit(NEAR)
              .map(one -> module.name() + "@" + one.version())
              .toList();
      throw new NotFoundException(
          ErrorCode.NO_VERSION,
          what + "there is no such version",
          there,
          "see `dmg versions " + module.name() + "`");
    }
    if (!found.get().module().equals(module.name())) {
      throw new NotFoundException(
          ErrorCode.NO_VERSION,
          what
              + "this is a function of `"
              + found.get().module()
              + "`, and has no release of its own",
          List.of(found.get().module() + "@" + version),
          "");
    }
    return found.get();
  }

  /** What is said already, in words. */
  private static Optional<String> already(Notices notices, Statement.Op op) {
    return switch (op) {
      case Statement.Yank _ -> notices.yanked().map(one -> "is yanked already: " + one.reason());
      case Statement.Unyank _ ->
          notices.yanked().isPresent() ? Optional.empty() : Optional.of("is not yanked");
      case Statement.Withdraw _ ->
          notices.withdrawn().map(one -> "is withdrawn already: " + one.reason());
      case Statement.Deprecate deprecate ->
          notices.deprecated().stream()
                  .anyMatch(
                      one ->
                          one.reason().equals(deprecate.reason())
                              && one.successor().equals(deprecate.successor()))
              ? Optional.of("is deprecated already, in these words")
              : Optional.empty();
      case Statement.Tag _, Statement.Release _, Statement.Promote _ -> Optional.empty();
    };
  }

  private static Optional<String> tagged(ModuleInfo module, Statement.Op op) {
    return op instanceof Statement.Tag tag
            && Optional.ofNullable(module.tags().get(tag.tag())).equals(Optional.of(tag.version()))
        ? Optional.of("has the tag `" + tag.tag() + "` already")
        : Optional.empty();
  }
}
