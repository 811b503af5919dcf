package org.dxos.dmg.sync.replica;

import java.util.List;

/**
 * Which authorities a link is about.
 *
 * @param names exact, or ending in {@code .*} for all below; empty for everything
 */
public record Follow(List<String> names) {

  public static final Follow ALL = new Follow(List.of());

  public Follow {
    names = List.copyOf(names);
  }

  public static Follow of(List<String> names) {
    return new Follow(names);
  }

  public boolean follows(String authority) {
    return names.isEmpty()
        || names.stream()
            .anyMatch(
                name ->
                    name.endsWith(".*")
                        ? authority.startsWith(name.substring(0, name.length() - 1))
                        : authority.equals(name));
  }
}
