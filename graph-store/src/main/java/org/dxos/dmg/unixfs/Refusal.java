package org.dxos.dmg.unixfs;

import org.dxos.dmg.error.ErrorCode;

/**
 * One entry that may not be in a bundle.
 *
 * @param path the entry, relative to the module folder or the bundle
 * @param code {@link ErrorCode#BUNDLE_ENTRY} for what was found in a bundle, {@link
 *     ErrorCode#BUNDLE_PATH} for the path that names a bundle
 * @param reason why, in a few words
 */
public record Refusal(String path, ErrorCode code, String reason) {

  @Override
  public String toString() {
    return "`" + EntryName.shown(path) + "`: " + reason;
  }
}
