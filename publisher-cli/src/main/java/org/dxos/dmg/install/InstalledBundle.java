package org.dxos.dmg.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.unixfs.BundleFile;
import org.dxos.dmg.unixfs.BundleWriter;

/** A bundle as files: its CID is computed from them as they lie there. */
final class InstalledBundle {

  private InstalledBundle() {}

  static boolean isEqual(Path folder, Bundle bundle) throws IOException {
    List<BundleFile> files = new ArrayList<>();
    Set<Path> filled = new HashSet<>();
    Set<Path> folders = new HashSet<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          folders.add(path);
        } else if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          return false; // a link, a pipe: a bundle has neither
        } else {
          for (Path at = path.getParent(); at != null && filled.add(at); at = at.getParent()) {
            // every folder above a file has something in it
          }
          String name = folder.relativize(path).toString().replace('\\', '/');
          files.add(new BundleFile(name, Files.size(path), () -> Files.newInputStream(path)));
        }
      }
    }
    if (files.isEmpty() || !filled.containsAll(folders)) {
      return false; // a bundle has no empty folders
    }
    try {
      return new BundleWriter().write(files, (_, _) -> {}).root().equals(bundle.cid());
    } catch (RuntimeException e) {
      return false; // a name or a size that no bundle has
    }
  }

  static void requireEqual(Path folder, Closure.Module module, Bundle bundle) throws IOException {
    if (!Files.isDirectory(folder) || !isEqual(folder, bundle)) {
      throw new VerificationException(
          "bundle",
          "`"
              + module.reference()
              + "`: the files in `"
              + folder
              + "` are not those of bundle `"
              + bundle.cid()
              + "`",
          Optional.of("install again to put the right ones there"));
    }
  }
}
