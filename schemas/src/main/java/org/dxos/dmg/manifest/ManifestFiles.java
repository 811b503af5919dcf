package org.dxos.dmg.manifest;

import org.dxos.dmg.record.Bundle;

/** The folder of a manifest, as far as its record needs it. Paths are relative, with {@code /}. */
public interface ManifestFiles {

  /**
   * The bytes of a small file. May stop reading after {@link org.dxos.dmg.record.FileRef#MAX_BYTES}
   * and one byte more: larger files are refused.
   */
  byte[] read(String path);

  /**
   * The bundle of a file or folder. A single file is put into a folder, under its last path
   * segment; that what {@code use} says of executables and entry is there is checked here.
   */
  Packed bundle(BundleUse use);

  /**
   * A bundle that has been built.
   *
   * @param file true if the path was that of a single file
   */
  record Packed(Bundle bundle, boolean file) {}
}
