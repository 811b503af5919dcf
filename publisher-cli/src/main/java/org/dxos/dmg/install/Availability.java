package org.dxos.dmg.install;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/**
 * What a registry says now of the releases in a lock. A lock outlives a yank, with a warning; a
 * withdrawn release refuses even a lock.
 */
public final class Availability {

  private Availability() {}

  /**
   * Asks for each release of a lock. One that the registry does not know is passed over: the lock
   * itself is verified all the same.
   *
   * @param allowWithdrawn true to warn of withdrawn releases only
   * @return warnings, one line each
   * @throws VerificationException if a release is withdrawn or void
   */
  public static List<String> check(Lock lock, Registry registry, boolean allowWithdrawn) {
    List<String> warnings = new ArrayList<>();
    for (Closure.Module module : lock.closure().modules()) {
      try {
        warnings.addAll(registry.resolve(module.release().toString()).warnings());
      } catch (RuntimeException e) {
        if (!(e instanceof Explained explained)) {
          throw e;
        }
        if (explained.code() == ErrorCode.WITHDRAWN) {
          if (!allowWithdrawn) {
            throw new VerificationException(
                "status",
                "`" + module.reference() + "`: " + explained.message(),
                Optional.of(
                    "choose another version; --allow-withdrawn installs it for an investigation"));
          }
          warnings.add(explained.message());
        } else if (explained.code().outcome() != ErrorCode.Outcome.NOT_FOUND) {
          throw e;
        }
      }
    }
    return warnings;
  }
}
