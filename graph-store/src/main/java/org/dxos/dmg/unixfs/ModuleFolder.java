package org.dxos.dmg.unixfs;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dxos.dmg.error.ErrorCode;

/**
 * The folder in which an author keeps a module, and what of it belongs to a bundle.
 *
 * <p>Left out are the manifest, {@code .dmgignore} and what it says, empty folders, and by default
 * repositories of version control, {@code .env} files, keys and credentials; a {@code !} rule of
 * {@code .dmgignore} brings one of the defaults back. {@code node_modules} stays in. Links, devices
 * and names that are not the same on every system are refused, all of them at once.
 */
public final class ModuleFolder {

  /** The file of ignore rules, at the top of the folder. */
  public static final String IGNORE_FILE = ".dmgignore";

  /** The manifest under either of its names, at the top of the folder; never in a bundle. */
  public static final Set<String> MANIFESTS = Set.of("dmg.json", "dmg.yaml");

  /** More than this is no list that a person wrote. */
  static final int MAX_IGNORE_BYTES = 256 * 1024;

  private final Path folder;
  private final IgnoreRules rules;

  private ModuleFolder(Path folder, IgnoreRules rules) {
    this.folder = folder;
    this.rules = rules;
  }

  /**
   * Opens a folder and reads its {@code .dmgignore}, if there is one.
   *
   * @throws BundleRefusedException if that is no plain file of UTF-8 text within its limits
   */
  public static ModuleFolder open(Path folder) throws IOException {
    Path file = folder.resolve(IGNORE_FILE);
    Optional<BasicFileAttributes> found = attributes(file);
    if (found.isEmpty()) {
      return new ModuleFolder(folder, IgnoreRules.of(""));
    }
    if (!found.get().isRegularFile() || found.get().size() > MAX_IGNORE_BYTES) {
      throw refused(IGNORE_FILE, "expected a plain file of at most " + MAX_IGNORE_BYTES + " bytes");
    }
    try {
      String text = Files.readString(file);
      if (text.lines().count() > IgnoreRules.MAX_RULES / 2) {
        throw refused(IGNORE_FILE, "more than " + IgnoreRules.MAX_RULES / 2 + " lines");
      }
      return new ModuleFolder(folder, IgnoreRules.of(text));
    } catch (CharacterCodingException e) {
      throw refused(IGNORE_FILE, "not UTF-8 text");
    }
  }

  /**
   * What goes into the bundle at {@code bundlePath}: {@code .} for the folder itself, or the
   * relative path, with {@code /}, of a folder or of a single file in it. A single file stands in
   * the bundle under its last name, and no ignore rule applies to what is named itself.
   *
   * @throws BundleRefusedException with {@link ErrorCode#BUNDLE_PATH} if the path leaves the
   *     folder, does not exist or gives no file; with {@link ErrorCode#BUNDLE_ENTRY} and every
   *     entry that cannot be in a bundle
   */
  public FolderScan scan(String bundlePath) throws IOException {
    List<String> names = names(bundlePath);
    Path start = folder;
    BasicFileAttributes found = attributes(folder).orElseThrow(() -> missing(bundlePath));
    for (String name : names) {
      start = start.resolve(name);
      found = attributes(start).orElseThrow(() -> missing(bundlePath));
      if (found.isSymbolicLink()) {
        throw refused(bundlePath, "`" + name + "` is a link, expected a folder or file");
      }
    }
    Walk walk = new Walk(rules);
    if (found.isRegularFile() && !names.isEmpty()) {
      String name = names.getLast();
      EntryName.refusal(name).ifPresent(reason -> walk.refuse(bundlePath, reason));
      walk.add(start, name, found);
    } else if (found.isDirectory()) {
      walk.folder(start, String.join("/", names), "");
    } else {
      throw refused(bundlePath, "neither a folder nor a plain file");
    }
    return walk.result(bundlePath);
  }

