package org.dxos.dmg.imports;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Debian's {@code Packages}: paragraphs of {@code Field: value}, parted by empty lines; a line that
 * begins with a space goes on with the value before it, and one that begins with {@code #} is a
 * comment. Field names may be in any case. Fields that are not imported are passed over.
 *
 * @see <a href="https://manpages.debian.org/bookworm/dpkg-dev/deb822.5.en.html">deb822(5)</a>
 */
final class ControlReader implements DebianReader {

  private final Lines lines;
  private final Map<DebianTerm, DebianTerm> terms = new HashMap<>();

  ControlReader(Lines lines) {
    this.lines = lines;
  }

  /** A field's value as far as it was read, and the line on which it begins. */
  private record Field(StringBuilder text, int line) {
    String value() {
      return text.toString();
    }
  }

  @Override
  public Optional<DebianPackage> next() throws IOException {
    Map<String, Field> fields = new LinkedHashMap<>();
    int first = 0;
    String last = "";
    for (var line = lines.next(); line.isPresent(); line = lines.next()) {
      String text = line.get();
      if (text.isBlank()) {
        if (fields.isEmpty()) {
          continue;
        }
        break;
      }
      if (text.startsWith("#")) {
        continue;
      }
      if (text.startsWith(" ") || text.startsWith("\t")) {
        goOn(fields, last, text);
      } else {
        last = begin(fields, text);
      }
      first = first == 0 ? lines.number() : first;
    }
    return fields.isEmpty() ? Optional.empty() : Optional.of(read(fields, first));
  }

  private String begin(Map<String, Field> fields, String text) {
    int colon = text.indexOf(':');
    if (colon < 1 || text.substring(0, colon).contains(" ")) {
      throw fault(lines.number(), "has no `Field:` at its beginning");
    }
    String name = text.substring(0, colon).toLowerCase(Locale.ROOT);
    Field value = new Field(new StringBuilder(text.substring(colon + 1).strip()), lines.number());
    if (fields.put(name, value) != null) {
      throw fault(
          lines.number(), "has the field `" + DebianPackages.shown(name) + "` for the second time");
    }
    return name;
  }

  private void goOn(Map<String, Field> fields, String last, String text) {
    Field field = fields.get(last);
    if (field == null) {
      throw fault(lines.number(), "goes on with a field, and none was begun");
    }
    if (field.text().length() + text.length() > DebianPackages.MAX_LINE) {
      throw DebianPackages.at(
          lines.number(),
          new FormatException(
              ErrorCode.TOO_LARGE,
              "the field has more than " + DebianPackages.MAX_LINE + " characters"));
    }
    field.text().append('\n').append(text.substring(1).stripTrailing());
  }

  private DebianPackage read(Map<String, Field> fields, int first) {
    Taken taken = new Taken(fields, first);
    List<DebianPackage.Clause> depends = taken.clauses("pre-depends");
    int preDepends = depends.size();
    depends.addAll(taken.clauses("depends"));
    try {
      return new DebianPackage(
          taken.required("package"),
          taken.version(),
          taken.required("architecture"),
          taken.word("section"),
          taken.description(),
          taken.number("size"),
          taken.word("sha256"),
          taken.word("source"),
          taken.word("multi-arch"),
          taken.terms("provides"),
          depends,
          preDepends,
          taken.clauses("recommends"),
          taken.terms("conflicts"),
          taken.terms("breaks"));
    } catch (FormatException e) {
      throw e.message().startsWith("read package list") ? e : DebianPackages.at(first, e);
    }
  }

  private static FormatException fault(int line, String what) {
    return DebianPackages.at(line, DebianPackages.refused("it " + what));
  }

  /** The values of a paragraph as what they stand for; a fault names the line of its field. */
  private final class Taken {
    private final Map<String, Field> fields;
    private final int first;

    private Taken(Map<String, Field> fields, int first) {
      this.fields = fields;
      this.first = first;
    }

    private <T> Optional<T> value(String name, Function<String, T> reader) {
      Field field = fields.get(name);
      if (field == null || field.value().isBlank()) {
        return Optional.empty();
      }
      try {
        return Optional.of(reader.apply(field.value()));
      } catch (FormatException e) {
        throw DebianPackages.at(field.line(), e);
      }
    }

    Optional<String> word(String name) {
      return value(name, ControlReader::oneLine);
    }

    String required(String name) {
      return word(name).orElseThrow(() -> fault(first, "begins a package without `" + name + "`"));
    }

    DebianVersion version() {
      return value("version", DebianVersion::new)
          .orElseThrow(() -> fault(first, "begins a package without `version`"));
    }

    OptionalLong number(String name) {
      Optional<Long> number = value(name, ControlReader::uint);
      return number.isPresent() ? OptionalLong.of(number.get()) : OptionalLong.empty();
    }

    Optional<String> description() {
      return value("description", ControlReader::prose).flatMap(Prose::cleaned);
    }

    List<DebianPackage.Clause> clauses(String name) {
      return value(name, text -> parts(text, ",", this::clause)).orElseGet(ArrayList::new);
    }

    private DebianPackage.Clause clause(String text) {
      return new DebianPackage.Clause(parts(text, "\\|", this::term));
    }

    List<DebianTerm> terms(String name) {
      return value(name, text -> parts(text, ",", this::term)).orElseGet(ArrayList::new);
    }

    private DebianTerm term(String text) {
      return terms.computeIfAbsent(DebianTerm.parse(text), same -> same);
    }
  }

  /** An empty part between separators is an error, one after the last is not. */
  private static <T> List<T> parts(String text, String separator, Function<String, T> part) {
    List<T> parts = new ArrayList<>();
    String joined = text.replace('\n', ' ').strip();
    for (String one : joined.split(separator)) {
      parts.add(part.apply(one.strip()));
    }
    return parts;
  }

  private static String oneLine(String text) {
    if (Fields.forbiddenAt(text, false) >= 0) {
      throw DebianPackages.refused(
          "has the value `" + DebianPackages.shown(text) + "`, expected one line of text");
    }
    return text;
  }

  private static long uint(String text) {
    if (!text.matches("[0-9]{1,15}")) {
      throw DebianPackages.refused(
          "has the number `" + DebianPackages.shown(text) + "`, expected up to 15 digits");
    }
    return Long.parseLong(text);
  }

  /** A line with nothing but a dot is an empty one. */
  private static String prose(String text) {
    return text.replaceAll("(?m)^\\.$", "");
  }
}
