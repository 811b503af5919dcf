package org.dxos.dmg.node;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;

/**
 * What a node takes from outside, so that tests can stand in for it.
 *
 * @param clock the time of day
 * @param random cryptographically secure
 * @param threads for the few that a node keeps
 */
public record World(InstantSource clock, RandomGenerator random, ThreadFactory threads) {

  /** This machine's. */
  public static World real() {
    return new World(
        InstantSource.system(),
        new SecureRandom(),
        Thread.ofPlatform().daemon().name("dmg-", 0).factory());
  }
}
