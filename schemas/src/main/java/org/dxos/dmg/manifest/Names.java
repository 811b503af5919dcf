package org.dxos.dmg.manifest;

import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.FormatException;

/** Names in a manifest: always without selector. */
final class Names {

  static final String EXPECTED = "a name without selector, such as `\"com.example/function/x\"`";

  private Names() {}

  static Optional<Name> read(Section.Place place, Node node) {
    return read(place, node, EXPECTED);
  }

  static Optional<Name> read(Section.Place place, Node node, String expected) {
    Optional<String> text = Values.text(place, node, expected, false);
    if (text.isPresent() && text.get().indexOf('@') > 0) {
      place.report(node, expected, Optional.of(withoutSelector(text.get())));
      return Optional.empty();
    }
    return text.flatMap(_ -> Values.parsed(place, node, expected, Name::parse, Names::meant));
  }

  /** What a text that is no name may have been meant to be. */
  private static Optional<String> meant(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length < 3 || text.startsWith("@")) {
      return Optional.of(
          "a name has three parts: a domain in reverse, a kind such as `function`, and its own");
    }
    String kebab =
        text.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-")
            .replaceAll("[_. ](?=[^/]*(?:/|$))", "-")
            .toLowerCase(Locale.ROOT);
    String respelled = parts[0] + kebab.substring(kebab.indexOf('/'));
    try {
      Name.parse(respelled);
    } catch (FormatException e) {
      return Optional.empty();
    }
    return Optional.of("did you mean `\"" + respelled + "\"`?");
  }

  private static String withoutSelector(String text) {
    int at = text.indexOf('@');
    return "write `\"" + text.substring(0, at) + "\"`; a range has a place of its own";
  }

  /** A name that something can be published under: what can be depended on. */
  static Optional<Name> publishable(Section.Place place, Node node, String expected) {
    Optional<Name> name = read(place, node, expected);
    if (name.isPresent() && !name.get().kind().publishable()) {
      place.report(
          node,
          expected,
          Optional.of("nothing can be published of the kind `" + kind(name.get()) + "`"));
      return Optional.empty();
    }
    return name;
  }

  static Optional<Name> api(Section.Place place, Node node) {
    String expected = "the name of an API, such as `\"org.example/api/mail-source\"`";
    Optional<Name> name = read(place, node, expected);
    if (name.isPresent() && !kind(name.get()).equals("api")) {
      place.report(node, expected, Optional.of("its kind is `" + kind(name.get()) + "`"));
      return Optional.empty();
    }
    return name;
  }

  /** The authority part, with its {@code ~id} if it has one. */
  static String authority(Name name) {
    String text = name.toString();
    return text.substring(0, text.indexOf('/'));
  }

  static String kind(Name name) {
    String path = name.path();
    return path.substring(0, path.indexOf('/'));
  }
}
