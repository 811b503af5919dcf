package org.dxos.dmg.explain;

import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Version;

/**
 * How a conclusion comes from facts: a tree, whose leaves are facts of the registry and the
 * question, and whose inner nodes follow from the nodes below them.
 */
public sealed interface Derivation {

  /** A fact. */
  record Given(Fact fact) implements Derivation {}

  /** What a closure is: one version a name or line, one provider of a line of an API. */
  record Rule() implements Derivation {}

  /**
   * Claims that cannot all be true; without any, there is no solution.
   *
   * @param from two or more, of which it follows
   */
  record Follows(List<Claim> never, List<Derivation> from) implements Derivation {
    public Follows {
      never = List.copyOf(never);
      from = List.copyOf(from);
    }
  }

  /** Something said of a place in a closure. */
  sealed interface Claim {}

  /**
   * A module is there in one of some versions.
   *
   * @param versions newest first
   * @param negated the other way round: it is not there in any of these
   */
  record Holds(Name name, Cid genesis, List<Version> versions, boolean negated) implements Claim {
    public Holds {
      versions = List.copyOf(versions);
    }
  }

  /**
   * A line of an API has one of some providers.
   *
   * @param negated the other way round: it has none of these
   */
  record ProvidedBy(Name api, String line, List<Wanted.Candidate> providers, boolean negated)
      implements Claim {
    public ProvidedBy {
      providers = List.copyOf(providers);
    }
  }

  /**
   * What is wanted is met in one of some ways.
   *
   * @param negated the other way round: it is met in none of these
   */
  record MetBy(Wanted wanted, List<Claim> ways, boolean negated) implements Claim {
    public MetBy {
      ways = List.copyOf(ways);
    }
  }
}
