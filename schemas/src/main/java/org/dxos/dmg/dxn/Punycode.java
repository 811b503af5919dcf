package org.dxos.dmg.dxn;

/**
 * Whether a label may begin with {@code xn--}. What such a label shows as is not what it says, so
 * that the default is to refuse it; an operator's policy may allow it.
 */
public enum Punycode {
  REFUSED,
  ALLOWED
}
