package org.dxos.dmg.select;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.version.Version;

/** Releases in memory; an authority's id is made of its name. */
public final class MemoryCatalog implements Catalog {

  private final List<Release> all = new ArrayList<>();
  private final Map<String, List<Release>> byName = new HashMap<>();
  private final Map<String, Version> tags = new HashMap<>();
  private final List<String> near = new ArrayList<>();

  public static Cid link(String text) {
    return Cid.of(Cid.DAG_CBOR, text.getBytes(StandardCharsets.UTF_8));
  }

  public static ModuleRecord.Builder record(String name, String version) {
    return ModuleRecord.named(Name.parse(name), Version.parse(version));
  }

  /** A release whose authorities are bound as they are here. */
  public static Release release(ModuleRecord module, boolean yanked) {
    Map<String, Cid> bound = new HashMap<>();
    module.authoritiesNamed().forEach(authority -> bound.put(authority, link(authority)));
    return release(module, link(module.name().authority().base()), bound, yanked);
  }

  public static Release release(
      ModuleRecord module, Cid genesis, Map<String, Cid> bound, boolean yanked) {
    String reference = genesis + " " + module.name() + "@" + module.version();
    return new Release(
        module.name(),
        genesis,
        module.version(),
        link("envelope " + reference),
        link("record " + reference),
        module,
        bound,
        yanked
            ? new Notices(
                Optional.of(new Notices.Notice("broken", 0)), Optional.empty(), false, List.of())
            : Notices.NONE,
        0);
  }

  /** The release, withdrawn if so, as made at a moment. */
  public static Release noticed(Release release, boolean withdrawn, long created) {
    Optional<Notices.Notice> notice =
        withdrawn ? Optional.of(new Notices.Notice("leaks keys", 0)) : Optional.empty();
    return new Release(
        release.name(),
        release.genesis(),
        release.version(),
        release.envelope(),
        release.record(),
        release.module(),
        release.authorities(),
        new Notices(release.notices().yanked(), notice, false, List.of()),
        created);
  }

  public MemoryCatalog add(ModuleRecord.Builder module) {
    return add(release(module.build(), false));
  }

  public MemoryCatalog yanked(ModuleRecord.Builder module) {
    return add(release(module.build(), true));
  }

  public MemoryCatalog add(Release release) {
    all.add(release);
    List<String> names = new ArrayList<>(release.module().carriedPaths());
    names.add(release.name().path());
    for (String path : names) {
      List<Release> releases =
          byName.computeIfAbsent(release.genesis() + " " + path, _ -> new ArrayList<>());
      releases.add(release);
      releases.sort(Comparator.comparing(Release::version).reversed());
    }
    return this;
  }

  public MemoryCatalog tag(String name, String tag, String version) {
    tags.put(name + ":" + tag, Version.parse(version));
    return this;
  }

  public List<Release> all() {
    return all;
  }

  @Override
  public Optional<Cid> authority(String name) {
    return all.stream()
            .anyMatch(
                one ->
                    one.name().authority().base().equals(name) && one.genesis().equals(link(name)))
        ? Optional.of(link(name))
        : Optional.empty();
  }

  @Override
  public List<Release> releases(Name name, Cid genesis) {
    return List.copyOf(byName.getOrDefault(genesis + " " + name.path(), List.of()));
  }

  @Override
  public Optional<Version> tag(Name name, Cid genesis, String tag) {
    return Optional.ofNullable(tags.get(name + ":" + tag));
  }

  @Override
  public List<Release> providers(Name api, Cid genesis) {
    if (api.kind() != Kind.API) {
      return List.of();
    }
    return all.stream()
        .filter(one -> one.provided(api, genesis).isPresent())
        .sorted(
            Comparator.comparing((Release one) -> one.name().toString())
                .thenComparing(Release::version, Comparator.reverseOrder()))
        .toList();
  }

  @Override
  public Optional<Release> byCid(Cid cid) {
    return all.stream()
        .filter(one -> one.envelope().equals(cid) || one.record().equals(cid))
        .findFirst();
  }

  /** A name that is near to whatever is not found. */
  public void suggests(String name) {
    near.add(name);
  }

  @Override
  public List<String> near(Name name) {
    return List.copyOf(near);
  }
}
