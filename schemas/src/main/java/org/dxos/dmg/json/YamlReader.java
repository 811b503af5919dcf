package org.dxos.dmg.json;

import java.io.Reader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.FormatException;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML events to {@link Node}. The events are read, not a binding's tokens, because they keep what
 * decides here: quotes, anchors, tags and places. The classes of the parser are loaded when the
 * first YAML is read.
 */
final class YamlReader {

  private static final String STR = "tag:yaml.org,2002:str";

  // The core schema of YAML 1.2.2, section 10.3.2.
  private static final Set<String> NULL = Set.of("~", "null", "Null", "NULL", "");
  private static final Set<String> TRUE = Set.of("true", "True", "TRUE");
  private static final Set<String> FALSE = Set.of("false", "False", "FALSE");
  private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");
  private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?");
  private static final Pattern NOT_FINITE =
      Pattern.compile("[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");

  private static final int MIN_BUFFER = 64;

  /** Characters of a number: as many as the JSON reader takes. */
  private static final int MAX_NUMBER = 1000;

  /** Octal or hexadecimal digits that surely fit a long. */
  private static final int MAX_RADIX_DIGITS = 15;

  private final Iterator<Event> events;

  private YamlReader(Iterator<Event> events) {
    this.events = events;
  }

  static Node read(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel("YAML")
            .setUseMarks(true)
            .setCodePointLimit(Json.MAX_YAML)
            // The parser copies what it has of a token each time it fills its buffer: a long text
            // in
            // a small buffer costs its length squared.
            .setBufferSize(Math.max(MIN_BUFFER, text.length() + 1))
            .build();
    try {
      return new YamlReader(new Parse(settings).parseReader(new WholeCharacters(text)).iterator())
          .document();
    } catch (MarkedYamlEngineException e) {
      int[] at =
          e.getProblemMark()
              .map(mark -> new int[] {mark.getLine() + 1, mark.getColumn() + 1})
              .orElseGet(() -> new int[] {1, 1});
      throw Json.error("YAML", at[0], at[1], String.valueOf(e.getProblem()));
    } catch (YamlEngineException e) {
      String message = String.valueOf(e.getMessage());
      int end = message.indexOf('\n');
      throw Json.error("YAML", 1, 1, end < 0 ? message : message.substring(0, end));
    }
  }

  /**
   * A text that is never handed out with half of a character at the end of a full buffer: the
   * parser then wants to read the other half to behind the end of its buffer.
   */
  private static final class WholeCharacters extends Reader {
    private final String text;
    private int at;

    private WholeCharacters(String text) {
      this.text = text;
    }

    @Override
    public int read(char[] buffer, int offset, int length) {
      int end = Math.min(text.length(), at + length);
      if (end - at > 1 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
        end--;
      }
      int count = end - at;
      if (count == 0 && length > 0) {
        return -1;
      }
      text.getChars(at, end, buffer, offset);
      at = end;
      return count;
    }

    @Override
    public void close() {}
  }

  private Node document() {
    events.next(); // the stream's start
    Event start = events.next();
    if (start instanceof StreamEndEvent) {
      throw error(start, "it is empty, expected a value");
    }
    Node value = value(events.next(), 0);
    events.next(); // the document's end
    Event after = events.next();
    if (!(after instanceof StreamEndEvent)) {
      throw error(after, "a second document begins, expected one");
    }
    return value;
  }

  private Node value(Event event, int depth) {
    return switch (event) {
      case ScalarEvent scalar -> scalar(scalar);
      case AliasEvent alias ->
          throw error(alias, "alias `*" + alias.getAlias() + "`, expected the value written out");
      case MappingStartEvent map -> mapping(map, depth + 1);
      case CollectionStartEvent list -> sequence(list, depth + 1);
      default -> throw error(event, "expected a value");
    };
  }

