package org.dxos.dmg.cli;

import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.trust.Statement;

/** Says something of a release, and prints the CID of the statement. */
final class Speaker {

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
      PublishReceipt receipt =
          new Publisher(registry, session.keys(), session.world().clock()).say(name, op);
      if (session.json()) {
        session.terminal().json(receipt.toNode());
      } else {
        session.terminal().line(receipt.statement().toString());
        session.terminal().note(told);
      }
      return 0;
    }
  }
}
