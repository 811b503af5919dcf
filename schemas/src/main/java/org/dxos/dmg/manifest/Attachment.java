package org.dxos.dmg.manifest;

import org.dxos.dmg.dagcbor.Node;

/** What becomes a raw block that the record links. */
sealed interface Attachment {

  /** Where the manifest says it. */
  String pointer();

  FileUse.Place place();

  /** The name of the function or API that it belongs to. */
  String of();

  /** A JSON Schema that stands in the manifest itself. */
  record Inline(String pointer, FileUse.Place place, String of, Node schema)
      implements Attachment {}

  record File(String pointer, FileUse.Place place, String of, String path) implements Attachment {}
}
