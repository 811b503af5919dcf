/**
 * CAR files, version 1: blocks in a row, for publishing, export and the gateway.
 *
 * <p>{@link org.dxos.dmg.car.CarReader} takes blocks from a stream one by one, each checked against
 * its CID; {@link org.dxos.dmg.car.CarWriter} writes them. Neither holds more than one block.
 *
 * <p>Format: {@code length header *(length CID block)}, lengths as minimal unsigned varints; the
 * header is the dag-cbor map {@code {"roots": [CID, …], "version": 1}}; a length counts the CID and
 * the block after it. A CAR of the block {@code 01} alone:
 *
 * <pre>
 *   3a  a2 65 "roots" 81 d82a 5825 00 01551220…  67 "version" 01
 *   25  01551220 4bf5122f…  01
 * </pre>
 *
 * <p>Limits: a header of {@link org.dxos.dmg.car.CarReader#MAX_HEADER} bytes, blocks of 2 MiB, CIDs
 * that name stored blocks (sha2-256; raw, dag-pb, dag-cbor). A stream has no limit of its own: who
 * reads counts, and stops. Version 2 is refused.
 *
 * @see <a href="https://ipld.io/specs/transport/car/carv1/">CARv1</a>
 */
@NullMarked
package org.dxos.dmg.car;

import org.jspecify.annotations.NullMarked;
