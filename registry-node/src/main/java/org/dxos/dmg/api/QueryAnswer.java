package org.dxos.dmg.api;

/**
 * The answer to a query, serialised.
 *
 * @param mediaType what {@code body} is
 * @param body the bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record QueryAnswer(String mediaType, byte[] body) {}
