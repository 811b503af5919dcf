/**
 * Authorities that are asked for here and held elsewhere: looked for at linked nodes, then at the
 * node that the name's domain names; what comes is judged as everything else, kept, and answered
 * from.
 *
 * <p>{@link org.dxos.dmg.sync.pull.PullThrough} is the way in, for whoever answers requests. It
 * knows no sockets: who can be asked is a {@link org.dxos.dmg.sync.pull.Source}, what a name means
 * and whom one may ask says {@link org.dxos.dmg.sync.pull.Directions}.
 *
 * <p>Limits ({@link org.dxos.dmg.sync.pull.Limits}): how long a request waits, how long one search
 * lasts, how many there are at a time, how many sources are asked, how long and how many misses are
 * remembered, and how many searches strangers may begin.
 *
 * <pre>
 *   switch (pull.find(List.of(wanted), true, pull.hold()).getFirst()) {
 *     case Answer.Held held -> …            // it is in the store now
 *     case Answer.Nowhere nowhere -> …      // nowhere.why() says who was asked
 *   }
 * </pre>
 */
@NullMarked
package org.dxos.dmg.sync.pull;

import org.jspecify.annotations.NullMarked;
