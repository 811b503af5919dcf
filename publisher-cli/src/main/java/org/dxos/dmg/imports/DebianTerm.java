package org.dxos.dmg.imports;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dxos.dmg.error.FormatException;

/**
 * One name in a relation of a package: {@code python3:any (>= 3.11)}.
 *
 * @param name of a package, real or virtual
 * @param architecture that the package has to be of; {@code any} and {@code native} do not narrow
 * @param bound what its version has to be, if it matters
 */
record DebianTerm(String name, Optional<String> architecture, Optional<Bound> bound) {

  /** Octets of a package name: a segment of a path has no more on the mirrors' disks. */
  static final int MAX_NAME = 255;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9+.~_-]*");
  private static final Pattern ARCHITECTURE = Pattern.compile("[a-z0-9][a-z0-9-]*");

  private static final Pattern TERM =
      Pattern.compile(
          "(?<name>[^\\s:()]+)(?::(?<arch>[^\\s()]+))?\\s*"
              + "(?:\\(\\s*(?<op><<|<=|=|>=|>>|<|>)\\s*(?<version>[^\\s()]+)\\s*\\))?");

  /** A comparison with a version. */
  record Bound(Comparison comparison, DebianVersion version) {
    boolean admits(DebianVersion candidate) {
      int order = candidate.compareTo(version);
      return switch (comparison) {
        case EARLIER -> order < 0;
        case EARLIER_OR_EQUAL -> order <= 0;
        case EQUAL -> order == 0;
        case LATER_OR_EQUAL -> order >= 0;
        case LATER -> order > 0;
      };
    }

    @Override
    public String toString() {
      return comparison.text + " " + version;
    }
  }

  /** How Debian spells comparisons. */
  enum Comparison {
    EARLIER("<<"),
    EARLIER_OR_EQUAL("<="),
    EQUAL("="),
    LATER_OR_EQUAL(">="),
    LATER(">>");

    private final String text;

    Comparison(String text) {
      this.text = text;
    }

    /** Old lists have {@code <} and {@code >}, which always meant "or equal". */
    static Comparison of(String text) {
      return switch (text) {
        case "<<" -> EARLIER;
        case "<=", "<" -> EARLIER_OR_EQUAL;
        case "=" -> EQUAL;
        case ">=", ">" -> LATER_OR_EQUAL;
        case ">>" -> LATER;
        default -> throw refused("comparison", text, "one of `<<`, `<=`, `=`, `>=`, `>>`");
      };
    }
  }

  DebianTerm {
    requireName(name);
    architecture.ifPresent(
        one -> {
          if (!ARCHITECTURE.matcher(one).matches()) {
            throw refused("architecture", one, "lower-case letters, digits and `-`");
          }
        });
  }

  /** Reads {@code name[:arch] [(op version)]}. */
  static DebianTerm parse(String text) {
    Matcher matcher = TERM.matcher(text);
    if (!matcher.matches()) {
      throw refused("relation", text, "`name`, or `name (>= version)`");
    }
    return new DebianTerm(
        matcher.group("name"),
        Optional.ofNullable(matcher.group("arch")),
        Optional.ofNullable(matcher.group("op"))
            .map(op -> new Bound(Comparison.of(op), new DebianVersion(matcher.group("version")))));
  }

  static String requireName(String name) {
    if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
      throw refused("package name", name, "up to " + MAX_NAME + " letters, digits, `+`, `.`, `-`");
    }
    return name;
  }

  /** True if a package of this name and version, real or provided, is what the term asks for. */
  boolean admits(DebianVersion version) {
    return bound.isEmpty() || bound.get().admits(version);
  }

  /** True unless the term is about another architecture than {@code of}. */
  boolean admitsArchitecture(String of) {
    return architecture.isEmpty()
        || architecture.get().equals("any")
        || architecture.get().equals("native")
        || architecture.get().equals(of);
  }

  private static FormatException refused(String what, String found, String expected) {
    return DebianPackages.refused(
        "has the " + what + " `" + DebianPackages.shown(found) + "`, expected " + expected);
  }

  /** As Debian writes it. */
  @Override
  public String toString() {
    return name
        + architecture.map(one -> ":" + one).orElse("")
        + bound.map(one -> " (" + one + ")").orElse("");
  }
}
