/**
 * The registry over HTTP, on Jetty.
 *
 * <p>{@link org.dxos.dmg.node.http.HttpServer} is the way in: it serves a {@link
 * org.dxos.dmg.api.Registry} at an address. One class answers each group of paths. Answers are JSON
 * unless {@code Accept} asks for another form that the path has; failures are {@code
 * application/problem+json} (RFC 9457) with the code, the message and the hint that every front of
 * DMG shows.
 *
 * <p>Limits: a header of 8 KiB, a JSON or query body of {@link
 * org.dxos.dmg.node.http.HttpServer#MAX_TEXT_BODY}, a CAR of {@link
 * org.dxos.dmg.node.http.HttpServer#MAX_CAR_BODY}, 30 s without a byte. Host and Origin are
 * checked, so that no web page can drive a node on loopback; writes need the token where one is
 * configured.
 *
 * <p>Example: {@code GET /v1/resolve/org.dxos/function/universal-indexer@%5E1}.
 */
@NullMarked
package org.dxos.dmg.node.http;

import org.jspecify.annotations.NullMarked;
