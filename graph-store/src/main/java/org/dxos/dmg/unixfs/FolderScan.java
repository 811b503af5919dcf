package org.dxos.dmg.unixfs;

import java.util.List;
import java.util.Set;

/**
 * What a folder gives for a bundle.
 *
 * @param files what goes in, in the order of a walk by name; ready for {@link BundleWriter}
 * @param executables paths of those files that the owner may execute; a bundle does not say it, the
 *     record does ({@code exec})
 * @param leftOut what stays out and why, so that it can be shown; nothing inside a folder that is
 *     left out is listed
 */
public record FolderScan(List<BundleFile> files, Set<String> executables, List<LeftOut> leftOut) {

  public FolderScan {
    files = List.copyOf(files);
    executables = Set.copyOf(executables);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * A file or folder that stays out.
   *
   * @param path relative to the module folder, a folder with {@code /} at its end
   * @param reason the rule, or what it is
   */
  public record LeftOut(String path, String reason) {}
}
