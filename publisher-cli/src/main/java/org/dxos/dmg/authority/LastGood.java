package org.dxos.dmg.authority;

import java.util.Optional;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.cid.Cid;

/** Up to which head a revoked key counts. */
public sealed interface LastGood {

  /** Everything that was added until now: the key was lost, not abused. */
  record Now() implements LastGood {}

  /** Nothing at all. */
  record Never() implements LastGood {}

  /** What was added up to this head. */
  record At(Cid head) implements LastGood {}

  /** The head for the entry of the key log. */
  default Optional<Cid> of(AuthorityInfo info) {
    return switch (this) {
      case Now _ -> info.head();
      case Never _ -> Optional.empty();
      case At at -> Optional.of(at.head());
    };
  }
}
