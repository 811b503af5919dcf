package org.dxos.dmg.manifest;

import java.util.List;
import java.util.Optional;

/**
 * A bundle that a manifest asks for.
 *
 * @param pointer of the runtime's {@code bundle}
 * @param path of a file or folder, {@code .} for the manifest's own folder
 * @param exec paths in the bundle that must be there, as executables
 * @param entry path in the bundle that must be there
 */
public record BundleUse(String pointer, String path, List<String> exec, Optional<String> entry) {

  /** The last segment of the path: the name of a single file in its folder. */
  public String fileName() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
