package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.NewerRecord;
import org.dxos.dmg.select.Notices;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Statuses;
import org.dxos.dmg.version.Version;

/**
 * Reads releases from blocks, and keeps the last ones read. Safe for many threads: {@code this}
 * guards both caches, and no block is read under it.
 */
final class ReleaseReader {

  /** A release with its record takes some kilobytes. */
  private static final int CACHED_RELEASES = 10_000;

  private final BlockSource blocks;
  private final Map<Cid, Optional<Release>> releases =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Cid, Optional<Release>> eldest) {
          return size() > CACHED_RELEASES;
        }
      };
  private final Map<Cid, Providers> providers = new HashMap<>();

  /** What the releases under one state tree provide. */
  private record Providers(Cid state, Map<Name, List<Cid>> byApi) {}

  ReleaseReader(BlockSource blocks) {
    this.blocks = blocks;
  }

  /** What was said of an authority's releases. */
  Statuses statuses(AuthorityView view) {
    return new Statuses(view, blocks);
  }

  Signed<Statement> statement(Cid envelope) {
    return Signed.read(blocks, envelope, Statement.class);
  }

  /**
   * The release with this envelope, without what was said of it since; empty if it does not fit its
   * record, which makes it one that is not resolved.
   */
  Optional<Release> release(AuthorityView view, Cid envelope) {
    synchronized (this) {
      Optional<Release> known = releases.get(envelope);
      if (known != null) {
        return known;
      }
    }
    Optional<Release> read = read(view, envelope);
    synchronized (this) {
      releases.put(envelope, read);
    }
    return read;
  }

  private Optional<Release> read(AuthorityView view, Cid envelope) {
    Statement statement = statement(envelope).body();
    if (!(statement.op() instanceof Statement.Release release)) {
      return Optional.empty();
    }
    ModuleRecord module;
    try {
      Optional<byte[]> block = blocks.get(release.module());
      if (block.isEmpty()) {
        return Optional.empty();
      }
      module = ModuleRecord.decode(block.get());
    } catch (FormatException e) {
      return Optional.empty(); // of a newer version, or made by somebody who checks less
    }
    if (ReleaseRules.misfit(view.name(), statement, release, module).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        new Release(
            module.name(),
            view.id(),
            Version.parse(release.version()),
            envelope,
            release.module(),
            module,
            release.authorities(),
            Notices.NONE,
            statement.created()));
  }

  /** A record that this version cannot read, and what it understands of it. */
  record Later(Cid cid, NewerRecord record) {}

  /** The record of a release, if it is of a later version. */
  Optional<Later> newer(Cid envelope) {
    return statement(envelope).body().op() instanceof Statement.Release release
        ? blocks
            .get(release.module())
            .flatMap(NewerRecord::read)
            .map(record -> new Later(release.module(), record))
        : Optional.empty();
  }

  /** Envelopes of an authority's releases that provide an API. */
  List<Cid> providers(AuthorityView view, Name api) {
    if (view.head().isEmpty()) {
      return List.of();
    }
    Cid state = view.head().get().body().state();
    synchronized (this) {
      Providers known = providers.get(view.id());
      if (known != null && known.state().equals(state)) {
        return known.byApi().getOrDefault(api, List.of());
      }
    }
    Map<Name, List<Cid>> byApi = new HashMap<>();
    view.state()
        .walkPrefix(
            "r/",
            (_, envelope) ->
                read(view, envelope)
                    .ifPresent(
                        release ->
                            release
                                .module()
                                .provides()
                                .keySet()
                                .forEach(
                                    name ->
                                        byApi
                                            .computeIfAbsent(name, _ -> new ArrayList<>())
                                            .add(envelope))));
    synchronized (this) {
      providers.put(view.id(), new Providers(state, byApi));
    }
    return byApi.getOrDefault(api, List.of());
  }

  /**
   * The release whose envelope or whose record has this CID, if it stands in its authority's state.
   */
  Optional<Release> byCid(
      Cid cid,
      Function<Cid, Optional<AuthorityView>> byId,
      Function<String, Optional<AuthorityView>> byName) {
    Optional<byte[]> block = cid.codec() == Cid.DAG_CBOR ? blocks.get(cid) : Optional.empty();
    if (block.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> slot = Optional.empty();
    Optional<AuthorityView> view = Optional.empty();
    try {
      Envelope envelope = Envelope.decode(block.get());
      if (Body.decode(blocks.get(envelope.body()).orElseThrow()) instanceof Statement statement
          && statement.op() instanceof Statement.Release release) {
        view = byId.apply(statement.genesis());
        slot = Optional.of(Slots.release(statement.path(), release.version()));
      }
    } catch (FormatException notAnEnvelope) {
      try {
        ModuleRecord module = ModuleRecord.decode(block.get());
        view = byName.apply(module.name().authority().base());
        slot = Optional.of(Slots.release(module.name().path(), module.version().toString()));
      } catch (FormatException notARecord) {
        return Optional.empty();
      }
    }
    if (view.isEmpty() || slot.isEmpty()) {
      return Optional.empty();
    }
    AuthorityView authority = view.get();
    return authority
        .state()
        .get(slot.get())
        .flatMap(envelope -> release(authority, envelope))
        .filter(release -> release.envelope().equals(cid) || release.record().equals(cid));
  }
}
