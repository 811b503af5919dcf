package org.dxos.dmg.unixfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IgnoreRulesTest {

  /** A path with `/` at its end is a folder; lines of a rule file are parted by a semicolon. */
  @ParameterizedTest(name = "{0} on {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "*.log         | a.log           | true",
        "*.log         | d/e/a.log       | true",
        "*.log         | a.log.txt       | false",
        "/build        | build/          | true",
        "/build        | lib/build/      | false",
        "build         | lib/build/      | true",
        "cache/        | x/cache/        | true",
        "cache/        | x/cache         | false",
        "docs/*.md     | docs/a.md       | true",
        "docs/*.md     | docs/x/a.md     | false",
        "docs/*.md     | x/docs/a.md     | false",
        "**/tmp        | tmp             | true",
        "**/tmp        | a/b/tmp         | true",
        "a/**          | a/x/y           | true",
        "a/**          | a/              | false",
        "a/**/b        | a/b             | true",
        "a/**/b        | a/x/y/b         | true",
        "a/**/b        | a/x/y/c         | false",
        "?.js          | a.js            | true",
        "?.js          | ab.js           | false",
        "[a-c]?.js     | bx.js           | true",
        "[!a-c].js     | b.js            | false",
        "[!a-c].js     | x.js            | true",
        "[             | [               | true",
        "a*b*c         | aXbXbXc         | true",
        "a*b*c         | aXbX            | false",
        "# x           | # x             | false",
        "\\#x          | #x              | true",
        "\\!x          | !x              | true",
        "a\\*          | a*              | true",
        "a\\*          | ab              | false",
        "x\\ ;         | x               | false",
        "*;!keep       | keep            | false",
        "*;!keep       | drop            | true",
        "!keep;*       | keep            | true",
        "*.md;!a.md;a* | a.md            | true",
        "X             | x               | false",
        "''            | .git/           | true",
        "''            | a/.GIT          | true",
        "''            | .env            | true",
        "''            | a/.env.local    | true",
        "''            | .envrc          | false",
        "''            | a/Server.PEM    | true",
        "''            | recovery-1.key  | true",
        "''            | id_ed25519      | true",
        "''            | id_ed25519.pub  | false",
        "''            | .DS_Store       | true",
        "''            | node_modules/   | false",
        "!ca.pem       | certs/ca.pem    | false",
        "/             | a               | false",
      })
  void ruleDecides(String rules, String path, boolean out) {
    boolean folder = path.endsWith("/");
    IgnoreRules compiled = IgnoreRules.of(rules.replace(';', '\n'));
    assertEquals(
        out,
        compiled
            .leavesOut(folder ? path.substring(0, path.length() - 1) : path, folder)
            .isPresent());
  }

  @Test
  void ruleIsNamedAsItWasWritten() {
    assertEquals(Optional.of("/b*/"), IgnoreRules.of("/b*/  \r\n").leavesOut("build", true));
  }

  @Test
  void patternOfManyStarsEndsSoon() {
    IgnoreRules rules = IgnoreRules.of("a*".repeat(100) + "b\n" + "**/a/".repeat(100) + "b");
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertEquals(
                Optional.empty(),
                rules.leavesOut("a".repeat(250) + "/" + "a/".repeat(300) + "c", false)));
  }
}
