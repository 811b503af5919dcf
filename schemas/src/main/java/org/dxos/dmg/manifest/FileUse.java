package org.dxos.dmg.manifest;

/**
 * A small file that a manifest names and its record links.
 *
 * @param pointer of the field that names it
 * @param path relative, with {@code /}
 */
public record FileUse(String pointer, String path, Place place) {

  /** Which link of the record it becomes. */
  public enum Place {
    /** A JSON Schema, linked in canonical JSON. */
    INPUT,
    /** A JSON Schema, linked in canonical JSON. */
    OUTPUT,
    /** Any file, linked as it is. */
    INTERFACE
  }
}
