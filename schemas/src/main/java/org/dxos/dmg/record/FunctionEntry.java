package org.dxos.dmg.record;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.dxn.Name;

/**
 * One function of a module.
 *
 * @param handler where its code begins in the bundle, in the runtime's own words
 * @param input JSON Schema of what it takes
 * @param output JSON Schema of what it gives
 * @param triggers what starts it: a set, one {@link Trigger.Direct} if none is given
 */
public record FunctionEntry(
    Name name,
    Optional<String> handler,
    Optional<String> description,
    Optional<FileRef> input,
    Optional<FileRef> output,
    List<Trigger> triggers) {

  public FunctionEntry {
    Rules.text("handler", handler);
    Rules.prose("description", description);
    triggers =
        triggers.isEmpty() ? Trigger.DEFAULT : Rules.byEncoding(triggers, RecordWriter::trigger);
  }

  /** A function of which nothing more is said than its name. */
  public static FunctionEntry of(Name name) {
    return new FunctionEntry(
        name,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Trigger.DEFAULT);
  }
}
