package org.dxos.dmg.libp2p.yamux;

/** A bucket of tokens: so many a second, so many at once. Pure; not for several threads. */
public final class Rate {

  private final double perNano;
  private final double most;
  private double tokens;
  private long last;

  /** A full bucket. */
  public Rate(double perSecond, double most, long nanos) {
    this.perNano = perSecond / 1e9;
    this.most = most;
    this.tokens = most;
    this.last = nanos;
  }

  /** Takes one token, if there is one. */
  public boolean take(long nanos) {
    tokens = Math.min(most, tokens + Math.max(0, nanos - last) * perNano);
    last = nanos;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }

  /** Whether nothing was taken lately. */
  public boolean full(long nanos) {
    return tokens + Math.max(0, nanos - last) * perNano >= most;
  }
}
