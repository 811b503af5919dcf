package org.dxos.dmg.modules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.mst.TreeException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Statuses;

/**
 * Keeps a {@link ModuleGraph} in step with what authorities say. What has changed since the last
 * graph is found by comparing state trees, so the work is that of the change.
 *
 * <p>Threads: any; {@code writer} lets one at a time make the next graph.
 */
public final class ModuleIndex {

  /** Changes that take longer to read again than to save. */
  private static final long WORTH_SAVING = 1_000;

  private final BlockSource blocks;
  private final EntryReader reader;
  private final ReentrantLock writer = new ReentrantLock();
  private final Path file;
  private final Map<Cid, Seen> seen = new HashMap<>();
  private Draft draft = new Draft();
  private boolean opened;
  private long unsaved;
  private Map<String, Cid> bound = Map.of();
  private ModuleGraph graph = draft.finish(Map.of());

  /** How far an authority was read. */
  private record Seen(MerkleSearchTree state, Set<Cid> voided) {}

  /** Authorities of a space that are public as well: how far both were read, the space first. */
  private final Map<Cid, List<Seen>> twice = new HashMap<>();

  /**
   * @param blocks where state trees, statements and records can be read
   * @param file where the graph is saved; it need not be there
   */
  public ModuleIndex(BlockSource blocks, Path file) {
    this.blocks = blocks;
    this.file = file;
    this.reader = new EntryReader(blocks);
  }

