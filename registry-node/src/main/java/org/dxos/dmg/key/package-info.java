/**
 * Private keys as files of a home, one a file, readable by their owner only.
 *
 * <p>{@link org.dxos.dmg.key.KeyRing} is the way in. A home has {@code keys/head.key} and {@code
 * keys/peer.key} for its node, and {@code keys/owner-<authority>.key} for each authority claimed
 * from it. The recovery key of an authority is written once, to {@code recovery-<authority>.key},
 * and is not needed again until things have gone wrong: move it off the machine.
 *
 * <p>Format: lines of text; those that begin with {@code #} are for people. The rest is one line,
 * the seed in base64url:
 *
 * <pre>
 *   # DMG owner key of com.example. Keep it secret.
 *   dmg-key-1 ed25519 nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A
 * </pre>
 */
@NullMarked
package org.dxos.dmg.key;

import org.jspecify.annotations.NullMarked;
