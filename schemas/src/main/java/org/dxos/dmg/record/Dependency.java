package org.dxos.dmg.record;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Range;

/** What a module needs: one name, or the first that can be had of several. */
public sealed interface Dependency {

  /** True if the module works without it. */
  boolean optional();

  /** What would do, best first; one at least. */
  List<Alternative> alternatives();

  /**
   * A name and the versions of it that will do.
   *
   * @param provider the module that shall provide the API {@code name}
   */
  record Alternative(Name name, Range range, Optional<Name> provider) {}

  record One(Name name, Range range, Optional<Name> provider, boolean optional)
      implements Dependency {
    @Override
    public List<Alternative> alternatives() {
      return List.of(new Alternative(name, range, provider));
    }
  }

  /**
   * @param alternatives two or more, in the author's order
   */
  record AnyOf(List<Alternative> alternatives, boolean optional) implements Dependency {
    public AnyOf {
      alternatives = List.copyOf(alternatives);
      if (alternatives.size() < 2) {
        throw Rules.invalid("anyOf", alternatives.size() + " alternatives, expected two or more");
      }
    }
  }
}