  /**
   * Why a saved graph cannot be used, if there is one and it cannot. It is then made anew.
   *
   * @param held the ids of all authorities that are held
   */
  public static Optional<String> fault(Path file, Set<Cid> held) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String what = "module graph `" + file + "`: ";
    try {
      Optional<Map<Cid, SavedGraph.Read>> saved = SavedGraph.read(file, new Draft());
      if (saved.isEmpty()) {
        return Optional.of(what + "it is not whole, or of another version");
      }
      return saved.get().keySet().stream()
          .filter(id -> !held.contains(id))
          .findFirst()
          .map(id -> what + "it has authority `" + id + "`, which is not held");
    } catch (IOException | RuntimeException e) {
      return Optional.of(what + "it cannot be read: " + e);
    }
  }

  /**
   * The graph of what some authorities say.
   *
   * @param views all that count, or newer ones of some of them
   * @param names each name to the id that it is bound to
   */
  public ModuleGraph graph(Collection<AuthorityView> views, Map<String, Cid> names) {
    writer.lock();
    try {
      open();
      List<AuthorityView> changed = views.stream().filter(this::isNews).toList();
      if (!changed.isEmpty() || !names.equals(bound)) {
        changed.forEach(this::take);
        bound = Map.copyOf(names);
        graph = draft.finish(bound);
      }
      return graph;
    } finally {
      writer.unlock();
    }
  }

  /**
   * The graph of what is said in a space, over what is public. Where a release is in both, it is
   * that of the space. A graph of this kind is not to be saved.
   *
   * @param space what authorities say there
   * @param open what they say in public
   * @param names each name to the id that it is bound to
   */
  public ModuleGraph graph(
      Collection<AuthorityView> space, Collection<AuthorityView> open, Map<String, Cid> names) {
    writer.lock();
    try {
      boolean changed = !names.equals(bound);
      Map<Cid, AuthorityView> inside = new HashMap<>();
      space.forEach(view -> inside.put(view.id(), view));
      Set<Cid> both = new HashSet<>();
      for (AuthorityView below : open) {
        AuthorityView above = inside.get(below.id());
        if (above == null) {
          changed |= takeNews(below);
        } else {
          both.add(below.id());
          changed |= takeBoth(above, below);
        }
      }
      for (AuthorityView one : space) {
        changed |= !both.contains(one.id()) && takeNews(one);
      }
      if (changed) {
        bound = Map.copyOf(names);
        graph = draft.finish(bound);
      }
      return graph;
    } finally {
      writer.unlock();
    }
  }

  private boolean takeNews(AuthorityView view) {
    if (twice.remove(view.id()) != null) {
      draft.forget(view.id());
    }
    if (!isNews(view)) {
      return false;
    }
    take(view);
    return true;
  }

  /** Read anew as a whole: what one has tells nothing of what the other hides of it. */
  private boolean takeBoth(AuthorityView above, AuthorityView below) {
    List<Seen> now =
        List.of(new Seen(above.state(), above.voided()), new Seen(below.state(), below.voided()));
    List<Seen> before = twice.put(above.id(), now);
    if (before != null && isSame(before.getFirst(), above) && isSame(before.getLast(), below)) {
      return false;
    }
    seen.remove(above.id());
    draft.forget(above.id());
    Set<String> taken = new HashSet<>();
    above.state().walkPrefix("r/", (key, _) -> taken.add(key));
    add(above, _ -> true);
    add(below, key -> !taken.contains(key));
    return true;
  }

  private void add(AuthorityView view, Predicate<String> wanted) {
    List<Cid> added = new ArrayList<>();
    view.state()
        .walkPrefix(
            "r/",
            (key, envelope) -> {
              if (wanted.test(key)) {
                added.add(envelope);
              }
            });
    added.forEach(envelope -> reader.read(view, envelope).ifPresent(draft::add));
    draft.mark(new Statuses(view, blocks), view.id(), added, Set.of(), false);
  }

  private static boolean isSame(Seen before, AuthorityView view) {
    return before.state() == view.state() && before.voided().equals(view.voided());
  }

  /** Begins with what was saved, unless something of it cannot be used. */
  private void open() {
    if (opened) {
      return;
    }
    opened = true;
    try {
      SavedGraph.read(file, draft)
          .ifPresent(
              all ->
                  all.forEach(
                      (id, read) ->
                          seen.put(
                              id,
                              new Seen(MerkleSearchTree.at(read.state(), blocks), read.voided()))));
    } catch (IOException e) {
      seen.clear(); // what cannot be read is made again
    }
    if (seen.isEmpty()) {
      draft = new Draft();
    }
    graph = draft.finish(bound);
  }

  /**
   * Saves the graph if it has changed by as much as is worth it.
   *
   * @throws UncheckedIOException if the disk refuses; nothing is lost then, but time at the next
   *     start
   */
  public void save() {
    writer.lock();
    try {
      if (unsaved < WORTH_SAVING) {
        return;
      }
      Map<Cid, SavedGraph.Read> authorities = new HashMap<>();
      seen.forEach(
          (id, one) -> authorities.put(id, new SavedGraph.Read(one.state().root(), one.voided())));
      SavedGraph.write(file, authorities, draft);
      unsaved = 0;
    } catch (IOException e) {
      throw new UncheckedIOException("save the module graph as `" + file + "`", e);
    } finally {
      writer.unlock();
    }
  }

  private boolean isNews(AuthorityView view) {
    Seen before = seen.get(view.id());
    return before == null || !isSame(before, view);
  }

  private void take(AuthorityView view) {
    Optional<Seen> before = Optional.ofNullable(seen.get(view.id()));
    try {
      take(view, before);
    } catch (TreeException e) {
      if (before.isEmpty()) {
        throw e;
      }
      // The tree that was read last is not held any more. What was read of it is: all is looked at.
      draft.forget(view.id());
      take(view, Optional.empty());
    }
    seen.put(view.id(), new Seen(view.state(), view.voided()));
  }

  private void take(AuthorityView view, Optional<Seen> before) {
    MerkleSearchTree old = before.map(Seen::state).orElseGet(() -> MerkleSearchTree.empty(blocks));
    List<Cid> added = new ArrayList<>();
    Set<String> marked = new HashSet<>();
    old.diff(
        view.state(),
        (key, was, is) -> {
          String rest = key.substring(key.indexOf('/') + 1);
          switch (key.charAt(0)) {
            case 'r' -> {
              was.ifPresent(draft::remove);
              is.ifPresent(added::add);
            }
            case 's', 'w' -> marked.add(rest);
            default -> {}
          }
        });
    added.stream()
        .map(envelope -> reader.read(view, envelope))
        .forEach(read -> read.ifPresent(draft::add));
    unsaved += added.size() + marked.size();
    boolean all = !before.map(Seen::voided).orElse(Set.of()).equals(view.voided());
    draft.mark(new Statuses(view, blocks), view.id(), added, marked, all);
  }
}
