package org.dxos.dmg.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Notices;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * The index of a registry of others, in memory, without anything signed or stored: what a solver is
 * measured on. Of what the index has, versions of numbers with more than nine digits are left out.
 *
 * <p>A release is made when its name is first asked for, and kept; the index itself is kept as
 * text.
 */
final class CorpusCatalog implements Catalog {

  private final String authority;
  private final Cid genesis;
  private final Map<String, List<byte[]>> lines = new TreeMap<>();
  private final Map<String, Name> names = new HashMap<>();
  private final Map<Name, String> originals = new HashMap<>();
  private final Map<Name, List<Release>> known = new HashMap<>();

  private CorpusCatalog(String authority) {
    this.authority = authority;
    this.genesis = link(authority);
  }

  /**
   * Reads gzipped JSON lines.
   *
   * @param authority of the modules that are made of them
   */
  static CorpusCatalog read(Path corpus, String authority) throws IOException {
    CorpusCatalog index = new CorpusCatalog(authority);
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(corpus)), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        index
            .lines
            .computeIfAbsent(text(Json.parse(bytes), "name"), _ -> new ArrayList<>(2))
            .add(bytes);
      }
    }
    index.lines.keySet().forEach(index::nameFor);
    return index;
  }

  private void nameFor(String original) {
    String local = local(original);
    Name free = Name.parse(authority + "/module/" + local);
    for (int n = 2; originals.containsKey(free); n++) {
      free = Name.parse(authority + "/module/" + local + "-" + n);
    }
    originals.put(free, original);
    names.put(original, free);
  }

  private static String local(String name) {
    String text = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    text = text.replaceAll("^-|-$", "");
    text = Character.isDigit(text.charAt(0)) ? "x-" + text : text;
    if (text.length() > 63) {
      byte[] hash = Cid.sha256(name.getBytes(StandardCharsets.UTF_8));
      text = text.substring(0, 54) + "-" + java.util.HexFormat.of().formatHex(hash, 0, 4);
    }
    return text;
  }

  private static Cid link(String text) {
    return Cid.of(Cid.DAG_CBOR, text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(Node map, String field) {
    return map(map, field) instanceof Node.Text text ? text.value() : "";
  }

  static Node map(Node node, String field) {
    return Optional.ofNullable(((Node.Map) node).entries().get(field)).orElseThrow();
  }

  /** The id of the one authority here. */
  Cid genesis() {
    return genesis;
  }

  /** Forgets the releases made so far; the index stays. */
  void forget() {
    known.clear();
  }

  /** The names of the index, sorted. */
  Set<String> names() {
    return Collections.unmodifiableSet(lines.keySet());
  }

  /** The name here of one of the index; for one that it does not have, a name without releases. */
  Name name(String original) {
    Name known = names.get(original);
    return known != null ? known : Name.parse(authority + "/module/not-in-the-index");
  }

  @Override
  public List<Release> releases(Name name, Cid id) {
    List<Release> releases = known.get(name);
    if (releases == null) {
      releases = make(name);
      known.put(name, releases);
    }
    return releases;
  }

  private List<Release> make(Name name) {
    List<Release> releases = new ArrayList<>();
    Set<String> made = new HashSet<>();
    for (byte[] bytes : lines.getOrDefault(originals.getOrDefault(name, ""), List.of())) {
      Node.Map line = (Node.Map) Json.parse(bytes);
      try {
        String written = text(line, "version");
        // Versions that differ in their build are two to choose from, of one precedence.
        Version version = Version.parse(written.split("\\+", 2)[0]);
        if (!made.add(written)) {
          continue;
        }
        ModuleRecord.Builder record = ModuleRecord.named(name, version);
        for (Node dependency : ((Node.Array) map(line, "deps")).items()) {
          if (!((Node.Map) dependency).entries().containsKey("optional")) {
            record.dependency(
                new Dependency.One(
                    name(text(dependency, "name")),
                    Range.parse(text(dependency, "req")),
                    Optional.empty(),
                    false));
          }
        }
        releases.add(release(name, version, written, record.build(), line));
      } catch (FormatException e) {
        // Numbers of more than nine digits, which DMG does not take.
      }
    }
    releases.sort(Comparator.comparing(Release::version).reversed());
    return List.copyOf(releases);
  }

  private Release release(
      Name name, Version version, String written, ModuleRecord module, Node.Map line) {
    Notices notices =
        line.entries().containsKey("yanked")
            ? new Notices(
                Optional.of(new Notices.Notice("yanked there", 0)),
                Optional.empty(),
                false,
                List.of())
            : Notices.NONE;
    String reference = name + "@" + written;
    return new Release(
        name,
        genesis,
        version,
        link("envelope " + reference),
        link("record " + reference),
        module,
        Map.of(),
        notices,
        0);
  }

  @Override
  public Optional<Cid> authority(String name) {
    return name.equals(authority) ? Optional.of(genesis) : Optional.empty();
  }

  @Override
  public Optional<Version> tag(Name name, Cid id, String tag) {
    return Optional.empty();
  }

  @Override
  public List<Release> providers(Name api, Cid id) {
    return List.of();
  }

  @Override
  public Optional<Release> byCid(Cid cid) {
    return Optional.empty();
  }

  @Override
  public List<String> near(Name name) {
    return List.of();
  }
}
