package org.dxos.dmg.cli;

import java.time.Instant;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.dagcbor.Node;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Show what is held: the root, the authorities, how far projections are.")
final class StatusCommand implements Callable<Integer> {

  /** What a home that came from a backup with its keys waits for. */
  static final String CONFIRM =
      "take what others hold (`dmg import car`, or `dmg node` among its peers), then dmg restore"
          + " --confirm";

  @Mixin private final Session session;

  StatusCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Registry registry = session.registry()) {
      Node.Map status = registry.status();
      if (session.json()) {
        session.terminal().json(status);
        return 0;
      }
      Terminal terminal = session.terminal();
      terminal.line("registry    " + registry.place());
      terminal.line("root        " + text(status, "root"));
      terminal.line("policy      " + text(status, "policy"));
      terminal.line("journal     " + text(status, "position"));
      if (status.entries().get("restored") instanceof Node.Int at) {
        terminal.line(
            "restored    from a backup of %s; signs nothing for what it had until confirmed"
                .formatted(Instant.ofEpochSecond(at.value())));
        terminal.note("hint: " + CONFIRM);
      }
      if (status.entries().get("addresses") instanceof Node.Array addresses) {
        boolean bitswap = status.entries().containsKey("bitswap");
        for (Node one : addresses.items()) {
          terminal.line(
              "address     "
                  + (one instanceof Node.Text address ? address.value() : "-")
                  + (bitswap ? "" : "  (no bitswap)"));
        }
      }
      if (status.entries().containsKey("storeBytes")) {
        terminal.line(
            "size        %s blocks and journal, %s projection"
                .formatted(mebibytes(status, "storeBytes"), mebibytes(status, "projectionBytes")));
      }
      if (status.entries().get("projection") instanceof Node.Map projection) {
        terminal.line(
            "projection  "
                + text(projection, "position")
                + " ("
                + text(projection, "behind")
                + " behind)");
      }
      if (status.entries().get("authorities") instanceof Node.Array authorities) {
        for (Node one : authorities.items()) {
          if (one instanceof Node.Map map) {
            terminal.line(
                "authority   "
                    + text(map, "name")
                    + "  "
                    + text(map, "authority")
                    + (map.entries().containsKey("epoch")
                        ? "  epoch " + text(map, "epoch")
                        : "  nothing published")
                    + (map.entries().containsKey("stale") ? "  STALE" : "")
                    + (map.entries().containsKey("contested") ? "  CONTESTED" : "")
                    + (map.entries().containsKey("unbound") ? "  another claim to the name" : "")
                    + (map.entries().get("delegatesEnding") instanceof Node.Array ending
                        ? "  delegates ending: " + ending.items().size()
                        : ""));
          }
        }
      }
      noteClaims(terminal, status);
      if (status.entries().get("pending") instanceof Node.Array pending) {
        for (Node one : pending.items()) {
          if (one instanceof Node.Map map) {
            terminal.line(
                "pending     "
                    + text(map, "says")
                    + "  "
                    + text(map, "statement")
                    + (map.entries().containsKey("refused")
                        ? "  REFUSED by its home: " + text(map, "refused")
                        : ""));
          }
        }
      }
      return 0;
    }
  }

  /** Of two authorities of one name: which one the name means is a decision of this home. */
  private static void noteClaims(Terminal terminal, Node.Map status) {
    if (status.entries().get("authorities") instanceof Node.Array authorities) {
      for (Node one : authorities.items()) {
        if (one instanceof Node.Map map && map.entries().containsKey("unbound")) {
          String name = text(map, "name");
          terminal.note(
              "hint: `%s` means another authority here, or none yet, so nobody finds this one by it: see"
                      .formatted(name)
                  + " `dmg trust check %s`; to believe this one, `dmg trust rebind %s %s --reason TEXT`"
                      .formatted(name, name, text(map, "authority")));
        }
      }
    }
  }

  /** Rounded up: what takes room is not shown as none. */
  private static String mebibytes(Node.Map map, String field) {
    return map.entries().get(field) instanceof Node.Int bytes
        ? (bytes.value() + (1 << 20) - 1) / (1 << 20) + " MiB"
        : "-";
  }

  private static String text(Node.Map map, String field) {
    return switch (map.entries().get(field)) {
      case Node.Text text -> text.value();
      case Node.Int number -> String.valueOf(number.value());
      case null, default -> "-";
    };
  }
}
