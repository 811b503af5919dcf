package org.dxos.dmg.api;

import java.nio.file.Path;
import java.time.Duration;
import org.dxos.dmg.care.Collector;

/** What is done to a home while it is in use, by those who run it. */
public interface Upkeep {

  /**
   * Collects blocks that nothing leads to.
   *
   * @param grace how long nothing must have led to them
   * @param dry whether nothing is to be changed
   * @throws org.dxos.dmg.care.CareException if something is missing that is led to
   */
  Collector.Report collect(Duration grace, boolean dry);

  /** Makes the RDF projection anew beside the one in use, which answers until then. */
  void reindex();

  /**
   * Makes a home that holds the blocks, journal and registers of this one as they are now, and
   * shares its files with it: to be copied by somebody who may read this home, and then deleted.
   *
   * @return where, inside of this home
   */
  Path checkpoint();
}
