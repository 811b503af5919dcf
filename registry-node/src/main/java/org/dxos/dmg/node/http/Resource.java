package org.dxos.dmg.node.http;

import java.io.IOException;

/** A group of paths. */
interface Resource {

  /** True if this request is for one of its paths. */
  boolean serves(Exchange exchange);

  /** Answers, or throws what is then sent as a problem. */
  void handle(Exchange exchange) throws IOException;
}