  /** Checks the path as text, before anything is looked up. */
  private static List<String> names(String bundlePath) {
    String path = bundlePath.startsWith("./") ? bundlePath.substring(2) : bundlePath;
    if (path.endsWith("/") && path.length() > 1) {
      path = path.substring(0, path.length() - 1);
    }
    if (path.equals(".") || bundlePath.equals("./")) {
      return List.of();
    }
    List<String> names = List.of(path.split("/", -1));
    for (String name : names) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw refused(
            bundlePath, "not a relative path inside the module folder, without `.` and `..`");
      }
      Optional<String> refusal = EntryName.refusal(name);
      if (refusal.isPresent()) {
        throw refused(bundlePath, refusal.get());
      }
    }
    return names;
  }

  private static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
    try {
      return Optional.of(
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static BundleRefusedException missing(String bundlePath) {
    return refused(bundlePath, "there is no such file or folder");
  }

  private static BundleRefusedException refused(String path, String reason) {
    return new BundleRefusedException(
        "scan bundle", List.of(new Refusal(path, ErrorCode.BUNDLE_PATH, reason)), "");
  }

  /** One walk: what it has found so far. */
  private static final class Walk {

    private final IgnoreRules rules;
    private final List<BundleFile> files = new ArrayList<>();
    private final Set<String> executables = new TreeSet<>();
    private final List<FolderScan.LeftOut> leftOut = new ArrayList<>();
    private final List<Refusal> refusals = new ArrayList<>();

    private Walk(IgnoreRules rules) {
      this.rules = rules;
    }

    /**
     * Walks {@code folder}, at {@code inModule} from the module folder, {@code inBundle} from the
     * root of the bundle.
     */
    void folder(Path folder, String inModule, String inBundle) throws IOException {
      if (inBundle.length() > EntryName.MAX_PATH) {
        refuse(inModule, "a path of more than " + EntryName.MAX_PATH + " characters");
        return;
      }
      Map<String, String> folded = new HashMap<>();
      for (Map.Entry<String, Path> entry : sorted(folder).entrySet()) {
        String name = entry.getKey();
        String path = join(inModule, name);
        BasicFileAttributes found =
            Files.readAttributes(
                entry.getValue(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Optional<String> reason =
            inModule.isEmpty() && (MANIFESTS.contains(name) || name.equals(IGNORE_FILE))
                ? Optional.of("describes the bundle")
                : rules.leavesOut(path, found.isDirectory());
        if (reason.isPresent()) {
          leftOut.add(
              new FolderScan.LeftOut(found.isDirectory() ? path + "/" : path, reason.get()));
        } else if (accepts(name, path, found, folded)) {
          if (found.isDirectory()) {
            folder(entry.getValue(), path, join(inBundle, name));
          } else {
            add(entry.getValue(), join(inBundle, name), found);
          }
        }
      }
    }

    private boolean accepts(
        String name, String path, BasicFileAttributes found, Map<String, String> folded) {
      Optional<String> reason = EntryName.refusal(name);
      String twin = folded.putIfAbsent(EntryName.folded(name), name);
      if (reason.isEmpty() && twin != null) {
        reason = Optional.of("`" + name + "` differs from `" + twin + "` only by case");
      }
      if (reason.isEmpty() && found.isSymbolicLink()) {
        reason = Optional.of("a symbolic link");
      }
      if (reason.isEmpty() && found.isOther()) {
        reason = Optional.of("a device, pipe or socket");
      }
      reason.ifPresent(why -> refuse(path, why));
      return reason.isEmpty();
    }

    void refuse(String path, String reason) {
      refusals.add(new Refusal(path, ErrorCode.BUNDLE_ENTRY, reason));
    }

    void add(Path file, String path, BasicFileAttributes found) throws IOException {
      files.add(BundleFile.of(path, found.size(), file));
      if (executable(file)) {
        executables.add(path);
      }
    }

    FolderScan result(String bundlePath) {
      if (!refusals.isEmpty()) {
        throw new BundleRefusedException(
            "scan bundle `" + EntryName.shown(bundlePath) + "`",
            refusals,
            "rename or remove these, or leave them out by `" + IGNORE_FILE + "`");
      }
      if (files.isEmpty()) {
        throw refused(bundlePath, "no file in it goes into a bundle");
      }
      return new FolderScan(files, executables, leftOut);
    }

    /** By name, so that the walk is the same on every file system. */
    private static Map<String, Path> sorted(Path folder) throws IOException {
      Map<String, Path> entries = new TreeMap<>();
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
        for (Path path : stream) {
          entries.put(String.valueOf(path.getFileName()), path);
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
      return entries;
    }

    private static boolean executable(Path file) throws IOException {
      return file.getFileSystem().supportedFileAttributeViews().contains("posix")
          && Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .permissions()
              .contains(PosixFilePermission.OWNER_EXECUTE);
    }

    private static String join(String folder, String name) {
      return folder.isEmpty() ? name : folder + "/" + name;
    }
  }
}
