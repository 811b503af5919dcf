package org.dxos.dmg.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.dxos.dmg.admission.LearnedSpace;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.api.Spaces;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * The spaces of a home: a folder each, which is a home of its own with database, projection and
 * search index, so that nothing public can lead into it. Safe for many threads.
 */
final class HomeSpaces implements Spaces, AutoCloseable {

  /** Below a home. */
  static final String FOLDER = "spaces";

  private final LocalRegistry outer;
  private final Path folder;
  private final Map<Cid, LocalRegistry> open = new TreeMap<>();
  private final List<Runnable> committed = new CopyOnWriteArrayList<>();

  /**
   * @param outer the public registry of the home
   * @param folder below the home, in which the spaces are; it need not be there
   */
  HomeSpaces(LocalRegistry outer, Path folder) {
    this.outer = outer;
    this.folder = folder;
  }

  /** Those that are held, opened as they are asked for. */
  synchronized List<LocalRegistry> registries() {
    List<LocalRegistry> all = new ArrayList<>();
    for (Cid id : ids()) {
      all.add(open.computeIfAbsent(id, this::registry));
    }
    return all;
  }

  /** Makes a copy of each that is held, below a folder. */
  void checkpoint(Path folder) {
    for (LocalRegistry space : registries()) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      space.store().checkpoint(folder.resolve(space.space().orElseThrow().toString()));
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
        .filter(one -> one.spaceInfo().name().equals(Optional.of(space)))
        .findFirst();
  }

  /** The registry of a space, which begins to be held if it is not. */
  synchronized LocalRegistry enter(Cid id) {
    return open.computeIfAbsent(id.requireStorable(), this::registry);
  }

  private LocalRegistry registry(Cid id) {
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
    return registries().stream().map(LocalRegistry::spaceInfo).toList();
  }

  @Override
  public SpaceInfo show(String space) {
    return open(space).spaceInfo();
  }

  @Override
  public LocalRegistry open(String space) {
    return registry(space).orElseThrow(() -> notFound(space));
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
    name.ifPresent(one -> requireFree(one, id));
    LocalRegistry registry = enter(id);
    LearnedSpace learned = registry.registrar().learnSpace(envelopes, offered);
    var unused = learned.orThrow();
    name.ifPresent(registry::call);
    return registry.spaceInfo();
  }

  private void requireFree(String name, Cid id) {
    if (!name.matches("[a-z0-9][a-z0-9-]{0,62}")) {
      throw new FormatException(
          ErrorCode.USAGE,
          "call a space `" + name + "`: expected lower-case letters, digits and `-`",
          "for example `team`");
    }
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
    open.values().forEach(LocalRegistry::shut);
    open.clear();
  }
}
