package org.dxos.dmg.publish;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.manifest.BundleUse;
import org.dxos.dmg.manifest.Manifest;
import org.dxos.dmg.manifest.ManifestFiles;
import org.dxos.dmg.manifest.ManifestResult;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.FileRef;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.unixfs.BundleWriter;
import org.dxos.dmg.unixfs.FolderScan;
import org.dxos.dmg.unixfs.ModuleFolder;

/**
 * A module folder as it would be published: its record, and every block that the record reaches.
 * The same folder gives the same record, wherever it lies and whenever its files were written.
 *
 * @param record the normalised manifest
 * @param recordCid its CID
 * @param blocks the record, files and bundles
 * @param leftOut what of the folder a bundle leaves out, and why; not its manifest
 */
public record PreparedModule(
    ModuleRecord record, Cid recordCid, Pile blocks, Set<FolderScan.LeftOut> leftOut)
    implements BlockSource, AutoCloseable {

  /**
   * Bytes of all bundles of a module: what somebody meant to publish, and not a disk by mistake.
   */
  public static final long MAX_BUNDLE_BYTES = 16L << 30;

  @Override
  public Optional<byte[]> get(Cid cid) {
    return blocks.get(cid);
  }

  /** Takes away what was put aside to build it. */
  @Override
  public void close() {
    blocks.close();
  }

  /** A module that is nothing but its record: no files, no bundles. */
  public static PreparedModule of(ModuleRecord record) {
    byte[] block = record.encode();
    Cid cid = DagCbor.cid(block);
    return new PreparedModule(record, cid, Pile.of(cid, block), Set.of());
  }

  /**
   * Reads a folder with a {@code dmg.json} or {@code dmg.yaml}; or, given a name and a version, one
   * with a {@code manifest.json} that says its {@code runtime} beside {@code index.js} or {@code
   * handler.py}.
   *
   * @throws InvalidManifestException with every fault of the manifest
   * @throws PublishException if there is no manifest, or a file is missing or too large
   */
  public static PreparedModule read(Path folder, Optional<String> name, Optional<String> version)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new PublishException(
          ErrorCode.MANIFEST_MISSING,
          "read module folder `"
              + folder
              + (Files.exists(folder) ? "`: it is no folder" : "`: there is no such folder"),
          "give the path of a folder");
    }
    String file = manifestFile(folder);
    Node root =
        file.equals("manifest.json")
            ? bare(folder, name, version)
            : parse(folder.resolve(file), file);
    Manifest manifest =
        switch (Manifest.read(withOverrides(root, file, name, version))) {
          case ManifestResult.Valid valid -> valid.manifest();
          case ManifestResult.Invalid invalid ->
              throw new InvalidManifestException(file, invalid.findings());
        };
    Assembly assembly = new Assembly(folder);
    try {
      Manifest.Built built = manifest.toRecord(assembly);
      Pile blocks = assembly.blocks;
      blocks.put(built.record().cid(), built.record().encode());
      for (Map.Entry<Cid, byte[]> one : built.files().entrySet()) {
        blocks.put(one.getKey(), one.getValue());
      }
      return new PreparedModule(built.record(), built.record().cid(), blocks, assembly.leftOut);
    } catch (RuntimeException | IOException e) {
      assembly.blocks.close();
      throw e;
    }
  }

  private static String manifestFile(Path folder) {
    for (String file : List.of("dmg.json", "dmg.yaml", "manifest.json")) {
      if (Files.exists(folder.resolve(file), LinkOption.NOFOLLOW_LINKS)) {
        return file;
      }
    }
    throw new PublishException(
        ErrorCode.MANIFEST_MISSING,
        "read module folder `" + folder + "`: found no dmg.json and no dmg.yaml",
        "write one with `dmg init " + folder + "`");
  }

  private static Node parse(Path path, String file) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    try {
      return file.endsWith(".yaml") ? Json.parseYaml(bytes) : Json.parse(bytes);
    } catch (FormatException e) {
      throw new PublishException(
          ErrorCode.MANIFEST_INVALID,
          "read manifest `" + file + "`: " + e.message(),
          "mend it and publish again; nothing was published");
    }
  }

  private static Node withOverrides(
      Node root, String file, Optional<String> name, Optional<String> version) {
    if (file.equals("manifest.json")
        || (name.isEmpty() && version.isEmpty())
        || !(root instanceof Node.Map map)) {
      return root;
    }
    Map<String, Node> entries = new LinkedHashMap<>(map.entries());
    name.ifPresent(one -> entries.put("name", Node.of(one)));
    version.ifPresent(one -> entries.put("version", Node.of(one)));
    return new Node.Map(entries);
  }

  /** The manifest that a folder of a function runtime means by its own small one. */
  private static Node bare(Path folder, Optional<String> name, Optional<String> version)
      throws IOException {
    if (name.isEmpty() || version.isEmpty()) {
      throw new PublishException(
          ErrorCode.MANIFEST_MISSING,
          "read module folder `"
              + folder
              + "`: a manifest.json and no dmg.json, which has no name to publish under",
          "give --name and --version, or write a dmg.json with `dmg init " + folder + "`");
    }
    Optional<String> runtime =
        Json.parse(Files.readAllBytes(folder.resolve("manifest.json"))) instanceof Node.Map map
                && map.entries().get("runtime") instanceof Node.Text text
            ? Optional.of(text.value())
            : Optional.empty();
    return new MapBuilder()
        .put("name", name.get())
        .put("version", version.get())
        .put("runtimes", List.of(BareFolder.runtime(folder, runtime)), one -> one)
        .build();
  }

  /** Builds what the record links, and keeps the blocks. */
  private static final class Assembly implements ManifestFiles {
    private final Path folder;
    private final Pile blocks = new Pile();
    private final Set<FolderScan.LeftOut> leftOut = new LinkedHashSet<>();

    private Assembly(Path folder) {
      this.folder = folder;
    }

    @Override
    public byte[] read(String path) {
      Path file = folder;
      for (String segment : path.split("/")) {
        file = file.resolve(segment);
        if (Files.isSymbolicLink(file)) {
          throw missing(path, "it is a link");
        }
      }
      if (!Files.isRegularFile(file)) {
        throw missing(path, "there is no such file in the folder");
      }
      try (InputStream in = Files.newInputStream(file)) {
        return in.readNBytes(FileRef.MAX_BYTES + 1);
      } catch (IOException e) {
        throw missing(path, e.toString());
      }
    }

    @Override
    public Packed bundle(BundleUse use) {
      try {
        FolderScan scan = ModuleFolder.open(folder).scan(use.path());
        scan.leftOut().stream()
            .filter(
                one ->
                    !ModuleFolder.MANIFESTS.contains(one.path())
                        && !one.path().equals(ModuleFolder.IGNORE_FILE))
            .forEach(leftOut::add);
        requireFiles(use, scan);
        org.dxos.dmg.unixfs.Bundle built = new BundleWriter().write(scan.files(), this::keep);
        return new Packed(
            new Bundle(built.root(), built.size()),
            Files.isRegularFile(folder.resolve(use.path())));
      } catch (IOException e) {
        throw new PublishException(
            ErrorCode.BUNDLE_PATH,
            "build bundle `" + use.path() + "`: " + e,
            "check that its files are readable");
      }
    }

    /** What the manifest says of a bundle has to be in it. */
    private static void requireFiles(BundleUse use, FolderScan scan) {
      Set<String> paths = new LinkedHashSet<>();
      scan.files().forEach(file -> paths.add(file.path()));
      List<String> wanted = new ArrayList<>(use.exec());
      use.entry().ifPresent(wanted::add);
      for (String path : wanted) {
        if (!paths.contains(path)) {
          throw new PublishException(
              ErrorCode.BUNDLE_PATH,
              "build bundle `"
                  + use.path()
                  + "` of `"
                  + use.pointer()
                  + "`: `"
                  + path
                  + "` is not in it",
              "check the path, and what .dmgignore leaves out");
        }
      }
    }

    private void keep(Cid cid, byte[] block) {
      if (blocks.bytes() + block.length > MAX_BUNDLE_BYTES) {
        throw new PublishException(
            ErrorCode.TOO_LARGE,
            "build bundles of `" + folder + "`: more than " + MAX_BUNDLE_BYTES + " bytes",
            "leave out what is not needed with a .dmgignore");
      }
      try {
        blocks.put(cid, block);
      } catch (IOException e) {
        throw new PublishException(
            ErrorCode.STORAGE,
            "build bundles of `" + folder + "`: put blocks aside: " + e.getMessage(),
            "make room in the folder for temporary files");
      }
    }

    private static PublishException missing(String path, String what) {
      return new PublishException(
          ErrorCode.BUNDLE_PATH,
          "read file `" + path + "` of the manifest: " + what,
          "check the path in the manifest");
    }
  }

  /** Sum of all blocks. */
  public long totalBytes() {
    return blocks.bytes();
  }

  /** The manifest's text as {@code dmg init} writes it. */
  static byte[] text(Node manifest) {
    return Json.pretty(manifest).getBytes(StandardCharsets.UTF_8);
  }
}
