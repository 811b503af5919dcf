package org.dxos.dmg.sync.pull;

import java.time.Duration;

/**
 * Bounds of searches.
 *
 * @param hold how long one request waits for a search, which goes on without it
 * @param search how long a search goes on: what came until then is kept, and the next goes on from
 *     there
 * @param stagger how long a source may say nothing before the next is asked as well
 * @param sources how many are asked of those that are linked
 * @param searches how many there are at a time
 * @param missed how long it is remembered that nobody had something
 * @param misses of how many things that is remembered
 * @param strangers searches that strangers may begin at once
 * @param perMinute and as many more within each minute
 */
public record Limits(
    Duration hold,
    Duration search,
    Duration stagger,
    int sources,
    int searches,
    Duration missed,
    int misses,
    int strangers,
    int perMinute) {

  /**
   * 8 s, as people and proxies wait longer; a minute; half a second; 8 sources, 32 searches, as
   * each is an answer in memory; 20 s of 10,000, which is 2 MB; 60 at once and 30 a minute for all
   * strangers together.
   */
  public static final Limits STANDARD =
      new Limits(
          Duration.ofSeconds(8),
          Duration.ofMinutes(1),
          Duration.ofMillis(500),
          8,
          32,
          Duration.ofSeconds(20),
          10_000,
          60,
          30);
}
