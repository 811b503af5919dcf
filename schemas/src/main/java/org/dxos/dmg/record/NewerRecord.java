package org.dxos.dmg.record;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * A record of a later version of the format: {@code dmg/module/2} and up. It is kept and carried,
 * and what it shares with version 1 can be shown; it is never resolved or installed, as what it
 * means is not known here.
 *
 * @param type as the block has it
 * @param shown the fields of version 1 that are plain text, by name, in the order of the block;
 *     what is written of anything else is not guessed at
 * @param unknown names of the other fields, in the order of the block
 * @param links the raw blocks it links, each once, in the order of its bytes: what has to be
 *     carried along with it
 */
public record NewerRecord(
    String type, Map<String, String> shown, List<String> unknown, List<Cid> links) {

  private static final Pattern TYPE = Pattern.compile("dmg/module/([1-9][0-9]{0,8})");

  private static final Set<String> TEXTS =
      Set.of("name", "version", "displayName", "description", "license", "homepage", "repository");

  public NewerRecord {
    shown = Collections.unmodifiableMap(new LinkedHashMap<>(shown));
    unknown = List.copyOf(unknown);
    links = List.copyOf(links);
  }

  /**
   * The record in {@code block}, if it is one of a later version.
   *
   * @return empty if the block says that it is of version 1, or no record of ours at all
   * @throws FormatException with the codes of {@link DagCbor}, or {@link ErrorCode#RECORD_INVALID}
   *     over {@link ModuleRecord#MAX_BYTES}, the one limit that later versions keep
   */
  public static Optional<NewerRecord> read(byte[] block) {
    if (block.length > ModuleRecord.MAX_BYTES) {
      throw ModuleRecord.tooLarge(block.length);
    }
    if (!(DagCbor.decode(block) instanceof Node.Map map)
        || !(map.entries().get("type") instanceof Node.Text type)
        || !isNewer(type.value())) {
      return Optional.empty();
    }
    Map<String, String> shown = new LinkedHashMap<>();
    Set<String> unknown = new LinkedHashSet<>();
    map.entries()
        .forEach(
            (field, value) -> {
              if (TEXTS.contains(field)
                  && value instanceof Node.Text text
                  && Fields.forbiddenAt(text.value(), field.equals("description")) < 0) {
                shown.put(field, text.value());
              } else if (!field.equals("type")) {
                unknown.add(field);
              }
            });
    Set<Cid> links = new LinkedHashSet<>();
    rawLinks(map, links);
    return Optional.of(
        new NewerRecord(type.value(), shown, List.copyOf(unknown), List.copyOf(links)));
  }

  /** Decoded maps keep the order of their bytes, so this walks as the bytes run. */
  private static void rawLinks(Node node, Set<Cid> links) {
    switch (node) {
      case Node.Link link -> {
        if (link.cid().storable() && link.cid().codec() == Cid.RAW) {
          links.add(link.cid());
        }
      }
      case Node.Array array -> array.items().forEach(item -> rawLinks(item, links));
      case Node.Map map -> map.entries().values().forEach(value -> rawLinks(value, links));
      case Node.Null _,
          Node.Bool _,
          Node.Int _,
          Node.BigInt _,
          Node.Real _,
          Node.Text _,
          Node.Bytes _ -> {}
    }
  }

  /** True for the type of a record of a later version than {@link ModuleRecord#TYPE}. */
  static boolean isNewer(String type) {
    return TYPE.matcher(type).matches() && !type.equals(ModuleRecord.TYPE);
  }
}
