package org.dxos.dmg.libp2p.host;

import java.io.IOException;

/**
 * Serves the streams of one protocol, each on a virtual thread of its own. When it returns the
 * stream is closed in good order; when it throws the stream is reset.
 */
@FunctionalInterface
public interface StreamHandler {
  void handle(Stream stream) throws IOException;
}
