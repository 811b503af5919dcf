package org.dxos.dmg.version;

import java.util.ArrayList;
import java.util.List;

/** Reads the parts that versions and ranges share, from left to right, each character once. */
final class Scanner {

  private static final int MAX_DIGITS = 9;

  private final String text;
  private int at;

  Scanner(String text) {
    if (text.length() > Version.MAX_TEXT) {
      throw new SyntaxFault(
          RangeError.SYNTAX, Version.MAX_TEXT, "at most " + Version.MAX_TEXT + " characters");
    }
    this.text = text;
  }

  int at() {
    return at;
  }

  boolean done() {
    return at == text.length();
  }

  /** The next character, or NUL at the end: no part of the grammar begins with it. */
  char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  boolean skip(char c) {
    if (peek() == c && !done()) {
      at++;
      return true;
    }
    return false;
  }

  /** The number of spaces passed over. */
  int skipSpaces() {
    int from = at;
    while (skip(' ')) {
      // each one counts
    }
    return at - from;
  }

  String since(int from) {
    return text.substring(from, at);
  }

  SyntaxFault expected(String what) {
    return peek() == '+'
        ? new SyntaxFault(RangeError.BUILD, at, "no build metadata")
        : new SyntaxFault(RangeError.SYNTAX, at, what);
  }

  void requireDone(String what) {
    if (!done()) {
      throw expected(what);
    }
  }

  boolean atDigit() {
    return isDigit(peek());
  }

  /** {@code num}: 0, or up to nine digits without a leading zero. */
  long number() {
    int from = at;
    long value = 0;
    while (atDigit()) {
      if (at - from == MAX_DIGITS) {
        throw expected("a number of at most " + MAX_DIGITS + " digits");
      }
      value = value * 10 + (peek() - '0');
      at++;
    }
    if (at == from) {
      throw expected("a number");
    }
    if (at - from > 1 && text.charAt(from) == '0') {
      throw new SyntaxFault(RangeError.LEADING_ZERO, from, "a number without a leading zero");
    }
    return value;
  }

  void dot() {
    if (!skip('.')) {
      throw expected("`.` and a number");
    }
  }

  /** {@code [ "-" prerelease ]}; empty if no hyphen follows. */
  List<String> prerelease() {
    if (!skip('-')) {
      return List.of();
    }
    List<String> identifiers = new ArrayList<>(2);
    do {
      int from = at;
      boolean numeric = true;
      while (isIdentifier(peek())) {
        numeric &= atDigit();
        at++;
      }
      if (at == from) {
        throw expected("a pre-release identifier of letters, digits and `-`");
      }
      if (numeric && at - from > 1 && text.charAt(from) == '0') {
        throw new SyntaxFault(
            RangeError.LEADING_ZERO, from, "a numeric identifier without a leading zero");
      }
      identifiers.add(since(from));
    } while (skip('.'));
    return List.copyOf(identifiers);
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static boolean isIdentifier(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  }
}
