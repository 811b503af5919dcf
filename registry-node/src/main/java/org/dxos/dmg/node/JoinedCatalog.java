package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.version.Version;

/**
 * A space over what is public: a name means what it means in the space, if it was known there
 * before the public had another meaning for it; where a release is in both it is the space's that
 * is read. It lacks nothing: to ask others for what a private release names would tell them of it.
 * Used by one thread.
 */
final class JoinedCatalog implements Held {

  private final Held space;
  private final Held open;

  /**
   * @param space what is released in the space
   * @param open what is released in public
   */
  JoinedCatalog(Held space, Held open) {
    this.space = space;
    this.open = open;
  }

  @Override
  public Optional<Cid> authority(String name) {
    return space.authority(name).or(() -> open.authority(name));
  }

  @Override
  public List<Release> releases(Name name, Cid genesis) {
    return joined(
        space.releases(name, genesis),
        open.releases(name, genesis),
        Comparator.comparing(Release::version).reversed());
  }

  @Override
  public List<Release> providers(Name api, Cid genesis) {
    return joined(
        space.providers(api, genesis),
        open.providers(api, genesis),
        Comparator.comparing((Release one) -> one.name().toString())
            .thenComparing(Release::version, Comparator.reverseOrder()));
  }

  private static List<Release> joined(
      List<Release> first, List<Release> second, Comparator<Release> order) {
    if (first.isEmpty() || second.isEmpty()) {
      return first.isEmpty() ? second : first;
    }
    Map<String, Release> byReference = new HashMap<>();
    second.forEach(one -> byReference.put(one.name() + "@" + one.version(), one));
    first.forEach(one -> byReference.put(one.name() + "@" + one.version(), one));
    List<Release> all = new ArrayList<>(byReference.values());
    all.sort(order);
    return List.copyOf(all);
  }

  @Override
  public Optional<Version> tag(Name name, Cid genesis, String tag) {
    return space.tag(name, genesis, tag).or(() -> open.tag(name, genesis, tag));
  }

  @Override
  public Map<String, String> tags(Name name, Cid genesis) {
    Map<String, String> tags = new TreeMap<>(open.tags(name, genesis));
    tags.putAll(space.tags(name, genesis));
    return tags;
  }

  @Override
  public Optional<Release> byCid(Cid cid) {
    return space.byCid(cid).or(() -> open.byCid(cid));
  }

  @Override
  public long since(Release release) {
    return whoHas(release.genesis(), release.envelope()).since(release);
  }

  @Override
  public Optional<Signed<Head>> head(Cid genesis, Cid release) {
    return whoHas(genesis, release).head(genesis, release);
  }

  private Held whoHas(Cid genesis, Cid release) {
    return space.head(genesis, release).isPresent() ? space : open;
  }

  @Override
  public String authorityName(Cid genesis) {
    String known = open.authorityName(genesis);
    return known.startsWith("~") ? space.authorityName(genesis) : known;
  }

  @Override
  public Optional<ReleaseReader.Later> newer(Dxn dxn) {
    return space.newer(dxn).or(() -> open.newer(dxn));
  }

  @Override
  public List<String> near(Name name) {
    Set<String> names = new LinkedHashSet<>(space.near(name));
    names.addAll(open.near(name));
    return List.copyOf(names);
  }
}
