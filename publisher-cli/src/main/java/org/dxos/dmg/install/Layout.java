package org.dxos.dmg.install;

import java.nio.file.Path;
import org.dxos.dmg.closure.Closure;

/** Where things lie in an installed folder. */
final class Layout {

  private final Path root;

  Layout(Path root) {
    this.root = root;
  }

  Path lock() {
    return root.resolve("dmg.lock");
  }

  Path closure() {
    return root.resolve("closure.json");
  }

  Path evidence() {
    return root.resolve(".dmg").resolve("evidence.car");
  }

  /**
   * Complete and on disk: {@code dmg.lock}, {@code closure.json} and the evidence of an
   * installation that is being put in place. While it is there, it is the installation.
   */
  Path next() {
    return root.resolve(".dmg").resolve("next");
  }

  /** Held by the process that installs. */
  Path claim() {
    return root.resolve(".dmg").resolve("lock");
  }

  /** Where modules are built before they are moved to their place; on the same file system. */
  Path staging() {
    return root.resolve(".dmg").resolve("staging");
  }

  /** {@code modules/<authority>/<kind>/<local…>/<version>}, relative to the folder. */
  static String modulePath(Closure.Module module) {
    return "modules/"
        + module.name().authority().base()
        + "/"
        + module.name().path()
        + "/"
        + module.version();
  }

  Path module(Closure.Module module) {
    return root.resolve(modulePath(module));
  }
}
