package org.dxos.dmg.conformance;

import java.util.Arrays;

/** Whether two samples are of one distribution, by the greatest distance of what they sum up to. */
final class Samples {

  private static final int TERMS = 100;

  private Samples() {}

  /**
   * The greatest distance between the shares of two samples that are below some value: the
   * statistic of Kolmogorov and Smirnov.
   */
  static double distance(long[] one, long[] other) {
    long[] a = one.clone();
    long[] b = other.clone();
    Arrays.sort(a);
    Arrays.sort(b);
    int i = 0;
    int j = 0;
    double greatest = 0;
    while (i < a.length && j < b.length) {
      long value = Math.min(a[i], b[j]);
      while (i < a.length && a[i] == value) {
        i++;
      }
      while (j < b.length && b[j] == value) {
        j++;
      }
      greatest = Math.max(greatest, Math.abs((double) i / a.length - (double) j / b.length));
    }
    return greatest;
  }

  /** How likely samples of one distribution are that far apart, or farther. */
  static double likelihood(double distance, int one, int other) {
    double root = Math.sqrt((double) one * other / (one + other));
    double x = (root + 0.12 + 0.11 / root) * distance;
    double sum = 0;
    for (int k = 1; k <= TERMS; k++) {
      sum += (k % 2 == 1 ? 2 : -2) * Math.exp(-2.0 * k * k * x * x);
    }
    return x < 0.2 ? 1 : Math.clamp(sum, 0, 1);
  }

  static long median(long[] sample) {
    long[] sorted = sample.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
