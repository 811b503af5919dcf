package org.dxos.dmg.unixfs;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.error.ErrorCode;

/**
 * Writes files as one bundle. Children come before the nodes that link them, the root last; equal
 * blocks are put as often as they occur. Memory: one chunk of 1 MiB, and the names.
 */
public final class BundleWriter {

  private final Profile profile;

  public BundleWriter() {
    this(Profile.UNIXFS_V1_2025);
  }

  BundleWriter(Profile profile) {
    this.profile = profile;
  }

  private sealed interface Entry {}

  private record FileEntry(BundleFile file) implements Entry {}

  private record FolderEntry(SortedMap<String, Entry> entries, Map<String, String> folded)
      implements Entry {
    FolderEntry() {
      this(new TreeMap<>(), new HashMap<>());
    }
  }

  /**
   * Writes {@code files}, whose order does not matter.
   *
   * @throws BundleRefusedException with every path that a bundle may not have, or if there is no
   *     file, too many, or one whose content is not as long as was said
   * @throws IOException if a file cannot be read
   */
  public Bundle write(List<BundleFile> files, BlockSink sink) throws IOException {
    FolderEntry root = tree(files);
    Built built = folder(root, sink);
    if (built.height() > Budget.MAX_DEPTH) {
      throw refused(
          new Refusal(
              ".",
              ErrorCode.BUNDLE_ENTRY,
              "folders nest " + built.height() + " links deep, at most " + Budget.MAX_DEPTH));
    }
    return new Bundle(built.cid(), built.size(), files.size());
  }

  private static FolderEntry tree(List<BundleFile> files) {
    List<Refusal> refusals = new ArrayList<>();
    FolderEntry root = new FolderEntry();
    int entries = 0;
    for (BundleFile file : files) {
      entries += insert(root, file, refusals);
    }
    if (files.isEmpty()) {
      refusals.add(new Refusal(".", ErrorCode.BUNDLE_ENTRY, "no files, expected one or more"));
    }
    if (entries > Budget.MAX_ENTRIES) {
      refusals.add(
          new Refusal(
              ".",
              ErrorCode.BUNDLE_ENTRY,
              entries + " files and folders, at most " + Budget.MAX_ENTRIES));
    }
    if (!refusals.isEmpty()) {
      throw new BundleRefusedException("write bundle", refusals, "rename or leave out these paths");
    }
    return root;
  }

  /** Puts {@code file} into the tree, or says why not; the number of entries that this made. */
  private static int insert(FolderEntry root, BundleFile file, List<Refusal> refusals) {
    String path = file.path();
    if (path.length() > EntryName.MAX_PATH) {
      refusals.add(
          entry(path, "a path of " + path.length() + " characters, at most " + EntryName.MAX_PATH));
      return 0;
    }
    int made = 0;
    FolderEntry folder = root;
    String[] names = path.split("/", -1);
    for (int i = 0; i < names.length; i++) {
      String name = names[i];
      boolean last = i == names.length - 1;
      Optional<String> refusal = EntryName.refusal(name);
      if (refusal.isPresent()) {
        refusals.add(entry(path, refusal.get()));
        return made;
      }
      String twin = folder.folded.putIfAbsent(EntryName.folded(name), name);
      if (twin != null && !twin.equals(name)) {
        refusals.add(entry(path, "`" + name + "` differs from `" + twin + "` only by case"));
        return made;
      }
      Entry fresh = last ? new FileEntry(file) : new FolderEntry();
      Entry there = folder.entries.putIfAbsent(name, fresh);
      made += there == null ? 1 : 0;
      if (last && there != null) {
        refusals.add(entry(path, "there is another entry of this path"));
      } else if (!last) {
        switch (there == null ? fresh : there) {
          case FolderEntry next -> folder = next;
          case FileEntry other -> {
            refusals.add(entry(path, "`" + other.file().path() + "` is a file"));
            return made;
          }
        }
      }
    }
    return made;
  }

  private Built folder(FolderEntry folder, BlockSink sink) throws IOException {
    SortedMap<String, Built> built = new TreeMap<>();
    for (Map.Entry<String, Entry> entry : folder.entries.entrySet()) {
      built.put(
          entry.getKey(),
          switch (entry.getValue()) {
            case FileEntry(BundleFile file) -> file(file, sink);
            case FolderEntry inner -> folder(inner, sink);
          });
    }
    return FolderDag.build(built, profile, sink);
  }

  private Built file(BundleFile file, BlockSink sink) throws IOException {
    Built built;
    try (InputStream in = file.content().open()) {
      built = FileDag.write(in, profile, sink);
    }
    if (built.size() != file.size()) {
      throw refused(
          entry(
              file.path(),
              "changed while it was read: " + built.size() + " bytes, expected " + file.size()));
    }
    return built;
  }

  private static Refusal entry(String path, String reason) {
    return new Refusal(path, ErrorCode.BUNDLE_ENTRY, reason);
  }

  private static BundleRefusedException refused(Refusal refusal) {
    return new BundleRefusedException("write bundle", List.of(refusal), "");
  }
}
