package org.dxos.dmg.explain;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * Something that has to be met, and what there is for it.
 *
 * @param parts of which one will do, best first
 */
public record Wanted(List<Part> parts) {

  /**
   * A name and a range.
   *
   * @param genesis the authority id it was bound to; empty if the release binds none
   * @param provider the module that the dependency names for an API
   * @param fits what can be chosen for it, newest first
   * @param leftOut what the range has, and cannot be chosen
   * @param others versions that the range does not have, newest first
   * @param wider those of {@code others} that could be chosen, if the range had them
   * @param near names near to one of which nothing is known
   * @param lines for an API, the lines of it that {@code fits} provide
   */
  public record Part(
      Name name,
      Optional<Cid> genesis,
      Range range,
      Optional<Name> provider,
      List<Candidate> fits,
      List<LeftOut> leftOut,
      List<Version> others,
      List<Version> wider,
      List<String> near,
      List<String> lines) {
    public Part {
      fits = List.copyOf(fits);
      leftOut = List.copyOf(leftOut);
      others = List.copyOf(others);
      wider = List.copyOf(wider);
      near = List.copyOf(near);
      lines = List.copyOf(lines);
    }

    /** {@code name@range}. */
    public String reference() {
      return name + "@" + range;
    }
  }

  /**
   * A release that would do.
   *
   * @param name its module; another than the name wanted for a function or an API
   */
  public record Candidate(Name name, Cid genesis, Version version) {}

  public Wanted {
    parts = List.copyOf(parts);
  }

  /** True if nothing can be chosen for it. */
  public boolean isHopeless() {
    return parts.stream().allMatch(part -> part.fits().isEmpty());
  }

  /** {@code name@range}, with a provider if one is named; several joined by {@code or}. */
  public String reference() {
    return String.join(
        " or ",
        parts.stream()
            .map(
                part ->
                    "`"
                        + part.reference()
                        + "`"
                        + part.provider().map(one -> " through `" + one + "`").orElse(""))
            .toList());
  }
}
