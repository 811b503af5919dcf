package org.dxos.dmg.unixfs;

import java.util.List;
import java.util.stream.Collectors;
import org.dxos.dmg.error.Explained;

/** A folder or list of files that cannot be a bundle, with every entry that stands in the way. */
public final class BundleRefusedException extends Explained {

  /** How many refusals the message spells out. */
  private static final int SHOWN = 8;

  private final transient List<Refusal> refusals;

  BundleRefusedException(String operation, List<Refusal> refusals, String hint) {
    super(refusals.getFirst().code(), message(operation, refusals), hint);
    this.refusals = List.copyOf(refusals);
  }

  private static String message(String operation, List<Refusal> refusals) {
    String shown =
        refusals.stream().limit(SHOWN).map(Refusal::toString).collect(Collectors.joining("; "));
    int more = refusals.size() - SHOWN;
    return operation + ": " + shown + (more > 0 ? "; and " + more + " more" : "");
  }

  /** Every refusal, in the order of the walk; at least one. */
  public List<Refusal> refusals() {
    return refusals;
  }
}
