package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.install.Installer;

/** What a lock asks for, to ask for it again. */
record Locked(Lock lock) {

  static final String FILE = "dmg.lock";

  /**
   * Reads a lock.
   *
   * @param place the file, or the folder that it is in
   */
  static Locked read(Path place) throws IOException {
    Path file = Files.isDirectory(place) ? place.resolve(FILE) : place;
    if (!Files.exists(file)) {
      throw new CommandException(
          ErrorCode.USAGE,
          "read lock `" + file + "`: there is no such file",
          "give the path of a dmg.lock; `dmg install` writes one");
    }
    return new Locked(Installer.readLock(file));
  }

  /** What it was made for, solved by these options, with nothing held. */
  ClosureRequest request(Targets targets) {
    return targets.request(roots(), lock.closure().target());
  }

  /** The roots, under the ids that they had: a name that was bound anew is another. */
  private List<String> roots() {
    return lock.closure().roots().stream().map(this::root).toList();
  }

  private String root(Closure.Asked asked) {
    String base = asked.name().authority().base();
    List<Cid> ids =
        lock.closure().modules().stream()
            .filter(one -> one.name().authority().base().equals(base))
            .map(Closure.Module::genesis)
            .distinct()
            .toList();
    String authority = ids.size() == 1 ? base + "~" + ids.getFirst() : base;
    return authority + "/" + asked.name().path() + "@" + asked.range();
  }

  /**
   * The releases that stay where they are.
   *
   * @param moving names of modules that may move
   * @throws CommandException if one of them is not in the lock
   */
  Set<Cid> held(List<String> moving) {
    Set<String> names =
        moving.stream().map(text -> Name.parse(text).toString()).collect(Collectors.toSet());
    for (String name : names) {
      if (lock.closure().modules().stream().noneMatch(one -> isOf(one, name))) {
        throw new CommandException(
            ErrorCode.NOT_FOUND,
            "update `" + name + "`: the lock has no such module",
            "name one of " + some());
      }
    }
    return lock.closure().modules().stream()
        .filter(one -> names.stream().noneMatch(name -> isOf(one, name)))
        .map(Closure.Module::release)
        .collect(Collectors.toSet());
  }

  private static boolean isOf(Closure.Module module, String name) {
    return module.name().toString().equals(name);
  }

  private String some() {
    return lock.closure().modules().stream()
        .map(one -> "`" + one.name() + "`")
        .distinct()
        .limit(5)
        .collect(Collectors.joining(", "));
  }

  /** The lock again if the closure is the same: its evidence stays as it was. */
  Lock orSame(Lock solved) {
    return solved.cid().equals(lock.cid()) ? lock : solved;
  }

  /** How a module is asked for: by its id, whatever its name is bound to. */
  static String name(Closure.Module module) {
    return module.name().authority().base() + "~" + module.genesis() + "/" + module.name().path();
  }
}
