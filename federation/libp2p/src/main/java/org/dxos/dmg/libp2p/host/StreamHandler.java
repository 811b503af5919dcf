package org.dxos.dmg.libp2p.host;

import java.io.IOException;

/**
 * Serves the streams of one protocol, each on a virtual thread of its own. When it returns the
 * stream is closed in good order; when it throws the stream is reset.
 *
 * <p>A read waits for as long as the other end is silent, and a write for as long as it does not
 * read: {@link Stream#deadline} ends both. The connection below ends by itself where nothing moves
 * on it any more.
 */
@FunctionalInterface
public interface StreamHandler {
  void handle(Stream stream) throws IOException;
}
