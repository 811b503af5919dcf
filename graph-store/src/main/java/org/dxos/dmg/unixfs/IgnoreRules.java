package org.dxos.dmg.unixfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which paths of a folder are left out, by the rules of gitignore: the last rule that matches
 * decides, and what lies in a folder that is left out cannot come back.
 *
 * <pre>
 *   # comment        *.log       any depth      /build    at the top only     docs/*.md  from the top
 *   !keep.log        cache/      folders only   **&#47;tmp   any depth        a/**      all in it
 *   ?  one character   [a-z]  [!0-9]  one of     \#  \!  \*  the character itself
 * </pre>
 *
 * @see <a href="https://git-scm.com/docs/gitignore">gitignore</a>
 */
final class IgnoreRules {

  /** Generous for a file that people write; bounds the work of each path. */
  static final int MAX_RULES = 10_000;

  /** What never belongs in a bundle unless a `!` rule says so. */
  private static final String DEFAULTS =
      """
      .git
      .hg
      .svn
      .bzr
      .jj
      .pijul
      _darcs
      .fslckout
      .ssh
      .gnupg
      .dmg
      .env
      .env.*
      .netrc
      .npmrc
      .pypirc
      *.pem
      *.key
      *.p12
      *.pfx
      *.ppk
      *.jks
      *.keystore
      id_rsa
      id_dsa
      id_ecdsa
      id_ed25519
      .DS_Store
      """;

  /** One line, compiled; patterns are matched name by name. */
  private record Rule(
      String line, List<String> names, boolean keep, boolean foldersOnly, boolean ignoreCase) {}

  private final List<Rule> rules;

  private IgnoreRules(List<Rule> rules) {
    this.rules = rules;
  }

  /** The default rules, and after them those of {@code text}, a `.dmgignore`. */
  static IgnoreRules of(String text) {
    List<Rule> rules = new ArrayList<>();
    // Default names are matched in any case: `.GIT` is a repository where case is not kept.
    DEFAULTS.lines().forEach(line -> compile(line, true).ifPresent(rules::add));
    text.lines().forEach(line -> compile(line, false).ifPresent(rules::add));
    if (rules.size() > MAX_RULES) {
      throw new IllegalArgumentException(rules.size() + " rules");
    }
    return new IgnoreRules(List.copyOf(rules));
  }

  /**
   * The rule that leaves {@code path} out, as written, or empty if it stays. The folders above it
   * are not looked at: whoever walks asks for each on the way down.
   */
  Optional<String> leavesOut(String path, boolean folder) {
    String[] names = path.split("/");
    for (int i = rules.size() - 1; i >= 0; i--) {
      Rule rule = rules.get(i);
      if ((folder || !rule.foldersOnly) && matches(rule, names)) {
        return rule.keep ? Optional.empty() : Optional.of(rule.line);
      }
    }
    return Optional.empty();
  }

  private static Optional<Rule> compile(String line, boolean ignoreCase) {
    String text = stripTrailingSpaces(line);
    if (text.isEmpty() || text.startsWith("#")) {
      return Optional.empty();
    }
    boolean keep = text.startsWith("!");
    String pattern = keep ? text.substring(1) : text;
    boolean foldersOnly = pattern.endsWith("/");
    if (foldersOnly) {
      pattern = pattern.substring(0, pattern.length() - 1);
    }
    boolean anchored = pattern.contains("/");
    if (pattern.startsWith("/")) {
      pattern = pattern.substring(1);
    }
    if (pattern.isEmpty()) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    if (!anchored) {
      names.add("**");
    }
    names.addAll(List.of(pattern.split("/", -1)));
    return Optional.of(new Rule(text, List.copyOf(names), keep, foldersOnly, ignoreCase));
  }

  /** A backslash keeps the space after it. */
  private static String stripTrailingSpaces(String line) {
    int end = line.length();
    while (end > 0 && line.charAt(end - 1) == ' ' && (end < 2 || line.charAt(end - 2) != '\\')) {
      end--;
    }
    return line.substring(0, end);
  }

  /**
   * Row by row over the names of the pattern, {@code reach[j]} says whether those so far match the
   * first j names of the path: no pattern costs more than the product of the two lengths.
   */
  private static boolean matches(Rule rule, String[] path) {
    boolean[] reach = new boolean[path.length + 1];
    reach[0] = true;
    for (int i = 0; i < rule.names.size(); i++) {
      String name = rule.names.get(i);
      boolean[] next = new boolean[path.length + 1];
      if (name.equals("**")) {
        boolean last = i == rule.names.size() - 1;
        boolean reached = false;
        for (int j = 0; j <= path.length; j++) {
          // At the end it stands for one name or more, elsewhere for none or more.
          next[j] = reached || (!last && reach[j]);
          reached |= reach[j];
        }
      } else {
        for (int j = 1; j <= path.length; j++) {
          next[j] = reach[j - 1] && glob(name, path[j - 1], rule.ignoreCase);
        }
      }
      reach = next;
    }
    return reach[path.length];
  }

  /** Matches one name. On a mismatch the last star takes one character more. */
  private static boolean glob(String pattern, String name, boolean ignoreCase) {
    int p = 0;
    int n = 0;
    int star = -1;
    int starName = 0;
    while (n < name.length()) {
      boolean isStar = p < pattern.length() && pattern.charAt(p) == '*';
      int next = isStar ? 0 : one(pattern, p, name.charAt(n), ignoreCase);
      if (isStar) {
        star = p++;
        starName = n;
      } else if (next > 0) {
        p = next;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++starName;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  /** The offset after the element at {@code p} if it takes {@code c}, else 0. */
  private static int one(String pattern, int p, char c, boolean ignoreCase) {
    if (p >= pattern.length()) {
      return 0;
    }
    char element = pattern.charAt(p);
    if (element == '?') {
      return p + 1;
    }
    if (element == '[') {
      int close = pattern.indexOf(']', p + 2);
      if (close > 0) {
        return inClass(pattern.substring(p + 1, close), c) ? close + 1 : 0;
      }
    }
    int at = element == '\\' && p + 1 < pattern.length() ? p + 1 : p;
    return same(pattern.charAt(at), c, ignoreCase) ? at + 1 : 0;
  }

  private static boolean inClass(String members, char c) {
    boolean negated = members.startsWith("!") || members.startsWith("^");
    boolean in = false;
    for (int i = negated ? 1 : 0; i < members.length(); i++) {
      char from = members.charAt(i);
      if (i + 2 < members.length() && members.charAt(i + 1) == '-') {
        in |= from <= c && c <= members.charAt(i + 2);
        i += 2;
      } else {
        in |= from == c;
      }
    }
    return in != negated;
  }

  private static boolean same(char left, char right, boolean ignoreCase) {
    return left == right
        || (ignoreCase && Character.toLowerCase(left) == Character.toLowerCase(right));
  }
}
