package org.dxos.dmg.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.dxos.dmg.admission.LearnedSpace;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.api.Spaces;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.OwnerOnly;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The spaces of a home: a folder each, which is a home of its own with database, projection and
 * search index, so that nothing public can lead into it. Safe for many threads.
 */
final class HomeSpaces implements Spaces, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HomeSpaces.class);

  /** Below a home. */
  static final String FOLDER = "spaces";

  private final LocalRegistry outer;
  private final Path folder;
  private final Map<Cid, LocalRegistry> open = new TreeMap<>();
  private final List<Runnable> committed = new CopyOnWriteArrayList<>();

  /** Held by who adds to the log of a space what was signed here; taken before any other lock. */
  private final ReentrantLock writer = new ReentrantLock();

  /** Guarded by this. */
  private boolean closed;

  /** Those that could not be opened; guarded by this. They are told of once. */
  private final Set<Cid> broken = new HashSet<>();

  /**
   * @param outer the public registry of the home
   * @param folder below the home, in which the spaces are; it need not be there
   */
  HomeSpaces(LocalRegistry outer, Path folder) {
    this.outer = outer;
    this.folder = folder;
  }

  /**
   * Those that are held, opened as they are asked for. One that cannot be opened is left out: what
   * is wrong with it is told to who asks for it by its id, and keeps nothing else back.
   */
  synchronized List<LocalRegistry> registries() {
    List<LocalRegistry> all = new ArrayList<>();
    for (Cid id : ids()) {
      if (broken.contains(id) && !open.containsKey(id)) {
        continue;
      }
      try {
        all.add(open.computeIfAbsent(id, this::registry));
      } catch (StorageException e) {
        broken.add(id);
        LOG.warn("open one of the spaces of this home: {}", e.message());
      }
    }
    return all;
  }

  /** Every one of them, for what must not leave any out. */
  private synchronized List<LocalRegistry> whole() {
    return ids().stream().map(id -> open.computeIfAbsent(id, this::registry)).toList();
  }

  /** Does something to the log of a space while nobody else here does. */
  void alone(Runnable work) {
    writer.lock();
    try {
      work.run();
    } finally {
      writer.unlock();
    }
  }

  /** True if this home came from a backup, and does not know what it has signed since. */
  boolean mayHaveSignedMore() {
    return Restored.of(outer.store()).isPresent();
  }

  /** Makes a copy of each that is held, below a folder. */
  void checkpoint(Path folder) {
    for (LocalRegistry space : whole()) {
      makeFolder(folder);
      space.store().checkpoint(folder.resolve(space.space().orElseThrow().toString()));
    }
  }

  /**
   * Makes a folder for spaces, if it is not there: a home may be open to other users of the
   * machine, and which spaces there are is not theirs to know.
   */
  static void makeFolder(Path folder) {
    try {
      OwnerOnly.folder(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those that somebody has asked for. */
  synchronized List<LocalRegistry> opened() {
    return List.copyOf(open.values());
  }

  /** The registry of a space, if it is held. */
  synchronized Optional<LocalRegistry> registry(String space) {
    if (space.startsWith("b")) {
      try {
        Cid id = Cid.parse(space);
        return ids().contains(id)
            ? Optional.of(open.computeIfAbsent(id, this::registry))
            : Optional.empty();
      } catch (FormatException e) {
        // a name may begin like that as well
      }
    }
    return registries().stream()
        .filter(one -> one.here().info().name().equals(Optional.of(space)))
        .findFirst();
  }

  /** The registry of a space, which begins to be held if it is not. */
  synchronized LocalRegistry enter(Cid id) {
    return open.computeIfAbsent(id.requireStorable(), this::registry);
  }

  private LocalRegistry registry(Cid id) {
    if (closed) {
      throw new IllegalStateException("registry is closed"); // opened now nobody would close it
    }
    makeFolder(folder);
    LocalRegistry space = LocalRegistry.ofSpace(outer, folder.resolve(id.toString()), id);
    space.registrar().onCommit(_ -> committed.forEach(Runnable::run));
    return space;
  }

  /** Calls back after each commit to any space: be quick. */
  void onCommit(Runnable listener) {
    committed.add(listener);
  }

  private List<Cid> ids() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> inside = Files.list(folder)) {
      return inside
          .filter(Files::isDirectory)
          .map(one -> one.getFileName().toString())
          .filter(name -> name.startsWith("bafy"))
          .map(Cid::parse)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<SpaceInfo> all() {
    return registries().stream().map(one -> one.here().info()).toList();
  }

  @Override
  public SpaceInfo show(String space) {
    return open(space).here().info();
  }

  @Override
  public LocalRegistry open(String space) {
    LocalRegistry registry = registry(space).orElseThrow(() -> notFound(space));
    registry.bringKeys();
    return registry;
  }

  /** What whoever asks is told about a space that is not held, or that he may not see. */
  static NotFoundException notFound(String space) {
    return new NotFoundException(
        ErrorCode.NOT_FOUND,
        "open space `" + space + "`: there is none",
        List.of(),
        "see `dmg space list`");
  }

  @Override
  public SpaceInfo learn(Cid id, List<Cid> envelopes, BlockSource offered, Optional<String> name) {
    writer.lock();
    try {
      name.ifPresent(one -> requireFree(one, id));
      LocalRegistry registry = enter(id);
      registry
          .registrar()
          .space()
          .ifPresent(log -> requireFollows(log, envelopes, offered.or(registry.store())));
      LearnedSpace learned = registry.registrar().learnSpace(envelopes, offered);
      var unused = learned.orThrow();
      name.ifPresent(registry.here()::call);
      return registry.here().info();
    } finally {
      writer.unlock();
    }
  }

  @Override
  public SpaceInfo rename(String space, String name) {
    writer.lock();
    try {
      LocalRegistry registry = registry(space).orElseThrow(() -> notFound(space));
      requireFree(name, registry.space().orElseThrow());
      registry.here().call(name);
      return registry.here().info();
    } finally {
      writer.unlock();
    }
  }

  /**
   * Checks that entries go on from where the log stands. Somebody signed them here and now, maybe
   * while another was added: both would be valid, and the log contested for ever. A fork that
   * others have made comes from them.
   */
  private void requireFollows(SpaceLog log, List<Cid> envelopes, BlockSource all) {
    Set<Cid> held = new HashSet<>();
    log.entries().forEach(one -> held.add(one.envelope().body()));
    Cid last = log.last().envelope().body();
    for (Cid envelope : envelopes) {
      Signed<SpaceEntry> entry = Signed.read(all, envelope, SpaceEntry.class);
      Cid body = entry.envelope().body();
      if (held.contains(body)) {
        continue;
      }
      if (mayHaveSignedMore()) {
        throw new AdmissionException.Refused(
            ErrorCode.ROLLBACK,
            "change a space: this home came from a backup, and what was signed after that is not known here",
            "take what its members hold (`dmg node` among its peers), then `dmg restore --confirm`");
      }
      Optional<Cid> before =
          entry
              .body()
              .prev()
              .map(prev -> Signed.read(all, prev, SpaceEntry.class).envelope().body());
      if (log.contested() || !before.equals(Optional.of(last))) {
        throw new AdmissionException.Refused(
            log.contested() ? ErrorCode.AUTHORITY_CONTESTED : ErrorCode.CONFLICT,
            "change a space: its log %s, and entry `%s` does not follow its newest, `%s`"
                .formatted(
                    log.contested() ? "is contested" : "has gone on", envelope, log.last().cid()),
            "look at who is in it with `dmg space show`, and try again");
      }
      last = body;
    }
  }

  private void requireFree(String name, Cid id) {
    SpaceInfo.requireName(name);
    Optional<LocalRegistry> other = registry(name);
    if (other.isPresent() && !other.get().space().equals(Optional.of(id))) {
      throw new FormatException(
          ErrorCode.USAGE,
          "call a space `" + name + "`: another one here is called that",
          "choose another name; it is seen here alone");
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    open.values().forEach(LocalRegistry::shut);
    open.clear();
  }
}
