package org.dxos.dmg.dagcbor;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import org.dxos.dmg.cid.Cid;

/**
 * A value of the IPLD data model: what a dag-cbor block, and likewise a JSON text, says. Immutable;
 * equal values are equal.
 *
 * @see <a href="https://ipld.io/docs/data-model/kinds/">the kinds</a>
 */
public sealed interface Node {

  /** The one null. */
  Null NULL = new Null();

  record Null() implements Node {}

  record Bool(boolean value) implements Node {}

  /** An integer from -2^63 to 2^63 - 1. */
  record Int(long value) implements Node {}

  /** An integer that {@link Int} cannot hold, from -2^64 to 2^64 - 1. */
  record BigInt(BigInteger value) implements Node {
    public BigInt {
      if (value.bitLength() < 64 || value.bitLength() > 64) {
        throw new IllegalArgumentException("not an integer between 64 and 65 bits: " + value);
      }
    }
  }

  /** A finite 64-bit float. */
  record Real(double value) implements Node {
    public Real {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("not a finite number: " + value);
      }
    }
  }

  record Text(String value) implements Node {}

  /** Bytes; the array is not copied, so whoever makes or reads one must not change it. */
  @SuppressWarnings("ArrayRecordComponent") // equality is by content, below
  record Bytes(byte[] value) implements Node {
    @Override
    public boolean equals(Object other) {
      return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(value);
    }
  }

  record Array(List<Node> items) implements Node {
    public static final Array EMPTY = new Array(List.of());

    public Array {
      items = List.copyOf(items);
    }
  }

  /** Text keys to values. The order kept is that of insertion; it is no part of the value. */
  record Map(java.util.Map<String, Node> entries) implements Node {
    public static final Map EMPTY = new Map(new LinkedHashMap<>());

    public Map {
      entries = entries instanceof Entries ? entries : Collections.unmodifiableMap(entries);
    }
  }

  record Link(Cid cid) implements Node {}

  static Node of(String text) {
    return new Text(text);
  }

  static Node of(long value) {
    return new Int(value);
  }

  static Node of(boolean value) {
    return new Bool(value);
  }

  static Node of(byte[] bytes) {
    return new Bytes(bytes);
  }

  static Node of(Cid cid) {
    return new Link(cid);
  }

  static Node ofTexts(Iterable<String> texts) {
    java.util.ArrayList<Node> items = new java.util.ArrayList<>();
    texts.forEach(text -> items.add(new Text(text)));
    return new Array(items);
  }
}
