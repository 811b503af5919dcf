package org.dxos.dmg.record;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.dxn.Name;

/**
 * Something outside its own code that a module asks for. A closed set; what is not listed is not
 * granted. Lists are sets.
 */
public sealed interface Resource {

  /** Every {@link #kind()} there is. */
  List<String> KINDS =
      List.of(
          "storage",
          "network",
          "database",
          "feed",
          "identity",
          "credentials",
          "ai",
          "invoke",
          "trace",
          "registry",
          "compute",
          "endpoint",
          "secret");

  /** What the module calls it; {@link Endpoint} and {@link Secret} always have one. */
  Optional<String> name();

  /** True if the module works without it. */
  boolean optional();

  /** The field {@code kind} of this resource, which also names it in a target. */
  default String kind() {
    return switch (this) {
      case Storage _ -> "storage";
      case Network _ -> "network";
      case Database _ -> "database";
      case Feed _ -> "feed";
      case Identity _ -> "identity";
      case Credentials _ -> "credentials";
      case Ai _ -> "ai";
      case Invoke _ -> "invoke";
      case Trace _ -> "trace";
      case Registry _ -> "registry";
      case Compute _ -> "compute";
      case Endpoint _ -> "endpoint";
      case Secret _ -> "secret";
    };
  }

  /**
   * @param size bytes
   */
  record Storage(
      Optional<String> name,
      boolean optional,
      Access access,
      Optional<String> scope,
      OptionalLong size)
      implements Resource {
    public Storage {
      Rules.text("name", name);
      Rules.text("scope", scope);
      Rules.uint("size", size);
    }
  }

  /**
   * @param hosts one or more, with or without a port
   */
  record Network(Optional<String> name, boolean optional, List<String> hosts, String direction)
      implements Resource {
    public static final String DEFAULT_DIRECTION = "out";

    public Network {
      Rules.text("name", name);
      hosts = some("hosts", Rules.texts("hosts", hosts));
      Rules.text("direction", direction);
    }
  }

  record Database(Optional<String> name, boolean optional, Access access, List<String> spaces)
      implements Resource {
    public Database {
      Rules.text("name", name);
      spaces = Rules.texts("spaces", spaces);
    }
  }

  record Feed(Optional<String> name, boolean optional, Optional<Access> access)
      implements Resource {
    public Feed {
      Rules.text("name", name);
    }
  }

  record Identity(Optional<String> name, boolean optional, Access access) implements Resource {
    public Identity {
      Rules.text("name", name);
    }
  }

  /**
   * @param services one or more
   */
  record Credentials(Optional<String> name, boolean optional, List<String> services)
      implements Resource {
    public Credentials {
      Rules.text("name", name);
      services = some("services", Rules.texts("services", services));
    }
  }

  record Ai(Optional<String> name, boolean optional, List<String> models) implements Resource {
    public Ai {
      Rules.text("name", name);
      models = Rules.texts("models", models);
    }
  }

  /**
   * @param functions one or more, without selector
   */
  record Invoke(Optional<String> name, boolean optional, List<Name> functions) implements Resource {
    public Invoke {
      Rules.text("name", name);
      functions = some("functions", Rules.byText(functions));
    }
  }

  record Trace(Optional<String> name, boolean optional) implements Resource {
    public Trace {
      Rules.text("name", name);
    }
  }

  record Registry(Optional<String> name, boolean optional) implements Resource {
    public Registry {
      Rules.text("name", name);
    }
  }

  /**
   * @param memory bytes
   * @param cpu thousandths of one
   * @param gpu count
   */
  record Compute(
      Optional<String> name,
      boolean optional,
      OptionalLong memory,
      OptionalLong cpu,
      OptionalLong gpu)
      implements Resource {
    public Compute {
      Rules.text("name", name);
      Rules.uint("memory", memory);
      Rules.uint("cpu", cpu);
      Rules.uint("gpu", gpu);
    }
  }

  record Endpoint(
      Optional<String> name,
      boolean optional,
      String protocol,
      Optional<String> locality,
      Optional<String> url,
      Optional<String> auth)
      implements Resource {
    public Endpoint {
      named(name);
      Rules.text("protocol", protocol);
      Rules.text("locality", locality);
      Rules.text("url", url);
      Rules.text("auth", auth);
    }
  }

  record Secret(Optional<String> name, boolean optional) implements Resource {
    public Secret {
      named(name);
    }
  }

  private static void named(Optional<String> name) {
    if (name.isEmpty()) {
      throw Rules.invalid("name", "no value, expected one");
    }
    Rules.text("name", name);
  }

  private static <T> List<T> some(String field, List<T> values) {
    if (values.isEmpty()) {
      throw Rules.invalid(field, "no items, expected one or more");
    }
    return values;
  }
}