  private Node mapping(MappingStartEvent start, int depth) {
    check(start, depth);
    Map<String, Node> entries = new LinkedHashMap<>();
    for (Event event = events.next(); !(event instanceof MappingEndEvent); event = events.next()) {
      if (!(event instanceof ScalarEvent scalar)) {
        throw error(event, "a key is not text");
      }
      refuseAnchor(event, scalar.getAnchor());
      scalar.getTag().filter(tag -> !tag.equals(STR)).ifPresent(tag -> refuseTag(scalar, tag));
      String key = wellFormed(scalar);
      if (entries.containsKey(key)) {
        throw error(event, "the key `" + key + "` stands twice in one map");
      }
      entries.put(key, value(events.next(), depth));
    }
    return new Node.Map(entries);
  }

  private Node sequence(CollectionStartEvent start, int depth) {
    check(start, depth);
    List<Node> items = new ArrayList<>();
    for (Event event = events.next(); !(event instanceof SequenceEndEvent); event = events.next()) {
      items.add(value(event, depth));
    }
    return new Node.Array(items);
  }

  private static void check(CollectionStartEvent start, int depth) {
    if (depth > Json.MAX_DEPTH) {
      throw error(start, "nested deeper than " + Json.MAX_DEPTH);
    }
    refuseAnchor(start, start.getAnchor());
    start.getTag().ifPresent(tag -> refuseTag(start, tag));
  }

  private static Node scalar(ScalarEvent scalar) {
    refuseAnchor(scalar, scalar.getAnchor());
    String text = wellFormed(scalar);
    Optional<String> tag = scalar.getTag();
    if (tag.isPresent() && !tag.get().equals(STR)) {
      refuseTag(scalar, tag.get());
    }
    if (tag.isPresent() || scalar.getScalarStyle() != ScalarStyle.PLAIN) {
      return new Node.Text(text);
    }
    if (NULL.contains(text)) {
      return Node.NULL;
    }
    if (TRUE.contains(text)) {
      return new Node.Bool(true);
    }
    if (FALSE.contains(text)) {
      return new Node.Bool(false);
    }
    return number(scalar, text);
  }

  private static Node number(ScalarEvent scalar, String text) {
    char first = text.charAt(0);
    if ((first < '0' || first > '9') && first != '-' && first != '+' && first != '.') {
      return new Node.Text(text);
    }
    if (text.length() <= MAX_RADIX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return new Node.Int(Long.parseLong(text));
    }
    boolean octal = OCTAL.matcher(text).matches();
    if (octal || HEXADECIMAL.matcher(text).matches()) {
      if (text.length() > 2 + MAX_RADIX_DIGITS) {
        throw error(scalar, "the number `" + text + "` is too large");
      }
      return Numbers.read(Long.toString(Long.parseLong(text.substring(2), octal ? 8 : 16)))
          .orElseThrow();
    }
    if (DECIMAL.matcher(text).matches()) {
      if (text.length() > MAX_NUMBER) {
        throw error(scalar, "a number of " + text.length() + " characters, at most " + MAX_NUMBER);
      }
      return Numbers.read(text.startsWith("+") ? text.substring(1) : text)
          .orElseThrow(() -> error(scalar, "the number `" + text + "` is beyond a 64-bit float"));
    }
    if (NOT_FINITE.matcher(text).matches()) {
      throw error(scalar, "`" + text + "` is not a finite number");
    }
    return new Node.Text(text);
  }

  private static String wellFormed(ScalarEvent scalar) {
    if (Json.hasLoneSurrogate(scalar.getValue())) {
      throw error(scalar, "text has half of a surrogate pair, which is no character");
    }
    return scalar.getValue();
  }

  private static void refuseAnchor(Event event, Optional<Anchor> anchor) {
    if (anchor.isPresent()) {
      throw error(event, "anchor `&" + anchor.get() + "`, expected none");
    }
  }

  private static void refuseTag(Event event, String tag) {
    throw error(event, "tag `" + tag + "`, expected none");
  }

  private static FormatException error(Event event, String what) {
    return event
        .getStartMark()
        .map(mark -> Json.error("YAML", mark.getLine() + 1, mark.getColumn() + 1, what))
        .orElseGet(() -> Json.error("YAML", 1, 1, what));
  }
}
