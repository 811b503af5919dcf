package org.dxos.dmg.select;

import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.version.Version;

/**
 * A release as the resolver sees it.
 *
 * @param name the module's own name, without {@code ~id}
 * @param genesis the authority id
 * @param version its version
 * @param envelope the release statement's envelope
 * @param record CID of the record
 * @param module the record
 * @param authorities each foreign authority that the record names, with the id to which the release
 *     binds it
 * @param notices what was said of it since
 * @param created of the release statement, seconds UTC
 */
public record Release(
    Name name,
    Cid genesis,
    Version version,
    Cid envelope,
    Cid record,
    ModuleRecord module,
    Map<String, Cid> authorities,
    Notices notices,
    long created) {

  public Release {
    authorities = Map.copyOf(authorities);
  }

  /** True if it is chosen by its exact version or a lock at most. */
  public boolean yanked() {
    return notices.yanked().isPresent() || unavailable();
  }

  /** True if it is not chosen at all: withdrawn, or void. */
  public boolean unavailable() {
    return notices.unavailable().isPresent();
  }

  /** This release with other notices. */
  public Release with(Notices other) {
    return other.equals(notices)
        ? this
        : new Release(
            name, genesis, version, envelope, record, module, authorities, other, created);
  }

  /** The id of an authority that the record names: its own, or the one that the release binds. */
  public Optional<Cid> idOf(String authority) {
    return authority.equals(name.authority().base())
        ? Optional.of(genesis)
        : Optional.ofNullable(authorities.get(authority));
  }

  /** The id of the authority of a name in the record: its {@code ~id}, or what is bound. */
  public Optional<Cid> idOf(Name other) {
    return other.authority().claim().or(() -> idOf(other.authority().base()));
  }

  /** What this release provides of the API, if it does. */
  public Optional<Provided> provided(Name api, Cid apiGenesis) {
    return module.provides().entrySet().stream()
        .filter(one -> one.getKey().path().equals(api.path()))
        .filter(one -> idOf(one.getKey()).equals(Optional.of(apiGenesis)))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
