package org.dxos.dmg.record;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.Quoted;

/** What starts a function. A closed set. */
public sealed interface Trigger {

  /** The triggers of a function that names none: it is called directly. */
  List<Trigger> DEFAULT = List.of(new Direct());

  /**
   * At times.
   *
   * @param cron five fields: minute, hour, day of month, month, day of week
   * @param timezone of the IANA database
   */
  record Timer(String cron, String timezone) implements Trigger {
    public static final String DEFAULT_TIMEZONE = "UTC";

    public Timer {
      Rules.text("cron", cron);
      Rules.text("timezone", timezone);
    }
  }

  /**
   * By objects of a database that match.
   *
   * @param query free
   * @param filter free
   */
  record Subscription(Optional<String> source, Optional<Node> query, Optional<Node> filter)
      implements Trigger {
    public Subscription {
      Rules.text("source", source);
      Rules.free("query", query);
      Rules.free("filter", filter);
    }
  }

  /**
   * By an HTTP request.
   *
   * @param method upper case
   */
  record Webhook(String method, Optional<String> path) implements Trigger {
    public static final String DEFAULT_METHOD = "POST";
    private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z0-9-]*");

    public Webhook {
      if (!METHOD.matcher(method).matches()) {
        throw Rules.invalid(
            "method", "`" + Quoted.of(method) + "`, expected a method in upper case");
      }
      Rules.text("path", path);
    }
  }

  /** By items of a feed. */
  record Feed(Optional<String> feed) implements Trigger {
    public Feed {
      Rules.text("feed", feed);
    }
  }

  /** By mail. */
  record Email(Optional<String> address) implements Trigger {
    public Email {
      Rules.text("address", address);
    }
  }

  /**
   * By another function.
   *
   * @param on which of its outcomes
   */
  record Function(Name function, Optional<String> on) implements Trigger {
    public Function {
      Rules.text("on", on);
    }
  }

  /** By a signal. */
  record Signal(String topic) implements Trigger {
    public Signal {
      Rules.text("topic", topic);
    }
  }

  /** By a call. */
  record Direct() implements Trigger {}
}
