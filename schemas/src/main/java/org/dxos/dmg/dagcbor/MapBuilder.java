package org.dxos.dmg.dagcbor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Makes the map of a body: what is absent, and every empty list or map, is not written, as the
 * formats demand. The counterpart of {@link Fields}.
 */
public final class MapBuilder {

  private String[] keys = new String[4];
  private Node[] values = new Node[4];
  private int count;

  /** True if the field was there already. */
  private boolean set(String field, Node value) {
    for (int i = 0; i < count; i++) {
      if (keys[i].equals(field)) {
        values[i] = value;
        return true;
      }
    }
    if (count == keys.length) {
      keys = Arrays.copyOf(keys, count * 2);
      values = Arrays.copyOf(values, count * 2);
    }
    keys[count] = field;
    values[count++] = value;
    return false;
  }

  public MapBuilder put(String field, Node value) {
    boolean empty =
        (value instanceof Node.Array array && array.items().isEmpty())
            || (value instanceof Node.Map map && map.entries().isEmpty());
    if (!empty && set(field, value)) {
      throw new IllegalStateException("field " + field + " written twice");
    }
    return this;
  }

  /**
   * As {@link #put}, and an empty list or map is written as well: MST nodes and envelopes have
   * them.
   */
  public MapBuilder putAlways(String field, Node value) {
    set(field, value);
    return this;
  }

  public MapBuilder put(String field, String value) {
    return put(field, Node.of(value));
  }

  public MapBuilder put(String field, long value) {
    return put(field, Node.of(value));
  }

  public <T> MapBuilder put(String field, Optional<T> value, Function<T, Node> mapper) {
    return value.isPresent() ? put(field, mapper.apply(value.get())) : this;
  }

  public MapBuilder put(String field, OptionalLong value) {
    return value.isPresent() ? put(field, value.getAsLong()) : this;
  }

  /** Written only if true. */
  public MapBuilder flag(String field, boolean value) {
    return value ? put(field, Node.of(true)) : this;
  }

  public <T> MapBuilder put(String field, Collection<T> values, Function<T, Node> mapper) {
    if (values.isEmpty()) {
      return this;
    }
    List<Node> items = new ArrayList<>(values.size());
    for (T value : values) {
      items.add(mapper.apply(value));
    }
    return put(field, new Node.Array(items));
  }

  public <T> MapBuilder put(String field, Map<String, T> values, Function<T, Node> mapper) {
    if (values.isEmpty()) {
      return this;
    }
    Map<String, Node> items = new LinkedHashMap<>();
    values.forEach((key, value) -> items.put(key, mapper.apply(value)));
    return put(field, new Node.Map(items));
  }

  public Node.Map build() {
    return new Node.Map(Entries.of(keys, values, 0, count));
  }
}
