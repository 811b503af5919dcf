package org.dxos.dmg.dxn;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a name is the name of: its second part. */
public enum Kind {
  FUNCTION(true),
  MODULE(true),
  API(true),
  SERVICE(true),
  AGENT(true),
  RUNTIME(true),
  TYPE(false),
  PLUGIN(false),
  SKILL(false),
  OPERATION(false),
  EVENT(false),
  RELATION(false);

  private static final Map<String, Kind> BY_TEXT = new HashMap<>();

  static {
    Arrays.stream(values()).forEach(kind -> BY_TEXT.put(kind.text, kind));
  }

  private final String text;
  private final boolean publishable;

  Kind(boolean publishable) {
    this.text = name().toLowerCase(Locale.ROOT);
    this.publishable = publishable;
  }

  /** True if a release may have it; names of the others are read, and belong to other systems. */
  public boolean publishable() {
    return publishable;
  }

  /** The kind as names spell it, in lower case. */
  public String text() {
    return text;
  }

  /** The kind that is spelled so, exactly. */
  public static Optional<Kind> of(String text) {
    return Optional.ofNullable(BY_TEXT.get(text));
  }

  @Override
  public String toString() {
    return text;
  }
}
