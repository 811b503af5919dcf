package org.dxos.dmg.dagcbor;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a small map in their order, in two arrays: a hash table costs more than the whole
 * of a map that has the few fields of a body, and finds none of them sooner.
 */
final class Entries extends AbstractMap<String, Node> {

  /** Entries up to which looking at one after the other is quick. */
  static final int MAX_SIZE = 16;

  private final String[] keys;
  private final Node[] values;

  private Entries(String[] keys, Node[] values) {
    this.keys = keys;
    this.values = values;
  }

  /** Those from {@code from} to before {@code to}, whose keys are distinct; unmodifiable or new. */
  static Map<String, Node> of(String[] keys, Node[] values, int from, int to) {
    if (to - from <= MAX_SIZE) {
      return new Entries(Arrays.copyOfRange(keys, from, to), Arrays.copyOfRange(values, from, to));
    }
    Map<String, Node> entries = LinkedHashMap.newLinkedHashMap(to - from);
    for (int i = from; i < to; i++) {
      entries.put(keys[i], values[i]);
    }
    return entries;
  }

  /** As {@link #of}, of any size: for going through alone. */
  static Entries ofAll(String[] keys, Node[] values) {
    return new Entries(keys, values);
  }

  String key(int index) {
    return keys[index];
  }

  Node value(int index) {
    return values[index];
  }

  /** Where this key stands, or -1. */
  @SuppressWarnings("ReferenceEquality") // a first look, before the one that decides
  int find(@Nullable Object key) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] == key) { // nearly always, if it is there: decoders know the usual names
        return i;
      }
    }
    for (int i = 0; i < keys.length; i++) {
      if (keys[i].equals(key)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public int size() {
    return keys.length;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return find(key) >= 0;
  }

  @Override
  public @Nullable Node get(@Nullable Object key) {
    int at = find(key);
    return at < 0 ? null : values[at];
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super Node> action) {
    for (int i = 0; i < keys.length; i++) {
      action.accept(keys[i], values[i]);
    }
  }

  @Override
  public Set<Map.Entry<String, Node>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return keys.length;
      }

      @Override
      public Iterator<Map.Entry<String, Node>> iterator() {
        return new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < keys.length;
          }

          @Override
          public Map.Entry<String, Node> next() {
            if (next == keys.length) {
              throw new NoSuchElementException();
            }
            Map.Entry<String, Node> entry = Map.entry(keys[next], values[next]);
            next++;
            return entry;
          }
        };
      }
    };
  }

  @Override
  public boolean equals(@Nullable Object other) {
    // Two that were read, or made in one way, have one order.
    return (other instanceof Entries entries
            && Arrays.equals(keys, entries.keys)
            && Arrays.equals(values, entries.values))
        || super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
