package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.dxos.dmg.cli.Main;
import org.dxos.dmg.cli.Terminal;
import org.dxos.dmg.node.World;
import org.dxos.dmg.policy.NameProof;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@code conformance/scripts/*.txt}: each a story of commands with their whole output. Clock
 * and randomness are fixed, so every CID in the output is too. {@code -Ddmg.bless=true} writes what
 * was found as what is expected; a person reads the difference.
 *
 * <p>A script has lines of these kinds, in order:
 *
 * <pre>
 *   # words for the reader
 *   file PATH            the lines up to `end` are the content of a file
 *   copy EXAMPLE PATH    a folder of examples/
 *   link PATH TARGET     a symbolic link
 *   home NAME            the commands that follow use this home
 *   move FROM TO         a file or folder; a folder is a home as well
 *   clone FROM TO        a copy of a home, as a backup has it
 *   keep NAME LINE WORD  $NAME is that word of the last command's output, counted from 1
 *   set NAME VALUE       an environment variable for the commands that follow; no value: none
 *   dns NAME ID          what DNS says of an authority from now on; no id: nothing
 *   days NUMBER          the clock of all homes goes on by that many days
 *   $ dmg …              a command; then its exit code if not 0, its output (|) and its words for people (!)
 * </pre>
 */
class ScriptsTest {

  private static final boolean BLESS = Boolean.getBoolean("dmg.bless");

  /** 2026-01-01. */
  private static final Instant NOW = Instant.ofEpochSecond(1_767_225_600L);

  @TempDir Path temp;

