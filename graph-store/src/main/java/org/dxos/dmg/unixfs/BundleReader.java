package org.dxos.dmg.unixfs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Reads bundles that anybody may have made. Every block is checked against its CID, and the DAG
 * must be exactly the one that {@link BundleWriter} makes of the same files: a bundle that could be
 * reviewed in one form and installed in another does not pass. No figure in it is believed before
 * it has been counted.
 *
 * <p>All methods throw {@link FormatException} with {@link ErrorCode#DAG_BUDGET} (more than the
 * {@link Budget} allows), {@link ErrorCode#BUNDLE_ENTRY} (a name or kind of entry that bundles do
 * not have, with the path), {@link ErrorCode#DAG_PB} (another encoding or shape), {@link
 * ErrorCode#BLOCK_MISSING}, {@link ErrorCode#BLOCK_CORRUPT}, {@link ErrorCode#BLOCK_TOO_LARGE} or
 * {@link ErrorCode#CID_UNSUPPORTED}.
 */
public final class BundleReader {

  private final Profile profile;

  public BundleReader() {
    this(Profile.UNIXFS_V1_2025);
  }

  BundleReader(Profile profile) {
    this.profile = profile;
  }

  /**
   * Walks a bundle and streams every file to {@code visitor}. A failure can come after files have
   * been handed over: what the visitor made counts only when this returns.
   */
  public Bundle walk(BlockSource source, Cid root, Budget budget, BundleVisitor visitor)
      throws IOException {
    return new Walk(source, root, budget).run(visitor);
  }

  /** Checks a bundle whole, each distinct file and folder once. */
  public Bundle verify(BlockSource source, Cid root, Budget budget) {
    return new Walk(source, root, budget).verify();
  }

  /**
   * The files of a bundle in the order of a walk. Reads folders and the root block of each file;
   * the other blocks of large files are neither read nor needed.
   */
  public List<BundleEntry> list(BlockSource source, Cid root, Budget budget) {
    return new Walk(source, root, budget).list();
  }

  /**
   * Writes a bundle to {@code folder}, which must not exist yet. Until it is complete only its
   * owner can enter it; if anything fails it is removed. Files get mode 0644, those in {@code exec}
   * 0755, where the file system has modes.
   *
   * @param exec paths of executables, each a file of the bundle
   * @param sync true to have every file and folder on disk when this returns
   * @throws java.nio.file.FileAlreadyExistsException if {@code folder} exists
   * @throws FormatException also with {@link ErrorCode#BUNDLE_PATH} if {@code exec} names no file
   */
  public Bundle extract(
      BlockSource source, Cid root, Budget budget, Path folder, Set<String> exec, boolean sync)
      throws IOException {
    Walk walk = new Walk(source, root, budget);
    for (String path : exec) {
      if (walk.tree.file(root, path).isEmpty()) {
        throw new FormatException(
            ErrorCode.BUNDLE_PATH,
            "extract bundle: executable `" + EntryName.shown(path) + "` is no file in it");
      }
    }
    try (Extraction extraction = Extraction.into(folder, exec, sync)) {
      Bundle bundle = walk.run(extraction);
      extraction.complete();
      return bundle;
    }
  }

  /** One pass over one bundle. */
  private final class Walk {

    private final Cid root;
    private final Budget budget;
    private final BlockCheck blocks;
    private final FileReader files;
    private final FolderTree tree;
    private final Set<Cid> rebuilt = new HashSet<>();
    private long size;
    private int count;

    private Walk(BlockSource source, Cid root, Budget budget) {
      this.root = root;
      this.budget = budget;
      this.blocks = new BlockCheck(source, budget.blocks());
      this.files = new FileReader(profile, blocks);
      this.tree = FolderTree.read(root, blocks);
    }

    Bundle run(BundleVisitor visitor) throws IOException {
      folder(root, "", 0, visitor);
      return done();
    }

    private Built folder(Cid cid, String path, int depth, BundleVisitor visitor)
        throws IOException {
      SortedMap<String, Built> built = new TreeMap<>();
      for (Map.Entry<String, FolderTree.Entry> named : tree.contents(cid).entries().entrySet()) {
        String inner = path.isEmpty() ? named.getKey() : path + "/" + named.getKey();
        built.put(
            named.getKey(),
            switch (named.getValue()) {
              case FolderTree.Entry.File(Cid file) -> file(file, inner, depth + 1, visitor);
              case FolderTree.Entry.Folder(Cid folder) -> {
                visitor.folder(inner);
                yield folder(folder, inner, depth + 1, visitor);
              }
            });
      }
      return rebuild(cid, path, built);
    }

    private Built file(Cid cid, String path, int depth, BundleVisitor visitor) throws IOException {
      FileReader.Root file = files.root(cid, depth);
      spend(file.size());
      try (OutputStream out = visitor.file(path, file.size())) {
        return files.stream(file, depth, out);
      }
    }

    /** Equal pieces are read once and counted as often as they occur. */
    Bundle verify() {
      Map<Cid, Built> known = new HashMap<>();
      Map<Cid, Integer> filesBelow = new HashMap<>();
      Built built = verify(root, "", 0, known, filesBelow);
      // A file met first near the root may be linked deeper down as well.
      BlockCheck.requireDepth(built.height());
      size = built.size();
      count = filesBelow.getOrDefault(root, 0);
      return done();
    }

    private Built verify(
        Cid cid, String path, int depth, Map<Cid, Built> known, Map<Cid, Integer> filesBelow) {
      Built before = known.get(cid);
      if (before != null) {
        return before;
      }
      SortedMap<String, Built> built = new TreeMap<>();
      int below = 0;
      long sum = 0;
      for (Map.Entry<String, FolderTree.Entry> named : tree.contents(cid).entries().entrySet()) {
        String inner = path.isEmpty() ? named.getKey() : path + "/" + named.getKey();
        Built piece;
        switch (named.getValue()) {
          case FolderTree.Entry.File(Cid file) -> {
            piece = known.get(file);
            if (piece == null) {
              FileReader.Root fileRoot = files.root(file, depth + 1);
              requireSize(fileRoot.size());
              piece = stream(fileRoot, depth + 1);
              known.put(file, piece);
            }
            below++;
          }
          case FolderTree.Entry.Folder(Cid folder) -> {
            piece = verify(folder, inner, depth + 1, known, filesBelow);
            below += filesBelow.getOrDefault(folder, 0);
          }
        }
        sum = requireSize(sum + piece.size());
        built.put(named.getKey(), piece);
      }
      Built folder = rebuild(cid, path, built);
      known.put(cid, folder);
      filesBelow.put(cid, below);
      return folder;
    }

    private Built stream(FileReader.Root file, int depth) {
      try {
        return files.stream(file, depth, OutputStream.nullOutputStream());
      } catch (IOException e) {
        throw new IllegalStateException("the null stream failed", e);
      }
    }

    List<BundleEntry> list() {
      List<BundleEntry> entries = new ArrayList<>();
      list(root, "", 0, new HashMap<>(), entries);
      requireExact();
      return entries;
    }

    private void list(
        Cid cid, String path, int depth, Map<Cid, Long> sizes, List<BundleEntry> entries) {
      tree.contents(cid)
          .entries()
          .forEach(
              (name, entry) -> {
                String inner = path.isEmpty() ? name : path + "/" + name;
                switch (entry) {
                  case FolderTree.Entry.File(Cid file) -> {
                    long length =
                        sizes.computeIfAbsent(file, key -> files.root(key, depth + 1).size());
                    spend(length);
                    entries.add(new BundleEntry(inner, file, length));
                  }
                  case FolderTree.Entry.Folder(Cid folder) ->
                      list(folder, inner, depth + 1, sizes, entries);
                }
              });
    }

    /** The writer's folder of the same entries must be the very folder that was read. */
    private Built rebuild(Cid cid, String path, SortedMap<String, Built> entries) {
      Built built = FolderDag.build(entries, profile, (made, block) -> {});
      if (rebuilt.add(cid) && !built.cid().equals(cid)) {
        throw new FormatException(
            ErrorCode.DAG_PB,
            "walk bundle: folder `"
                + EntryName.shown(path)
                + "` at `"
                + cid
                + "` is not in the form of the profile, which has CID `"
                + built.cid()
                + "` (Tsize, order, or folder trie)");
      }
      return built;
    }

    private void spend(long length) {
      size = requireSize(size + length);
      count++;
    }

    private long requireSize(long bytes) {
      // A file is below 2^63 bytes and the sum so far within the budget: an overflow is negative.
      if (bytes < 0 || bytes > budget.size()) {
        throw new FormatException(
            ErrorCode.DAG_BUDGET,
            "walk bundle `" + root + "`: its files have more than " + budget.size() + " bytes");
      }
      return bytes;
    }

    private Bundle done() {
      requireExact();
      return new Bundle(root, size, count);
    }

    private void requireExact() {
      if (budget.exact() && size != budget.size()) {
        throw new FormatException(
            ErrorCode.RECORD_INVALID,
            "walk bundle `"
                + root
                + "`: its files have "
                + size
                + " bytes, expected the "
                + budget.size()
                + " that were declared");
      }
    }
  }
}
