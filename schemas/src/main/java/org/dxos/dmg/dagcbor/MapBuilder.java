package org.dxos.dmg.dagcbor;

import java.util.ArrayList;
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

  private final Map<String, Node> entries = new LinkedHashMap<>();

  public MapBuilder put(String field, Node value) {
    boolean empty =
        (value instanceof Node.Array array && array.items().isEmpty())
            || (value instanceof Node.Map map && map.entries().isEmpty());
    if (!empty && entries.put(field, value) != null) {
      throw new IllegalStateException("field " + field + " written twice");
    }
    return this;
  }

  /**
   * As {@link #put}, and an empty list or map is written as well: MST nodes and envelopes have
   * them.
   */
  public MapBuilder putAlways(String field, Node value) {
    entries.put(field, value);
    return this;
  }

  public MapBuilder put(String field, String value) {
    return put(field, Node.of(value));
  }

  public MapBuilder put(String field, long value) {
    return put(field, Node.of(value));
  }

  public <T> MapBuilder put(String field, Optional<T> value, Function<T, Node> mapper) {
    value.ifPresent(one -> put(field, mapper.apply(one)));
    return this;
  }

  public MapBuilder put(String field, OptionalLong value) {
    value.ifPresent(one -> put(field, one));
    return this;
  }

  /** Written only if true. */
  public MapBuilder flag(String field, boolean value) {
    return value ? put(field, Node.of(true)) : this;
  }

  public <T> MapBuilder put(String field, Iterable<T> values, Function<T, Node> mapper) {
    List<Node> items = new ArrayList<>();
    values.forEach(one -> items.add(mapper.apply(one)));
    return put(field, new Node.Array(items));
  }

  public <T> MapBuilder put(String field, Map<String, T> values, Function<T, Node> mapper) {
    Map<String, Node> items = new LinkedHashMap<>();
    values.forEach((key, value) -> items.put(key, mapper.apply(value)));
    return put(field, new Node.Map(items));
  }

  public Node.Map build() {
    return new Node.Map(new LinkedHashMap<>(entries));
  }
}