  @TestFactory
  List<DynamicTest> everyScriptPrintsWhatItSays() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    Path folder = root().resolve("conformance/scripts");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".txt")).sorted().toList()) {
        tests.add(DynamicTest.dynamicTest(file.getFileName().toString(), () -> run(file)));
      }
    }
    assertFalse(tests.isEmpty(), "no scripts in " + folder);
    return tests;
  }

  private static Path root() {
    return Path.of(System.getProperty("dmg.root", "..")).toAbsolutePath().normalize();
  }

  private void run(Path script) throws IOException {
    Path work = Files.createDirectories(temp.resolve(script.getFileName().toString()));
    List<String> lines = Files.readAllLines(script);
    String found = String.join("\n", new Story(work).tell(lines)) + "\n";
    String expected = Files.readString(script);
    if (BLESS && !found.equals(expected)) {
      Files.writeString(script, found);
    } else {
      assertEquals(expected, found);
    }
  }

  private static final class Story {
    private final Path work;
    private final Map<String, World> worlds = new HashMap<>();
    private final Map<String, String> kept =
        new java.util.TreeMap<>(java.util.Comparator.reverseOrder());
    private final Map<String, String> environment = new HashMap<>();
    private final java.util.concurrent.atomic.AtomicReference<Instant> now =
        new java.util.concurrent.atomic.AtomicReference<>(NOW);
    private final Map<String, org.dxos.dmg.cid.Cid> dns = new HashMap<>();
    private List<String> lastOut = List.of();
    private String home = "home";

    private Story(Path work) {
      this.work = work;
    }

    private List<String> tell(List<String> lines) throws IOException {
      List<String> told = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (line.startsWith("|") || line.startsWith("!") || line.startsWith("exit ")) {
          continue; // what was expected; what is found is told after the command
        }
        told.add(line);
        String[] words = line.split(" ");
        switch (words[0]) {
          case "file" -> {
            List<String> content = new ArrayList<>();
            while (!lines.get(++i).equals("end")) {
              content.add(lines.get(i));
              told.add(lines.get(i));
            }
            told.add("end");
            Path file = work.resolve(words[1]);
            Files.createDirectories(file.getParent());
            Files.writeString(file, String.join("\n", content) + "\n");
          }
          case "copy" -> copy(root().resolve("examples").resolve(words[1]), work.resolve(words[2]));
          case "link" -> Files.createSymbolicLink(work.resolve(words[1]), Path.of(words[2]));
          case "home" -> home = words[1];
          case "move" -> Files.move(work.resolve(words[1]), work.resolve(words[2]));
          case "clone" -> copy(work.resolve(words[1]), work.resolve(words[2]));
          case "keep" ->
              kept.put(
                  "$" + words[1],
                  lastOut
                      .get(Integer.parseInt(words[2]) - 1)
                      .strip()
                      .split("[\\s=]+")[Integer.parseInt(words[3]) - 1]);
          case "set" -> {
            environment.remove(words[1]);
            if (words.length > 2) {
              environment.put(
                  words[1], expand(String.join(" ", List.of(words).subList(2, words.length))));
            }
          }
          case "dns" -> {
            dns.remove(words[1]);
            if (words.length > 2) {
              dns.put(words[1], org.dxos.dmg.cid.Cid.parse(expand(words[2])));
            }
          }
          case "days" ->
              now.set(now.get().plus(java.time.Duration.ofDays(Long.parseLong(words[1]))));
          case "$" -> told.addAll(command(line.substring("$ dmg".length()).strip()));
          case "#", "" -> {}
          default -> throw new IllegalStateException("script line " + (i + 1) + ": " + line);
        }
      }
      return told;
    }

    private NameProof.Answer ask(String authority) {
      org.dxos.dmg.cid.Cid id = dns.get(authority);
      return id == null
          ? new NameProof.Answer.Silent("DNS says nothing")
          : new NameProof.Answer.Names(id, java.util.Optional.empty());
    }

    private List<String> command(String text) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      Terminal terminal =
          new Terminal(
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));
      World world =
          worlds.computeIfAbsent(
              home,
              name ->
                  new World(
                      now::get,
                      new Random(name.hashCode()),
                      Thread.ofPlatform().daemon().factory(),
                      this::ask));
      environment.put("DMG_HOME", work.resolve(home).toString());
      environment.put("DMG_ROOT", root().toString());
      int code = Main.run(arguments(text), terminal, environment, world);
      lastOut = out.toString(StandardCharsets.UTF_8).lines().toList();
      List<String> told = new ArrayList<>();
      if (code != 0) {
        told.add("exit " + code);
      }
      told.addAll(marked("|", out));
      told.addAll(marked("!", err));
      return told;
    }

    /**
     * Words apart by spaces; those in single quotes stay together; {@code $WORK} is the script's
     * folder.
     */
    private List<String> arguments(String text) {
      List<String> arguments = new ArrayList<>();
      boolean quoted = false;
      for (String part : text.split("'", -1)) {
        if (quoted) {
          arguments.add(part);
        } else {
          Stream.of(part.split(" ")).filter(word -> !word.isEmpty()).forEach(arguments::add);
        }
        quoted = !quoted;
      }
      arguments.replaceAll(this::expand);
      return arguments;
    }

    private String expand(String word) {
      String expanded = word.replace("$WORK", work.toString());
      for (Map.Entry<String, String> one : kept.entrySet()) {
        expanded = expanded.replace(one.getKey(), one.getValue());
      }
      return expanded;
    }

    private List<String> marked(String mark, ByteArrayOutputStream bytes) {
      return bytes
          .toString(StandardCharsets.UTF_8)
          .replace(work.toString(), "$WORK")
          // What a disk takes is not the same on every one.
          .replaceAll("\\d+ MiB (blocks and journal|projection)", "N MiB $1")
          .lines()
          .map(line -> (mark + " " + line).stripTrailing())
          .toList();
    }

    private static void copy(Path from, Path to) throws IOException {
      try (Stream<Path> all = Files.walk(from)) {
        for (Path path : (Iterable<Path>) all::iterator) {
          Path target = to.resolve(from.relativize(path).toString());
          if (Files.isDirectory(path)) {
            Files.createDirectories(target);
          } else {
            Files.copy(path, target);
          }
        }
      }
    }
  }
}
